#pragma once

#include <papervault/crypto/bytes.hpp>
#include <papervault/crypto/secret_buffer.hpp>
#include <papervault/vault/error.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

/// One SQLCipher 4 file: WAL, synchronous FULL, raw 256-bit key. Speaks SQL; only repositories include this.
namespace papervault::vault {

/// The file can't be read or written, or a statement of ours failed. Repositories turn it into
/// VaultError::storage_failed.
class StorageUnavailable : public std::runtime_error {
public:
    StorageUnavailable(const std::string& what, bool unreadable) : std::runtime_error{what}, unreadable_{unreadable} {}
    /// The bytes are not a database under this key, or are damaged; else the system failed.
    [[nodiscard]] bool unreadable() const noexcept { return unreadable_; }

private:
    bool unreadable_;
};

class Database;
class PreparedStatements;

/// A prepared statement. Bind by position from 1, then step through the rows. Not thread-safe.
class Statement {
public:
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&&) = delete;
    ~Statement();

    Statement& bind(std::int64_t value);
    Statement& bind(std::string_view text);
    Statement& bind(crypto::ByteView bytes);
    Statement& bind_null();
    /// @return True while there is a row. @throws StorageUnavailable
    bool step();
    /// For statements without rows; resets so that it can be bound anew.
    void run();
    void reset();

    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] crypto::Bytes bytes(int column) const;
    [[nodiscard]] bool is_null(int column) const;

private:
    friend class Database;
    Statement(sqlite3* database, sqlite3_stmt* statement, std::shared_ptr<PreparedStatements> home) noexcept;
    sqlite3* database_;
    sqlite3_stmt* statement_;
    std::shared_ptr<PreparedStatements> home_; ///< Where it rests afterwards; null: it ends here.
    int bound_ = 0;
};

/// One open file, one thread at a time.
class Database {
public:
    /// Makes a new file of mode 0600. @return already_exists, storage_failed.
    [[nodiscard]] static Result<Database> create(const std::filesystem::path& file, const crypto::SecretBuffer& key);
    /// @return not_found; authentication_failed when the key doesn't fit or the file is damaged.
    [[nodiscard]] static Result<Database> open(const std::filesystem::path& file, const crypto::SecretBuffer& key);
    Database(Database&&) noexcept;
    Database& operator=(Database&&) noexcept;
    ~Database();

    /// What was prepared before and is not in use rests prepared. @param sql  Fixed text of ours; values are bound.
    /// @throws StorageUnavailable
    [[nodiscard]] Statement prepare(std::string_view sql);
    void execute(const char* sql);
    /// Rows that the last statement changed.
    [[nodiscard]] std::int64_t changes() const noexcept;
    /// Reads every page and compares its HMAC. @return The first damaged page's description, or nothing.
    [[nodiscard]] std::optional<std::string> find_damage();

private:
    struct Close {
        void operator()(sqlite3* database) const noexcept;
    };
    explicit Database(sqlite3* database);
    static Result<Database> open_with(const std::filesystem::path& file, const crypto::SecretBuffer& key, int flags);
    void close() noexcept;
    std::unique_ptr<sqlite3, Close> database_;
    std::shared_ptr<PreparedStatements> resting_;
};

/// Rolls back unless committed. BEGIN IMMEDIATE: two writers never interleave.
class Transaction {
public:
    explicit Transaction(Database& database);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();
    /// Durable when it returns (synchronous FULL). @throws StorageUnavailable
    void commit();

private:
    Database* database_;
};

} // namespace papervault::vault
