// Values without operands: constants, variables, what they map to, chance.
#include "qti/evaluator.hpp"
#include "qti/text.hpp"

#include <algorithm>
#include <cmath>

namespace papervault::engine::qti {
namespace {

template <class Map>
double within_bounds(const Map& mapping, double sum)
{
    if (mapping.lower_bound && sum < *mapping.lower_bound) { sum = *mapping.lower_bound; }
    if (mapping.upper_bound && sum > *mapping.upper_bound) { sum = *mapping.upper_bound; }
    return sum;
}

/// The first occurrence of each value: mapResponse counts a repeated value once.
std::vector<const Scalar*> distinct(BaseType type, std::span<const Scalar> scalars)
{
    std::vector<const Scalar*> found;
    for (const Scalar& scalar : scalars) {
        const bool is_known =
            std::ranges::any_of(found, [&](const Scalar* other) { return same_scalar(type, *other, scalar); });
        if (!is_known) { found.push_back(&scalar); }
    }
    return found;
}

} // namespace

Value Evaluator::paid(Value value)
{
    if (!spend(size_of(value))) { return {}; }
    return value;
}

double Evaluator::mapped(BaseType type, const Mapping& mapping, const Scalar& scalar)
{
    const auto* text = std::get_if<std::string>(&scalar);
    const std::string folded = text == nullptr ? std::string{} : lower_case(*text);
    if (!spend(mapping.entries.size())) { return 0.0; }
    for (const MapEntry& entry : mapping.entries) {
        if (same_scalar(type, entry.key, scalar)) { return entry.value; }
        if (entry.case_sensitive || text == nullptr) { continue; }
        // Changing the case never changes the number of bytes.
        const auto* key = std::get_if<std::string>(&entry.key);
        if (key == nullptr || key->size() != text->size() || !spend(key->size() * 4)) { continue; }
        if (lower_case(*key) == folded) { return entry.value; }
    }
    return mapping.default_value;
}

Value Evaluator::leaf(const Expression& expression)
{
    const auto known = [&](std::optional<Value> value) {
        return value ? paid(std::move(*value)) : fail_in(expression, "there is no variable " + expression.identifier);
    };
    switch (expression.op) {
    case Operator::base_value:
    case Operator::math_constant: return paid(std::get<Value>(expression.parameters));
    case Operator::variable: {
        const auto* weighted = std::get_if<WeightedVariable>(&expression.parameters);
        if (!spend(environment_.items_of_test())) { return {}; }
        return known(environment_.variable(expression.identifier, weighted == nullptr ? "" : weighted->weight));
    }
    case Operator::default_value: return known(environment_.default_value(expression.identifier));
    case Operator::correct: return known(environment_.correct(expression.identifier));
    case Operator::map_response: return map_response(expression);
    case Operator::map_response_point: return map_response_point(expression);
    case Operator::random_integer: return random_integer(expression);
    case Operator::random_float: return random_float(expression);
    default: return {}; // null
    }
}

Value Evaluator::map_response(const Expression& expression)
{
    const ResponseDeclaration* declaration = environment_.response(expression.identifier);
    const auto value = environment_.variable(expression.identifier, {});
    if (declaration == nullptr || !value) {
        return fail_in(expression, "there is no response " + expression.identifier);
    }
    if (!declaration->mapping) {
        warn("mapResponse: the response " + expression.identifier + " has no mapping; it maps to 0");
        return Value::floating(0.0);
    }
    const Mapping& mapping = *declaration->mapping;
    if (value->is_null()) {
        // The empty string is NULL, so an entry for it is the entry for NULL.
        const bool may_be_empty = declaration->base_type == BaseType::string;
        const double otherwise =
            may_be_empty ? mapped(BaseType::string, mapping, Scalar{std::string{}}) : mapping.default_value;
        return Value::floating(within_bounds(mapping, otherwise));
    }
    const auto type = value->base_type();
    if (!type) { return wrong_type(expression, *value); }
    if (!spend(size_of(*value) + value->scalars().size() * value->scalars().size())) { return {}; }
    double sum = 0.0;
    for (const Scalar* scalar : distinct(*type, value->scalars())) { sum += mapped(*type, mapping, *scalar); }
    return Value::floating(within_bounds(mapping, sum));
}

Value Evaluator::map_response_point(const Expression& expression)
{
    const ResponseDeclaration* declaration = environment_.response(expression.identifier);
    const auto value = environment_.variable(expression.identifier, {});
    if (declaration == nullptr || !value) {
        return fail_in(expression, "there is no response " + expression.identifier);
    }
    if (declaration->base_type != BaseType::point || declaration->cardinality == Cardinality::record) {
        return fail_in(expression, "the response " + expression.identifier + " is not of points");
    }
    if (!declaration->area_mapping) {
        warn("mapResponsePoint: the response " + expression.identifier + " has no areaMapping; it maps to 0");
        return Value::floating(0.0);
    }
    const AreaMapping& mapping = *declaration->area_mapping;
    if (value->is_null()) { return Value::floating(within_bounds(mapping, mapping.default_value)); }
    double sum = 0.0;
    std::vector<bool> counted(mapping.entries.size(), false);
    for (const Scalar& scalar : value->scalars()) {
        bool is_anywhere = false;
        for (std::size_t area = 0; area < mapping.entries.size(); ++area) {
            if (!spend(mapping.entries[area].area.coordinates.size())) { return {}; }
            if (!mapping.entries[area].area.contains(std::get<Point>(scalar))) { continue; }
            is_anywhere = true;
            if (!counted[area]) { sum += mapping.entries[area].value; }
            counted[area] = true;
        }
        if (!is_anywhere) { sum += mapping.default_value; }
    }
    return Value::floating(within_bounds(mapping, sum));
}

Value Evaluator::random_integer(const Expression& expression)
{
    const auto& range = std::get<RandomRange>(expression.parameters);
    const auto min = whole_of(expression, range.min);
    const auto max = whole_of(expression, range.max);
    const auto step = whole_of(expression, range.step);
    if (!min || !max || !step) { return {}; }
    if (*max < *min || *step < 1) { return fail_in(expression, "an empty range"); }
    if (random_ == nullptr) { return fail_in(expression, "needs a seed"); }
    const auto choices = static_cast<std::uint64_t>((*max - *min) / *step) + 1;
    return Value::integer(*min + static_cast<std::int64_t>(random_->below(choices)) * *step);
}

Value Evaluator::random_float(const Expression& expression)
{
    const auto& range = std::get<RandomRange>(expression.parameters);
    const auto min = number_of(expression, range.min);
    const auto max = number_of(expression, range.max);
    if (!min || !max) { return {}; }
    if (!(*max >= *min) || !std::isfinite(*max - *min)) { return fail_in(expression, "an empty range"); }
    if (random_ == nullptr) { return fail_in(expression, "needs a seed"); }
    const double share = static_cast<double>(random_->bits() >> 11) * 0x1.0p-53;
    return Value::floating(*min + (*max - *min) * share);
}

} // namespace papervault::engine::qti
