#pragma once

#include <papervault/server/http.hpp>

#include <algorithm>
#include <chrono>

namespace papervault::server {

/// How long to wait before the next one, so that a pace is kept (a token bucket).
class Pacer {
public:
    using Clock = std::chrono::steady_clock;
    explicit Pacer(Pace pace) noexcept
        : interval_{std::chrono::nanoseconds{std::chrono::seconds{1}} / pace.per_second}, burst_{interval_ * pace.burst}
    {
    }

    /// Counts one. @return When the next may be taken; not in the future while the burst lasts.
    [[nodiscard]] Clock::time_point count(Clock::time_point now) noexcept
    {
        paid_until_ = std::max(paid_until_, now - burst_) + interval_;
        return paid_until_;
    }

private:
    std::chrono::nanoseconds interval_;
    std::chrono::nanoseconds burst_;
    Clock::time_point paid_until_{};
};

} // namespace papervault::server
