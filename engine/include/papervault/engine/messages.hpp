#pragma once

#include <papervault/engine/batch.hpp>
#include <papervault/engine/error.hpp>
#include <papervault/engine/grading.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What kiosk and hall say to each other over the WebSocket `/v1/sitting` (docs/protocol.md, version 2): one JSON
/// object a text frame,
/// {"kind": "…", …}. Unknown kinds and members are refused.
namespace papervault::engine {

/// 2: pictures are fetched apart from the form, which has a cover (form_cover.hpp). A hall refuses every other version.
inline constexpr int protocol_version = 2;
/// Kiosk to hall. Leaves room for a response that is too large, so that the kiosk is told and not cut off.
inline constexpr std::size_t message_bytes_max = 64 * 1024;
/// Hall to kiosk: a welcome holds all saved responses (sheet_bytes_max) with their escapes.
inline constexpr std::size_t hall_message_bytes_max = 8 * 1024 * 1024;

// ---- kiosk → hall ----
struct SignInMessage {
    int protocol = protocol_version;
    std::string ticket;
    std::string id_tail;
    bool operator==(const SignInMessage&) const = default;
};
struct AnswerMessage {
    std::uint64_t sequence = 0;
    std::string item;
    Response response;
    bool marked = false;
    bool operator==(const AnswerMessage&) const = default;
};
struct HandInMessage {
    std::uint64_t sequence = 0;
    bool operator==(const HandInMessage&) const = default;
};
struct PingMessage {
    std::uint64_t number = 0;
    bool operator==(const PingMessage&) const = default;
};
using KioskMessage = std::variant<SignInMessage, AnswerMessage, HandInMessage, PingMessage>;

// ---- hall → kiosk ----
struct SavedResponse {
    std::uint64_t sequence = 0;
    Response response;
    bool marked = false;
    bool operator==(const SavedResponse&) const = default;
};
/// Signed in: everything a kiosk needs to go on where the candidate was.
struct WelcomeMessage {
    std::string ticket, name;
    int seat = 0;
    std::string title, occupation, subject;
    int level = 0;
    Instant now, starts_at, ends_at, hand_in_from;
    std::uint64_t next_sequence = 1; ///< The kiosk numbers its messages from here.
    std::map<std::string, SavedResponse, std::less<>> saved;
    std::string form_digest; ///< Hex BLAKE2b-256 of the sealed form at GET /v1/form; empty until the paper is open.
    std::uint64_t form_bytes = 0;
    bool operator==(const WelcomeMessage&) const = default;
};
/// The sealed form can be fetched (sent when the paper is opened after the sign-in).
struct FormReadyMessage {
    std::string form_digest;
    std::uint64_t form_bytes = 0;
    bool operator==(const FormReadyMessage&) const = default;
};
/// At the start: the key that opens the sealed form. 32 bytes as base64; context "papervault.form.v2|<package
/// id>|<ticket>|" and the form's cover.
struct StartedMessage {
    std::string form_key;
    Instant now, ends_at;
    bool operator==(const StartedMessage&) const = default;
};
struct AckMessage {
    std::uint64_t sequence = 0;
    bool operator==(const AckMessage&) const = default;
};
/// @c sequence is 0 for a refused sign-in.
struct RefusedMessage {
    std::uint64_t sequence = 0;
    std::string refusal;
    bool operator==(const RefusedMessage&) const = default;
};
struct ReminderMessage {
    std::int64_t seconds_left = 0;
    bool operator==(const ReminderMessage&) const = default;
};
struct EndedMessage {
    std::string receipt;
    bool operator==(const EndedMessage&) const = default;
};
struct HandedInMessage {
    std::string receipt;
    bool operator==(const HandedInMessage&) const = default;
};
struct PongMessage {
    std::uint64_t number = 0;
    Instant now;
    bool operator==(const PongMessage&) const = default;
};
using HallMessage = std::variant<WelcomeMessage, FormReadyMessage, StartedMessage, AckMessage, RefusedMessage,
                                 ReminderMessage, EndedMessage, HandedInMessage, PongMessage>;

[[nodiscard]] std::string encode(const KioskMessage& message);
[[nodiscard]] std::string encode(const HallMessage& message);
[[nodiscard]] Result<KioskMessage> decode_kiosk_message(std::string_view text);
[[nodiscard]] Result<HallMessage> decode_hall_message(std::string_view text);

} // namespace papervault::engine
