#include <papervault/engine/json.hpp>
#include <papervault/engine/messages.hpp>
#include <papervault/engine/sitting.hpp>

#include "identifier.hpp"
#include "response_size.hpp"
#include "wire.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace papervault::engine {
namespace {

namespace json = boost::json;
using wire::read_instant;
using wire::read_unsigned;

constexpr std::size_t name_bytes_max = 200;
constexpr std::size_t saved_max = 1000;
/// A kiosk may send a response that is too large for the sitting and is told so; this only bounds the work.
constexpr std::size_t parts_read_max = 1000;
constexpr std::uint64_t any_number_max = std::numeric_limits<std::uint64_t>::max();
constexpr JsonLimits kiosk_limits{.bytes_max = message_bytes_max, .depth_max = 4};
constexpr JsonLimits hall_limits{.bytes_max = hall_message_bytes_max, .depth_max = 6};

struct MessageWriter {
    // ---- kiosk → hall ----
    json::object operator()(const SignInMessage& message) const
    {
        return {{"kind", "sign_in"},
                {"protocol", message.protocol},
                {"ticket", message.ticket},
                {"id_tail", message.id_tail}};
    }
    json::object operator()(const AnswerMessage& message) const
    {
        json::object out{
            {"kind", "answer"}, {"sequence", message.sequence}, {"item", message.item}, {"marked", message.marked}};
        out["response"] = wire::to_array(message.response);
        return out;
    }
    json::object operator()(const HandInMessage& message) const
    {
        return {{"kind", "hand_in"}, {"sequence", message.sequence}};
    }
    json::object operator()(const PingMessage& message) const { return {{"kind", "ping"}, {"number", message.number}}; }

    // ---- hall → kiosk ----
    json::object operator()(const WelcomeMessage& message) const
    {
        json::object saved;
        for (const auto& [item, answer] : message.saved) {
            json::object entry{{"sequence", answer.sequence}, {"marked", answer.marked}};
            entry["response"] = wire::to_array(answer.response);
            saved[item] = std::move(entry);
        }
        json::object out{{"kind", "welcome"},
                         {"ticket", message.ticket},
                         {"name", message.name},
                         {"seat", message.seat},
                         {"title", message.title},
                         {"occupation", message.occupation},
                         {"subject", message.subject},
                         {"level", message.level},
                         {"now", to_text(message.now)},
                         {"starts_at", to_text(message.starts_at)},
                         {"ends_at", to_text(message.ends_at)},
                         {"hand_in_from", to_text(message.hand_in_from)},
                         {"next_sequence", message.next_sequence},
                         {"form_digest", message.form_digest},
                         {"form_bytes", message.form_bytes}};
        out["saved"] = std::move(saved);
        return out;
    }
    json::object operator()(const FormReadyMessage& message) const
    {
        return {{"kind", "form_ready"}, {"form_digest", message.form_digest}, {"form_bytes", message.form_bytes}};
    }
    json::object operator()(const StartedMessage& message) const
    {
        return {{"kind", "started"},
                {"form_key", message.form_key},
                {"now", to_text(message.now)},
                {"ends_at", to_text(message.ends_at)}};
    }
    json::object operator()(const AckMessage& message) const
    {
        return {{"kind", "ack"}, {"sequence", message.sequence}};
    }
    json::object operator()(const RefusedMessage& message) const
    {
        return {{"kind", "refused"}, {"sequence", message.sequence}, {"refusal", message.refusal}};
    }
    json::object operator()(const ReminderMessage& message) const
    {
        return {{"kind", "reminder"}, {"seconds_left", message.seconds_left}};
    }
    json::object operator()(const EndedMessage& message) const
    {
        return {{"kind", "ended"}, {"receipt", message.receipt}};
    }
    json::object operator()(const HandedInMessage& message) const
    {
        return {{"kind", "handed_in"}, {"receipt", message.receipt}};
    }
    json::object operator()(const PongMessage& message) const
    {
        return {{"kind", "pong"}, {"number", message.number}, {"now", to_text(message.now)}};
    }
};

bool is_hex_digest(std::string_view text) noexcept
{
    return text.size() == 64 &&
           std::ranges::all_of(text, [](char c) { return is_ascii_digit(c) || (c >= 'a' && c <= 'f'); });
}

std::uint64_t read_sequence(JsonFields& fields, std::uint64_t lowest)
{
    return read_unsigned(fields, "sequence", lowest, sequence_max);
}

KioskMessage read_sign_in(JsonFields& fields)
{
    SignInMessage message;
    message.protocol = static_cast<int>(fields.integer("protocol", 1, 1'000'000));
    message.ticket = wire::read_ticket(fields);
    message.id_tail = fields.text("id_tail", 4);
    if (!is_identifier(message.id_tail, "", 4, 4)) {
        fields.problem(EngineError::malformed, "id_tail", "4 digits or letters were expected");
    }
    return message;
}

KioskMessage read_answer(JsonFields& fields)
{
    AnswerMessage message;
    message.sequence = read_sequence(fields, 1);
    message.item = wire::read_item_id(fields, "item");
    message.response = wire::read_response(fields, parts_read_max, message_bytes_max);
    message.marked = fields.boolean("marked");
    return message;
}

std::string read_form_digest(JsonFields& fields, bool may_be_empty)
{
    std::string digest = fields.text("form_digest", 64);
    if (!is_hex_digest(digest) && !(may_be_empty && digest.empty())) {
        fields.problem(EngineError::malformed, "form_digest", "64 hexadecimal digits were expected");
    }
    return digest;
}

std::string read_receipt(JsonFields& fields)
{
    std::string receipt = fields.text("receipt", 64);
    if (!is_identifier(receipt, "-", 1, 64)) fields.problem(EngineError::malformed, "receipt", "is no receipt");
    return receipt;
}

SavedResponse read_saved(const json::value& value, JsonFields& parent)
{
    JsonFields fields{value, parent.path("saved")};
    SavedResponse saved;
    saved.sequence = read_sequence(fields, 1);
    saved.response = wire::read_response(fields, response_parts_max, response_bytes_max);
    saved.marked = fields.boolean("marked");
    if (!is_response_small(saved.response)) fields.problem(EngineError::out_of_range, "response", "is too large");
    if (const Result<void> done = fields.finish(); !done) parent.problem(done.error());
    return saved;
}

HallMessage read_welcome(JsonFields& fields)
{
    WelcomeMessage message;
    message.ticket = wire::read_ticket(fields);
    message.name = fields.text("name", name_bytes_max);
    message.seat = static_cast<int>(fields.integer("seat", 1, seats_max));
    message.title = fields.text("title", name_bytes_max);
    message.occupation = fields.text("occupation", name_bytes_max);
    message.subject = fields.text("subject", name_bytes_max);
    message.level = static_cast<int>(fields.integer("level", 1, 5));
    message.now = read_instant(fields, "now");
    message.starts_at = read_instant(fields, "starts_at");
    message.ends_at = read_instant(fields, "ends_at");
    message.hand_in_from = read_instant(fields, "hand_in_from");
    message.next_sequence = read_unsigned(fields, "next_sequence", 1, sequence_max + 1);
    message.form_digest = read_form_digest(fields, true);
    message.form_bytes = read_unsigned(fields, "form_bytes", 0, sequence_max);
    const json::object* saved = fields.member("saved").if_object();
    if (saved == nullptr || saved->size() > saved_max) {
        fields.problem(EngineError::malformed, "saved", "an object of saved responses was expected");
        return message;
    }
    for (const json::key_value_pair& entry : *saved) {
        if (!is_item_id(entry.key())) fields.problem(EngineError::malformed, "saved", "is no item's id");
        message.saved.emplace(std::string{entry.key()}, read_saved(entry.value(), fields));
    }
    return message;
}

HallMessage read_refused(JsonFields& fields)
{
    RefusedMessage message;
    message.sequence = read_sequence(fields, 0);
    message.refusal = fields.text("refusal", 64);
    if (!is_identifier(message.refusal, "_", 1, 64)) fields.problem(EngineError::malformed, "refusal", "is no refusal");
    return message;
}

// Initializer lists in braces are evaluated from left to right, so the first fault in the text is the first reported.
template <class Message>
struct MessageReader {
    std::string_view kind;
    Message (*read)(JsonFields&);
};
constexpr std::array kiosk_readers{
    MessageReader<KioskMessage>{"sign_in", read_sign_in},
    MessageReader<KioskMessage>{"answer", read_answer},
    MessageReader<KioskMessage>{
        "hand_in", [](JsonFields& fields) -> KioskMessage { return HandInMessage{read_sequence(fields, 1)}; }},
    MessageReader<KioskMessage>{"ping",
                                [](JsonFields& fields) -> KioskMessage {
                                    return PingMessage{read_unsigned(fields, "number", 0, any_number_max)};
                                }},
};
static_assert(kiosk_readers.size() == std::variant_size_v<KioskMessage>);

constexpr std::array hall_readers{
    MessageReader<HallMessage>{"welcome", read_welcome},
    MessageReader<HallMessage>{"form_ready",
                               [](JsonFields& fields) -> HallMessage {
                                   return FormReadyMessage{read_form_digest(fields, false),
                                                           read_unsigned(fields, "form_bytes", 0, sequence_max)};
                               }},
    MessageReader<HallMessage>{"started",
                               [](JsonFields& fields) -> HallMessage {
                                   return StartedMessage{fields.text("form_key", 64), read_instant(fields, "now"),
                                                         read_instant(fields, "ends_at")};
                               }},
    MessageReader<HallMessage>{"ack",
                               [](JsonFields& fields) -> HallMessage { return AckMessage{read_sequence(fields, 1)}; }},
    MessageReader<HallMessage>{"refused", read_refused},
    MessageReader<HallMessage>{"reminder",
                               [](JsonFields& fields) -> HallMessage {
                                   return ReminderMessage{fields.integer("seconds_left", 0, 24 * 60 * 60)};
                               }},
    MessageReader<HallMessage>{"ended",
                               [](JsonFields& fields) -> HallMessage { return EndedMessage{read_receipt(fields)}; }},
    MessageReader<HallMessage>{"handed_in",
                               [](JsonFields& fields) -> HallMessage { return HandedInMessage{read_receipt(fields)}; }},
    MessageReader<HallMessage>{"pong",
                               [](JsonFields& fields) -> HallMessage {
                                   return PongMessage{read_unsigned(fields, "number", 0, any_number_max),
                                                      read_instant(fields, "now")};
                               }},
};
static_assert(hall_readers.size() == std::variant_size_v<HallMessage>);

template <class Message, std::size_t count>
Result<Message> decode(std::string_view text, const JsonLimits& limits,
                       const std::array<MessageReader<Message>, count>& readers)
{
    const Result<json::value> value = parse_json(text, limits);
    if (!value) return std::unexpected{value.error()};
    JsonFields fields{*value, "message"};
    const std::string kind = fields.text("kind", 32);
    const auto* reader = std::ranges::find(readers, std::string_view{kind}, &MessageReader<Message>::kind);
    if (reader == readers.end()) {
        fields.problem(EngineError::malformed, "kind", "is no kind of message");
        return std::unexpected{fields.finish_ignoring_unknown().error()};
    }
    Message message = reader->read(fields);
    if (Result<void> done = fields.finish(); !done) return std::unexpected{std::move(done.error())};
    return message;
}

} // namespace

std::string encode(const KioskMessage& message)
{
    return canonical_json(std::visit(MessageWriter{}, message));
}

std::string encode(const HallMessage& message)
{
    return canonical_json(std::visit(MessageWriter{}, message));
}

Result<KioskMessage> decode_kiosk_message(std::string_view text)
{
    return decode<KioskMessage>(text, kiosk_limits, kiosk_readers);
}

Result<HallMessage> decode_hall_message(std::string_view text)
{
    return decode<HallMessage>(text, hall_limits, hall_readers);
}

} // namespace papervault::engine
