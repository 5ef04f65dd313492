#pragma once

#include <papervault/crypto/secret_buffer.hpp>
#include <papervault/server/journal.hpp>
#include <papervault/vault/error.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace papervault::server {

/// A journal in one SQLCipher file, written by one thread with group commit: whatever has been asked for while the disk
/// was busy becomes one transaction. Durable when reported (WAL, synchronous FULL). One process at a time (flock).
class SqlcipherJournal final : public JournalStore {
public:
    using Sink = std::function<vault::Result<void>(const JournalRecord&)>;

    /// Makes a new file with its first records, durable when it returns. @return already_exists, storage_failed.
    [[nodiscard]] static vault::Result<void> create(const std::filesystem::path& file, const crypto::SecretBuffer& key,
                                                    std::string_view package_id, std::vector<JournalRecord> first);
    /// Reads and checks the whole chain, giving each record to the sink, then stands ready to append.
    /// @return not_found; authentication_failed (wrong key or damaged file); chain_broken; conflict (another process
    /// has
    ///         it open); or what the sink returned.
    [[nodiscard]] static vault::Result<std::unique_ptr<SqlcipherJournal>> open(const std::filesystem::path& file,
                                                                               const crypto::SecretBuffer& key,
                                                                               std::string_view package_id,
                                                                               const Sink& sink);
    /// Reads and checks every page and the whole chain; changes nothing. @return As open(), never conflict.
    [[nodiscard]] static vault::Result<JournalChain> verify(const std::filesystem::path& file,
                                                            const crypto::SecretBuffer& key,
                                                            std::string_view package_id, const Sink& sink);
    /// Waits for everything that was asked for.
    ~SqlcipherJournal() override;

    void append(std::vector<JournalRecord> records, Done done) override;

    /// The chain as it was read by open().
    [[nodiscard]] const JournalChain& chain() const noexcept;

    // Sealed secrets that belong to the sitting, by name. Durable when these return; they wait for the writer's thread.
    [[nodiscard]] vault::Result<void> keep(std::string_view name, crypto::ByteView sealed);
    [[nodiscard]] vault::Result<std::optional<crypto::Bytes>> kept(std::string_view name);
    /// Removes all of them, overwrites their pages and empties the write-ahead log.
    [[nodiscard]] vault::Result<void> destroy_kept();
    /// All records again, in order, for the answers file.
    [[nodiscard]] vault::Result<void> read_all(const Sink& sink);

private:
    class Writer;
    explicit SqlcipherJournal(std::unique_ptr<Writer> writer);
    std::unique_ptr<Writer> writer_;
};

} // namespace papervault::server
