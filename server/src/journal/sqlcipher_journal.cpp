#include "journal/sqlcipher_journal.hpp"

#include <papervault/vault/database.hpp>
#include <papervault/vault/files.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <future>
#include <mutex>
#include <thread>
#include <utility>
#include <variant>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace papervault::server {
namespace {

using vault::Database;
using vault::Result;
using vault::Statement;
using vault::StorageUnavailable;
using vault::Transaction;
using vault::VaultError;

/// Enough for one disk flush to serve everybody, little enough that nobody waits long for the others.
constexpr std::size_t group_records_max = 4096;

constexpr const char* schema = R"sql(
CREATE TABLE journal (
    number  INTEGER PRIMARY KEY,
    time    INTEGER NOT NULL,
    payload TEXT NOT NULL,
    hash    BLOB NOT NULL
) STRICT;
CREATE TABLE kept (
    name   TEXT PRIMARY KEY,
    sealed BLOB NOT NULL
) STRICT;
PRAGMA user_version = 1;
)sql";

std::unexpected<vault::VaultFailure> storage_failed(const StorageUnavailable& failure)
{
    return vault::refuse(VaultError::storage_failed, fmt::format("journal: {}", failure.what()));
}

class LockFile {
public:
    LockFile(LockFile&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}
    LockFile& operator=(LockFile&&) = delete;
    ~LockFile()
    {
        if (descriptor_ >= 0) { ::close(descriptor_); }
    }
    static Result<LockFile> take(const std::filesystem::path& journal)
    {
        const std::string name = journal.string() + ".lock";
        LockFile lock{::open(name.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)};
        if (lock.descriptor_ < 0) {
            return vault::refuse(VaultError::storage_failed,
                                 fmt::format("can't open {}: {}", name, std::strerror(errno)));
        }
        if (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
            return vault::refuse(VaultError::conflict,
                                 journal.string() + " is in use by another process; stop that one first");
        }
        return lock;
    }

private:
    explicit LockFile(int descriptor) noexcept : descriptor_{descriptor} {}
    int descriptor_;
};

void insert(Statement& statement, const JournalRecord& record)
{
    statement.bind(static_cast<std::int64_t>(record.number))
        .bind(static_cast<std::int64_t>(record.time.time_since_epoch().count()))
        .bind(std::string_view{record.payload})
        .bind(record.hash.view())
        .run();
}

constexpr std::string_view insert_sql = "INSERT INTO journal (number, time, payload, hash) VALUES (?, ?, ?, ?)";

/// @param chain  At its origin; at the end of the journal afterwards.
Result<void> read_records(Database& database, JournalChain& chain, const SqlcipherJournal::Sink& sink)
{
    try {
        Statement rows = database.prepare("SELECT number, time, payload, hash FROM journal ORDER BY number");
        while (rows.step()) {
            JournalRecord record;
            record.number = static_cast<std::uint64_t>(rows.integer(0));
            record.time = engine::Instant{std::chrono::milliseconds{rows.integer(1)}};
            record.payload = rows.text(2);
            const crypto::Bytes hash = rows.bytes(3);
            if (hash.size() != record.hash.bytes.size()) {
                return vault::refuse(VaultError::chain_broken,
                                     fmt::format("journal record {}: no hash", record.number));
            }
            std::ranges::copy(hash, record.hash.bytes.begin());
            if (auto accepted = chain.accept(record); !accepted) { return accepted; }
            if (auto taken = sink(record); !taken) { return taken; }
        }
    } catch (const StorageUnavailable& failure) {
        return vault::refuse(VaultError::authentication_failed,
                             fmt::format("journal damaged after record {}: {}", chain.records(), failure.what()));
    }
    return {};
}

Result<void> check_schema(Database& database)
{
    try {
        Statement version = database.prepare("PRAGMA user_version");
        if (version.step() && version.integer(0) == 1) { return {}; }
        return vault::refuse(VaultError::malformed, "not a journal of version 1");
    } catch (const StorageUnavailable& failure) {
        return storage_failed(failure);
    }
}

} // namespace

class SqlcipherJournal::Writer {
public:
    Writer(Database database, LockFile lock, JournalChain chain, std::string package_id)
        : database_{std::move(database)}, lock_{std::move(lock)}, chain_{std::move(chain)},
          package_id_{std::move(package_id)}, insert_{database_.prepare(insert_sql)}, thread_{[this] { run(); }}
    {
    }
    Writer(const Writer&) = delete;
    ~Writer()
    {
        {
            const std::scoped_lock guard{mutex_};
            stopping_ = true;
        }
        wake_.notify_one();
        thread_.join();
    }

    void append(std::vector<JournalRecord> records, Done done)
    {
        post(Append{.records = std::move(records), .done = std::move(done)});
    }

    /// Runs on the writer's thread, after everything that was asked for before. @return What the work returned.
    template <class T>
    Result<T> ask(std::move_only_function<Result<T>(Database&)> work)
    {
        std::promise<Result<T>> promise;
        std::future<Result<T>> answer = promise.get_future();
        post(Task{[&promise, &work](Database& database) {
            try {
                promise.set_value(work(database));
            } catch (const StorageUnavailable& failure) {
                promise.set_value(storage_failed(failure));
            }
        }});
        return answer.get();
    }

    [[nodiscard]] const JournalChain& chain() const noexcept { return chain_; }
    [[nodiscard]] const std::string& package_id() const noexcept { return package_id_; }

private:
    struct Append {
        std::vector<JournalRecord> records;
        Done done;
    };
    using Task = std::move_only_function<void(Database&)>;
    using Job = std::variant<Append, Task>;

    void post(Job job)
    {
        {
            const std::scoped_lock guard{mutex_};
            jobs_.push_back(std::move(job));
        }
        wake_.notify_one();
    }

    void run()
    {
        for (;;) {
            std::deque<Job> jobs;
            {
                std::unique_lock guard{mutex_};
                wake_.wait(guard, [this] { return stopping_ || !jobs_.empty(); });
                if (jobs_.empty()) { return; }
                jobs.swap(jobs_);
            }
            while (!jobs.empty()) {
                if (auto* task = std::get_if<Task>(&jobs.front())) {
                    (*task)(database_);
                    jobs.pop_front();
                } else {
                    commit(take_group(jobs));
                }
            }
        }
    }

    static std::vector<Append> take_group(std::deque<Job>& jobs)
    {
        std::vector<Append> group;
        std::size_t records = 0;
        while (!jobs.empty() && records < group_records_max) {
            auto* append = std::get_if<Append>(&jobs.front());
            if (append == nullptr) { break; }
            records += append->records.size();
            group.push_back(std::move(*append));
            jobs.pop_front();
        }
        return group;
    }

    void commit(std::vector<Append> group)
    {
        // A commit that failed may have reached the disk or not; trying again could acknowledge what is not there (J2).
        if (!failure_) {
            try {
                Transaction transaction{database_};
                for (const Append& append : group) {
                    for (const JournalRecord& record : append.records) { insert(insert_, record); }
                }
                transaction.commit();
            } catch (const StorageUnavailable& failure) {
                failure_ = storage_failed(failure).error();
            }
        }
        for (Append& append : group) {
            append.done(failure_ ? Result<void>{std::unexpected{*failure_}} : Result<void>{});
        }
    }

    Database database_;
    LockFile lock_;
    JournalChain chain_;
    std::string package_id_;
    Statement insert_;
    std::optional<vault::VaultFailure> failure_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Job> jobs_;
    bool stopping_ = false;
    std::thread thread_; // last: it uses all the others
};

SqlcipherJournal::SqlcipherJournal(std::unique_ptr<Writer> writer) : writer_{std::move(writer)} {}
SqlcipherJournal::~SqlcipherJournal() = default;

Result<void> SqlcipherJournal::create(const std::filesystem::path& file, const crypto::SecretBuffer& key,
                                      std::string_view package_id, std::vector<JournalRecord> first)
{
    auto lock = LockFile::take(file);
    if (!lock) { return std::unexpected{lock.error()}; }
    JournalChain chain{package_id};
    for (const JournalRecord& record : first) {
        if (auto fits = chain.accept(record); !fits) { return fits; }
    }
    auto database = Database::create(file, key);
    if (!database) { return std::unexpected{database.error()}; }
    try {
        Transaction transaction{*database};
        database->execute(schema);
        Statement statement = database->prepare(insert_sql);
        for (const JournalRecord& record : first) { insert(statement, record); }
        transaction.commit();
    } catch (const StorageUnavailable& failure) {
        return storage_failed(failure);
    }
    return vault::sync_directory(file.parent_path());
}

Result<std::unique_ptr<SqlcipherJournal>> SqlcipherJournal::open(const std::filesystem::path& file,
                                                                 const crypto::SecretBuffer& key,
                                                                 std::string_view package_id, const Sink& sink)
{
    auto lock = LockFile::take(file);
    if (!lock) { return std::unexpected{lock.error()}; }
    auto database = Database::open(file, key);
    if (!database) { return std::unexpected{database.error()}; }
    if (auto right = check_schema(*database); !right) { return std::unexpected{right.error()}; }
    JournalChain chain{package_id};
    if (auto read = read_records(*database, chain, sink); !read) { return std::unexpected{read.error()}; }
    try {
        database->execute("PRAGMA secure_delete = ON");
        auto writer =
            std::make_unique<Writer>(std::move(*database), std::move(*lock), std::move(chain), std::string{package_id});
        return std::unique_ptr<SqlcipherJournal>{new SqlcipherJournal{std::move(writer)}};
    } catch (const StorageUnavailable& failure) {
        return storage_failed(failure);
    }
}

Result<JournalChain> SqlcipherJournal::verify(const std::filesystem::path& file, const crypto::SecretBuffer& key,
                                              std::string_view package_id, const Sink& sink)
{
    auto database = Database::open(file, key);
    if (!database) { return std::unexpected{database.error()}; }
    if (auto right = check_schema(*database); !right) { return std::unexpected{right.error()}; }
    JournalChain chain{package_id};
    if (auto read = read_records(*database, chain, sink); !read) { return std::unexpected{read.error()}; }
    try {
        if (const auto damage = database->find_damage()) {
            return vault::refuse(VaultError::authentication_failed, "journal file damaged: " + *damage);
        }
    } catch (const StorageUnavailable& failure) {
        return storage_failed(failure);
    }
    return chain;
}

void SqlcipherJournal::append(std::vector<JournalRecord> records, Done done)
{
    writer_->append(std::move(records), std::move(done));
}

const JournalChain& SqlcipherJournal::chain() const noexcept
{
    return writer_->chain();
}

Result<void> SqlcipherJournal::keep(std::string_view name, crypto::ByteView sealed)
{
    return writer_->ask<void>([name, sealed](Database& database) -> Result<void> {
        Transaction transaction{database};
        database
            .prepare("INSERT INTO kept (name, sealed) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET sealed = "
                     "excluded.sealed")
            .bind(name)
            .bind(sealed)
            .run();
        transaction.commit();
        return {};
    });
}

Result<std::optional<crypto::Bytes>> SqlcipherJournal::kept(std::string_view name)
{
    return writer_->ask<std::optional<crypto::Bytes>>(
        [name](Database& database) -> Result<std::optional<crypto::Bytes>> {
            Statement row = database.prepare("SELECT sealed FROM kept WHERE name = ?");
            row.bind(name);
            if (!row.step()) { return std::optional<crypto::Bytes>{}; }
            return std::optional{row.bytes(0)};
        });
}

Result<void> SqlcipherJournal::destroy_kept()
{
    return writer_->ask<void>([](Database& database) -> Result<void> {
        {
            Transaction transaction{database};
            database.execute("DELETE FROM kept");
            transaction.commit();
        }
        // Older copies of the page are in the write-ahead log until it is emptied.
        Statement checkpoint = database.prepare("PRAGMA wal_checkpoint(TRUNCATE)");
        if (!checkpoint.step() || checkpoint.integer(0) != 0) {
            return vault::refuse(VaultError::storage_failed, "the journal's write-ahead log could not be emptied");
        }
        return {};
    });
}

Result<void> SqlcipherJournal::read_all(const Sink& sink)
{
    return writer_->ask<void>([this, &sink](Database& database) -> Result<void> {
        JournalChain chain{writer_->package_id()};
        return read_records(database, chain, sink);
    });
}

} // namespace papervault::server
