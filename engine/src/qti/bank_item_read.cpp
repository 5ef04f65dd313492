// From QTI to the bank: the key is found by asking the item's own processing.
#include "qti/bank_content.hpp"
#include "qti/text.hpp"

#include <papervault/engine/qti/bank_item.hpp>
#include <papervault/engine/qti/scoring.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace papervault::engine::qti {
namespace {

constexpr std::size_t options_max = 12;
constexpr std::size_t blanks_max = 20;
constexpr double points_max = 1000.0;
constexpr double same_points = 1e-9;

std::unexpected<EngineFailure> does_not_fit(std::string reason)
{
    return refuse(EngineError::inconsistent, "no item of the bank: " + std::move(reason));
}

bool is_same(double left, double right)
{
    return std::abs(left - right) <= same_points;
}

/// The points of a response. Anything but a score to rely on is a refusal.
Result<double> points_of(const AssessmentItem& item, const Responses& responses)
{
    const auto scored = score(item, responses);
    if (!scored) { return std::unexpected{scored.error()}; }
    if (!scored->warnings.empty()) { return does_not_fit(scored->warnings.front()); }
    const auto found = std::ranges::find(scored->outcomes, "SCORE", &NamedValue::identifier);
    const bool is_number = found != scored->outcomes.end() && !found->value.is_null() &&
                           (found->value.is_single(BaseType::floating) || found->value.is_single(BaseType::integer));
    if (!is_number) { return does_not_fit("SCORE is no number"); }
    return found->value.number();
}

Result<Decimal> checked_points(double points)
{
    if (!(points > 0) || points > points_max) { return does_not_fit("no response has points, or more than 1000"); }
    const double units = points * static_cast<double>(Decimal::units_per_one);
    if (!is_same(units, std::round(units))) { return does_not_fit("points with more than six decimals"); }
    return Decimal::from_units(std::llround(units));
}

/// An id with '_' for what an id of the bank may not have.
std::string bank_id(std::string id)
{
    const auto is_allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
               c == '/' || c == '-';
    };
    std::ranges::replace_if(id, [&](char c) { return !is_allowed(c); }, '_');
    return id;
}

Result<void> read_stimulus(const AssessmentItem& item, ItemWithKey& made)
{
    if (item.stimulus_references == 0) { return {}; }
    if (item.stimuli.size() != item.stimulus_references) { return does_not_fit("its passage was not read"); }
    if (item.stimuli.size() > 1) { return does_not_fit("more than one passage"); }
    const SharedStimulus& shared = item.stimuli.front();
    auto content = content_of(shared.body);
    if (!content) { return std::unexpected{content.error()}; }
    if (!content->blanks.empty()) { return does_not_fit("a blank in the passage"); }
    made.item.stimulus = engine::Stimulus{bank_id(shared.identifier), std::move(content->content)};
    return {};
}

struct Word {
    std::string_view text;
    bool is_true;
};
constexpr std::array judgements{Word{"对", true},   Word{"错", false},   Word{"正确", true}, Word{"错误", false},
                                Word{"√", true},    Word{"×", false},    Word{"是", true},   Word{"否", false},
                                Word{"true", true}, Word{"false", false}};

std::optional<bool> judgement(const XmlNode& choice)
{
    const std::string all = choice.inner_text();
    const std::string word = lower_case(trimmed(all));
    const auto found = std::ranges::find(judgements, word, &Word::text);
    return found == judgements.end() ? std::nullopt : std::optional{found->is_true};
}

const XmlNode* find_element(const XmlNode& element, std::string_view plain) // NOLINT(misc-no-recursion)
{
    for (const XmlNode& child : element.children) {
        if (child.is(plain)) { return &child; }
        if (const XmlNode* inner = find_element(child, plain)) { return inner; }
    }
    return nullptr;
}

class ChoiceReader {
public:
    ChoiceReader(const AssessmentItem& item, const Interaction& interaction, const ResponseDeclaration& response)
        : item_{item}, interaction_{interaction}, response_{response}
    {
    }

    Result<void> read(ItemWithKey& made)
    {
        const std::size_t count = interaction_.choices.size();
        if (count < 2 || count > options_max) { return does_not_fit("2 to 12 choices are needed"); }
        if (response_.base_type != BaseType::identifier || response_.cardinality == Cardinality::ordered ||
            response_.cardinality == Cardinality::record) {
            return does_not_fit("the response is not of identifiers");
        }
        const auto right = find_key();
        if (!right) { return std::unexpected{right.error()}; }
        return write(made, *right);
    }

private:
    Responses response_of(unsigned chosen) const
    {
        std::vector<Scalar> scalars;
        for (std::size_t at = 0; at < interaction_.choices.size(); ++at) {
            if ((chosen >> at & 1U) != 0) { scalars.emplace_back(interaction_.choices[at].identifier); }
        }
        if (scalars.empty()) { return {}; }
        if (response_.cardinality == Cardinality::single) {
            return {{response_.identifier, Value::single(BaseType::identifier, std::move(scalars.front()))}};
        }
        return {
            {response_.identifier, Value::container(Cardinality::multiple, BaseType::identifier, std::move(scalars))}};
    }

    /// The choices of the one response that has points, as bits.
    Result<unsigned> find_key()
    {
        unsigned right = 0;
        const unsigned end = 1U << interaction_.choices.size();
        for (unsigned chosen = 0; chosen < end; ++chosen) {
            const bool is_one = (chosen & (chosen - 1)) == 0;
            if (response_.cardinality == Cardinality::single && !is_one) { continue; }
            const auto points = points_of(item_, response_of(chosen));
            if (!points) { return std::unexpected{points.error()}; }
            if (is_same(*points, 0.0)) { continue; }
            if (*points < 0 || right != 0 || chosen == 0) {
                return does_not_fit("not all or nothing: other responses than one have points too");
            }
            right = chosen;
            points_ = *points;
        }
        if (right == 0) { return does_not_fit("no response has points"); }
        return right;
    }

    Result<void> write(ItemWithKey& made, unsigned right)
    {
        auto points = checked_points(points_);
        if (!points) { return std::unexpected{points.error()}; }
        made.item.points = *points;
        made.item.type =
            response_.cardinality == Cardinality::single ? ItemType::single_choice : ItemType::multiple_choice;
        made.item.shuffle_options = interaction_.shuffle && std::ranges::none_of(interaction_.choices, &Choice::fixed);
        const XmlNode* element = find_element(item_.document.root, "choiceinteraction");
        std::vector<const XmlNode*> choices;
        for (const XmlNode& child : element->children) {
            if (child.is("simplechoice")) { choices.push_back(&child); }
        }
        if (choices.size() != interaction_.choices.size()) { return does_not_fit("choices inside of choices"); }
        if (write_judgement(made, choices, right)) { return {}; }
        for (std::size_t at = 0; at < choices.size(); ++at) {
            auto body = content_of(*choices[at]);
            if (!body) { return std::unexpected{body.error()}; }
            const std::string letter(1, static_cast<char>('A' + at));
            made.item.options.push_back({letter, std::move(body->content)});
            if ((right >> at & 1U) != 0) { made.key.correct_options.push_back(letter); }
        }
        return {};
    }

    /// Two choices that say 对 and 错, in either order, are an item of type true/false.
    bool write_judgement(ItemWithKey& made, const std::vector<const XmlNode*>& choices, unsigned right)
    {
        if (made.item.type != ItemType::single_choice || choices.size() != 2) { return false; }
        const auto first = judgement(*choices[0]);
        const auto second = judgement(*choices[1]);
        if (!first || !second || *first == *second) { return false; }
        made.item.type = ItemType::true_false;
        made.item.shuffle_options = false;
        made.key.correct_options = {(right == 1 ? *first : *second) ? "true" : "false"};
        return true;
    }

    const AssessmentItem& item_;
    const Interaction& interaction_;
    const ResponseDeclaration& response_;
    double points_ = 0.0;
};

/// A tolerance that the processing allows for a response, if it is written as one equal of QTI.
std::optional<double> tolerance_in(const Expression& expression, std::string_view response) // NOLINT(misc-no-recursion)
{
    if (expression.op == Operator::equal) {
        const auto& how = std::get<Tolerance>(expression.parameters);
        const bool is_about = std::ranges::any_of(expression.operands, [&](const Expression& operand) {
            return operand.op == Operator::variable && operand.identifier == response;
        });
        const auto* number = how.tolerances.size() == 1 ? std::get_if<double>(&how.tolerances.front()) : nullptr;
        if (is_about && how.mode == ToleranceMode::absolute && number != nullptr) { return *number; }
    }
    for (const Expression& operand : expression.operands) {
        if (const auto found = tolerance_in(operand, response)) { return found; }
    }
    return std::nullopt;
}
std::optional<double> tolerance_in(const std::vector<Rule>& rules,
                                   std::string_view response) // NOLINT(misc-no-recursion)
{
    for (const Rule& rule : rules) {
        if (const auto found = tolerance_in(rule.expression, response)) { return found; }
        for (const Branch& branch : rule.branches) {
            const auto in_condition = branch.condition ? tolerance_in(*branch.condition, response) : std::nullopt;
            if (in_condition) { return in_condition; }
            if (const auto found = tolerance_in(branch.rules, response)) { return found; }
        }
    }
    return std::nullopt;
}

class BlankReader {
public:
    BlankReader(const AssessmentItem& item, const std::vector<std::string>& blanks) : item_{item}, blanks_{blanks} {}

    Result<void> read(ItemWithKey& made)
    {
        if (blanks_.empty() || blanks_.size() > blanks_max || blanks_.size() != item_.responses.size()) {
            return does_not_fit("1 to 20 blanks are needed, one a response");
        }
        Responses full;
        for (const std::string& blank : blanks_) {
            const ResponseDeclaration* response = item_.response(blank);
            if (response == nullptr || response->cardinality != Cardinality::single || full.contains(blank)) {
                return does_not_fit("a blank without a response of its own");
            }
            const auto values = candidates(*response);
            if (values.empty()) { return does_not_fit("the response " + blank + " has no key"); }
            full.emplace(blank, values.front());
        }
        const auto all = points_of(item_, full);
        if (!all) { return std::unexpected{all.error()}; }
        auto points = checked_points(*all);
        if (!points) { return std::unexpected{points.error()}; }
        share_ = *all / static_cast<double>(blanks_.size());
        for (const std::string& blank : blanks_) {
            auto key = read_blank(*item_.response(blank));
            if (!key) { return std::unexpected{key.error()}; }
            made.key.blanks.push_back(std::move(*key));
        }
        made.item.type = ItemType::fill_in;
        made.item.blanks = static_cast<int>(blanks_.size());
        made.item.points = *points;
        made.item.shuffle_options = true;
        return {};
    }

private:
    static std::vector<Value> candidates(const ResponseDeclaration& response)
    {
        std::vector<Value> values;
        if (!response.correct.is_null()) { values.push_back(response.correct); }
        if (!response.mapping) { return values; }
        const std::vector<MapEntry>& entries = response.mapping->entries;
        const auto add = [&](const MapEntry& entry) {
            const Value value = Value::single(*response.base_type, entry.key);
            if (!value.is_null() && std::ranges::find(values, value) == values.end()) { values.push_back(value); }
        };
        // Without a correct response the best stands for it.
        if (!entries.empty()) { add(*std::ranges::max_element(entries, {}, &MapEntry::value)); }
        std::ranges::for_each(entries, add);
        return values;
    }

    /// Whether the value alone has the blank's share. @return inconsistent for anything between share and nothing.
    Result<bool> is_accepted(const ResponseDeclaration& response, const Value& value) const
    {
        const auto points = points_of(item_, {{response.identifier, value}});
        if (!points) { return std::unexpected{points.error()}; }
        if (is_same(*points, share_)) { return true; }
        if (is_same(*points, 0.0)) { return false; }
        return does_not_fit("the response " + response.identifier + " has partial points");
    }

    Result<BlankKey> read_blank(const ResponseDeclaration& response) const
    {
        BlankKey key;
        if (response.base_type && is_numeric(*response.base_type)) { return read_number(response); }
        if (response.base_type != BaseType::string && response.base_type != BaseType::identifier) {
            return does_not_fit("the response " + response.identifier + " is not text or number");
        }
        for (const Value& value : candidates(response)) {
            const auto accepted = is_accepted(response, value);
            if (!accepted) { return std::unexpected{accepted.error()}; }
            if (*accepted) { key.texts.push_back(std::get<std::string>(value.scalars().front())); }
        }
        const auto nonsense = is_accepted(response, Value::single(*response.base_type, std::string{"\xE2\x81\x82"}));
        if (!nonsense) { return std::unexpected{nonsense.error()}; }
        if (key.texts.empty() || *nonsense) {
            return does_not_fit("the response " + response.identifier + " has no key");
        }
        return key;
    }

    Result<BlankKey> read_number(const ResponseDeclaration& response) const
    {
        const std::vector<Value> values = candidates(response);
        const double tolerance = tolerance_in(item_.response_rules, response.identifier).value_or(0.0);
        const double middle = values.front().number();
        const double outside = tolerance * 1.001 + 1.0;
        for (const auto& [number, expected] : {std::pair{middle, true},
                                               {middle + outside, false},
                                               {middle - outside, false},
                                               {middle + tolerance * 0.999, true},
                                               {middle - tolerance * 0.999, true}}) {
            const Value value = response.base_type == BaseType::integer ? Value::integer(std::llround(number))
                                                                        : Value::floating(number);
            const auto accepted = is_accepted(response, value);
            if (!accepted) { return std::unexpected{accepted.error()}; }
            if (*accepted != expected || values.size() > 1) {
                return does_not_fit("the response " + response.identifier + " is not one number with a tolerance");
            }
        }
        const auto exact = Decimal::parse(number_text(middle));
        const auto range = Decimal::parse(number_text(tolerance));
        if (!exact || !range) { return does_not_fit("a number with more than six decimals"); }
        BlankKey key;
        key.number = NumericAnswer{*exact, *range};
        return key;
    }

    static std::string number_text(double number)
    {
        std::string text = float_text(number);
        if (text.ends_with(".0")) { text.resize(text.size() - 2); }
        return text;
    }

    const AssessmentItem& item_;
    const std::vector<std::string>& blanks_;
    double share_ = 0.0;
};

} // namespace

Result<ItemWithKey> to_bank_item(const AssessmentItem& item, const BankDetails& details)
{
    const XmlNode* body = item.document.root.child("itembody");
    if (body == nullptr || item.interactions.empty()) { return does_not_fit("there is no interaction"); }
    if (item.adaptive || !item.template_rules.empty()) {
        return does_not_fit("it is adaptive, or made from a template");
    }
    auto stem = content_of(*body);
    if (!stem) { return std::unexpected{stem.error()}; }

    ItemWithKey made;
    if (auto read = read_stimulus(item, made); !read) { return std::unexpected{read.error()}; }
    made.item.id = bank_id(details.id.empty() ? item.identifier : details.id);
    made.item.knowledge_point = details.knowledge_point;
    made.item.source = details.source;
    made.item.stem = std::move(stem->content);
    made.item.difficulty = Decimal::from_units(700'000);
    made.key.item_id = made.item.id;
    const bool all_text = std::ranges::all_of(item.interactions, [](const Interaction& interaction) {
        return interaction.kind == InteractionKind::text_entry;
    });
    const Interaction& first = item.interactions.front();
    if (all_text) {
        if (auto read = BlankReader{item, stem->blanks}.read(made); !read) { return std::unexpected{read.error()}; }
    } else if (item.interactions.size() == 1 && first.kind == InteractionKind::choice && item.responses.size() == 1 &&
               item.responses.front().identifier == first.response_identifier) {
        if (auto read = ChoiceReader{item, first, item.responses.front()}.read(made); !read) {
            return std::unexpected{read.error()};
        }
    } else {
        return does_not_fit("not one choice, and not text entries only");
    }
    if (auto valid = validate(made); !valid) { return std::unexpected{valid.error()}; }
    return made;
}

} // namespace papervault::engine::qti
