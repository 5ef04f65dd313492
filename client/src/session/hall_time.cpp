#include "session/hall_time.hpp"

#include <algorithm>

namespace papervault::client {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

void HallTime::sample(engine::Instant hall, Monotonic asked, Monotonic answered)
{
    const Monotonic round_trip = std::max(Monotonic{0}, answered - asked);
    const microseconds read_at = answered - round_trip / 2;
    samples_[taken_ % samples_.size()] =
        Sample{.round_trip = round_trip, .offset = microseconds{hall.time_since_epoch()} - read_at};
    ++taken_;
}

void HallTime::guess(engine::Instant hall, Monotonic answered)
{
    guessed_offset_ = microseconds{hall.time_since_epoch()} - answered;
}

std::optional<engine::Instant> HallTime::at(Monotonic now) const
{
    if (taken_ == 0) {
        if (!guessed_offset_) { return std::nullopt; }
        return engine::Instant{duration_cast<milliseconds>(now + *guessed_offset_)};
    }
    const auto end = samples_.begin() + static_cast<std::ptrdiff_t>(std::min(taken_, samples_.size()));
    const auto best = std::ranges::min_element(samples_.begin(), end, {}, &Sample::round_trip);
    return engine::Instant{duration_cast<milliseconds>(now + best->offset)};
}

} // namespace papervault::client
