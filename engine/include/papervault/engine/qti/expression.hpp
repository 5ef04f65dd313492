#pragma once

#include <papervault/engine/qti/value.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Expressions of QTI as a tree of plain values: read once, evaluated many times.
namespace papervault::engine::qti {

enum class Operator : std::uint8_t {
    // leaves
    base_value,
    variable,
    default_value,
    correct,
    map_response,
    map_response_point,
    null,
    random_integer,
    random_float,
    math_constant,
    // containers
    multiple,
    ordered,
    container_size,
    is_null,
    index,
    field_value,
    random,
    member,
    remove,
    contains,
    repeat,
    // logic and comparison
    logical_not,
    logical_and,
    logical_or,
    any_n,
    match,
    string_match,
    substring,
    pattern_match,
    equal,
    equal_rounded,
    inside,
    lt,
    gt,
    lte,
    gte,
    duration_lt,
    duration_gte,
    // numbers
    sum,
    product,
    subtract,
    divide,
    power,
    integer_divide,
    integer_modulus,
    truncate,
    round,
    round_to,
    integer_to_float,
    min,
    max,
    gcd,
    lcm,
    math_operator,
    stats_operator,
    // of a test, in outcome processing only
    test_variables,
    outcome_minimum,
    outcome_maximum,
    number_correct,
    number_incorrect,
    number_presented,
    number_responded,
    number_selected,
    custom,  ///< customOperator: no class is known here, so its value is NULL and the score carries a warning.
    unknown, ///< No operator of the standard; an error when it is evaluated.
};
/// "baseValue", "durationLT" …; "?" for unknown.
[[nodiscard]] std::string_view to_text(Operator op) noexcept;

/// An attribute that is a number or names a variable that holds one.
using NumberOrVariable = std::variant<double, std::string>;

enum class RoundingMode : std::uint8_t { significant_figures, decimal_places };
enum class ToleranceMode : std::uint8_t { exact, absolute, relative };
enum class Shape : std::uint8_t { everywhere, rectangle, circle, ellipse, polygon };
enum class MathFunction : std::uint8_t {
    sin,
    cos,
    tan,
    sec,
    csc,
    cot,
    asin,
    acos,
    atan,
    atan2,
    asec,
    acsc,
    acot,
    sinh,
    cosh,
    tanh,
    sech,
    csch,
    coth,
    log,
    ln,
    exp,
    abs,
    signum,
    floor,
    ceil,
    to_degrees,
    to_radians,
};
enum class Statistic : std::uint8_t { mean, sample_variance, sample_sd, pop_variance, pop_sd };

/// A region of a picture. A point on the border is inside (docs/qti-decisions.md, 5).
struct Area {
    Shape shape = Shape::everywhere;
    std::vector<double> coordinates; ///< As in HTML; two for an ellipse's centre, then its radii.
    bool operator==(const Area&) const = default;
    [[nodiscard]] bool contains(Point point) const noexcept;
};

struct RandomRange { ///< randomInteger, randomFloat
    NumberOrVariable min = 0.0;
    NumberOrVariable max = 0.0;
    NumberOrVariable step = 1.0;
    bool operator==(const RandomRange&) const = default;
};
struct CountRange { ///< anyN
    NumberOrVariable min = 0.0;
    NumberOrVariable max = 0.0;
    bool operator==(const CountRange&) const = default;
};
struct Position { ///< index: n; repeat: numberRepeats
    NumberOrVariable number = 1.0;
    bool operator==(const Position&) const = default;
};
struct Rounding { ///< roundTo, equalRounded
    RoundingMode mode = RoundingMode::significant_figures;
    NumberOrVariable figures = 0.0;
    bool operator==(const Rounding&) const = default;
};
struct Tolerance { ///< equal
    ToleranceMode mode = ToleranceMode::exact;
    std::vector<NumberOrVariable> tolerances; ///< None, one for both sides, or below and above.
    bool include_lower_bound = true;
    bool include_upper_bound = true;
    bool operator==(const Tolerance&) const = default;
};
struct TextComparison { ///< stringMatch, substring
    bool case_sensitive = true;
    bool substring = false;
    bool operator==(const TextComparison&) const = default;
};
/// patternMatch: a regular expression of XML Schema, compiled; matching takes time linear in the text.
struct Pattern {
    class Program;
    std::string source;
    std::shared_ptr<const Program> program;
    bool operator==(const Pattern& other) const { return source == other.source; }
};
struct PatternVariable { ///< patternMatch with pattern="{NAME}": the pattern is the value of that variable.
    std::string identifier;
    bool operator==(const PatternVariable&) const = default;
};
struct ItemSubset { ///< Operators of a test.
    std::string section;
    std::vector<std::string> include_categories;
    std::vector<std::string> exclude_categories;
    std::string outcome;               ///< outcomeMinimum, outcomeMaximum; testVariables: the variable.
    std::string weight;                ///< May be empty.
    std::optional<BaseType> base_type; ///< testVariables
    bool operator==(const ItemSubset&) const = default;
};
struct WeightedVariable { ///< variable in a test: the value is multiplied by the item's weight of that name.
    std::string weight;
    bool operator==(const WeightedVariable&) const = default;
};

using Parameters =
    std::variant<std::monostate, Value, RandomRange, CountRange, Position, Rounding, Tolerance, TextComparison, Pattern,
                 PatternVariable, Area, MathFunction, Statistic, ItemSubset, WeightedVariable>;

struct Expression {
    Operator op = Operator::null;
    std::string identifier; ///< Of a variable or field; of an unknown or custom operator its name.
    Parameters parameters;
    std::vector<Expression> operands;
    bool operator==(const Expression&) const = default;
};

struct XmlNode;
/// Reads one expression element, with its operands counted and its attributes checked. Types of values are checked when
/// it is evaluated, after NULL (docs/qti-decisions.md, 11).
/// @return malformed (attributes), inconsistent (number of operands), out_of_range (a pattern too large).
[[nodiscard]] Result<Expression> read_expression(const XmlNode& element);

} // namespace papervault::engine::qti
