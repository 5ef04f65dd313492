#include "qti/test_session.hpp"

#include <algorithm>
#include <functional>

namespace papervault::engine::qti {
namespace {

/// The item's own name of a variable that the test may know under another.
std::string_view source_name(const ItemReference& reference, std::string_view name)
{
    const auto mapping = std::ranges::find(reference.variable_mappings, name, &VariableMapping::target);
    return mapping == reference.variable_mappings.end() ? name : std::string_view{mapping->source};
}

std::optional<Value> variable_of(const PlacedItem& placed, std::string_view name)
{
    const std::string_view source = source_name(*placed.reference, name);
    const auto& outcomes = placed.session.outcome.outcomes;
    if (const auto outcome = std::ranges::find(outcomes, source, &NamedValue::identifier); outcome != outcomes.end()) {
        return outcome->value;
    }
    if (const ResponseDeclaration* response = placed.item->response(source)) {
        const auto given = placed.responses.find(source);
        const bool counts = placed.session.is_presented && given != placed.responses.end();
        return counts ? given->second : Value::null_of(response->cardinality, response->base_type);
    }
    if (source == "numAttempts") { return Value::integer(placed.session.is_presented ? 1 : 0); }
    if (source == "duration") { return Value::single(BaseType::duration, Duration{0.0}); }
    if (source == "completionStatus") {
        const char* status = placed.session.is_responded   ? "completed"
                             : placed.session.is_presented ? "incomplete"
                                                           : "not_attempted";
        return Value::single(BaseType::identifier, std::string{status});
    }
    return std::nullopt;
}

/// Numbers are multiplied; everything else has no weight.
Value weighted(const Value& value, double weight)
{
    if (value.is_null() || !is_single_number(value)) { return value; }
    return Value::floating(value.number() * weight);
}

Value count(std::int64_t number)
{
    return Value::integer(number);
}

} // namespace

double weight_of(const ItemReference& reference, std::string_view weight) noexcept
{
    const auto found = std::ranges::find(reference.weights, weight, &ItemWeight::identifier);
    return found == reference.weights.end() ? 1.0 : found->value;
}

std::optional<Value> TestSession::variable(std::string_view identifier, std::string_view weight) const
{
    if (auto own = Session::variable(identifier, weight)) { return own; }
    // Identifiers of items may have points of their own.
    for (std::size_t point = identifier.rfind('.'); point != std::string_view::npos && point > 0;
         point = identifier.rfind('.', point - 1)) {
        const std::string_view name = identifier.substr(0, point);
        const auto placed =
            std::ranges::find_if(items_, [&](const PlacedItem& item) { return item.reference->identifier == name; });
        if (placed == items_.end()) { continue; }
        auto value = variable_of(*placed, identifier.substr(point + 1));
        if (!value || weight.empty()) { return value; }
        return weighted(*value, weight_of(*placed->reference, weight));
    }
    return std::nullopt;
}

bool TestSession::is_in(const PlacedItem& item, const ItemSubset& subset) const
{
    if (!item.session.is_selected) { return false; }
    const auto has = [&](const std::string& category) {
        return std::ranges::find(item.reference->categories, category) != item.reference->categories.end();
    };
    if (!subset.section.empty() && std::ranges::find(item.sections, subset.section) == item.sections.end()) {
        return false;
    }
    if (!subset.include_categories.empty() && !std::ranges::any_of(subset.include_categories, has)) { return false; }
    return !std::ranges::any_of(subset.exclude_categories, has);
}

/// A container of all single values of that name and type: without a type all numbers. NULL and items without it are
/// left out. Weights make whole numbers floats.
Value TestSession::test_variables(const ItemSubset& subset) const
{
    std::vector<Scalar> scalars;
    bool is_whole = true;
    for (const PlacedItem& placed : items_) {
        if (!is_in(placed, subset)) { continue; }
        const auto value = variable_of(placed, subset.outcome);
        if (!value || value->is_null() || value->cardinality() != Cardinality::single) { continue; }
        const bool fits = subset.base_type ? value->base_type() == subset.base_type : is_single_number(*value);
        if (!fits) { continue; }
        const Value scaled =
            subset.weight.empty() ? *value : weighted(*value, weight_of(*placed.reference, subset.weight));
        is_whole = is_whole && scaled.base_type() == BaseType::integer;
        scalars.push_back(scaled.scalars().front());
    }
    if (subset.base_type && !is_numeric(*subset.base_type)) {
        return Value::container(Cardinality::multiple, *subset.base_type, std::move(scalars));
    }
    if (is_whole && !scalars.empty()) {
        return Value::container(Cardinality::multiple, BaseType::integer, std::move(scalars));
    }
    for (Scalar& scalar : scalars) { scalar = number_of(scalar); }
    return Value::container(Cardinality::multiple, BaseType::floating, std::move(scalars));
}

/// outcomeMaximum is NULL as soon as one item does not say its maximum; outcomeMinimum takes 0 for it.
Value TestSession::outcome_bound(const ItemSubset& subset, bool is_maximum) const
{
    double sum = 0.0;
    bool is_any = false;
    for (const PlacedItem& placed : items_) {
        if (!is_in(placed, subset)) { continue; }
        const OutcomeDeclaration* outcome = placed.item->outcome(source_name(*placed.reference, subset.outcome));
        const auto bound = outcome == nullptr ? std::optional<double>{}
                           : is_maximum       ? outcome->normal_maximum
                                              : outcome->normal_minimum;
        if (!bound && is_maximum) { return Value::null_of(Cardinality::single, BaseType::floating); }
        is_any = true;
        sum += bound.value_or(0.0) * (subset.weight.empty() ? 1.0 : weight_of(*placed.reference, subset.weight));
    }
    return is_any ? Value::floating(sum) : Value::null_of(Cardinality::single, BaseType::floating);
}

std::optional<Value> TestSession::of_test(const Expression& expression) const
{
    const auto& subset = std::get<ItemSubset>(expression.parameters);
    const auto number_of_items = [&](const std::function<bool(const PlacedItem&)>& counts) {
        return count(std::ranges::count_if(
            items_, [&](const PlacedItem& placed) { return is_in(placed, subset) && counts(placed); }));
    };
    switch (expression.op) {
    case Operator::test_variables: return test_variables(subset);
    case Operator::outcome_maximum: return outcome_bound(subset, true);
    case Operator::outcome_minimum: return outcome_bound(subset, false);
    case Operator::number_correct:
        return number_of_items([](const PlacedItem& placed) { return placed.session.outcome.is_correct == true; });
    case Operator::number_incorrect:
        return number_of_items([](const PlacedItem& placed) {
            return placed.session.is_presented && placed.session.outcome.is_correct == false;
        });
    case Operator::number_presented:
        return number_of_items([](const PlacedItem& placed) { return placed.session.is_presented; });
    case Operator::number_responded:
        return number_of_items([](const PlacedItem& placed) { return placed.session.is_responded; });
    case Operator::number_selected: return number_of_items([](const PlacedItem&) { return true; });
    default: return std::nullopt;
    }
}

} // namespace papervault::engine::qti
