#pragma once

#include <papervault/client/error.hpp>
#include <papervault/client/session.hpp>
#include <papervault/engine/grading.hpp>

#include <boost/json/object.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

/// What the page and its host say to each other (client/docs/page-contract.md, version 1). The page shows foreign
/// content, so what comes from it is read like anything from outside.
namespace papervault::client {

inline constexpr int page_contract_version = 1;
inline constexpr std::size_t page_call_bytes_max = 64 * 1024;
inline constexpr std::size_t page_log_bytes_max = 2000;

namespace call {
struct View {};
struct Form {};
struct SignIn {
    std::string ticket;
    std::string id_tail;
};
struct ConfirmIdentity {
    bool confirmed = false;
};
struct Answer {
    std::string item;
    engine::Response response;
};
struct Mark {
    std::string item;
    bool marked = false;
};
struct HandIn {};
/// Printable: control characters are replaced.
struct Log {
    std::string message;
};
} // namespace call
using PageCall = std::variant<call::View, call::Form, call::SignIn, call::ConfirmIdentity, call::Answer, call::Mark,
                              call::HandIn, call::Log>;

/// @return malformed for all that is not exactly one call of the contract.
[[nodiscard]] Result<PageCall> page_call_from_json(std::string_view text);

/// {"ok":true}, or with a word {"ok":false,"error":"…"}.
[[nodiscard]] std::string page_reply(std::string_view error);

enum class Language { chinese, english };

/// The view as the page reads it.
[[nodiscard]] boost::json::object page_view(const KioskSession& session, Language language, Monotonic now);

/// What is to be said to the candidate or the invigilator; never empty.
[[nodiscard]] std::string notice_text(std::string_view code, Language language);
/// "四级/中级工"; "" for a level outside 1 to 5.
[[nodiscard]] std::string_view level_text(int level, Language language) noexcept;

} // namespace papervault::client
