#pragma once

#include <papervault/server/http.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace papervault::server {

/// Who may stay connected. Connections that have not shown a certificate are cheap to make, so they push out only each
/// other, the oldest first: slow ones can't keep quick ones out (S4). One thread.
class Admission {
public:
    explicit Admission(const ListenerLimits& limits) : limits_{limits} {}

    /// A new connection. @return An older one that has to go for it.
    [[nodiscard]] std::optional<std::uint64_t> arrive(std::uint64_t id, std::string_view address);
    /// Its TLS handshake is done. @param peer  Certificate's key, or the address where there is none. @return False:
    /// too many.
    [[nodiscard]] bool establish(std::uint64_t id, std::string_view peer);
    /// At the end of every connection that arrived, whatever became of it.
    void leave(std::uint64_t id);

    [[nodiscard]] std::size_t established() const noexcept { return established_; }

private:
    struct Entry {
        std::string address;
        std::string peer;
        bool established = false;
    };
    [[nodiscard]] std::optional<std::uint64_t> oldest_arriving(std::string_view address) const;

    ListenerLimits limits_;
    std::map<std::uint64_t, Entry> entries_; ///< In order of arrival.
    std::map<std::string, std::size_t, std::less<>> arriving_by_address_;
    std::map<std::string, std::size_t, std::less<>> established_by_peer_;
    std::size_t arriving_ = 0;
    std::size_t established_ = 0;
};

} // namespace papervault::server
