#pragma once

#include <papervault/engine/json.hpp>
#include <papervault/engine/sitting.hpp>

#include <boost/json/array.hpp>

#include <cstdint>

/// Members that events and messages have in common.
namespace papervault::engine::wire {

/// A whole number up to 2^64-1, which JsonFields::integer can't give.
[[nodiscard]] std::uint64_t read_unsigned(JsonFields& fields, std::string_view name, std::uint64_t lowest,
                                          std::uint64_t highest);
[[nodiscard]] std::string read_ticket(JsonFields& fields);
[[nodiscard]] std::string read_item_id(JsonFields& fields, std::string_view name);
/// At most parts_max texts; their bytes together are not looked at.
[[nodiscard]] Response read_response(JsonFields& fields, std::size_t parts_max, std::size_t bytes_max_each);
[[nodiscard]] Instant read_instant(JsonFields& fields, std::string_view name);
[[nodiscard]] boost::json::array to_array(const std::vector<std::string>& texts);

} // namespace papervault::engine::wire
