#include <papervault/engine/item.hpp>
#include <papervault/engine/json.hpp>

#include "identifier.hpp"
#include "item_check.hpp"
#include "units.hpp"

#include <algorithm>

namespace papervault::engine {
namespace {

namespace json = boost::json;
using namespace item_limits;

constexpr int significant_figures_max = 15;
constexpr int weight_max = 1000;
constexpr std::string_view not_there = "the key names an option that is not there, twice, or out of order";
const Decimal number_max = Decimal::from_integer(1'000'000'000'000);

constexpr std::array<std::string_view, 7> rule_names{
    "by_policy", "all_or_nothing", "partial_none_wrong", "proportional", "per_part", "adjacent_pairs", "longest_run"};
constexpr std::array<std::string_view, 3> unicode_form_names{"as_typed", "nfc", "nfkc"};
constexpr std::array<std::string_view, 3> space_rule_names{"collapse", "ignore", "exact"};

/// "1 B" to "12 Z".
bool is_pair(std::string_view text) noexcept
{
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos || space == 0 || space > 2 || !is_option_letter(text.substr(space + 1))) {
        return false;
    }
    return text.front() != '0' && std::ranges::all_of(text.substr(0, space), is_ascii_digit);
}

void check_blank(Check& check, const BlankKey& blank)
{
    check.require(!blank.texts.empty() || blank.number, EngineError::inconsistent, "a blank's key accepts nothing");
    check.require(blank.texts.size() <= blank_texts_max, EngineError::out_of_range, "a blank's key has too many texts");
    for (const std::string& text : blank.texts) {
        check.require(!text.empty() && is_plain(text, short_text_bytes_max), EngineError::out_of_range,
                      "a blank's text has 1 to 500 bytes");
    }
    check.require(blank.weight >= 1 && blank.weight <= weight_max, EngineError::out_of_range,
                  "a blank's weight is 1 to 1000");
    if (blank.number) {
        check.require(blank.number->tolerance >= Decimal{} && blank.number->tolerance <= number_max &&
                          blank.number->value >= Decimal{} - number_max && blank.number->value <= number_max,
                      EngineError::out_of_range, "a number's tolerance is not below 0, its size at most 1e12");
        check.require(blank.number->relative_tolerance >= Decimal{} && blank.number->relative_tolerance <= one,
                      EngineError::out_of_range, "a relative tolerance is a share from 0 to 1");
        check.require(blank.number->significant_figures >= 0 &&
                          blank.number->significant_figures <= significant_figures_max,
                      EngineError::out_of_range, "significant figures are 1 to 15, or 0");
        check.require(blank.number->unit.empty() || is_unit(blank.number->unit), EngineError::malformed,
                      "a number's unit is none that is known (docs/item-format.md)");
        check.require(!blank.number->unit_may_be_left_out || !blank.number->unit.empty(), EngineError::inconsistent,
                      "a unit that may be left out is missing");
    }
}

/// The key's options are some of `ids`, in their order, once each.
bool is_ordered_choice(const std::vector<std::string>& chosen, const std::vector<std::string>& ids)
{
    auto at = ids.begin();
    for (const std::string& id : chosen) {
        at = std::find(at, ids.end(), id);
        if (at == ids.end()) return false;
        ++at;
    }
    return true;
}

void check_pairs(Check& check, const Item& item, const AnswerKey& key)
{
    bool is_complete = key.correct_options.size() == item.prompts.size();
    for (std::size_t place = 0; is_complete && place < item.prompts.size(); ++place) {
        const std::string& pair = key.correct_options[place];
        const std::string start = item.prompts[place].id + " ";
        is_complete = pair.starts_with(start) &&
                      std::ranges::find(item.options, pair.substr(start.size()), &Option::id) != item.options.end();
    }
    check.require(is_complete, EngineError::inconsistent,
                  "the key has not one pair for each prompt, in their order, with an option that is there");
}

json::object text_rule_to_json(const TextRule& rule)
{
    json::object out;
    if (rule.form != UnicodeForm::as_typed) out["form"] = unicode_form_names[static_cast<std::size_t>(rule.form)];
    if (rule.spaces != SpaceRule::collapse) out["spaces"] = space_rule_names[static_cast<std::size_t>(rule.spaces)];
    if (rule.match_case) out["match_case"] = true;
    if (rule.match_width) out["match_width"] = true;
    return out;
}

TextRule text_rule_from_json(const json::value& value, JsonFields& parent)
{
    JsonFields fields{value, parent.path("compare")};
    TextRule rule;
    if (const auto text = fields.optional_text("form", 16)) {
        const auto form = enum_from_text<UnicodeForm>(unicode_form_names, *text);
        if (!form) fields.problem(EngineError::malformed, "form", "is not as_typed, nfc or nfkc");
        rule.form = form.value_or(UnicodeForm::as_typed);
    }
    if (const auto text = fields.optional_text("spaces", 16)) {
        const auto spaces = enum_from_text<SpaceRule>(space_rule_names, *text);
        if (!spaces) fields.problem(EngineError::malformed, "spaces", "is not collapse, ignore or exact");
        rule.spaces = spaces.value_or(SpaceRule::collapse);
    }
    rule.match_case = fields.boolean_or("match_case", false);
    rule.match_width = fields.boolean_or("match_width", false);
    if (const Result<void> done = fields.finish(); !done) parent.problem(done.error());
    return rule;
}

json::value blank_to_json(const BlankKey& blank)
{
    json::object out;
    json::array texts;
    for (const std::string& text : blank.texts) texts.emplace_back(text);
    out["texts"] = std::move(texts);
    if (blank.number) {
        const NumericAnswer& number = *blank.number;
        out["number"] = number.value.to_string();
        out["tolerance"] = number.tolerance.to_string();
        if (number.relative_tolerance != Decimal{}) out["relative_tolerance"] = number.relative_tolerance.to_string();
        if (number.significant_figures != 0) out["significant_figures"] = number.significant_figures;
        if (!number.unit.empty()) out["unit"] = number.unit;
        if (number.unit_may_be_left_out) out["unit_may_be_left_out"] = true;
        if (number.decimal_comma) out["decimal_comma"] = true;
    }
    if (blank.text_rule != TextRule{}) out["compare"] = text_rule_to_json(blank.text_rule);
    if (blank.weight != 1) out["weight"] = blank.weight;
    return out;
}

NumericAnswer number_from_json(JsonFields& fields)
{
    NumericAnswer number{fields.decimal("number", Decimal{} - number_max, number_max),
                         fields.decimal("tolerance", Decimal{}, number_max)};
    number.relative_tolerance = fields.optional_decimal("relative_tolerance", Decimal{}, one).value_or(Decimal{});
    number.significant_figures =
        static_cast<int>(fields.optional_integer("significant_figures", 0, significant_figures_max).value_or(0));
    number.unit = fields.optional_text("unit", 32).value_or("");
    number.unit_may_be_left_out = fields.boolean_or("unit_may_be_left_out", false);
    number.decimal_comma = fields.boolean_or("decimal_comma", false);
    return number;
}

BlankKey blank_from_json(const json::value& value, JsonFields& parent)
{
    JsonFields fields{value, parent.path("blanks")};
    BlankKey blank;
    blank.texts = fields.texts("texts", blank_texts_max, short_text_bytes_max);
    if (fields.has("number")) blank.number = number_from_json(fields);
    if (fields.has("compare")) blank.text_rule = text_rule_from_json(fields.member("compare"), fields);
    blank.weight = static_cast<int>(fields.optional_integer("weight", 1, weight_max).value_or(1));
    if (const Result<void> done = fields.finish(); !done) parent.problem(done.error());
    return blank;
}

} // namespace

void check_key(Check& check, const AnswerKey& key)
{
    check.require(is_item_id(key.item_id), EngineError::malformed, "a key names no item");
    check.require(key.item_version >= 1 && key.item_version <= version_max, EngineError::out_of_range,
                  "versions count from 1");
    check.require(key.correct_options.size() <= options_max && key.blanks.size() <= blanks_max,
                  EngineError::out_of_range, "a key has too many entries");
    for (const std::string& id : key.correct_options) {
        check.require(is_option_letter(id) || is_pair(id) || id == "true" || id == "false", EngineError::malformed,
                      "a key's option is A to Z, a pair such as \"1 B\", true or false");
    }
    for (const BlankKey& blank : key.blanks) check_blank(check, blank);
    check.require(!key.penalty || (*key.penalty >= Decimal{} && *key.penalty <= one), EngineError::out_of_range,
                  "a penalty is a share from 0 to 1");
    check.require(is_plain(key.scoring_standard, long_text_bytes_max) && is_plain(key.explanation, long_text_bytes_max),
                  EngineError::out_of_range, "a scoring standard or explanation is too long");
}

void check_together(Check& check, const Item& item, const AnswerKey& key)
{
    check.require(key.item_id == item.id && key.item_version == item.version, EngineError::inconsistent,
                  "the key belongs to another item or version");
    check.require(std::ranges::is_sorted(item.options, {}, &Option::id), EngineError::inconsistent,
                  "the options are not in the order of their letters");
    std::vector<std::string> ids;
    for (const Option& option : item.options) ids.push_back(option.id);
    if (item.type == ItemType::true_false) ids = {"true", "false"};

    switch (item.type) {
    case ItemType::single_choice:
    case ItemType::true_false:
        check.require(is_ordered_choice(key.correct_options, ids), EngineError::inconsistent, not_there);
        check.require(key.correct_options.size() == 1, EngineError::inconsistent, "exactly one option is right");
        break;
    case ItemType::multiple_choice:
        check.require(is_ordered_choice(key.correct_options, ids), EngineError::inconsistent, not_there);
        check.require(!key.correct_options.empty(), EngineError::inconsistent, "at least one option is right");
        break;
    case ItemType::order:
        check.require(std::ranges::is_permutation(key.correct_options, ids), EngineError::inconsistent,
                      "the right order has not every option once");
        break;
    case ItemType::match: check_pairs(check, item, key); break;
    case ItemType::fill_in:
    case ItemType::short_answer:
    case ItemType::essay:
    case ItemType::calculation: check.require(key.correct_options.empty(), EngineError::inconsistent, not_there); break;
    }
    check.require(key.blanks.size() == static_cast<std::size_t>(item.blanks), EngineError::inconsistent,
                  "the key has not one entry for each blank");
    check.require(fits(key.rule, item.type), EngineError::inconsistent, "the scoring rule does not fit the type");
    check.require(!key.blanks_in_any_order || item.type == ItemType::fill_in, EngineError::inconsistent,
                  "only blanks can be in any order");
    check.require(!key.penalty || item.type == ItemType::true_false || item.type == ItemType::single_choice,
                  EngineError::inconsistent, "only one best answer and true/false have a penalty");
}

std::string_view to_text(ScoringRule rule) noexcept
{
    return rule_names[static_cast<std::size_t>(rule)];
}

std::optional<ScoringRule> scoring_rule_from_text(std::string_view text) noexcept
{
    return enum_from_text<ScoringRule>(rule_names, text);
}

bool fits(ScoringRule rule, ItemType type) noexcept
{
    switch (rule) {
    case ScoringRule::by_policy: return true;
    case ScoringRule::all_or_nothing:
        return type == ItemType::multiple_choice || type == ItemType::fill_in || type == ItemType::order ||
               type == ItemType::match;
    case ScoringRule::partial_none_wrong:
    case ScoringRule::proportional: return type == ItemType::multiple_choice;
    case ScoringRule::per_part: return type == ItemType::fill_in || type == ItemType::match;
    case ScoringRule::adjacent_pairs:
    case ScoringRule::longest_run: return type == ItemType::order;
    }
    return false;
}

json::value to_json(const AnswerKey& key)
{
    json::array correct;
    for (const std::string& id : key.correct_options) correct.emplace_back(id);
    json::array blanks;
    for (const BlankKey& blank : key.blanks) blanks.push_back(blank_to_json(blank));
    json::object out{{"item", key.item_id},
                     {"version", key.item_version},
                     {"scoring_standard", key.scoring_standard},
                     {"explanation", key.explanation}};
    out["correct_options"] = std::move(correct);
    out["blanks"] = std::move(blanks);
    // Younger members stand only where they say something, so that older forms keep their text.
    if (key.rule != ScoringRule::by_policy) out["rule"] = to_text(key.rule);
    if (key.blanks_in_any_order) out["blanks_in_any_order"] = true;
    if (key.penalty) out["penalty"] = key.penalty->to_string();
    return out;
}

Result<AnswerKey> answer_key_from_json(const json::value& value, std::string_view where)
{
    JsonFields fields{value, where};
    AnswerKey key;
    key.item_id = fields.text("item", item_id_bytes_max);
    key.item_version = static_cast<int>(fields.integer("version", 1, version_max));
    key.correct_options = fields.texts("correct_options", options_max, 8);
    for (const json::value& blank : fields.array("blanks", blanks_max))
        key.blanks.push_back(blank_from_json(blank, fields));
    key.scoring_standard = fields.text("scoring_standard", long_text_bytes_max);
    key.explanation = fields.text("explanation", long_text_bytes_max);
    if (const auto text = fields.optional_text("rule", 32)) {
        const auto rule = scoring_rule_from_text(*text);
        if (!rule) fields.problem(EngineError::malformed, "rule", "is no scoring rule");
        key.rule = rule.value_or(ScoringRule::by_policy);
    }
    key.blanks_in_any_order = fields.boolean_or("blanks_in_any_order", false);
    key.penalty = fields.optional_decimal("penalty", Decimal{}, one);
    if (Result<void> done = fields.finish(); !done) return std::unexpected{std::move(done.error())};

    Check check{where};
    check_key(check, key);
    if (Result<void> checked = check.result(); !checked) return std::unexpected{std::move(checked.error())};
    return key;
}

} // namespace papervault::engine
