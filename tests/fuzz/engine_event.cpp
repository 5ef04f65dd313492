// A journal's line from a damaged disk: refused, or an event that reads back the same and fits a state or changes
// nothing.
#include <papervault/engine/assert.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/engine/sitting.hpp>

#include <cstdint>
#include <string_view>

using namespace papervault::engine;

namespace {

SittingState running_state()
{
    Batch batch;
    batch.starts_at = Instant{std::chrono::hours{1}};
    batch.ends_at = Instant{std::chrono::hours{2}};
    SittingState state = initial_state(batch, {{"T-0001", "A", "0001", 1, "A"}, {"T-0002", "B", "0002", 2, "A"}});
    state.phase = SittingPhase::running;
    state.items_by_form = {{"A", {"S01", "S02"}}};
    state.candidates.at("T-0001").phase = CandidatePhase::working;
    state.candidates.at("T-0001").connection = 1;
    return state;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto value = parse_json({reinterpret_cast<const char*>(data), size}, JsonLimits{});
    if (!value) return 0;
    const auto event = event_from_json(*value);
    if (!event) return 0;
    const auto again = parse_json(canonical_json(to_json(*event)), JsonLimits{});
    PAPERVAULT_ASSERT(again.has_value() && event_from_json(*again) == *event);
    SittingState state = running_state();
    const SittingState before = state;
    if (!apply(state, *event)) PAPERVAULT_ASSERT(state == before);
    return 0;
}
