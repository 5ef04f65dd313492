#include "golden/sample_paper.hpp"

#include <papervault/engine/content.hpp>

#include <string>

namespace papervault::vault {
namespace {

/// Constants of ours, which parse.
engine::Content content(std::string_view notation)
{
    return engine::parse_content(notation).value();
}

engine::FormItem item(std::string id, engine::ItemType type, std::string_view stem, std::string_view points)
{
    engine::FormItem entry;
    entry.item.id = std::move(id);
    entry.item.type = type;
    entry.item.knowledge_point = "1.1";
    entry.item.stem = content(stem);
    entry.item.blanks = engine::count_blanks(entry.item.stem);
    entry.points = engine::Decimal::parse(points).value();
    return entry;
}

std::vector<engine::Option> options(std::initializer_list<std::string_view> texts)
{
    std::vector<engine::Option> made;
    for (const std::string_view text : texts) {
        made.push_back({std::string(1, static_cast<char>('A' + made.size())), content(text)});
    }
    return made;
}

engine::AnswerKey key(std::string id, std::vector<std::string> correct)
{
    engine::AnswerKey made;
    made.item_id = std::move(id);
    made.correct_options = std::move(correct);
    return made;
}

} // namespace

GoldenPaper sample_paper()
{
    using enum engine::ItemType;
    auto single = item("sample-1", single_choice, "水在 $100\\,^{\\circ}\\mathrm{C}$ 时", "2");
    single.item.options = options({"结冰", "沸腾", "升华", "凝华"});
    auto fixed = item("sample-2", single_choice, "下列说法正确的是", "2");
    fixed.item.options = options({"只有甲", "只有乙", "以上都是"});
    fixed.item.shuffle_options = false;
    auto multiple =
        item("sample-3", multiple_choice, "| 阀 | 压力 |\n|---|---|\n| 甲 | 1 MPa |\n\n哪些属于安全附件？", "3");
    multiple.item.options = options({"安全阀", "压力表", "液位计", "法兰", "螺栓"});
    auto judged = item("sample-4", true_false, "泵启动前应先盘车。", "1.5");
    auto filled = item("sample-5", fill_in, "标准大气压约为 ____ kPa，化学式 ____ 是水。", "4");
    auto open = item("sample-6", short_answer, "简述离心泵气缚的原因。", "5");

    engine::Form form;
    form.id = "sample";
    form.title = "样卷 Sample";
    form.sections.push_back({"一、选择", "", {single, fixed, multiple}});
    form.sections.push_back({"二、其他", "按题计分", {judged, filled, open}});

    GoldenPaper paper;
    paper.policy.multiple = engine::MultipleRule::partial_none_wrong;
    for (engine::AnswerKey& each : std::vector{key("sample-1", {"B"}), key("sample-2", {"C"}),
                                               key("sample-3", {"A", "B", "C"}), key("sample-4", {"true"})}) {
        paper.keys.emplace(each.item_id, each);
    }
    engine::AnswerKey blanks = key("sample-5", {});
    engine::BlankKey pressure;
    pressure.number = engine::NumericAnswer{.value = engine::Decimal::parse("101.325").value(),
                                            .tolerance = engine::Decimal::parse("0.5").value()};
    engine::BlankKey formula;
    formula.texts = {"H2O", "水"};
    blanks.blanks = {pressure, formula};
    paper.keys.emplace(blanks.item_id, blanks);
    engine::AnswerKey standard = key("sample-6", {});
    standard.scoring_standard = "泵内有气体，吸不上液体。";
    paper.keys.emplace(standard.item_id, standard);
    paper.forms.push_back(std::move(form));
    return paper;
}

std::vector<engine::ResponseSheet> sample_responses()
{
    return {{{"sample-3", {"A", "B"}}, {"sample-5", {"１０１．８２５", " h２o "}}},
            {{"sample-3", {"A", "D"}}, {"sample-5", {"101.826", "水 "}}},
            {{"sample-1", {"B", "A"}}, {"sample-2", {"c"}}, {"sample-5", {"-101.325"}}},
            {{"sample-4", {""}}, {"sample-5", {"101,3", "H₂O"}}, {"unknown", {"A"}}}};
}

} // namespace papervault::vault
