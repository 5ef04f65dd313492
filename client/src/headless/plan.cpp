#include <papervault/client/headless.hpp>

#include <papervault/engine/json.hpp>
#include <papervault/engine/sitting.hpp>

#include <fmt/format.h>

#include <set>

namespace papervault::client {
namespace {

constexpr std::size_t line_bytes_max = 4 * 1024 * 1024;
constexpr std::size_t items_max = 1000;
constexpr int seat_max = 9999;

engine::ResponseSheet read_responses(engine::JsonFields& fields)
{
    engine::ResponseSheet responses;
    const auto* object = fields.member("responses").if_object();
    if (object == nullptr || object->size() > items_max) {
        fields.problem(engine::EngineError::malformed, "responses", "an object of items expected");
        return responses;
    }
    engine::JsonFields items{fields.member("responses"), fields.path("responses")};
    for (const auto& [item, value] : *object) {
        responses[std::string{item}] = items.texts(item, engine::response_parts_max, engine::response_bytes_max);
    }
    if (const auto read = items.finish(); !read) { fields.problem(read.error()); }
    return responses;
}

Result<CandidatePlan> read_line(std::string_view line, std::string_view where)
{
    const auto value = engine::parse_json(line, {.bytes_max = line_bytes_max, .depth_max = 4});
    if (!value) { return refuse(ClientError::malformed, fmt::format("{}: {}", where, value.error().detail)); }
    engine::JsonFields fields{*value, where};
    CandidatePlan plan;
    plan.ticket = fields.text("ticket", 64);
    plan.id_tail = fields.text("id_tail", 16);
    plan.seat = static_cast<int>(fields.integer("seat", 1, seat_max));
    plan.responses = read_responses(fields);
    const auto seed = crypto::from_hex(fields.text("seed", 128));
    if (!seed || seed->empty()) {
        fields.problem(engine::EngineError::malformed, "seed", "hexadecimal digits expected");
    }
    plan.seed = crypto::blake2b("papervault.headless.v1", {seed.value_or(crypto::Bytes{})});
    if (const auto read = fields.finish(); !read) { return refuse(ClientError::malformed, read.error().detail); }
    return plan;
}

} // namespace

Result<std::vector<CandidatePlan>> plan_from_jsonl(std::string_view text)
{
    std::vector<CandidatePlan> plans;
    std::set<int> seats;
    std::set<std::string> tickets;
    int number = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        ++number;
        if (line.find_first_not_of(" \t\r") == std::string_view::npos) { continue; }
        const std::string where = fmt::format("line {}", number);
        auto plan = read_line(line, where);
        if (!plan) { return std::unexpected{plan.error()}; }
        if (!seats.insert(plan->seat).second || !tickets.insert(plan->ticket).second) {
            return refuse(ClientError::malformed, fmt::format("{}: seat or ticket comes twice", where));
        }
        plans.push_back(std::move(*plan));
    }
    return plans;
}

} // namespace papervault::client
