#pragma once

#include "engine/grading_support.hpp"

#include <papervault/engine/batch_grading.hpp>

#include <algorithm>
#include <memory>

/// Random papers of every type with every rule, and responses that are often nearly right.
namespace papervault::engine {

struct RandomExam {
    std::vector<Form> forms;
    AnswerKeys keys;
    GradingPolicy policy;
    std::vector<ResponseSheet> responses;
    std::vector<std::size_t> form_of; ///< By sheet.

    [[nodiscard]] std::vector<BatchSheet> sheets() const
    {
        std::vector<BatchSheet> out;
        for (std::size_t i = 0; i < responses.size(); ++i) {
            out.push_back({"c" + std::to_string(i), &forms[form_of[i]], &responses[i]});
        }
        return out;
    }
};

class RandomExams {
public:
    explicit RandomExams(Chooser& chooser) : chooser_{chooser} {}

    RandomExam make(int items, int candidates)
    {
        RandomExam exam;
        exam.policy = policy();
        std::vector<KeyedItem> pool;
        for (int i = 0; i < items; ++i) {
            pool.push_back(item("q" + std::to_string(i)));
            if (!chooser_.one_in(30)) { exam.keys[pool.back().key.item_id] = pool.back().key; }
        }
        for (const char* id : {"A", "B", "C"}) {
            Form form{id, "", {{"一", "", {}}, {"二", "", {}}}};
            for (const KeyedItem& made : pool) {
                if (!chooser_.one_in(3)) { form.sections[chooser_.below(2)].items.push_back(made.item); }
            }
            SplitMixStream stream{chooser_.below(1'000'000)};
            exam.forms.push_back(permute(form, stream));
        }
        for (int i = 0; i < candidates; ++i) {
            exam.form_of.push_back(chooser_.below(3));
            ResponseSheet& sheet = exam.responses.emplace_back();
            for (const KeyedItem& made : pool) {
                if (!chooser_.one_in(8)) { sheet[made.key.item_id] = response(made); }
            }
        }
        return exam;
    }

    KeyedItem item(std::string id)
    {
        KeyedItem made = keyed_item(std::move(id), chooser_.of(all_item_types), "1");
        made.item.points = chooser_.one_in(2) ? Decimal::from_integer(chooser_.between(1, 3))
                                              : Decimal::from_units(chooser_.between(1, 9'000'000));
        std::vector<std::string> letters;
        for (auto count = chooser_.between(2, 12); count > 0; --count) {
            letters.emplace_back(1, static_cast<char>('A' + letters.size()));
        }
        Item& item = made.item.item;
        AnswerKey& key = made.key;
        const bool has_options =
            item.type != ItemType::fill_in && !is_open(item.type) && item.type != ItemType::true_false;
        if (has_options) {
            for (const std::string& letter : letters) { item.options.push_back({letter, {}}); }
        }
        switch (item.type) {
        case ItemType::single_choice: key.correct_options = {chooser_.of(letters)}; break;
        case ItemType::true_false: key.correct_options = {chooser_.one_in(2) ? "true" : "false"}; break;
        case ItemType::multiple_choice:
            for (const std::string& letter : letters) {
                if (chooser_.one_in(2)) { key.correct_options.push_back(letter); }
            }
            if (key.correct_options.empty()) { key.correct_options = {"A"}; }
            break;
        case ItemType::order:
            key.correct_options = letters;
            shuffle(key.correct_options);
            break;
        case ItemType::match:
            for (auto prompt = chooser_.between(1, 12); prompt > 0; --prompt) {
                const std::string number = std::to_string(item.prompts.size() + 1);
                item.prompts.push_back({number, {}});
                key.correct_options.push_back(number + " " + chooser_.of(letters));
            }
            break;
        case ItemType::fill_in:
            for (auto count = chooser_.between(1, 4); count > 0; --count) { key.blanks.push_back(blank()); }
            item.blanks = static_cast<int>(key.blanks.size());
            key.blanks_in_any_order = chooser_.one_in(2);
            break;
        case ItemType::short_answer:
        case ItemType::essay:
        case ItemType::calculation: break;
        }
        constexpr std::array rules{ScoringRule::by_policy,          ScoringRule::all_or_nothing,
                                   ScoringRule::partial_none_wrong, ScoringRule::proportional,
                                   ScoringRule::per_part,           ScoringRule::adjacent_pairs,
                                   ScoringRule::longest_run};
        do {
            key.rule = chooser_.of(rules);
        } while (!fits(key.rule, item.type));
        const bool may_cost = item.type == ItemType::true_false || item.type == ItemType::single_choice;
        if (may_cost && chooser_.one_in(2)) { key.penalty = Decimal::from_units(chooser_.between(0, 1'000'000)); }
        return made;
    }

    Response response(const KeyedItem& made)
    {
        const Item& item = made.item.item;
        Response response;
        if (item.type == ItemType::fill_in) {
            for (const BlankKey& blank : made.key.blanks) { response.push_back(typed(blank)); }
            if (made.key.blanks_in_any_order || chooser_.one_in(4)) { shuffle(response); }
        } else if (is_open(item.type)) {
            response = {chooser_.one_in(4) ? " " : "因为……"};
        } else {
            response = made.key.correct_options;
            if (item.type != ItemType::order || chooser_.one_in(2)) { shuffle(response); }
            if (chooser_.one_in(3) && !response.empty()) { response.pop_back(); }
            if (item.type == ItemType::order && response.size() > 1) {
                std::swap(response[chooser_.below(response.size())], response[chooser_.below(response.size())]);
            }
            if (chooser_.one_in(3)) { response.push_back(std::string{chooser_.of(strangers)}); }
            if (chooser_.one_in(3) && !item.options.empty()) {
                const std::string& id = item.options[chooser_.below(item.options.size())].id;
                response.push_back(item.type == ItemType::match ? std::to_string(chooser_.between(1, 13)) + " " + id
                                                                : id);
            }
            if (item.type == ItemType::single_choice && chooser_.one_in(2) && response.size() > 1) {
                response.resize(1);
            }
        }
        if (chooser_.one_in(20)) { response.clear(); }
        return response;
    }

private:
    static constexpr std::array<std::string_view, 9> strangers{"A", "true", "false", "", " ", "\xff", "Z", "1 A", "１"};
    static constexpr std::array<std::string_view, 22> texts{"电阻",
                                                            "三相 电机",
                                                            "三相电机",
                                                            "ABC",
                                                            "abc",
                                                            "ＡＢＣ",
                                                            "e\u0301",
                                                            "\u00e9",
                                                            "m\u00b2",
                                                            "m2",
                                                            "。",
                                                            "“x”",
                                                            "\"x\"",
                                                            "a\xff b",
                                                            "\u338f",
                                                            "kg",
                                                            "\u1100\u1161\u11a8",
                                                            "\uac01",
                                                            "a…",
                                                            "a...",
                                                            " a ",
                                                            "À\u0316"};
    static constexpr std::array<std::string_view, 12> units{"kPa",  "Pa",  "帕",     "MPa", "千帕", "mPa",
                                                            "km/h", "m/s", "米每秒", "V",   "mV",   "min"};
    static constexpr std::array<std::string_view, 6> key_units{"kPa", "Pa", "km/h", "m/s", "V", "h"};

    template <class Values>
    void shuffle(Values& values)
    {
        for (std::size_t left = values.size(); left > 1; --left) {
            std::swap(values[left - 1], values[chooser_.below(left)]);
        }
    }

    std::string text()
    {
        std::string out{chooser_.of(texts)};
        if (chooser_.one_in(4)) { out += chooser_.of(texts); }
        return out;
    }

    BlankKey blank()
    {
        BlankKey blank;
        for (auto count = chooser_.between(0, 2); count > 0; --count) { blank.texts.push_back(text()); }
        if (blank.texts.empty() || chooser_.one_in(3)) {
            NumericAnswer& number = blank.number.emplace();
            number.value = value();
            if (chooser_.one_in(2)) { number.tolerance = Decimal::from_units(chooser_.between(0, 2'000'000)); }
            if (chooser_.one_in(3)) { number.relative_tolerance = Decimal::from_units(chooser_.between(0, 1'000'000)); }
            if (chooser_.one_in(3)) { number.significant_figures = static_cast<int>(chooser_.between(1, 15)); }
            if (chooser_.one_in(2)) { number.unit = chooser_.of(key_units); }
            number.unit_may_be_left_out = !number.unit.empty() && chooser_.one_in(3);
            number.decimal_comma = chooser_.one_in(5);
        }
        blank.text_rule = {static_cast<UnicodeForm>(chooser_.below(3)), static_cast<SpaceRule>(chooser_.below(3)),
                           chooser_.one_in(3), chooser_.one_in(3)};
        blank.weight = chooser_.one_in(2) ? 1 : static_cast<int>(chooser_.between(1, 1000));
        return blank;
    }

    Decimal value()
    {
        constexpr std::array<std::int64_t, 6> sizes{10,         1'000,         1'000'000,
                                                    10'000'000, 1'000'000'000, 1'000'000'000'000'000};
        const std::int64_t size = chooser_.of(sizes);
        return Decimal::from_units(chooser_.between(-size, size));
    }

    /// What a candidate types for a blank: right, nearly right, or something else.
    std::string typed(const BlankKey& blank)
    {
        if (chooser_.one_in(10)) { return ""; }
        if (!blank.texts.empty() && chooser_.one_in(2)) {
            std::string out{blank.texts[chooser_.below(blank.texts.size())]};
            if (chooser_.one_in(4)) { out += ' '; }
            return out;
        }
        if (!blank.number || chooser_.one_in(4)) { return text(); }
        const NumericAnswer& key = *blank.number;
        Decimal number = key.value;
        constexpr std::array<std::int64_t, 7> moves{0, 1, -1, 10, 5'000, -500'000, 1'000'000};
        if (chooser_.one_in(2)) { number += chooser_.one_in(2) ? key.tolerance : Decimal{} - key.tolerance; }
        if (chooser_.one_in(2)) { number += Decimal::from_units(chooser_.of(moves)); }
        if (chooser_.one_in(4)) { number = number.scaled(chooser_.between(1, 2'000), 1'000); }
        if (chooser_.one_in(6)) { number = number.scaled(1, 1'000); }
        std::string out = number.to_string();
        if (chooser_.one_in(6) && out.find('.') != std::string::npos) { out += "0000000000001"; }
        if (key.decimal_comma || chooser_.one_in(12)) { std::ranges::replace(out, '.', ','); }
        if (chooser_.one_in(12)) { out = "+" + out; }
        if (!key.unit.empty() ? !chooser_.one_in(5) : chooser_.one_in(12)) {
            out += chooser_.one_in(3) ? " " : "";
            out += chooser_.one_in(2) ? std::string_view{key.unit} : chooser_.of(units);
        }
        return out;
    }

    GradingPolicy policy()
    {
        constexpr std::array order{ScoringRule::all_or_nothing, ScoringRule::adjacent_pairs, ScoringRule::longest_run};
        constexpr std::array parts{ScoringRule::all_or_nothing, ScoringRule::per_part};
        GradingPolicy policy;
        policy.multiple = static_cast<MultipleRule>(chooser_.below(3));
        policy.order = chooser_.of(order);
        policy.match = chooser_.of(parts);
        policy.fill = chooser_.of(parts);
        policy.true_false_penalty = Decimal::from_units(chooser_.one_in(2) ? 0 : chooser_.between(0, 1'000'000));
        policy.floor = static_cast<PenaltyFloor>(chooser_.below(2));
        policy.rounding = {static_cast<int>(chooser_.between(0, 6)), static_cast<RoundingMode>(chooser_.below(2))};
        return policy;
    }

    Chooser& chooser_;
};

} // namespace papervault::engine
