#pragma once

#include <papervault/crypto/hash.hpp>
#include <papervault/engine/batch.hpp>
#include <papervault/vault/error.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// The journal of one sitting: numbered, timed, hash-chained records (docs/journal-format.md, version 1).
namespace papervault::server {

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
    [[nodiscard]] vault::Result<void> accept(const JournalRecord& record);

    [[nodiscard]] std::uint64_t records() const noexcept { return records_; }
    [[nodiscard]] const crypto::Digest& head() const noexcept { return head_; }
    [[nodiscard]] engine::Instant last_time() const noexcept { return last_time_; }

private:
    std::uint64_t records_ = 0;
    crypto::Digest head_;
    engine::Instant last_time_{};
};

/// Where records become durable.
class JournalStore {
public:
    using Done = std::move_only_function<void(vault::Result<void>)>;
    virtual ~JournalStore() = default;

    /// Makes the records durable, all of one call or none, in the order of the calls. Returns at once. Any thread.
    /// @param done  Called once, in the order of the calls, on a thread of the store; durable when it is called with
    ///              success. After a failure nothing is stored any more: every later call fails too.
    virtual void append(std::vector<JournalRecord> records, Done done) = 0;
};

/// The record as one line of JSON, as it stands in the answers file: {"number","time","payload","hash"}; without line
/// feed.
[[nodiscard]] std::string journal_line(const JournalRecord& record);

} // namespace papervault::server
