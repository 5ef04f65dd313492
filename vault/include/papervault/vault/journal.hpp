#pragma once

#include <papervault/crypto/hash.hpp>
#include <papervault/engine/batch.hpp>
#include <papervault/vault/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

/// The journal of one sitting: numbered, timed, hash-chained records (docs/journal-format.md, version 1). A hall
/// extends it, the office follows it again.
namespace papervault::vault {

inline constexpr std::size_t journal_payload_bytes_max = 1 << 20;

struct JournalRecord {
    std::uint64_t number = 0; ///< From 1, without gaps.
    engine::Instant time;     ///< Never before the record in front of it.
    std::string payload;      ///< Canonical JSON.
    crypto::Digest hash;      ///< Over the previous record's hash and the three fields above.
    bool operator==(const JournalRecord&) const = default;
};

/// The end of a chain: makes the next record, or checks it. One thread at a time.
class JournalChain {
public:
    /// An empty journal; its origin names the package, so that no sitting's journal passes for another's.
    explicit JournalChain(std::string_view package_id);

    /// @param now  A time before the last record's is taken as the last record's (T3).
    [[nodiscard]] JournalRecord extend(engine::Instant now, std::string payload);
    /// @return chain_broken, naming the record, when number, time, size or hash doesn't fit.
    [[nodiscard]] Result<void> accept(const JournalRecord& record);

    [[nodiscard]] std::uint64_t records() const noexcept { return records_; }
    [[nodiscard]] const crypto::Digest& head() const noexcept { return head_; }
    [[nodiscard]] engine::Instant last_time() const noexcept { return last_time_; }

private:
    std::uint64_t records_ = 0;
    crypto::Digest head_;
    engine::Instant last_time_{};
};

/// The record as one line of JSON, as it stands in the answers file: {"number","time","payload","hash"}; without line
/// feed.
[[nodiscard]] std::string journal_line(const JournalRecord& record);
/// Reads what journal_line() writes and no other spelling. Nothing is said of the hash. @return malformed.
[[nodiscard]] Result<JournalRecord> read_journal_line(std::string_view line);

} // namespace papervault::vault
