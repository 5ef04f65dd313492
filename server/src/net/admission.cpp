#include "net/admission.hpp"

namespace papervault::server {
namespace {

void count_down(std::map<std::string, std::size_t, std::less<>>& counts, const std::string& name)
{
    const auto found = counts.find(name);
    if (found != counts.end() && --found->second == 0) { counts.erase(found); }
}

} // namespace

std::optional<std::uint64_t> Admission::oldest_arriving(std::string_view address) const
{
    for (const auto& [id, entry] : entries_) {
        if (!entry.established && (address.empty() || entry.address == address)) { return id; }
    }
    return std::nullopt;
}

std::optional<std::uint64_t> Admission::arrive(std::uint64_t id, std::string_view address)
{
    std::optional<std::uint64_t> goes;
    const auto same = arriving_by_address_.find(address);
    if (same != arriving_by_address_.end() && same->second >= limits_.handshakes_per_address_max) {
        goes = oldest_arriving(address);
    } else if (arriving_ >= limits_.handshakes_max) {
        goes = oldest_arriving({});
    }
    if (goes) { leave(*goes); } // it counts no more, however long its end takes
    entries_.emplace(id, Entry{.address = std::string{address}, .peer = {}, .established = false});
    ++arriving_by_address_[std::string{address}];
    ++arriving_;
    return goes;
}

bool Admission::establish(std::uint64_t id, std::string_view peer)
{
    const auto found = entries_.find(id);
    if (found == entries_.end() || found->second.established) { return false; }
    const auto same = established_by_peer_.find(peer);
    if (established_ >= limits_.connections_max ||
        (same != established_by_peer_.end() && same->second >= limits_.connections_per_peer_max)) {
        return false;
    }
    Entry& entry = found->second;
    count_down(arriving_by_address_, entry.address);
    --arriving_;
    entry.peer = peer;
    entry.established = true;
    ++established_by_peer_[entry.peer];
    ++established_;
    return true;
}

void Admission::leave(std::uint64_t id)
{
    const auto found = entries_.find(id);
    if (found == entries_.end()) { return; }
    if (found->second.established) {
        count_down(established_by_peer_, found->second.peer);
        --established_;
    } else {
        count_down(arriving_by_address_, found->second.address);
        --arriving_;
    }
    entries_.erase(found);
}

} // namespace papervault::server
