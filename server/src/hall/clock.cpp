#include <papervault/server/clock.hpp>

#include <algorithm>
#include <fstream>

#include <time.h>

namespace papervault::server {
namespace {

using std::chrono::milliseconds;

class SystemTime final : public TimeSource {
public:
    [[nodiscard]] std::string boot_id() const override
    {
        std::ifstream file{"/proc/sys/kernel/random/boot_id"};
        std::string id;
        std::getline(file, id);
        return id;
    }
    [[nodiscard]] milliseconds since_boot() const override
    {
        timespec now{};
        clock_gettime(CLOCK_BOOTTIME, &now);
        return std::chrono::duration_cast<milliseconds>(std::chrono::seconds{now.tv_sec} +
                                                        std::chrono::nanoseconds{now.tv_nsec});
    }
    [[nodiscard]] engine::Instant wall() const override
    {
        return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
    }
};

} // namespace

const TimeSource& system_time() noexcept
{
    static const SystemTime time;
    return time;
}

HallClock::HallClock(const std::optional<ClockAnchor>& anchor, engine::Instant not_before, const TimeSource& source)
    : source_{source}, boot_id_{source.boot_id()}, base_{source.wall()}, base_since_boot_{source.since_boot()}
{
    const bool same_boot =
        anchor && !boot_id_.empty() && anchor->boot_id == boot_id_ && anchor->since_boot <= base_since_boot_;
    if (same_boot) {
        base_ = anchor->time + (base_since_boot_ - anchor->since_boot);
    } else {
        behind_at_start_ = std::max(milliseconds{0}, not_before - base_);
    }
    base_ = std::max(base_, not_before);
}

engine::Instant HallClock::now() const
{
    return base_ + std::max(milliseconds{0}, source_.since_boot() - base_since_boot_);
}

ClockAnchor HallClock::anchor() const
{
    return {.boot_id = boot_id_, .since_boot = base_since_boot_, .time = base_};
}

milliseconds HallClock::wall_difference() const
{
    return source_.wall() - now();
}

} // namespace papervault::server
