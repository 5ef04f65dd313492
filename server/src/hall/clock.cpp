#include <papervault/server/clock.hpp>

#include <algorithm>
#include <fstream>

#include <time.h>

namespace papervault::server {
namespace {

using std::chrono::milliseconds;

milliseconds since_boot()
{
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return std::chrono::duration_cast<milliseconds>(std::chrono::seconds{now.tv_sec} +
                                                    std::chrono::nanoseconds{now.tv_nsec});
}

engine::Instant wall()
{
    return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
}

/// Empty where the kernel has none: then no anchor of an earlier run is ever taken.
std::string read_boot_id()
{
    std::ifstream file{"/proc/sys/kernel/random/boot_id"};
    std::string id;
    std::getline(file, id);
    return id;
}

} // namespace

HallClock::HallClock(const std::optional<ClockAnchor>& anchor, engine::Instant not_before)
    : boot_id_{read_boot_id()}, base_{wall()}, base_since_boot_{since_boot()}
{
    const bool same_boot =
        anchor && !boot_id_.empty() && anchor->boot_id == boot_id_ && anchor->since_boot <= base_since_boot_;
    if (same_boot) { base_ = anchor->time + (base_since_boot_ - anchor->since_boot); }
    base_ = std::max(base_, not_before);
}

engine::Instant HallClock::now() const
{
    return base_ + std::max(milliseconds{0}, since_boot() - base_since_boot_);
}

ClockAnchor HallClock::anchor() const
{
    return {.boot_id = boot_id_, .since_boot = base_since_boot_, .time = base_};
}

milliseconds HallClock::wall_difference() const
{
    return wall() - now();
}

} // namespace papervault::server
