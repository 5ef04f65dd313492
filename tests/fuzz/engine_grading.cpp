// Any bytes as a sheet of responses: both ways of grading give every score alike, within the item's points.
#include <papervault/engine/batch_grading.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

using namespace papervault::engine;

struct Exam {
    Form form{"A", "", {{"", "", {}}}};
    AnswerKeys keys;

    AnswerKey& add(std::string id, ItemType type, std::vector<std::string> right, int options = 4)
    {
        FormItem item;
        item.item.id = id;
        item.item.type = type;
        item.points = Decimal::from_units(2'500'001);
        for (int i = 0; i < options; ++i) {
            item.item.options.push_back({std::string(1, static_cast<char>('A' + i)), {}});
        }
        form.sections[0].items.push_back(std::move(item));
        AnswerKey& key = keys[id];
        key.item_id = std::move(id);
        key.correct_options = std::move(right);
        return key;
    }
};

Exam make_exam()
{
    Exam exam;
    exam.add("single", ItemType::single_choice, {"B"});
    exam.add("true", ItemType::true_false, {"true"}, 0).penalty = Decimal::from_units(300'000);
    exam.add("all", ItemType::multiple_choice, {"A", "C"});
    exam.add("partial", ItemType::multiple_choice, {"A", "C", "D"}).rule = ScoringRule::partial_none_wrong;
    exam.add("share", ItemType::multiple_choice, {"A", "C", "D"}).rule = ScoringRule::proportional;
    exam.add("order", ItemType::order, {"B", "A", "D", "C"}).rule = ScoringRule::longest_run;
    exam.add("pairs", ItemType::order, {"B", "A", "D", "C"}).rule = ScoringRule::adjacent_pairs;
    exam.add("match", ItemType::match, {"1 B", "2 A", "3 B"});
    exam.add("essay", ItemType::essay, {}, 0);
    AnswerKey& fill = exam.add("fill", ItemType::fill_in, {}, 0);
    NumericAnswer in_unit{Decimal::from_units(1'500'000), Decimal::from_units(100)};
    in_unit.unit = "kPa";
    in_unit.unit_may_be_left_out = true;
    NumericAnswer by_figures{Decimal::from_units(-314'159), {}};
    by_figures.significant_figures = 3;
    NumericAnswer speed{Decimal::from_integer(36), {}};
    speed.unit = "km/h";
    speed.relative_tolerance = Decimal::from_units(10'000);
    speed.decimal_comma = true;
    fill.blanks = {{{"\u00e9t\u00e9", "三相 电机"}, in_unit, {UnicodeForm::nfc}},
                   {{"m\u00b2"}, by_figures, {UnicodeForm::nfkc, SpaceRule::ignore}},
                   {{"“A”"}, speed, {UnicodeForm::as_typed, SpaceRule::exact, true, true}, 3}};
    AnswerKey any_order = fill;
    exam.add("any", ItemType::fill_in, {}, 0).blanks = any_order.blanks;
    exam.keys["any"].blanks_in_any_order = true;
    return exam;
}

/// The item by the first byte, then its texts parted by 0xFE (no byte of UTF-8); responses parted by 0xFF.
ResponseSheet read_sheet(const Exam& exam, std::string_view bytes)
{
    ResponseSheet sheet;
    const auto& items = exam.form.sections[0].items;
    while (!bytes.empty()) {
        const std::size_t end = std::min(bytes.find('\xff'), bytes.size());
        std::string_view one = bytes.substr(0, end);
        bytes.remove_prefix(std::min(end + 1, bytes.size()));
        if (one.empty()) { continue; }
        Response& response = sheet[items[static_cast<unsigned char>(one.front()) % items.size()].item.id];
        for (one.remove_prefix(1); response.size() < 20;) {
            const std::size_t part = std::min(one.find('\xfe'), one.size());
            response.emplace_back(one.substr(0, part));
            if (part == one.size()) { break; }
            one.remove_prefix(part + 1);
        }
    }
    return sheet;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const Exam exam = make_exam();
    const ResponseSheet sheet = read_sheet(exam, {reinterpret_cast<const char*>(data), size});
    GradingPolicy policy;
    if (size % 2 == 1) { policy.floor = PenaltyFloor::paper; }
    const std::array sheets{BatchSheet{"c", &exam.form, &sheet}};
    const auto scores = grade_batch(sheets, exam.keys, policy);
    if (!scores) {
        std::fprintf(stderr, "%s\n", scores.error().to_string().c_str());
        std::abort();
    }
    for (const ItemScore& item : scores->sheets.front().items) {
        if (item.points > item.points_max || item.points_max < Decimal{} - item.points) { std::abort(); }
    }
    return 0;
}
