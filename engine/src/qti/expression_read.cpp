#include "qti/fields.hpp"
#include "qti/pattern.hpp"
#include "utf8.hpp"

#include <papervault/engine/qti/expression.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <numbers>

namespace papervault::engine::qti {
namespace {

constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();

struct OperatorRow {
    Operator op;
    std::string_view name;
    std::size_t operands_min;
    std::size_t operands_max;
};

constexpr std::array operators{
    OperatorRow{Operator::base_value, "baseValue", 0, 0},
    OperatorRow{Operator::variable, "variable", 0, 0},
    OperatorRow{Operator::default_value, "default", 0, 0},
    OperatorRow{Operator::correct, "correct", 0, 0},
    OperatorRow{Operator::map_response, "mapResponse", 0, 0},
    OperatorRow{Operator::map_response_point, "mapResponsePoint", 0, 0},
    OperatorRow{Operator::null, "null", 0, 0},
    OperatorRow{Operator::random_integer, "randomInteger", 0, 0},
    OperatorRow{Operator::random_float, "randomFloat", 0, 0},
    OperatorRow{Operator::math_constant, "mathConstant", 0, 0},
    OperatorRow{Operator::multiple, "multiple", 0, any_number},
    OperatorRow{Operator::ordered, "ordered", 0, any_number},
    OperatorRow{Operator::container_size, "containerSize", 1, 1},
    OperatorRow{Operator::is_null, "isNull", 1, 1},
    OperatorRow{Operator::index, "index", 1, 1},
    OperatorRow{Operator::field_value, "fieldValue", 1, 1},
    OperatorRow{Operator::random, "random", 1, 1},
    OperatorRow{Operator::member, "member", 2, 2},
    OperatorRow{Operator::remove, "delete", 2, 2},
    OperatorRow{Operator::contains, "contains", 2, 2},
    OperatorRow{Operator::repeat, "repeat", 1, any_number},
    OperatorRow{Operator::logical_not, "not", 1, 1},
    OperatorRow{Operator::logical_and, "and", 1, any_number},
    OperatorRow{Operator::logical_or, "or", 1, any_number},
    OperatorRow{Operator::any_n, "anyN", 1, any_number},
    OperatorRow{Operator::match, "match", 2, 2},
    OperatorRow{Operator::string_match, "stringMatch", 2, 2},
    OperatorRow{Operator::substring, "substring", 2, 2},
    OperatorRow{Operator::pattern_match, "patternMatch", 1, 1},
    OperatorRow{Operator::equal, "equal", 2, 2},
    OperatorRow{Operator::equal_rounded, "equalRounded", 2, 2},
    OperatorRow{Operator::inside, "inside", 1, 1},
    OperatorRow{Operator::lt, "lt", 2, 2},
    OperatorRow{Operator::gt, "gt", 2, 2},
    OperatorRow{Operator::lte, "lte", 2, 2},
    OperatorRow{Operator::gte, "gte", 2, 2},
    OperatorRow{Operator::duration_lt, "durationLT", 2, 2},
    OperatorRow{Operator::duration_gte, "durationGTE", 2, 2},
    OperatorRow{Operator::sum, "sum", 1, any_number},
    OperatorRow{Operator::product, "product", 1, any_number},
    OperatorRow{Operator::subtract, "subtract", 2, 2},
    OperatorRow{Operator::divide, "divide", 2, 2},
    OperatorRow{Operator::power, "power", 2, 2},
    OperatorRow{Operator::integer_divide, "integerDivide", 2, 2},
    OperatorRow{Operator::integer_modulus, "integerModulus", 2, 2},
    OperatorRow{Operator::truncate, "truncate", 1, 1},
    OperatorRow{Operator::round, "round", 1, 1},
    OperatorRow{Operator::round_to, "roundTo", 1, 1},
    OperatorRow{Operator::integer_to_float, "integerToFloat", 1, 1},
    OperatorRow{Operator::min, "min", 1, any_number},
    OperatorRow{Operator::max, "max", 1, any_number},
    OperatorRow{Operator::gcd, "gcd", 1, any_number},
    OperatorRow{Operator::lcm, "lcm", 1, any_number},
    OperatorRow{Operator::math_operator, "mathOperator", 1, 2},
    OperatorRow{Operator::stats_operator, "statsOperator", 1, 1},
    OperatorRow{Operator::test_variables, "testVariables", 0, 0},
    OperatorRow{Operator::outcome_minimum, "outcomeMinimum", 0, 0},
    OperatorRow{Operator::outcome_maximum, "outcomeMaximum", 0, 0},
    OperatorRow{Operator::number_correct, "numberCorrect", 0, 0},
    OperatorRow{Operator::number_incorrect, "numberIncorrect", 0, 0},
    OperatorRow{Operator::number_presented, "numberPresented", 0, 0},
    OperatorRow{Operator::number_responded, "numberResponded", 0, 0},
    OperatorRow{Operator::number_selected, "numberSelected", 0, 0},
    OperatorRow{Operator::custom, "customOperator", 0, any_number},
};

// "significantFigure" is a misspelling that is about and can mean nothing else.
constexpr std::array<std::pair<std::string_view, RoundingMode>, 3> rounding_modes{
    {{"significantFigures", RoundingMode::significant_figures},
     {"decimalPlaces", RoundingMode::decimal_places},
     {"significantFigure", RoundingMode::significant_figures}}};
constexpr std::array<std::pair<std::string_view, ToleranceMode>, 3> tolerance_modes{
    {{"exact", ToleranceMode::exact}, {"absolute", ToleranceMode::absolute}, {"relative", ToleranceMode::relative}}};
constexpr std::array<std::pair<std::string_view, Statistic>, 5> statistics{
    {{"mean", Statistic::mean},
     {"sampleVariance", Statistic::sample_variance},
     {"sampleSD", Statistic::sample_sd},
     {"popVariance", Statistic::pop_variance},
     {"popSD", Statistic::pop_sd}}};
constexpr std::array<std::pair<std::string_view, double>, 2> constants{
    {{"pi", std::numbers::pi}, {"e", std::numbers::e}}};
constexpr std::array<std::pair<std::string_view, MathFunction>, 28> functions{{
    {"sin", MathFunction::sin},
    {"cos", MathFunction::cos},
    {"tan", MathFunction::tan},
    {"sec", MathFunction::sec},
    {"csc", MathFunction::csc},
    {"cot", MathFunction::cot},
    {"asin", MathFunction::asin},
    {"acos", MathFunction::acos},
    {"atan", MathFunction::atan},
    {"atan2", MathFunction::atan2},
    {"asec", MathFunction::asec},
    {"acsc", MathFunction::acsc},
    {"acot", MathFunction::acot},
    {"sinh", MathFunction::sinh},
    {"cosh", MathFunction::cosh},
    {"tanh", MathFunction::tanh},
    {"sech", MathFunction::sech},
    {"csch", MathFunction::csch},
    {"coth", MathFunction::coth},
    {"log", MathFunction::log},
    {"ln", MathFunction::ln},
    {"exp", MathFunction::exp},
    {"abs", MathFunction::abs},
    {"signum", MathFunction::signum},
    {"floor", MathFunction::floor},
    {"ceil", MathFunction::ceil},
    {"toDegrees", MathFunction::to_degrees},
    {"toRadians", MathFunction::to_radians},
}};

const OperatorRow* row_of(const XmlNode& element)
{
    const std::string plain = plain_name(element.name);
    const auto row =
        std::ranges::find_if(operators, [&](const OperatorRow& each) { return is_plain(each.name, plain); });
    return row == operators.end() ? nullptr : &*row;
}

ItemSubset read_subset(Fields& fields)
{
    ItemSubset subset;
    subset.section = fields.optional_text("sectionidentifier").value_or(std::string{});
    subset.include_categories = fields.words("includecategory");
    subset.exclude_categories = fields.words("excludecategory");
    subset.weight = fields.optional_text("weightidentifier").value_or(std::string{});
    return subset;
}

Tolerance read_tolerance(Fields& fields)
{
    Tolerance tolerance;
    tolerance.mode = fields.one_of<ToleranceMode>("tolerancemode", tolerance_modes, ToleranceMode::exact);
    for (const std::string& word : fields.words("tolerance")) {
        tolerance.tolerances.push_back(number_or_variable_from(word));
    }
    if (tolerance.mode != ToleranceMode::exact && tolerance.tolerances.empty()) {
        fields.problem("tolerance", "is missing");
    }
    if (tolerance.tolerances.size() > 2) { fields.problem("tolerance", "has more than two numbers"); }
    tolerance.include_lower_bound = fields.boolean_or("includelowerbound", true);
    tolerance.include_upper_bound = fields.boolean_or("includeupperbound", true);
    return tolerance;
}

Result<Parameters> read_parameters(const XmlNode& element, Expression& made, Fields& fields)
{
    switch (made.op) {
    case Operator::base_value: {
        const BaseType type = fields.base_type("basetype");
        if (!fields.good()) { break; }
        auto scalar = scalar_from_text(type, element.inner_text());
        if (!scalar) { return refuse(scalar.error().code, "baseValue: " + scalar.error().detail); }
        return Parameters{Value::single(type, std::move(*scalar))};
    }
    case Operator::variable:
    case Operator::default_value:
    case Operator::correct:
    case Operator::map_response:
    case Operator::map_response_point:
        made.identifier = fields.identifier("identifier");
        if (auto weight = fields.optional_text("weightidentifier")) {
            return Parameters{WeightedVariable{std::move(*weight)}};
        }
        break;
    case Operator::random_integer:
    case Operator::random_float:
        return Parameters{RandomRange{fields.number_or_variable("min", 0.0), fields.number_or_variable("max"),
                                      fields.number_or_variable("step", 1.0)}};
    case Operator::math_constant: return Parameters{Value::floating(fields.one_of<double>("name", constants))};
    case Operator::index: return Parameters{Position{fields.number_or_variable("n")}};
    case Operator::repeat: return Parameters{Position{fields.number_or_variable("numberrepeats")}};
    case Operator::field_value: made.identifier = fields.identifier("fieldidentifier"); break;
    case Operator::any_n:
        return Parameters{CountRange{fields.number_or_variable("min"), fields.number_or_variable("max")}};
    case Operator::string_match:
    case Operator::substring:
        return Parameters{TextComparison{fields.boolean_or("casesensitive", true),
                                         made.op == Operator::string_match && fields.boolean_or("substring", false)}};
    case Operator::pattern_match: {
        const std::string* source = element.attribute("pattern");
        if (source == nullptr) {
            fields.problem("pattern", "is missing");
            break;
        }
        // A pattern can't begin with a brace.
        if (auto variable = variable_in_braces(*source)) { return Parameters{PatternVariable{std::move(*variable)}}; }
        auto pattern = compile_pattern(*source);
        if (!pattern) { return std::unexpected{pattern.error()}; }
        return Parameters{std::move(*pattern)};
    }
    case Operator::equal: return Parameters{read_tolerance(fields)};
    case Operator::equal_rounded:
    case Operator::round_to:
        return Parameters{
            Rounding{fields.one_of<RoundingMode>("roundingmode", rounding_modes, RoundingMode::significant_figures),
                     fields.number_or_variable("figures")}};
    case Operator::inside: return Parameters{fields.area()};
    case Operator::math_operator: return Parameters{fields.one_of<MathFunction>("name", functions)};
    case Operator::stats_operator: return Parameters{fields.one_of<Statistic>("name", statistics)};
    case Operator::test_variables: {
        ItemSubset subset = read_subset(fields);
        subset.outcome = fields.identifier("variableidentifier");
        subset.base_type = fields.optional_base_type("basetype");
        return Parameters{std::move(subset)};
    }
    case Operator::outcome_minimum:
    case Operator::outcome_maximum: {
        ItemSubset subset = read_subset(fields);
        subset.outcome = fields.identifier("outcomeidentifier");
        return Parameters{std::move(subset)};
    }
    case Operator::number_correct:
    case Operator::number_incorrect:
    case Operator::number_presented:
    case Operator::number_responded:
    case Operator::number_selected: return Parameters{read_subset(fields)};
    case Operator::custom:
        made.identifier = fields.optional_text("class").value_or(fields.optional_text("definition").value_or("?"));
        break;
    default: break;
    }
    return Parameters{};
}

Result<void> check_operands(const Expression& made, const OperatorRow& row)
{
    std::size_t low = row.operands_min;
    std::size_t high = row.operands_max;
    if (const auto* function = std::get_if<MathFunction>(&made.parameters)) {
        low = high = *function == MathFunction::atan2 ? 2 : 1;
    }
    if (made.operands.size() >= low && made.operands.size() <= high) { return {}; }
    return refuse(EngineError::inconsistent,
                  std::string{row.name} + ": " + std::to_string(made.operands.size()) + " operands");
}

} // namespace

std::string_view to_text(Operator op) noexcept
{
    const auto row = std::ranges::find(operators, op, &OperatorRow::op);
    return row == operators.end() ? "?" : row->name;
}

// The depth of the document bounds the recursion.
Result<Expression> read_expression(const XmlNode& element) // NOLINT(misc-no-recursion)
{
    Expression made;
    const OperatorRow* row = row_of(element);
    if (row == nullptr) {
        made.op = Operator::unknown;
        made.identifier = std::string{clipped(element.name, 60)};
        return made;
    }
    made.op = row->op;
    Fields fields{element};
    auto parameters = read_parameters(element, made, fields);
    if (!parameters) { return std::unexpected{parameters.error()}; }
    if (auto read = fields.finish(); !read) { return std::unexpected{read.error()}; }
    made.parameters = std::move(*parameters);
    if (made.op == Operator::base_value) { return made; }
    for (const XmlNode& child : element.children) {
        if (child.kind != XmlKind::element) { continue; }
        auto operand = read_expression(child);
        if (!operand) { return operand; }
        made.operands.push_back(std::move(*operand));
    }
    if (auto checked = check_operands(made, *row); !checked) { return std::unexpected{checked.error()}; }
    return made;
}

} // namespace papervault::engine::qti
