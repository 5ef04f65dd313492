#include <papervault/vault/database.hpp>

#include "database/locked_heap.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace papervault::vault {
namespace {

[[noreturn]] void fail(sqlite3* database, std::string_view what)
{
    const int code = sqlite3_errcode(database) & 0xff;
    throw StorageUnavailable{std::string{what} + ": " + sqlite3_errmsg(database),
                             code == SQLITE_NOTADB || code == SQLITE_CORRUPT};
}

/// SQLCipher takes a raw key as the text x'…'; the copy lives in a SecretBuffer and goes with it.
crypto::SecretBuffer raw_key_text(const crypto::SecretBuffer& key)
{
    constexpr std::string_view digits = "0123456789abcdef";
    crypto::SecretBuffer text{key.size_bytes() * 2 + 3};
    auto out = text.expose();
    std::size_t at = 0;
    out[at++] = std::byte{'x'};
    out[at++] = std::byte{'\''};
    for (const std::byte b : key.expose()) {
        out[at++] = static_cast<std::byte>(digits[std::to_integer<unsigned>(b) >> 4]);
        out[at++] = static_cast<std::byte>(digits[std::to_integer<unsigned>(b) & 15U]);
    }
    out[at] = std::byte{'\''};
    return text;
}

} // namespace

/// Statements that nobody uses at the moment. Preparing one costs several times as much as running most of ours.
class PreparedStatements {
public:
    PreparedStatements() = default;
    PreparedStatements(const PreparedStatements&) = delete;
    PreparedStatements& operator=(const PreparedStatements&) = delete;
    ~PreparedStatements() { close(); }

    /// What reads or writes rows; a pragma may do its work while it is prepared.
    [[nodiscard]] static bool takes(std::string_view sql) noexcept
    {
        return sql.starts_with("SELECT ") || sql.starts_with("INSERT ") || sql.starts_with("UPDATE ") ||
               sql.starts_with("DELETE ");
    }
    /// @return Null when it has to be prepared.
    [[nodiscard]] sqlite3_stmt* take(std::string_view sql) noexcept
    {
        const auto found =
            std::ranges::find(resting_, sql, [](sqlite3_stmt* each) { return std::string_view{sqlite3_sql(each)}; });
        if (found == resting_.end()) { return nullptr; }
        sqlite3_stmt* const taken = *found;
        resting_.erase(found);
        return taken;
    }
    /// The one that has rested longest makes room.
    void put(sqlite3_stmt* statement) noexcept
    {
        sqlite3_reset(statement);
        sqlite3_clear_bindings(statement);
        if (closed_ || resting_.size() == resting_max) {
            sqlite3_stmt* const leaving = closed_ ? statement : resting_.front();
            if (!closed_) { resting_.erase(resting_.begin()); }
            sqlite3_finalize(leaving);
        }
        if (!closed_) { resting_.push_back(statement); }
    }
    /// The database goes; statements in use end with their users.
    void close() noexcept
    {
        for (sqlite3_stmt* const each : resting_) { sqlite3_finalize(each); }
        resting_.clear();
        closed_ = true;
    }

private:
    static constexpr std::size_t resting_max = 32;
    std::vector<sqlite3_stmt*> resting_ = [] {
        std::vector<sqlite3_stmt*> room;
        room.reserve(resting_max); // so that put() can't fail
        return room;
    }();
    bool closed_ = false;
};

Statement::Statement(sqlite3* database, sqlite3_stmt* statement, std::shared_ptr<PreparedStatements> home) noexcept
    : database_{database}, statement_{statement}, home_{std::move(home)}
{
}

Statement::Statement(Statement&& other) noexcept
    : database_{other.database_}, statement_{std::exchange(other.statement_, nullptr)}, home_{std::move(other.home_)},
      bound_{other.bound_}
{
}

Statement::~Statement()
{
    if (statement_ != nullptr && home_) {
        home_->put(statement_);
    } else {
        sqlite3_finalize(statement_);
    }
}

Statement& Statement::bind(std::int64_t value)
{
    if (sqlite3_bind_int64(statement_, ++bound_, value) != SQLITE_OK) { fail(database_, "bind"); }
    return *this;
}

Statement& Statement::bind(std::string_view text)
{
    const char* data = text.data() == nullptr ? "" : text.data();
    if (sqlite3_bind_text64(statement_, ++bound_, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8) != SQLITE_OK) {
        fail(database_, "bind");
    }
    return *this;
}

Statement& Statement::bind(crypto::ByteView bytes)
{
    const void* data = bytes.data() == nullptr ? static_cast<const void*>("") : bytes.data();
    if (sqlite3_bind_blob64(statement_, ++bound_, data, bytes.size(), SQLITE_TRANSIENT) != SQLITE_OK) {
        fail(database_, "bind");
    }
    return *this;
}

Statement& Statement::bind_null()
{
    if (sqlite3_bind_null(statement_, ++bound_) != SQLITE_OK) { fail(database_, "bind"); }
    return *this;
}

bool Statement::step()
{
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) { return true; }
    if (code == SQLITE_DONE) { return false; }
    fail(database_, "statement");
}

void Statement::run()
{
    while (step()) {}
    reset();
}

void Statement::reset()
{
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
    bound_ = 0;
}

std::int64_t Statement::integer(int column) const
{
    return sqlite3_column_int64(statement_, column);
}

std::string Statement::text(int column) const
{
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return data == nullptr ? std::string{}
                           : std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

crypto::Bytes Statement::bytes(int column) const
{
    const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(statement_, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return data == nullptr ? crypto::Bytes{} : crypto::Bytes(data, data + size);
}

bool Statement::is_null(int column) const
{
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

void Database::Close::operator()(sqlite3* database) const noexcept
{
    sqlite3_close_v2(database);
    locked_heap::lock_again();
}

Database::Database(sqlite3* database) : database_{database}, resting_{std::make_shared<PreparedStatements>()} {}
Database::Database(Database&&) noexcept = default;

Database& Database::operator=(Database&& other) noexcept
{
    close();
    database_ = std::move(other.database_);
    resting_ = std::move(other.resting_);
    return *this;
}

Database::~Database()
{
    close();
}

void Database::close() noexcept
{
    if (resting_) { resting_->close(); }
}

Result<Database> Database::open_with(const std::filesystem::path& file, const crypto::SecretBuffer& key, int flags)
{
    const bool locked_memory = locked_heap::give_to_sqlite();
    sqlite3* raw = nullptr;
    const int opened =
        sqlite3_open_v2(file.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    Database database{raw};
    if (opened != SQLITE_OK) {
        return refuse(VaultError::storage_failed, "can't open " + file.string() + ": " + sqlite3_errstr(opened));
    }
    sqlite3_exec(raw, "PRAGMA cipher_log_level = NONE", nullptr, nullptr, nullptr);
    const crypto::SecretBuffer text = raw_key_text(key);
    if (sqlite3_key_v2(raw, "main", text.expose().data(), static_cast<int>(text.size_bytes())) != SQLITE_OK) {
        return refuse(VaultError::storage_failed, "the database key was not taken; is this SQLCipher?");
    }
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_busy_timeout(raw, 10'000);
    try {
        // A plain SQLite library would take the key call and write in the clear: make sure that it is SQLCipher.
        {
            // Ends here: a statement that is finalised later would overwrite the error code that is looked at below.
            Statement version = database.prepare("PRAGMA cipher_version");
            if (!version.step() || version.text(0).empty()) {
                return refuse(VaultError::storage_failed, "the database library is not SQLCipher");
            }
        }
        // Locks and unlocks at every allocation, and unlocks the neighbours on the same page: only where our own memory
        // couldn't be given.
        if (!locked_memory) { database.execute("PRAGMA cipher_memory_security = ON"); }
        database.execute("PRAGMA temp_store = MEMORY");
        database.execute("PRAGMA foreign_keys = ON");
        database.execute("PRAGMA cache_size = -65536");
        database.prepare("SELECT count(*) FROM sqlite_schema").run();
        database.execute("PRAGMA journal_mode = WAL");
        database.execute("PRAGMA synchronous = FULL");
    } catch (const StorageUnavailable& failure) {
        if (failure.unreadable()) {
            return refuse(VaultError::authentication_failed,
                          file.string() + ": the key doesn't fit or the file is damaged");
        }
        return refuse(VaultError::storage_failed, file.string() + ": " + failure.what());
    }
    locked_heap::lock_again();
    return database;
}

Result<Database> Database::create(const std::filesystem::path& file, const crypto::SecretBuffer& key)
{
    const int descriptor = ::open(file.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        const int error = errno;
        if (error == EEXIST) { return refuse(VaultError::already_exists, file.string() + " exists already"); }
        return refuse(VaultError::storage_failed, "can't create " + file.string() + ": " + std::strerror(error));
    }
    ::close(descriptor);
    return open_with(file, key, SQLITE_OPEN_READWRITE);
}

Result<Database> Database::open(const std::filesystem::path& file, const crypto::SecretBuffer& key)
{
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error)) {
        return refuse(VaultError::not_found, "there is no database " + file.string());
    }
    return open_with(file, key, SQLITE_OPEN_READWRITE);
}

Statement Database::prepare(std::string_view sql)
{
    const bool rests = PreparedStatements::takes(sql);
    if (rests) {
        if (sqlite3_stmt* const ready = resting_->take(sql)) { return Statement{database_.get(), ready, resting_}; }
    }
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                           rests ? SQLITE_PREPARE_PERSISTENT : 0, &statement, nullptr) != SQLITE_OK) {
        fail(database_.get(), "prepare");
    }
    return Statement{database_.get(), statement, rests ? resting_ : nullptr};
}

void Database::execute(const char* sql)
{
    if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
        fail(database_.get(), "execute");
    }
}

std::int64_t Database::changes() const noexcept
{
    return sqlite3_changes64(database_.get());
}

std::optional<std::string> Database::find_damage()
{
    Statement pages = prepare("PRAGMA cipher_integrity_check");
    if (pages.step()) { return pages.text(0); }
    Statement structure = prepare("PRAGMA integrity_check(1)");
    if (structure.step() && structure.text(0) != "ok") { return structure.text(0); }
    return std::nullopt;
}

Transaction::Transaction(Database& database) : database_{&database}
{
    database.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction()
{
    if (database_ == nullptr) { return; }
    try {
        database_->execute("ROLLBACK");
    } catch (const StorageUnavailable&) {
        // SQLite has rolled back by itself when the statement that failed was fatal.
    }
}

void Transaction::commit()
{
    database_->execute("COMMIT");
    database_ = nullptr;
}

} // namespace papervault::vault
