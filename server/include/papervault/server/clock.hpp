#pragma once

#include <papervault/engine/batch.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace papervault::server {

/// The hall's time. Any thread.
class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual engine::Instant now() const = 0;
};

/// Where a HallClock reads the time: the machine's own clocks, except in tests. Any thread.
class TimeSource {
public:
    virtual ~TimeSource() = default;
    /// Names one boot of the machine; empty where the system has none.
    [[nodiscard]] virtual std::string boot_id() const = 0;
    /// Never goes back in one boot, whoever sets the clock; suspended time included.
    [[nodiscard]] virtual std::chrono::milliseconds since_boot() const = 0;
    [[nodiscard]] virtual engine::Instant wall() const = 0;
};
[[nodiscard]] const TimeSource& system_time() noexcept;

/// A point at which wall time and the time since boot were read together.
struct ClockAnchor {
    std::string boot_id;                  ///< Names one boot of the machine.
    std::chrono::milliseconds since_boot; ///< Suspended time included.
    engine::Instant time;
    bool operator==(const ClockAnchor&) const = default;
};

/// Reads the wall clock once and counts on from there, so that setting the clock while the program runs changes no
/// deadline (T2). Over a restart in the same boot it counts on from the anchor of the earlier run; after a reboot it
/// takes the wall clock, but never a time before `not_before` (T3).
class HallClock final : public Clock {
public:
    /// @param anchor      Of an earlier run that must be continued (a sitting is open); nothing takes the wall clock.
    /// @param not_before  High-water mark: time of the last record.
    /// @param source      Outlives the clock.
    HallClock(const std::optional<ClockAnchor>& anchor, engine::Instant not_before,
              const TimeSource& source = system_time());

    [[nodiscard]] engine::Instant now() const override;
    /// To be stored for the next run.
    [[nodiscard]] ClockAnchor anchor() const;
    /// Wall clock minus now(): 0 or nearly as long as nobody sets the clock.
    [[nodiscard]] std::chrono::milliseconds wall_difference() const;
    /// How far the machine's clock was behind the last record when this clock began: it was set back, or has lost its
    /// time. 0 when the time goes on from an anchor.
    [[nodiscard]] std::chrono::milliseconds behind_at_start() const noexcept { return behind_at_start_; }

private:
    const TimeSource& source_;
    std::string boot_id_;
    engine::Instant base_;
    std::chrono::milliseconds base_since_boot_;
    std::chrono::milliseconds behind_at_start_{0};
};

} // namespace papervault::server
