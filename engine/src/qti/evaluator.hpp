#pragma once

#include <papervault/engine/qti/declarations.hpp>
#include <papervault/engine/random_stream.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace papervault::engine::qti {

/// What expressions see of the world around them.
class Environment {
public:
    Environment() = default;
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;
    virtual ~Environment() = default;
    /// @param weight  Of the item in a test; empty for none. @return Nothing for a variable that nobody declared.
    [[nodiscard]] virtual std::optional<Value> variable(std::string_view identifier, std::string_view weight) const = 0;
    [[nodiscard]] virtual std::optional<Value> default_value(std::string_view identifier) const = 0;
    [[nodiscard]] virtual std::optional<Value> correct(std::string_view identifier) const = 0;
    [[nodiscard]] virtual const ResponseDeclaration* response(std::string_view identifier) const = 0;
    /// The operators of outcome processing. @return Nothing where there is no test.
    [[nodiscard]] virtual std::optional<Value> of_test(const Expression& expression) const = 0;
    /// How many items one of these operators may have to look at.
    [[nodiscard]] virtual std::size_t items_of_test() const noexcept { return 0; }
};

inline constexpr std::size_t evaluation_steps_max = 200'000;
inline constexpr std::size_t container_values_max = 10'000;
/// How much copying or reading a value is: its values and their bytes.
[[nodiscard]] std::size_t size_of(const Value& value) noexcept;

/// Evaluates expressions as QTI 2.2 and 3.0 say it. The first error is remembered; after it every value is NULL.
///
/// NULL comes first: an operand that is NULL makes the result NULL (or what the operator says) before types are looked
/// at. Whatever the tree, work is bounded by evaluation_steps_max and container_values_max.
class Evaluator {
public:
    /// @param random  Nothing: the operators of chance are errors.
    Evaluator(const Environment& environment, RandomIntegers* random) : environment_{environment}, random_{random} {}

    [[nodiscard]] Value evaluate(const Expression& expression);
    /// NULL is false; anything but a single boolean is an error.
    [[nodiscard]] bool holds(const Expression& condition);

    [[nodiscard]] const std::optional<EngineFailure>& failure() const noexcept { return failure_; }
    void fail(EngineError code, std::string detail);
    /// What makes the result no result: each once.
    [[nodiscard]] const std::vector<std::string>& warnings() const noexcept { return warnings_; }
    void warn(std::string warning);
    /// Counts one step, and one more for every 64 comparisons or bytes. @return False when there was too much.
    bool spend(std::size_t work = 0);

private:
    using Operands = std::span<const Value>;

    Value fail_in(const Expression& expression, std::string_view reason);
    Value wrong_type(const Expression& expression, const Value& operand);
    std::optional<double> number_of(const Expression& expression, const NumberOrVariable& source);
    std::optional<std::int64_t> whole_of(const Expression& expression, const NumberOrVariable& source);
    std::vector<Value> evaluate_operands(const Expression& expression);
    Value of_operands(const Expression& expression, Operands operands);

    // evaluate_leaves.cpp
    Value leaf(const Expression& expression);
    Value paid(Value value);
    double mapped(BaseType type, const Mapping& mapping, const Scalar& scalar);
    Value map_response(const Expression& expression);
    Value map_response_point(const Expression& expression);
    Value random_integer(const Expression& expression);
    Value random_float(const Expression& expression);
    // evaluate_containers.cpp
    Value gather(const Expression& expression, Operands operands, Cardinality cardinality);
    Value repeat(const Expression& expression);
    Value container_size(const Expression& expression, const Value& operand);
    Value index(const Expression& expression, const Value& operand);
    Value field_value(const Expression& expression, const Value& operand);
    Value random(const Expression& expression, const Value& operand);
    Value member(const Expression& expression, const Value& value, const Value& container);
    Value remove(const Expression& expression, const Value& value, const Value& container);
    Value contains(const Expression& expression, const Value& left, const Value& right);
    // evaluate_logic.cpp
    Value logic(const Expression& expression, Operands operands);
    Value match(const Expression& expression, const Value& left, const Value& right);
    Value compare_texts(const Expression& expression, const Value& left, const Value& right);
    Value pattern_match(const Expression& expression, const Value& operand);
    Value inside(const Expression& expression, const Value& operand);
    Value equal(const Expression& expression, const Value& left, const Value& right);
    Value equal_rounded(const Expression& expression, const Value& left, const Value& right);
    Value compare_numbers(const Expression& expression, const Value& left, const Value& right);
    Value compare_durations(const Expression& expression, const Value& left, const Value& right);
    // evaluate_numbers.cpp
    Value total(const Expression& expression, Operands operands);
    Value extreme(const Expression& expression, Operands operands);
    Value divisor(const Expression& expression, Operands operands);
    Value arithmetic(const Expression& expression, const Value& left, const Value& right);
    Value whole_arithmetic(const Expression& expression, const Value& left, const Value& right);
    Value to_whole(const Expression& expression, const Value& operand);
    Value round_to(const Expression& expression, const Value& operand);
    Value math(const Expression& expression, Operands operands);
    Value statistic(const Expression& expression, const Value& operand);
    std::optional<double> rounded(const Expression& expression, double number);

    const Environment& environment_;
    RandomIntegers* random_;
    std::optional<EngineFailure> failure_;
    std::vector<std::string> warnings_;
    std::size_t steps_ = 0;
};

/// "multiple identifier", "NULL": for error texts.
[[nodiscard]] std::string described(const Value& value);
[[nodiscard]] bool is_single_number(const Value& value) noexcept;

} // namespace papervault::engine::qti
