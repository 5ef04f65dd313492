#include "vault/ledger_sample.hpp"

#include "vault/office_bench.hpp"

#include <array>
#include <random>

namespace papervault::vault::test {

std::vector<LedgerEntry> sample_entries(std::size_t size, std::uint64_t seed)
{
    constexpr std::array actions{"bank.import", "draw.commit", "package.handover", "grade.run", "release.issue"};
    constexpr std::array names{"陈建国", "林晓梅", "王志强"};
    std::mt19937_64 random{seed};
    std::vector<LedgerEntry> entries;
    engine::Instant time = at(morning);
    for (std::size_t n = 0; n < size; ++n) {
        time += std::chrono::seconds{random() % 100};
        const auto who = random() % names.size();
        entries.push_back({.index = n,
                           .time = time,
                           .actor = {"000000000000000" + std::to_string(who), names[who]},
                           .action = actions[random() % actions.size()],
                           .subject = {{"n", n}, {"digest", std::to_string(random())}},
                           .previous = {}});
    }
    const auto texts = chained_anew(entries);
    for (std::size_t n = 0; n < size; ++n) { entries[n] = decode_ledger_entry(texts[n]).value(); }
    return entries;
}

std::vector<std::string> texts_of(const std::vector<LedgerEntry>& entries)
{
    std::vector<std::string> texts;
    for (const LedgerEntry& entry : entries) { texts.push_back(encode(entry)); }
    return texts;
}

std::vector<std::string> chained_anew(std::vector<LedgerEntry> entries)
{
    std::vector<std::string> texts;
    crypto::Digest previous{};
    for (std::size_t n = 0; n < entries.size(); ++n) {
        entries[n].index = n;
        entries[n].previous = previous;
        if (n > 0) { entries[n].time = std::max(entries[n].time, entries[n - 1].time); }
        texts.push_back(encode(entries[n]));
        previous = crypto::blake2b("papervault.ledger.entry.v1", {crypto::bytes_of(texts.back())});
    }
    return texts;
}

Checkpoint checkpoint_over(const std::vector<std::string>& texts, std::size_t size)
{
    crypto::MerkleTree tree;
    for (std::size_t n = 0; n < size; ++n) { tree.append(crypto::merkle_leaf(crypto::bytes_of(texts[n]))); }
    return {.origin = std::string{sample_origin}, .size = size, .root = tree.root()};
}

} // namespace papervault::vault::test
