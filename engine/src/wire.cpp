#include "wire.hpp"

#include "identifier.hpp"

namespace papervault::engine::wire {

std::uint64_t read_unsigned(JsonFields& fields, std::string_view name, std::uint64_t lowest, std::uint64_t highest)
{
    const boost::json::value& value = fields.member(name);
    std::uint64_t number = 0;
    if (value.is_uint64()) {
        number = value.get_uint64();
    } else if (value.is_int64() && value.get_int64() >= 0) {
        number = static_cast<std::uint64_t>(value.get_int64());
    } else {
        fields.problem(EngineError::malformed, name, "a whole number was expected");
        return lowest;
    }
    if (number < lowest || number > highest) {
        fields.problem(EngineError::out_of_range, name,
                       "a number from " + std::to_string(lowest) + " to " + std::to_string(highest) + " was expected");
        return lowest;
    }
    return number;
}

std::string read_ticket(JsonFields& fields)
{
    std::string ticket = fields.text("ticket", 32);
    if (!is_ticket(ticket)) fields.problem(EngineError::malformed, "ticket", "is no ticket");
    return ticket;
}

std::string read_item_id(JsonFields& fields, std::string_view name)
{
    std::string id = fields.text(name, item_id_bytes_max);
    if (!is_item_id(id)) fields.problem(EngineError::malformed, name, "is no item's id");
    return id;
}

Response read_response(JsonFields& fields, std::size_t parts_max, std::size_t bytes_max_each)
{
    return fields.texts("response", parts_max, bytes_max_each);
}

Instant read_instant(JsonFields& fields, std::string_view name)
{
    const Result<Instant> instant = instant_from_text(fields.text(name, 40));
    if (instant) return *instant;
    fields.problem(instant.error().code, name, instant.error().detail);
    return {};
}

boost::json::array to_array(const std::vector<std::string>& texts)
{
    boost::json::array out;
    out.reserve(texts.size());
    for (const std::string& text : texts) out.emplace_back(text);
    return out;
}

} // namespace papervault::engine::wire
