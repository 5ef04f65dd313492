#include "qti/evaluator.hpp"

#include <cmath>
#include <numbers>
#include <optional>

namespace papervault::engine::qti {
namespace {

/// 1/x, and nothing for 0.
std::optional<double> inverse(double number)
{
    if (number == 0.0) { return std::nullopt; }
    return 1.0 / number;
}

/// @return Nothing outside the domain of the function. NaN too stands for that.
std::optional<double> apply(MathFunction function, double x)
{
    switch (function) {
    case MathFunction::sin: return std::sin(x);
    case MathFunction::cos: return std::cos(x);
    case MathFunction::tan: return std::tan(x);
    case MathFunction::sec: return inverse(std::cos(x));
    case MathFunction::csc: return inverse(std::sin(x));
    case MathFunction::cot: return inverse(std::tan(x));
    case MathFunction::asin: return std::asin(x);
    case MathFunction::acos: return std::acos(x);
    case MathFunction::atan: return std::atan(x);
    case MathFunction::asec:
        if (const auto y = inverse(x)) { return std::acos(*y); }
        return std::nullopt;
    case MathFunction::acsc:
        if (const auto y = inverse(x)) { return std::asin(*y); }
        return std::nullopt;
    case MathFunction::acot:
        if (const auto y = inverse(x)) { return std::atan(*y); }
        return std::numbers::pi / 2;
    case MathFunction::sinh: return std::sinh(x);
    case MathFunction::cosh: return std::cosh(x);
    case MathFunction::tanh: return std::tanh(x);
    case MathFunction::sech: return inverse(std::cosh(x));
    case MathFunction::csch: return inverse(std::sinh(x));
    case MathFunction::coth: return inverse(std::tanh(x));
    case MathFunction::log: return std::log10(x);
    case MathFunction::ln: return std::log(x);
    case MathFunction::exp: return std::exp(x);
    case MathFunction::abs: return std::abs(x);
    case MathFunction::to_degrees: return x * 180.0 / std::numbers::pi;
    case MathFunction::to_radians: return x * std::numbers::pi / 180.0;
    case MathFunction::floor: return std::floor(x);
    case MathFunction::ceil: return std::ceil(x);
    case MathFunction::signum: return x > 0 ? 1.0 : x < 0 ? -1.0 : 0.0;
    case MathFunction::atan2: break;
    }
    return std::nullopt;
}

constexpr bool gives_integer(MathFunction function)
{
    return function == MathFunction::floor || function == MathFunction::ceil || function == MathFunction::signum;
}

} // namespace

Value Evaluator::math(const Expression& expression, Operands operands)
{
    const auto function = std::get<MathFunction>(expression.parameters);
    const Value null =
        Value::null_of(Cardinality::single, gives_integer(function) ? BaseType::integer : BaseType::floating);
    for (const Value& operand : operands) {
        if (operand.is_null()) { return null; }
    }
    for (const Value& operand : operands) {
        if (!is_single_number(operand)) { return wrong_type(expression, operand); }
        if (std::isnan(operand.number())) { return null; }
    }
    if (function == MathFunction::atan2) {
        return Value::floating(std::atan2(operands[0].number(), operands[1].number()));
    }
    if (gives_integer(function) && operands[0].base_type() == BaseType::integer && function != MathFunction::signum) {
        return operands[0];
    }
    const auto result = apply(function, operands[0].number());
    if (!result || std::isnan(*result)) { return null; }
    if (!gives_integer(function) || std::isinf(*result)) { return Value::floating(*result); }
    if (!(*result >= -0x1p63 && *result < 0x1p63)) { return fail_in(expression, "the number is too large"); }
    return Value::integer(static_cast<std::int64_t>(*result));
}

} // namespace papervault::engine::qti
