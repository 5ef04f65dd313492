#include <papervault/server/journal.hpp>

#include <papervault/engine/json.hpp>

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace papervault::server {
namespace {

std::array<std::byte, 8> little_endian(std::uint64_t value)
{
    std::array<std::byte, 8> bytes{};
    for (std::byte& b : bytes) {
        b = static_cast<std::byte>(value & 0xff);
        value >>= 8;
    }
    return bytes;
}

crypto::Digest record_hash(const crypto::Digest& previous, const JournalRecord& record)
{
    const auto number = little_endian(record.number);
    const auto time = little_endian(static_cast<std::uint64_t>(record.time.time_since_epoch().count()));
    return crypto::blake2b("papervault.journal.v1", {previous.view(), number, time, crypto::bytes_of(record.payload)});
}

std::unexpected<vault::VaultFailure> broken(std::uint64_t number, std::string_view reason)
{
    return vault::refuse(vault::VaultError::chain_broken, fmt::format("journal record {}: {}", number, reason));
}

} // namespace

JournalChain::JournalChain(std::string_view package_id)
    : head_{crypto::blake2b("papervault.journal-origin.v1", {crypto::bytes_of(package_id)})}
{
}

JournalRecord JournalChain::extend(engine::Instant now, std::string payload)
{
    JournalRecord record{
        .number = records_ + 1, .time = std::max(now, last_time_), .payload = std::move(payload), .hash = {}};
    record.hash = record_hash(head_, record);
    records_ = record.number;
    head_ = record.hash;
    last_time_ = record.time;
    return record;
}

vault::Result<void> JournalChain::accept(const JournalRecord& record)
{
    const std::uint64_t expected = records_ + 1;
    if (record.number != expected) { return broken(expected, fmt::format("missing; {} stands there", record.number)); }
    if (record.payload.size() > journal_payload_bytes_max) { return broken(expected, "too long"); }
    if (record.time < last_time_) { return broken(expected, "its time is before the record in front of it"); }
    if (record.hash != record_hash(head_, record)) { return broken(expected, "its hash doesn't fit"); }
    records_ = record.number;
    head_ = record.hash;
    last_time_ = record.time;
    return {};
}

std::string journal_line(const JournalRecord& record)
{
    boost::json::object line;
    line["number"] = record.number;
    line["time"] = engine::to_text(record.time);
    line["payload"] = record.payload;
    line["hash"] = record.hash.hex();
    return engine::canonical_json(line);
}

} // namespace papervault::server
