#pragma once

#include <papervault/client/session.hpp>

#include <array>
#include <cstddef>
#include <optional>

namespace papervault::client {

/// The hall's clock as seen from here, by Cristian's method: of the last samples the one with the shortest round trip
/// is the best, and its error is at most half of that. Counts on by the monotonic clock, so setting this machine's
/// wall clock changes nothing.
class HallTime {
public:
    /// @param asked  When the question left; the hall read its clock between then and `answered`.
    void sample(engine::Instant hall, Monotonic asked, Monotonic answered);
    /// Of an answer whose way took an unknown time: used until the first sample.
    void guess(engine::Instant hall, Monotonic answered);
    /// Nothing until the first sample or guess.
    [[nodiscard]] std::optional<engine::Instant> at(Monotonic now) const;

private:
    struct Sample {
        Monotonic round_trip{};
        std::chrono::microseconds offset{};
    };
    std::optional<std::chrono::microseconds> guessed_offset_;
    std::array<Sample, 8> samples_{};
    std::size_t taken_ = 0;
};

} // namespace papervault::client
