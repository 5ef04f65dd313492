#pragma once

#include "hall/hall_directory.hpp"

#include <papervault/vault/error.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace papervault::server {

struct ServeOptions {
    std::optional<int> hall_port; ///< Instead of the settings'.
    std::optional<int> enrolment_port;
    std::string package_id; ///< Empty: the only one that is not sealed yet.
};

/// A hall with one sitting, running: everything put together.
class RunningHall {
public:
    /// Replays the journal, has the opened paper again if it was open, listens. @return What stands in the way.
    [[nodiscard]] static vault::Result<std::unique_ptr<RunningHall>> start(const HallDirectory& hall,
                                                                           const ServeOptions& options);
    /// stop() first, if that was not done.
    ~RunningHall();
    RunningHall(const RunningHall&) = delete;

    [[nodiscard]] std::uint16_t hall_port() const noexcept;
    [[nodiscard]] std::uint16_t enrolment_port() const noexcept;
    [[nodiscard]] const std::string& package_id() const noexcept;
    [[nodiscard]] const std::string& batch_id() const noexcept;

    /// Tells the kiosks, makes everything durable, closes. Returns when it is done.
    void stop();

private:
    class Impl;
    explicit RunningHall(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace papervault::server
