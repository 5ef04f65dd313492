#pragma once

#include <expected>
#include <string>
#include <utility>

namespace papervault::client {

/// What may go wrong in a correct system, by what the caller can do about it.
enum class ClientError {
    malformed,      ///< Not the format: from the hall, from the page, from a file.
    out_of_range,   ///< The syntax is right, a value or a size is not.
    not_trusted,    ///< The other side or its bytes are not who or what they should be.
    refused,        ///< The hall said no; the detail is its word for why.
    unreachable,    ///< Nobody answers, or not in time.
    storage_failed, ///< The state folder cannot be read or written.
};

/// An error with its reason in words for the log; never holds a secret or anything of the paper.
struct ClientFailure {
    ClientError code;
    std::string detail;
    bool operator==(const ClientFailure&) const = default;
};

template <class T>
using Result = std::expected<T, ClientFailure>;

[[nodiscard]] inline std::unexpected<ClientFailure> refuse(ClientError code, std::string detail)
{
    return std::unexpected{ClientFailure{code, std::move(detail)}};
}

} // namespace papervault::client
