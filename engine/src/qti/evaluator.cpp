#include "qti/evaluator.hpp"

#include <algorithm>
#include <cmath>

namespace papervault::engine::qti {

std::string described(const Value& value)
{
    if (value.is_null()) { return "NULL"; }
    std::string text{to_text(value.cardinality())};
    if (const auto type = value.base_type()) { text += " " + std::string{to_text(*type)}; }
    return text;
}

bool is_single_number(const Value& value) noexcept
{
    return value.is_single(BaseType::integer) || value.is_single(BaseType::floating);
}

std::size_t size_of(const Value& value) noexcept
{
    std::size_t size = value.scalars().size() + value.fields().size();
    for (const Scalar& scalar : value.scalars()) {
        if (const auto* text = std::get_if<std::string>(&scalar)) { size += text->size(); }
    }
    return size;
}

void Evaluator::fail(EngineError code, std::string detail)
{
    if (!failure_) { failure_ = EngineFailure{code, std::move(detail)}; }
}

void Evaluator::warn(std::string warning)
{
    if (std::ranges::find(warnings_, warning) == warnings_.end()) { warnings_.push_back(std::move(warning)); }
}

bool Evaluator::spend(std::size_t work)
{
    steps_ += 1 + work / 64;
    if (steps_ > evaluation_steps_max) { fail(EngineError::out_of_range, "the processing takes too many steps"); }
    return !failure_;
}

Value Evaluator::fail_in(const Expression& expression, std::string_view reason)
{
    fail(EngineError::inconsistent, std::string{to_text(expression.op)} + ": " + std::string{reason});
    return {};
}

Value Evaluator::wrong_type(const Expression& expression, const Value& operand)
{
    return fail_in(expression, "does not take an operand that is " + described(operand));
}

std::optional<double> Evaluator::number_of(const Expression& expression, const NumberOrVariable& source)
{
    if (const auto* number = std::get_if<double>(&source)) { return *number; }
    const auto& name = std::get<std::string>(source);
    const auto value = environment_.variable(name, {});
    if (!value || value->is_null() || !is_single_number(*value)) {
        fail_in(expression, "the variable " + name + " holds no number");
        return std::nullopt;
    }
    return value->number();
}

std::optional<std::int64_t> Evaluator::whole_of(const Expression& expression, const NumberOrVariable& source)
{
    if (const auto* name = std::get_if<std::string>(&source)) {
        const auto value = environment_.variable(*name, {});
        if (!value || value->is_null() || !value->is_single(BaseType::integer)) {
            fail_in(expression, "the variable " + *name + " holds no integer");
            return std::nullopt;
        }
        return std::get<std::int64_t>(value->scalars().front());
    }
    const auto number = number_of(expression, source);
    if (!number) { return std::nullopt; }
    if (*number != std::floor(*number) || std::abs(*number) > 9e15) {
        fail_in(expression, "an attribute is not a whole number");
        return std::nullopt;
    }
    return static_cast<std::int64_t>(*number);
}

bool Evaluator::holds(const Expression& condition)
{
    const Value value = evaluate(condition);
    if (failure_ || value.is_null()) { return false; }
    if (!value.is_single(BaseType::boolean)) {
        fail(EngineError::inconsistent, "a condition is " + described(value));
        return false;
    }
    return std::get<bool>(value.scalars().front());
}

std::vector<Value> Evaluator::evaluate_operands(const Expression& expression) // NOLINT(misc-no-recursion)
{
    std::vector<Value> values;
    values.reserve(expression.operands.size());
    for (const Expression& operand : expression.operands) {
        values.push_back(evaluate(operand));
        if (failure_) { return {}; }
    }
    return values;
}

// As deep as the document that was read.
Value Evaluator::evaluate(const Expression& expression) // NOLINT(misc-no-recursion)
{
    if (failure_ || !spend()) { return {}; }
    if (expression.op <= Operator::math_constant) { return leaf(expression); }
    if (expression.op == Operator::repeat) { return repeat(expression); }
    if (expression.op == Operator::unknown) {
        fail(EngineError::unknown_field, "there is no operator " + expression.identifier);
        return {};
    }
    if (expression.op >= Operator::test_variables && expression.op <= Operator::number_selected) {
        if (!spend(environment_.items_of_test() * 8)) { return {}; }
        auto value = environment_.of_test(expression);
        return value ? std::move(*value) : fail_in(expression, "belongs into the outcome processing of a test");
    }
    const std::vector<Value> operands = evaluate_operands(expression);
    if (failure_) { return {}; }
    return of_operands(expression, operands);
}

Value Evaluator::of_operands(const Expression& expression, Operands operands)
{
    switch (expression.op) {
    case Operator::multiple: return gather(expression, operands, Cardinality::multiple);
    case Operator::ordered: return gather(expression, operands, Cardinality::ordered);
    case Operator::container_size: return container_size(expression, operands[0]);
    case Operator::is_null: return Value::boolean(operands[0].is_null());
    case Operator::index: return index(expression, operands[0]);
    case Operator::field_value: return field_value(expression, operands[0]);
    case Operator::random: return random(expression, operands[0]);
    case Operator::member: return member(expression, operands[0], operands[1]);
    case Operator::remove: return remove(expression, operands[0], operands[1]);
    case Operator::contains: return contains(expression, operands[0], operands[1]);
    case Operator::logical_not:
    case Operator::logical_and:
    case Operator::logical_or:
    case Operator::any_n: return logic(expression, operands);
    case Operator::match: return match(expression, operands[0], operands[1]);
    case Operator::string_match:
    case Operator::substring: return compare_texts(expression, operands[0], operands[1]);
    case Operator::pattern_match: return pattern_match(expression, operands[0]);
    case Operator::equal: return equal(expression, operands[0], operands[1]);
    case Operator::equal_rounded: return equal_rounded(expression, operands[0], operands[1]);
    case Operator::inside: return inside(expression, operands[0]);
    case Operator::lt:
    case Operator::gt:
    case Operator::lte:
    case Operator::gte: return compare_numbers(expression, operands[0], operands[1]);
    case Operator::duration_lt:
    case Operator::duration_gte: return compare_durations(expression, operands[0], operands[1]);
    case Operator::sum:
    case Operator::product: return total(expression, operands);
    case Operator::subtract:
    case Operator::divide:
    case Operator::power: return arithmetic(expression, operands[0], operands[1]);
    case Operator::integer_divide:
    case Operator::integer_modulus: return whole_arithmetic(expression, operands[0], operands[1]);
    case Operator::truncate:
    case Operator::round: return to_whole(expression, operands[0]);
    case Operator::round_to: return round_to(expression, operands[0]);
    case Operator::integer_to_float:
        if (operands[0].is_null()) { return Value::null_of(Cardinality::single, BaseType::floating); }
        if (!operands[0].is_single(BaseType::integer)) { return wrong_type(expression, operands[0]); }
        return Value::floating(operands[0].number());
    case Operator::min:
    case Operator::max: return extreme(expression, operands);
    case Operator::gcd:
    case Operator::lcm: return divisor(expression, operands);
    case Operator::math_operator: return math(expression, operands);
    case Operator::stats_operator: return statistic(expression, operands[0]);
    case Operator::custom:
        warn("customOperator " + expression.identifier + " is not known here; its value is NULL");
        return {};
    default: return fail_in(expression, "is not an operator with operands");
    }
}

} // namespace papervault::engine::qti
