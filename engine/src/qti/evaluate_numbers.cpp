#include "qti/evaluator.hpp"
#include "qti/rounding.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace papervault::engine::qti {
namespace {

bool any_null(std::span<const Value> operands)
{
    return std::ranges::any_of(operands, &Value::is_null);
}

/// Singles and containers of numbers.
bool is_numeric_value(const Value& value)
{
    return value.cardinality() != Cardinality::record && value.base_type() && is_numeric(*value.base_type());
}

bool all_whole(std::span<const Value> operands)
{
    return std::ranges::all_of(operands, [](const Value& value) { return value.base_type() == BaseType::integer; });
}

Value null_number(bool whole)
{
    return Value::null_of(Cardinality::single, whole ? BaseType::integer : BaseType::floating);
}

constexpr double whole_limit = 9223372036854775808.0; // 2^63

} // namespace

/// sum and product.
Value Evaluator::total(const Expression& expression, Operands operands)
{
    const bool is_sum = expression.op == Operator::sum;
    if (any_null(operands)) { return null_number(false); }
    for (const Value& operand : operands) {
        if (!is_numeric_value(operand)) { return wrong_type(expression, operand); }
    }
    if (!all_whole(operands)) {
        double result = is_sum ? 0.0 : 1.0;
        for (const Value& operand : operands) {
            for (const Scalar& scalar : operand.scalars()) {
                const double number = qti::number_of(scalar);
                result = is_sum ? result + number : result * number;
            }
        }
        return Value::floating(result);
    }
    std::int64_t result = is_sum ? 0 : 1;
    for (const Value& operand : operands) {
        for (const Scalar& scalar : operand.scalars()) {
            const std::int64_t number = std::get<std::int64_t>(scalar);
            const bool overflows = is_sum ? __builtin_add_overflow(result, number, &result)
                                          : __builtin_mul_overflow(result, number, &result);
            if (overflows) { return fail_in(expression, "the result is too large for an integer"); }
        }
    }
    return Value::integer(result);
}

/// min and max. The standard makes operands that are no numbers NULL here, not an error.
Value Evaluator::extreme(const Expression& expression, Operands operands)
{
    if (any_null(operands)) { return null_number(false); }
    for (const Value& operand : operands) {
        if (operand.cardinality() == Cardinality::record) { return wrong_type(expression, operand); }
    }
    if (!std::ranges::all_of(operands, is_numeric_value)) { return null_number(false); }
    const bool is_min = expression.op == Operator::min;
    std::optional<Scalar> best;
    for (const Value& operand : operands) {
        for (const Scalar& scalar : operand.scalars()) {
            const double number = qti::number_of(scalar);
            if (std::isnan(number)) { return null_number(false); }
            const bool is_better = !best || (is_min ? number < qti::number_of(*best) : number > qti::number_of(*best));
            if (is_better) { best = scalar; }
        }
    }
    if (all_whole(operands)) { return Value::single(BaseType::integer, *best); }
    return Value::floating(qti::number_of(*best));
}

/// gcd and lcm.
Value Evaluator::divisor(const Expression& expression, Operands operands)
{
    if (any_null(operands)) { return null_number(true); }
    const bool is_gcd = expression.op == Operator::gcd;
    std::int64_t result = is_gcd ? 0 : 1;
    for (const Value& operand : operands) {
        if (operand.cardinality() == Cardinality::record || operand.base_type() != BaseType::integer) {
            return wrong_type(expression, operand);
        }
        for (const Scalar& scalar : operand.scalars()) {
            const std::int64_t number = std::get<std::int64_t>(scalar);
            if (number == std::numeric_limits<std::int64_t>::min()) {
                return fail_in(expression, "a number is too large");
            }
            if (is_gcd) {
                result = std::gcd(result, number);
            } else if (number == 0 || result == 0) {
                result = 0;
            } else if (__builtin_mul_overflow(result / std::gcd(result, number), std::abs(number), &result)) {
                return fail_in(expression, "the result is too large for an integer");
            }
        }
    }
    return Value::integer(result);
}

/// subtract, divide and power. Outside the domain and the range of floats the result is NULL: division by zero, roots
/// of negative numbers, 10 to the power of 400.
Value Evaluator::arithmetic(const Expression& expression, const Value& left, const Value& right)
{
    if (left.is_null() || right.is_null()) { return null_number(false); }
    if (!is_single_number(left)) { return wrong_type(expression, left); }
    if (!is_single_number(right)) { return wrong_type(expression, right); }
    const double a = left.number();
    const double b = right.number();
    if (expression.op == Operator::subtract) {
        if (left.base_type() == BaseType::floating || right.base_type() == BaseType::floating) {
            return Value::floating(a - b);
        }
        std::int64_t difference = 0;
        if (__builtin_sub_overflow(std::get<std::int64_t>(left.scalars().front()),
                                   std::get<std::int64_t>(right.scalars().front()), &difference)) {
            return fail_in(expression, "the result is too large for an integer");
        }
        return Value::integer(difference);
    }
    const bool is_division = expression.op == Operator::divide;
    if (is_division ? b == 0.0 : a == 0.0 && b < 0.0) { return null_number(false); }
    const double result = is_division ? a / b : std::pow(a, b);
    const bool is_too_large = std::isinf(result) && std::isfinite(a) && std::isfinite(b);
    return std::isnan(result) || is_too_large ? null_number(false) : Value::floating(result);
}

/// integerDivide rounds towards minus infinity, so that integerModulus has the sign of the second operand.
Value Evaluator::whole_arithmetic(const Expression& expression, const Value& left, const Value& right)
{
    if (left.is_null() || right.is_null()) { return null_number(true); }
    if (!left.is_single(BaseType::integer)) { return wrong_type(expression, left); }
    if (!right.is_single(BaseType::integer)) { return wrong_type(expression, right); }
    const std::int64_t a = std::get<std::int64_t>(left.scalars().front());
    const std::int64_t b = std::get<std::int64_t>(right.scalars().front());
    if (b == 0) { return null_number(true); }
    if (b == -1) {
        if (expression.op == Operator::integer_modulus) { return Value::integer(0); }
        if (a == std::numeric_limits<std::int64_t>::min()) { return fail_in(expression, "the result is too large"); }
        return Value::integer(-a);
    }
    const bool is_rounded_up = a % b != 0 && (a < 0) != (b < 0);
    if (expression.op == Operator::integer_divide) { return Value::integer(a / b - (is_rounded_up ? 1 : 0)); }
    return Value::integer(a % b + (is_rounded_up ? b : 0));
}

/// truncate and round. Infinite stays infinite (and so a float), NaN is NULL.
Value Evaluator::to_whole(const Expression& expression, const Value& operand)
{
    if (operand.is_null()) { return null_number(true); }
    if (!is_single_number(operand)) { return wrong_type(expression, operand); }
    if (operand.base_type() == BaseType::integer) { return operand; }
    const double number = operand.number();
    if (std::isnan(number)) { return null_number(true); }
    if (std::isinf(number)) { return Value::floating(number); }
    const double whole = expression.op == Operator::truncate ? std::trunc(number) : round_half_up(number);
    if (!(whole >= -whole_limit && whole < whole_limit)) { return fail_in(expression, "the number is too large"); }
    return Value::integer(static_cast<std::int64_t>(whole));
}

std::optional<double> Evaluator::rounded(const Expression& expression, double number)
{
    const auto& how = std::get<Rounding>(expression.parameters);
    const auto figures = whole_of(expression, how.figures);
    if (!figures) { return std::nullopt; }
    if (*figures < (how.mode == RoundingMode::significant_figures ? 1 : 0)) {
        fail_in(expression, "too few figures");
        return std::nullopt;
    }
    return round_decimal(number, how.mode, static_cast<int>(std::min<std::int64_t>(*figures, 400)));
}

Value Evaluator::round_to(const Expression& expression, const Value& operand)
{
    if (operand.is_null()) { return null_number(false); }
    if (!is_single_number(operand)) { return wrong_type(expression, operand); }
    const auto number = rounded(expression, operand.number());
    if (!number || std::isnan(*number)) { return null_number(false); }
    return Value::floating(*number);
}

Value Evaluator::statistic(const Expression& expression, const Value& operand)
{
    if (operand.is_null()) { return null_number(false); }
    if (!operand.is_container() || !is_numeric_value(operand)) { return wrong_type(expression, operand); }
    const Statistic which = std::get<Statistic>(expression.parameters);
    const auto count = static_cast<double>(operand.scalars().size());
    double mean = 0.0;
    for (const Scalar& scalar : operand.scalars()) { mean += qti::number_of(scalar); }
    mean /= count;
    if (which == Statistic::mean) { return Value::floating(mean); }
    const bool is_sample = which == Statistic::sample_variance || which == Statistic::sample_sd;
    if (is_sample && count < 2) { return null_number(false); }
    double squares = 0.0;
    for (const Scalar& scalar : operand.scalars()) {
        const double distance = qti::number_of(scalar) - mean;
        squares += distance * distance;
    }
    const double variance = squares / (is_sample ? count - 1 : count);
    const bool is_root = which == Statistic::sample_sd || which == Statistic::pop_sd;
    return Value::floating(is_root ? std::sqrt(variance) : variance);
}

} // namespace papervault::engine::qti
