#pragma once

#include <expected>
#include <string>

namespace papervault::engine {

/// What may go wrong in a correct system, by what the caller can do about it.
enum class EngineError {
    malformed,     ///< Not the syntax: not JSON, not UTF-8, not a number.
    out_of_range,  ///< The syntax is right, a value or a size is not.
    unknown_field, ///< A member that the format does not have.
    inconsistent,  ///< Each value is right, together they are not (key names no option, counts exceed total).
    infeasible,    ///< No form meets the blueprint.
};

/// An error with its place and reason in words for a person; never holds a secret.
struct EngineFailure {
    EngineError code;
    std::string detail;
    bool operator==(const EngineFailure&) const = default;
};

template <class T>
using Result = std::expected<T, EngineFailure>;

[[nodiscard]] inline std::unexpected<EngineFailure> refuse(EngineError code, std::string detail)
{
    return std::unexpected{EngineFailure{code, std::move(detail)}};
}

} // namespace papervault::engine
