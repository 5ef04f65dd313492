#pragma once

#include <papervault/client/error.hpp>
#include <papervault/client/hall_link.hpp>

#include <filesystem>
#include <optional>

namespace papervault::client {

/// Where a kiosk keeps what it needs to be itself after a restart, and nothing else: one file a seat, `seat-07.pem`,
/// with key, certificate and authority, readable by its owner only. Nothing of a candidate or a paper is ever written.
class StateFolder {
public:
    explicit StateFolder(std::filesystem::path folder) : folder_{std::move(folder)} {}

    /// @return Nothing if the seat was never enrolled; storage_failed, also for a file that others may read; malformed.
    [[nodiscard]] Result<std::optional<KioskIdentity>> load(int seat) const;
    /// Durable when it returns. Makes the folder if need be.
    [[nodiscard]] Result<void> store(int seat, const KioskIdentity& identity) const;
    /// To enrol again.
    [[nodiscard]] Result<void> forget(int seat) const;

private:
    [[nodiscard]] std::filesystem::path file_of(int seat) const;
    std::filesystem::path folder_;
};

} // namespace papervault::client
