// Logic with three values, and comparisons.
#include "qti/evaluator.hpp"
#include "qti/pattern.hpp"
#include "qti/text.hpp"

#include <algorithm>
#include <cmath>

namespace papervault::engine::qti {
namespace {

/// Of compiling a pattern that a variable holds: at most some hundred times in one evaluation.
constexpr std::size_t pattern_work = 64'000;

} // namespace

Value Evaluator::logic(const Expression& expression, Operands operands)
{
    std::int64_t trues = 0;
    std::int64_t nulls = 0;
    for (const Value& operand : operands) {
        if (operand.is_null()) {
            ++nulls;
        } else if (!operand.is_single(BaseType::boolean)) {
            return wrong_type(expression, operand);
        } else if (std::get<bool>(operand.scalars().front())) {
            ++trues;
        }
    }
    const auto all = static_cast<std::int64_t>(operands.size());
    const Value null = Value::null_of(Cardinality::single, BaseType::boolean);
    switch (expression.op) {
    case Operator::logical_not: return nulls > 0 ? null : Value::boolean(trues == 0);
    case Operator::logical_and:
        if (trues + nulls < all) { return Value::boolean(false); }
        return nulls > 0 ? null : Value::boolean(true);
    case Operator::logical_or:
        if (trues > 0) { return Value::boolean(true); }
        return nulls > 0 ? null : Value::boolean(false);
    default: break;
    }
    const auto& range = std::get<CountRange>(expression.parameters);
    const auto min = whole_of(expression, range.min);
    const auto max = whole_of(expression, range.max);
    if (!min || !max) { return {}; }
    if (trues > *max || trues + nulls < *min) { return Value::boolean(false); }
    if (trues >= *min && trues + nulls <= *max) { return Value::boolean(true); }
    return null;
}

Value Evaluator::match(const Expression& expression, const Value& left, const Value& right)
{
    if (left.is_null() || right.is_null()) { return Value::null_of(Cardinality::single, BaseType::boolean); }
    if (left.cardinality() != right.cardinality() || left.base_type() != right.base_type()) {
        return fail_in(expression, "compares " + described(left) + " with " + described(right));
    }
    if (left.cardinality() == Cardinality::multiple && !spend(left.scalars().size() * right.scalars().size())) {
        return {};
    }
    return Value::boolean(same_value(left, right));
}

/// stringMatch: the first is the second, or contains it. substring: the first is contained in the second.
Value Evaluator::compare_texts(const Expression& expression, const Value& left, const Value& right)
{
    if (left.is_null() || right.is_null()) { return Value::null_of(Cardinality::single, BaseType::boolean); }
    if (!left.is_single(BaseType::string)) { return wrong_type(expression, left); }
    if (!right.is_single(BaseType::string)) { return wrong_type(expression, right); }
    const auto& how = std::get<TextComparison>(expression.parameters);
    std::string first = std::get<std::string>(left.scalars().front());
    std::string second = std::get<std::string>(right.scalars().front());
    if (!how.case_sensitive) {
        first = lower_case(first);
        second = lower_case(second);
    }
    if (expression.op == Operator::substring) { return Value::boolean(second.find(first) != std::string::npos); }
    return Value::boolean(how.substring ? first.find(second) != std::string::npos : first == second);
}

Value Evaluator::pattern_match(const Expression& expression, const Value& operand)
{
    if (operand.is_null()) { return Value::null_of(Cardinality::single, BaseType::boolean); }
    if (!operand.is_single(BaseType::string)) { return wrong_type(expression, operand); }
    if (!spend(size_of(operand) * 4)) { return {}; }
    const auto& text = std::get<std::string>(operand.scalars().front());
    if (const auto* pattern = std::get_if<Pattern>(&expression.parameters)) {
        return Value::boolean(matches(*pattern, text));
    }
    const auto& name = std::get<PatternVariable>(expression.parameters).identifier;
    const auto source = environment_.variable(name, {});
    if (!source || source->is_null() || !source->is_single(BaseType::string)) {
        return fail_in(expression, "the variable " + name + " holds no pattern");
    }
    if (!spend(pattern_work)) { return {}; }
    const auto pattern = compile_pattern(std::get<std::string>(source->scalars().front()));
    if (!pattern) { return fail_in(expression, pattern.error().detail); }
    return Value::boolean(matches(*pattern, text));
}

/// Of a container, one point inside is enough.
Value Evaluator::inside(const Expression& expression, const Value& operand)
{
    if (operand.is_null()) { return Value::null_of(Cardinality::single, BaseType::boolean); }
    if (operand.base_type() != BaseType::point) { return wrong_type(expression, operand); }
    const auto& area = std::get<Area>(expression.parameters);
    if (!spend(operand.scalars().size() * (1 + area.coordinates.size()))) { return {}; }
    return Value::boolean(std::ranges::any_of(
        operand.scalars(), [&](const Scalar& scalar) { return area.contains(std::get<Point>(scalar)); }));
}

Value Evaluator::equal(const Expression& expression, const Value& left, const Value& right)
{
    if (left.is_null() || right.is_null()) { return Value::null_of(Cardinality::single, BaseType::boolean); }
    if (!is_single_number(left)) { return wrong_type(expression, left); }
    if (!is_single_number(right)) { return wrong_type(expression, right); }
    const auto& how = std::get<Tolerance>(expression.parameters);
    const double expected = left.number();
    const double actual = right.number();
    if (how.mode == ToleranceMode::exact) {
        return Value::boolean(left.base_type() == right.base_type() ? left.scalars().front() == right.scalars().front()
                                                                    : expected == actual);
    }
    const auto below = number_of(expression, how.tolerances.front());
    const auto above = number_of(expression, how.tolerances.back());
    if (!below || !above) { return {}; }
    if (*below < 0 || *above < 0) { return fail_in(expression, "a negative tolerance"); }
    // Percentages of the first number; of its magnitude, so that the range lies around a negative number too.
    const double unit = how.mode == ToleranceMode::relative ? std::abs(expected) / 100.0 : 1.0;
    const double lower = expected - unit * *below;
    const double upper = expected + unit * *above;
    const bool above_lower = how.include_lower_bound ? actual >= lower : actual > lower;
    const bool below_upper = how.include_upper_bound ? actual <= upper : actual < upper;
    return Value::boolean(above_lower && below_upper);
}

Value Evaluator::equal_rounded(const Expression& expression, const Value& left, const Value& right)
{
    if (left.is_null() || right.is_null()) { return Value::null_of(Cardinality::single, BaseType::boolean); }
    if (!is_single_number(left)) { return wrong_type(expression, left); }
    if (!is_single_number(right)) { return wrong_type(expression, right); }
    const auto first = rounded(expression, left.number());
    const auto second = rounded(expression, right.number());
    if (!first || !second) { return {}; }
    return Value::boolean(*first == *second);
}

Value Evaluator::compare_numbers(const Expression& expression, const Value& left, const Value& right)
{
    if (left.is_null() || right.is_null()) { return Value::null_of(Cardinality::single, BaseType::boolean); }
    if (!is_single_number(left)) { return wrong_type(expression, left); }
    if (!is_single_number(right)) { return wrong_type(expression, right); }
    const double a = left.number();
    const double b = right.number();
    switch (expression.op) {
    case Operator::lt: return Value::boolean(a < b);
    case Operator::gt: return Value::boolean(a > b);
    case Operator::lte: return Value::boolean(a <= b);
    default: return Value::boolean(a >= b);
    }
}

Value Evaluator::compare_durations(const Expression& expression, const Value& left, const Value& right)
{
    if (left.is_null() || right.is_null()) { return Value::null_of(Cardinality::single, BaseType::boolean); }
    if (!left.is_single(BaseType::duration)) { return wrong_type(expression, left); }
    if (!right.is_single(BaseType::duration)) { return wrong_type(expression, right); }
    const double a = std::get<Duration>(left.scalars().front()).seconds;
    const double b = std::get<Duration>(right.scalars().front()).seconds;
    return Value::boolean(expression.op == Operator::duration_lt ? a < b : a >= b);
}

} // namespace papervault::engine::qti
