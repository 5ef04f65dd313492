#pragma once

#include <papervault/engine/error.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// Values of QTI 2.0 to 3.0: a cardinality, a base type, and possibly nothing (NULL).
namespace papervault::engine::qti {

enum class BaseType : std::uint8_t {
    identifier,
    boolean,
    integer,
    floating, ///< "float": IEEE 754 binary64, with INF, -INF and NaN.
    string,
    point,         ///< Two integers, from the top left corner of the picture.
    pair,          ///< Two identifiers; their order means nothing.
    directed_pair, ///< Two identifiers, source and target.
    duration,      ///< Seconds; years have 365 days, months 30.
    file,
    uri,
    int_or_identifier,
};
/// "identifier", "float", "directedPair" …: the names in files.
[[nodiscard]] std::string_view to_text(BaseType type) noexcept;
[[nodiscard]] std::optional<BaseType> base_type_from_text(std::string_view text) noexcept;
[[nodiscard]] constexpr bool is_numeric(BaseType type) noexcept
{
    return type == BaseType::integer || type == BaseType::floating;
}

enum class Cardinality : std::uint8_t { single, multiple, ordered, record };
[[nodiscard]] std::string_view to_text(Cardinality cardinality) noexcept;
[[nodiscard]] std::optional<Cardinality> cardinality_from_text(std::string_view text) noexcept;

struct Point {
    std::int32_t x = 0;
    std::int32_t y = 0;
    bool operator==(const Point&) const = default;
};
struct Pair {
    std::string first;
    std::string second;
    bool operator==(const Pair&) const = default;
};
struct Duration {
    double seconds = 0.0;
    bool operator==(const Duration&) const = default;
};

/// One value of one base type. Identifiers, strings, files and URIs are std::string; an int_or_identifier is
/// std::int64_t or std::string.
using Scalar = std::variant<bool, std::int64_t, double, std::string, Point, Pair, Duration>;

/// The value of a variable or an expression.
///
/// NULL is the absence of any value; empty containers, empty records and the single empty string are NULL (QTI 2.2,
/// "NULL value"), so there is one way to be NULL. A NULL may know its type (a variable's) or not (the null
/// expression's).
class Value {
public:
    /// NULL without a type.
    Value() = default;
    [[nodiscard]] static Value null_of(Cardinality cardinality, std::optional<BaseType> type);
    [[nodiscard]] static Value single(BaseType type, Scalar scalar);
    [[nodiscard]] static Value boolean(bool value) { return single(BaseType::boolean, value); }
    [[nodiscard]] static Value integer(std::int64_t value) { return single(BaseType::integer, value); }
    [[nodiscard]] static Value floating(double value) { return single(BaseType::floating, value); }
    /// @param cardinality  multiple or ordered.
    [[nodiscard]] static Value container(Cardinality cardinality, BaseType type, std::vector<Scalar> scalars);
    using Field = std::pair<std::string, Value>;
    /// @param fields  Single values by name; the first of a name counts.
    [[nodiscard]] static Value record(std::vector<Field> fields);

    [[nodiscard]] bool is_null() const noexcept { return scalars_.empty() && fields_.empty(); }
    [[nodiscard]] Cardinality cardinality() const noexcept { return cardinality_; }
    /// Nothing for records and for NULL without a type.
    [[nodiscard]] std::optional<BaseType> base_type() const noexcept { return type_; }
    /// None for NULL, one for single values.
    [[nodiscard]] std::span<const Scalar> scalars() const noexcept { return scalars_; }
    [[nodiscard]] std::span<const Field> fields() const noexcept { return fields_; }
    [[nodiscard]] bool is_single(BaseType type) const noexcept
    {
        return cardinality_ == Cardinality::single && type_ == type;
    }
    [[nodiscard]] bool is_container() const noexcept
    {
        return cardinality_ == Cardinality::multiple || cardinality_ == Cardinality::ordered;
    }
    /// The number of a single integer or float. @pre Not NULL and numeric.
    [[nodiscard]] double number() const;

    /// Structural: containers compare in order, pairs as written. For the comparison of QTI see same_value().
    bool operator==(const Value&) const = default;

private:
    Cardinality cardinality_ = Cardinality::single;
    std::optional<BaseType> type_;
    std::vector<Scalar> scalars_;
    std::vector<Field> fields_;
};

/// The same as QTI's match sees it: no order in a pair and in multiple containers. @pre Both are of the base type.
[[nodiscard]] bool same_scalar(BaseType type, const Scalar& left, const Scalar& right) noexcept;
/// @pre Neither is NULL; same cardinality and base type.
[[nodiscard]] bool same_value(const Value& left, const Value& right) noexcept;
/// The number of an integer or a float.
[[nodiscard]] double number_of(const Scalar& scalar) noexcept;

/// Reads one value as it stands in a file: outer white space is dropped for all types but strings. @return malformed.
[[nodiscard]] Result<Scalar> scalar_from_text(BaseType type, std::string_view text);
/// Reads one value as a candidate typed it: numbers may have full-width digits, signs and points (．。), and a comma
/// for the point where it cannot part thousands ("3,14"; "1,000" is refused). docs/qti-decisions.md, 10.
[[nodiscard]] Result<Scalar> typed_scalar(BaseType type, std::string_view text);
/// The text of a value in a file; scalar_from_text() reads it back. Floats are the shortest that read back the same,
/// with ".0" where they are whole.
[[nodiscard]] std::string to_text(BaseType type, const Scalar& scalar);

} // namespace papervault::engine::qti
