#pragma once

#include <papervault/engine/decimal.hpp>
#include <papervault/engine/error.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// JSON at the border: parsed with limits, read field by field into checked types, written in one canonical form.
namespace papervault::engine {

struct JsonLimits {
    std::size_t bytes_max = 1 << 20;
    std::size_t depth_max = 32;
    std::size_t members_max = 4096; ///< Of one object; keeps names that were chosen to collide cheap.
};

/// Strict RFC 8259: refuses comments, trailing text, invalid UTF-8, duplicate member names and all beyond the limits.
[[nodiscard]] Result<boost::json::value> parse_json(std::string_view text, JsonLimits limits);

/// One form for one value: members sorted by name (byte order), no white space, shortest escapes, integers only.
/// A floating-point number in the value is a mistake of ours and stops the program: write Decimal as a string.
[[nodiscard]] std::string canonical_json(const boost::json::value& value);

/// Reads the members of one object. The first problem is remembered with its path ("context.policy.duration: …");
/// later reads give neutral values, so a reader is written straight down and asks finish() once.
class JsonFields {
public:
    /// @param where  Path of the object for error texts; may be empty.
    JsonFields(const boost::json::value& value, std::string_view where);

    [[nodiscard]] bool has(std::string_view name) const;
    /// UTF-8 text of at most bytes_max bytes, without NUL.
    std::string text(std::string_view name, std::size_t bytes_max);
    std::optional<std::string> optional_text(std::string_view name, std::size_t bytes_max);
    std::int64_t integer(std::string_view name, std::int64_t lowest, std::int64_t highest);
    std::optional<std::int64_t> optional_integer(std::string_view name, std::int64_t lowest, std::int64_t highest);
    bool boolean(std::string_view name);
    bool boolean_or(std::string_view name, bool otherwise);
    /// Accepts a string ("12.5") or a JSON number, integer or floating (read with six decimals).
    Decimal decimal(std::string_view name, Decimal lowest, Decimal highest);
    std::optional<Decimal> optional_decimal(std::string_view name, Decimal lowest, Decimal highest);
    /// @return An empty array after a problem.
    const boost::json::array& array(std::string_view name, std::size_t count_max);
    std::vector<std::string> texts(std::string_view name, std::size_t count_max, std::size_t bytes_max_each);
    /// @return null after a problem.
    const boost::json::value& member(std::string_view name);

    /// Adds a problem found by the caller; only the first one counts.
    void problem(EngineError code, std::string_view name, std::string_view reason);
    void problem(const EngineFailure& failure);
    [[nodiscard]] bool good() const noexcept { return !failure_; }
    /// Path of a member, for nested readers.
    [[nodiscard]] std::string path(std::string_view name) const;

    /// Refuses members that were never asked for, then reports the first problem.
    [[nodiscard]] Result<void> finish();
    /// The same, but lets unknown members pass (foreign files only).
    [[nodiscard]] Result<void> finish_ignoring_unknown() const;

private:
    const boost::json::value* find(std::string_view name, bool required);

    const boost::json::object* object_ = nullptr;
    std::string where_;
    std::vector<std::string> asked_;
    std::optional<EngineFailure> failure_;
};

} // namespace papervault::engine
