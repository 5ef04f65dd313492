#include <papervault/client/page.hpp>

#include <papervault/engine/json.hpp>
#include <papervault/engine/sitting.hpp>

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace papervault::client {
namespace {

constexpr std::size_t item_bytes_max = 64;
constexpr std::size_t ticket_bytes_max = 64;
constexpr std::size_t id_tail_bytes_max = 16;

std::string printable(std::string text)
{
    std::ranges::replace_if(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
    return text;
}

PageCall read_call(engine::JsonFields& fields)
{
    const std::string name = fields.text("call", 32);
    if (name == "view") { return call::View{}; }
    if (name == "form") { return call::Form{}; }
    if (name == "hand_in") { return call::HandIn{}; }
    if (name == "sign_in") {
        call::SignIn sign_in;
        sign_in.ticket = fields.text("ticket", ticket_bytes_max);
        sign_in.id_tail = fields.text("id_tail", id_tail_bytes_max);
        return sign_in;
    }
    if (name == "confirm_identity") { return call::ConfirmIdentity{fields.boolean("confirmed")}; }
    if (name == "answer") {
        call::Answer answer;
        answer.item = fields.text("item", item_bytes_max);
        answer.response = fields.texts("response", engine::response_parts_max, engine::response_bytes_max);
        return answer;
    }
    if (name == "mark") {
        call::Mark mark;
        mark.item = fields.text("item", item_bytes_max);
        mark.marked = fields.boolean("marked");
        return mark;
    }
    if (name == "log") { return call::Log{printable(fields.text("message", page_log_bytes_max))}; }
    fields.problem(engine::EngineError::out_of_range, "call", "no call of the contract");
    return call::View{};
}

} // namespace

Result<PageCall> page_call_from_json(std::string_view text)
{
    const auto value = engine::parse_json(text, {.bytes_max = page_call_bytes_max, .depth_max = 4});
    if (!value) { return refuse(ClientError::malformed, "page: " + value.error().detail); }
    engine::JsonFields fields{*value, "page"};
    PageCall read = read_call(fields);
    if (const auto finished = fields.finish(); !finished) {
        return refuse(ClientError::malformed, finished.error().detail);
    }
    return read;
}

std::string page_reply(std::string_view error)
{
    if (error.empty()) { return R"({"ok":true})"; }
    return boost::json::serialize(boost::json::object{{"ok", false}, {"error", error}});
}

} // namespace papervault::client
