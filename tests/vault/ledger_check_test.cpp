#include "vault/expect.hpp"
#include "vault/ledger_sample.hpp"

#include <papervault/vault/ledger_check.hpp>

#include <gtest/gtest.h>

#include <random>

namespace papervault::vault {

inline void PrintTo(LedgerDamage damage, std::ostream* out)
{
    *out << to_text(damage);
}

namespace test {
namespace {

/// One attack of a class: on the lines as they stand, or by somebody who chains everything anew.
struct Attack {
    LedgerDamage damage{};
    bool chained = false;
    std::uint64_t first = 0; ///< The entry that must be named.
    std::vector<std::string> texts;
};

/// The entries lose their place and get another one, with the whole chain written anew or not.
std::vector<std::string> written(const std::vector<LedgerEntry>& entries, bool chained)
{
    return chained ? chained_anew(entries) : texts_of(entries);
}

Attack attack(LedgerDamage damage, bool chained, const std::vector<LedgerEntry>& whole, std::mt19937_64& random)
{
    std::vector<LedgerEntry> entries = whole;
    const std::size_t size = entries.size();
    const auto offset = [&entries](std::uint64_t n) { return entries.begin() + static_cast<std::ptrdiff_t>(n); };
    std::uint64_t at = random() % size;
    switch (damage) {
    case LedgerDamage::rewritten:
        if (random() % 2 == 0) {
            entries[at].subject["digest"] = "forged";
        } else {
            entries[at].actor = {"ffffffffffffffff", "生人"};
        }
        break;
    case LedgerDamage::deleted: {
        at = random() % (size - 1);
        const std::uint64_t count = 1 + random() % std::min<std::uint64_t>(3, size - 1 - at);
        entries.erase(offset(at), offset(at + count));
        break;
    }
    case LedgerDamage::inserted: {
        LedgerEntry foreign = entries[at];
        foreign.subject = {{"foreign", random() % 1000}};
        entries.insert(offset(at), foreign);
        break;
    }
    case LedgerDamage::reordered: {
        at = random() % (size - 1);
        const std::uint64_t other = at + 1 + random() % (size - 1 - at);
        std::swap(entries[at], entries[other]);
        break;
    }
    case LedgerDamage::truncated: entries.resize(at); break;
    case LedgerDamage::forked:
        at = random() % (size - 1);
        for (std::uint64_t n = at; n < size; ++n) { entries[n].subject = {{"another", n}}; }
        break;
    case LedgerDamage::replayed: break;
    }
    return {damage, chained, at, written(entries, chained)};
}

class LedgerCheckTest : public testing::Test {
protected:
    const std::uint64_t seed = std::random_device{}();
    std::mt19937_64 random{seed};
};

TEST_F(LedgerCheckTest, FindsNothingInAnIntactLedgerWhateverWasKept)
{
    for (const std::size_t size : {0U, 1U, 2U, 7U, 8U, 40U}) {
        const auto texts = texts_of(sample_entries(size, seed));
        KeptEvidence kept;
        for (std::size_t n = 0; n <= size; ++n) { kept.checkpoints.push_back(checkpoint_over(texts, n)); }
        kept.entries = {texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(size / 2)};
        const auto found = find_ledger_damage(texts, checkpoint_over(texts, size), kept);
        EXPECT_FALSE(found.has_value()) << size << ": " << found->detail;
    }
}

TEST_F(LedgerCheckTest, L1NamesClassAndEntryOfEveryAttackWithAKeptCopy)
{
    SCOPED_TRACE("seed " + std::to_string(seed));
    for (int round = 0; round < 50; ++round) {
        const auto whole = sample_entries(2 + random() % 30, random());
        const KeptEvidence kept{.checkpoints = {}, .entries = texts_of(whole)};
        for (const LedgerDamage damage : {LedgerDamage::rewritten, LedgerDamage::deleted, LedgerDamage::inserted,
                                          LedgerDamage::reordered, LedgerDamage::truncated, LedgerDamage::forked}) {
            for (const bool chained : {false, true}) {
                const Attack made = attack(damage, chained, whole, random);
                const auto found = find_ledger_damage(made.texts, std::nullopt, kept);
                ASSERT_TRUE(found.has_value()) << to_text(damage) << " at " << made.first;
                EXPECT_EQ(found->damage, damage) << found->detail;
                EXPECT_EQ(found->first, made.first) << found->detail;
                EXPECT_TRUE(found->detail.starts_with(to_text(damage)));
            }
        }
    }
}

TEST_F(LedgerCheckTest, L1NamesAttacksOnTheLinesFromTheLedgerAlone)
{
    SCOPED_TRACE("seed " + std::to_string(seed));
    for (int round = 0; round < 50; ++round) {
        const auto whole = sample_entries(3 + random() % 30, random());
        for (const LedgerDamage damage :
             {LedgerDamage::rewritten, LedgerDamage::deleted, LedgerDamage::inserted, LedgerDamage::reordered}) {
            const Attack made = attack(damage, false, whole, random);
            // Nothing leads on from the newest entry: only a checkpoint covers it.
            if (damage == LedgerDamage::rewritten && made.first + 1 == whole.size()) { continue; }
            const auto found = find_ledger_damage(made.texts, std::nullopt, {});
            ASSERT_TRUE(found.has_value()) << to_text(damage) << " at " << made.first;
            EXPECT_EQ(found->damage, damage) << found->detail;
            // Of two entries with one number at the ledger's end nobody can tell which one is the true one.
            const bool twins_at_end = damage == LedgerDamage::inserted && made.first + 1 == whole.size();
            EXPECT_LE(found->first, made.first + (twins_at_end ? 1 : 0)) << found->detail;
            EXPECT_GE(found->last, made.first) << found->detail;
        }
    }
}

TEST_F(LedgerCheckTest, L1FindsEveryAttackByOneKeptCheckpointThatCoversIt)
{
    SCOPED_TRACE("seed " + std::to_string(seed));
    for (int round = 0; round < 50; ++round) {
        const auto whole = sample_entries(2 + random() % 30, random());
        const auto texts = texts_of(whole);
        const KeptEvidence kept{.checkpoints = {checkpoint_over(texts, texts.size())}, .entries = {}};
        for (const LedgerDamage damage : {LedgerDamage::rewritten, LedgerDamage::deleted, LedgerDamage::inserted,
                                          LedgerDamage::reordered, LedgerDamage::truncated, LedgerDamage::forked}) {
            const Attack made = attack(damage, true, whole, random);
            const auto found = find_ledger_damage(made.texts, std::nullopt, kept);
            ASSERT_TRUE(found.has_value()) << to_text(damage) << " at " << made.first;
            // Whoever chains everything anew leaves no trace of how; that it is another history, and from where at the
            // latest, is what a root alone can tell.
            if (made.texts.size() < whole.size()) { EXPECT_EQ(found->damage, LedgerDamage::truncated); }
            EXPECT_GE(found->last, std::min<std::uint64_t>(made.first, whole.size() - 1)) << found->detail;
        }
    }
}

TEST_F(LedgerCheckTest, NarrowsAForkDownBetweenTwoKeptCheckpoints)
{
    const auto whole = sample_entries(30, seed);
    const auto texts = texts_of(whole);
    auto forged = whole;
    forged[17].subject["digest"] = "forged";
    const KeptEvidence kept{
        .checkpoints = {checkpoint_over(texts, 30), checkpoint_over(texts, 20), checkpoint_over(texts, 12)},
        .entries = {}};
    const auto found = find_ledger_damage(chained_anew(forged), std::nullopt, kept);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->damage, LedgerDamage::forked);
    EXPECT_EQ(found->first, 12U);
    EXPECT_EQ(found->last, 19U);
}

TEST_F(LedgerCheckTest, NamesAnOldCheckpointThatIsReplayed)
{
    const auto texts = texts_of(sample_entries(20, seed));
    const Checkpoint old = checkpoint_over(texts, 12);
    const auto against_kept =
        find_ledger_damage(texts, old, {.checkpoints = {checkpoint_over(texts, 20)}, .entries = {}});
    ASSERT_TRUE(against_kept.has_value());
    EXPECT_EQ(against_kept->damage, LedgerDamage::replayed);
    EXPECT_EQ(against_kept->first, 12U);
    const auto against_ledger = find_ledger_damage(texts, old, {});
    ASSERT_TRUE(against_ledger.has_value());
    EXPECT_EQ(against_ledger->damage, LedgerDamage::replayed);
    // The old ledger with its old checkpoint is whole in itself: only the kept one tells that it was cut.
    const std::vector<std::string> cut{texts.begin(), texts.begin() + 12};
    EXPECT_FALSE(find_ledger_damage(cut, old, {}).has_value());
    const auto rolled_back = find_ledger_damage(cut, old, {.checkpoints = {checkpoint_over(texts, 20)}, .entries = {}});
    ASSERT_TRUE(rolled_back.has_value());
    EXPECT_EQ(rolled_back->damage, LedgerDamage::truncated);
    EXPECT_EQ(rolled_back->first, 12U);
}

TEST_F(LedgerCheckTest, NamesTwoLedgersOfOneSizeAsAFork)
{
    const auto texts = texts_of(sample_entries(8, seed));
    auto other = sample_entries(8, seed);
    other[3].subject["digest"] = "for other eyes";
    const auto found = find_ledger_damage(texts, checkpoint_over(texts, 8),
                                          {.checkpoints = {checkpoint_over(chained_anew(other), 8)}, .entries = {}});
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->damage, LedgerDamage::forked);
}

} // namespace
} // namespace test
} // namespace papervault::vault
