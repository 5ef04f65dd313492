// The ledger at a size that no office reaches: what an append, a proof and a check cost with so many entries, by CPU
// time, beside what computing the root from all entries costs in the same run.
//   bench-ledger [entries] [folder]
#include "office/schema.hpp"

#include <papervault/crypto/init.hpp>
#include <papervault/crypto/random.hpp>
#include <papervault/vault/ledger.hpp>

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <random>

#include <sys/resource.h>

namespace crypto = papervault::crypto;
namespace engine = papervault::engine;
namespace vault = papervault::vault;

namespace {

double cpu_seconds()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

template <class T>
T must(vault::Result<T> result)
{
    if (!result) {
        fmt::print(stderr, "bench-ledger: {}\n", result.error().detail);
        std::exit(1);
    }
    if constexpr (!std::is_void_v<T>) { return std::move(*result); }
}

/// @return Seconds of CPU for `count` calls.
template <class Body>
double measure(const char* what, std::uint64_t count, Body body)
{
    const double before = cpu_seconds();
    for (std::uint64_t n = 0; n < count; ++n) { body(n); }
    const double spent = cpu_seconds() - before;
    fmt::print("{:<64} {:>10} in {:>8.2f} s CPU: {:>10.0f} a second\n", what, count, spent,
               static_cast<double>(count) / spent);
    std::fflush(stdout);
    return spent;
}

constexpr std::string_view origin = "papervault.vault/0123456789abcdef";
const vault::Actor actor{"0123456789abcdef", "陈建国"};

boost::json::object subject(std::uint64_t n)
{
    return {{"item", "I-" + std::to_string(n)}, {"version", 1}, {"purpose", "抽查"}};
}

} // namespace

int main(int argc, char** argv)
{
    crypto::initialise();
    const std::uint64_t entries = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100'000;
    std::string pattern = (std::filesystem::path{argc > 2 ? argv[2] : std::filesystem::temp_directory_path().c_str()} /
                           "papervault-bench-XXXXXX")
                              .string();
    if (::mkdtemp(pattern.data()) == nullptr) { return 1; }
    struct Remove {
        std::filesystem::path folder;
        ~Remove()
        {
            std::error_code ignored;
            std::filesystem::remove_all(folder, ignored);
        }
    } remove{pattern};
    const std::filesystem::path file = remove.folder / "ledger.db";
    vault::Database database = must(vault::Database::create(file, crypto::random_secret(32)));
    {
        vault::Transaction transaction{database};
        vault::create_schema(database);
        transaction.commit();
    }
    const auto key = crypto::SigningKey::generate();
    vault::Ledger ledger{database};
    const engine::Instant now = engine::instant_from_text("2026-11-21T08:00:00.000Z").value();

    constexpr std::uint64_t group = 10'000;
    measure("append, 10,000 entries a transaction", entries / group, [&](std::uint64_t block) {
        vault::Transaction transaction{database};
        for (std::uint64_t n = 0; n < group; ++n) {
            ledger.append(actor, "bank.read", subject(block * group + n), now);
        }
        ledger.sign_head(origin, key);
        transaction.commit();
    });
    fmt::print("entries {}, file {:.0f} MB\n", ledger.size(),
               static_cast<double>(std::filesystem::file_size(file)) / 1e6);
    measure("append as a vault does: checked head, signed, one transaction", 2'000, [&](std::uint64_t n) {
        vault::Transaction transaction{database};
        must(ledger.verify_head(key.verify_key()));
        ledger.append(actor, "bank.read", subject(n), now);
        ledger.sign_head(origin, key);
        transaction.commit();
    });
    const std::uint64_t size = ledger.size();
    const vault::Checkpoint head{.origin = std::string{origin}, .size = size, .root = must(ledger.root_at(size))};
    std::mt19937_64 random{20261121};
    measure("inclusion proof of a random entry, verified", 20'000,
            [&](std::uint64_t) { must(ledger.inclusion_proof(random() % size, head)); });
    measure("consistency proof from a random size, verified", 20'000, [&](std::uint64_t) {
        const std::uint64_t then = 1 + random() % size;
        must(ledger.consistency_proof({.origin = std::string{origin}, .size = then, .root = must(ledger.root_at(then))},
                                      head));
    });
    measure("the root from all entries, for comparison", 1, [&](std::uint64_t) {
        if (ledger.find_tree_damage()) { std::exit(1); }
    });
    return 0;
}
