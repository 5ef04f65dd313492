#include <papervault/vault/journal.hpp>

#include "answers/sheets_document.hpp"

#include <papervault/engine/json.hpp>

#include <boost/json/value.hpp>

#include <algorithm>
#include <array>

namespace papervault::vault {
namespace {

std::array<std::byte, 8> eight_bytes(std::uint64_t value)
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
    const auto number = eight_bytes(record.number);
    const auto time = eight_bytes(static_cast<std::uint64_t>(record.time.time_since_epoch().count()));
    return crypto::blake2b("papervault.journal.v1", {previous.view(), number, time, crypto::bytes_of(record.payload)});
}

std::unexpected<VaultFailure> broken(std::uint64_t number, std::string_view reason)
{
    return refuse(VaultError::chain_broken, "journal record " + std::to_string(number) + ": " + std::string{reason});
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

Result<void> JournalChain::accept(const JournalRecord& record)
{
    const std::uint64_t expected = records_ + 1;
    if (record.number != expected) {
        return broken(expected, "missing; " + std::to_string(record.number) + " stands there");
    }
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

Result<JournalRecord> read_journal_line(std::string_view line)
{
    const auto unread = [] { return refuse(VaultError::malformed, "not a record in canonical form"); };
    CanonicalReader in{line};
    std::string scratch;
    JournalRecord record;
    if (!in.take(R"({"hash":)")) { return unread(); }
    const auto hex = limited_text(in, 64, scratch);
    const auto hash = hex ? crypto::Digest::from_hex(*hex) : std::nullopt;
    if (!hash || hash->hex() != *hex || !in.take(R"(,"number":)")) { return unread(); }
    record.hash = *hash;
    const auto number = in.number();
    if (!number || !in.take(R"(,"payload":)")) { return unread(); }
    record.number = static_cast<std::uint64_t>(*number);
    const auto payload = limited_text(in, journal_payload_bytes_max, scratch);
    if (!payload || !in.take(R"(,"time":)")) { return unread(); }
    record.payload = *payload;
    const auto time = read_instant(in, scratch);
    if (!time || !in.take('}') || !in.at_end()) { return unread(); }
    record.time = *time;
    return record;
}

} // namespace papervault::vault
