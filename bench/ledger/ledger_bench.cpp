// The ledger at a size that no office reaches: what an append, a proof and a check cost with so many entries, by CPU
// time, beside what computing the root from all entries costs in the same run.
//   bench-ledger [entries] [folder] [seconds]  the vault's ledger, entries and tree in SQLCipher; appending stops after
//                                              so many seconds of wall time at the latest, and the rest is done at the
//                                              size that was reached
//   bench-ledger tree [entries]                the tree alone, in memory: what the hashing costs
#include "office/schema.hpp"

#include <papervault/crypto/init.hpp>
#include <papervault/crypto/merkle.hpp>
#include <papervault/crypto/random.hpp>
#include <papervault/vault/ledger.hpp>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
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

double wall_seconds()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
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

/// @param each  So many things does one call.
/// @return Seconds of CPU for `count` calls.
template <class Body>
double measure(const char* what, std::uint64_t count, Body body, std::uint64_t each = 1)
{
    const double before = cpu_seconds();
    const double wall_before = wall_seconds();
    for (std::uint64_t n = 0; n < count; ++n) { body(n); }
    const double spent = cpu_seconds() - before;
    const double wall = wall_seconds() - wall_before;
    fmt::print("{:<64} {:>10} in {:>8.2f} s CPU: {:>10.0f} a second of CPU, {:>10.0f} of wall\n", what, count * each,
               spent, static_cast<double>(count * each) / spent, static_cast<double>(count * each) / wall);
    std::fflush(stdout);
    return spent;
}

void print_memory()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    fmt::print("most memory so far: {:.0f} MB\n", static_cast<double>(usage.ru_maxrss) / 1e3);
}

constexpr std::string_view origin = "papervault.vault/0123456789abcdef";
const vault::Actor actor{"0123456789abcdef", "陈建国"};

boost::json::object subject(std::uint64_t n)
{
    return {{"item", "I-" + std::to_string(n)}, {"version", 1}, {"purpose", "抽查"}};
}

/// Everything but the entries' text and the database: `count` leaves of about the size of an entry.
int measure_tree(std::uint64_t count)
{
    crypto::MerkleTree tree;
    std::string entry = boost::json::serialize(subject(0)) + std::string(260, 'x');
    std::vector<crypto::Digest> leaves;
    measure("leaf and append, in memory", count, [&](std::uint64_t n) {
        std::memcpy(entry.data(), &n, sizeof n);
        tree.append(crypto::merkle_leaf(crypto::bytes_of(entry)));
    });
    print_memory();
    const auto leaf_of = [&](std::uint64_t n) {
        std::memcpy(entry.data(), &n, sizeof n);
        return crypto::merkle_leaf(crypto::bytes_of(entry));
    };
    std::mt19937_64 random{20261121};
    const crypto::Digest root = tree.root();
    constexpr std::uint64_t rounds = 20'000;
    std::vector<std::uint64_t> indices;
    std::vector<std::vector<crypto::Digest>> proofs;
    for (std::uint64_t n = 0; n < rounds; ++n) { indices.push_back(random() % count); }
    measure("inclusion proof of a random entry", rounds,
            [&](std::uint64_t n) { proofs.push_back(tree.inclusion_proof(indices[n], count)); });
    measure("verify an inclusion proof", rounds, [&](std::uint64_t n) {
        if (!crypto::verify_inclusion(leaf_of(indices[n]), indices[n], count, proofs[n], root)) { std::exit(1); }
    });
    proofs.clear();
    std::vector<crypto::Digest> roots;
    for (std::uint64_t n = 0; n < rounds; ++n) { roots.push_back(tree.root_at(1 + indices[n])); }
    measure("consistency proof from a random size", rounds,
            [&](std::uint64_t n) { proofs.push_back(tree.consistency_proof(1 + indices[n], count)); });
    measure("verify a consistency proof", rounds, [&](std::uint64_t n) {
        if (!crypto::verify_consistency(1 + indices[n], roots[n], count, root, proofs[n])) { std::exit(1); }
    });
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    crypto::initialise();
    if (argc > 1 && std::string_view{argv[1]} == "tree") {
        return measure_tree(argc > 2 ? std::max(1ULL, std::strtoull(argv[2], nullptr, 10)) : 10'000'000);
    }
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
    constexpr std::uint64_t step = 500'000;
    const double seconds_max = argc > 3 ? std::strtod(argv[3], nullptr) : 1e9;
    const double began = wall_seconds();
    double spent = 0;
    std::uint64_t done = 0;
    while (done < entries && wall_seconds() - began < seconds_max) {
        const std::uint64_t count = std::min(step, entries - done);
        spent += measure(
            "append, 10,000 entries a transaction", std::max<std::uint64_t>(1, count / group),
            [&](std::uint64_t block) {
                vault::Transaction transaction{database};
                for (std::uint64_t n = 0; n < group; ++n) {
                    ledger.append(actor, "bank.read", subject(done + block * group + n), now);
                }
                ledger.sign_head(origin, key);
                transaction.commit();
            },
            group);
        done = ledger.size();
    }
    fmt::print("entries {}, file {:.0f} MB, {:.0f} appended a second of CPU in all\n", ledger.size(),
               static_cast<double>(std::filesystem::file_size(file)) / 1e6, static_cast<double>(done) / spent);
    std::fflush(stdout);
    measure("append as a vault does: checked head, signed, one transaction", 2'000, [&](std::uint64_t n) {
        vault::Transaction transaction{database};
        must(ledger.verify_head(key.verify_key()));
        ledger.append(actor, "bank.read", subject(n), now);
        ledger.sign_head(origin, key);
        transaction.commit();
    });
    print_memory();
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
    print_memory();
    return 0;
}
