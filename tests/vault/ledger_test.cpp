#include "vault/expect.hpp"
#include "vault/office_bench.hpp"

#include <papervault/vault/ledger.hpp>

#include <gtest/gtest.h>

namespace papervault::vault::test {
namespace {

std::vector<std::string> sample_chain(std::size_t size)
{
    std::vector<std::string> texts;
    crypto::Digest previous{};
    for (std::size_t n = 0; n < size; ++n) {
        LedgerEntry entry{.index = n,
                          .time = at(morning) + std::chrono::seconds{n},
                          .actor = {"0123456789abcdef", "陈建国"},
                          .action = "test",
                          .subject = {{"n", n}},
                          .previous = previous};
        texts.push_back(encode(entry));
        previous = crypto::blake2b("papervault.ledger.entry.v1", {crypto::bytes_of(texts.back())});
    }
    return texts;
}

Checkpoint checkpoint_of(const std::vector<std::string>& texts)
{
    crypto::MerkleTree tree;
    for (const std::string& text : texts) { tree.append(crypto::merkle_leaf(crypto::bytes_of(text))); }
    return {.origin = "papervault.vault/1", .size = texts.size(), .root = tree.root()};
}

TEST(LedgerChainTest, AcceptsTheChainAsItWasWritten)
{
    const auto entries = verify_chain(sample_chain(20));
    ASSERT_THAT(entries, Succeeds());
    EXPECT_EQ(entries->size(), 20U);
}

TEST(LedgerChainTest, L1FindsEditDeleteInsertSwapAndRepeat)
{
    const auto whole = sample_chain(20);
    for (std::size_t n = 0; n + 1 < whole.size(); ++n) {
        auto edited = whole;
        const auto digit = edited[n].find("\"n\":") + 4;
        edited[n][digit] = edited[n][digit] == '9' ? '8' : '9';
        EXPECT_THAT(verify_chain(edited), RefusesWith(VaultError::chain_broken)) << "edit " << n;
        auto deleted = whole;
        deleted.erase(deleted.begin() + static_cast<std::ptrdiff_t>(n));
        EXPECT_THAT(verify_chain(deleted), RefusesWith(VaultError::chain_broken)) << "delete " << n;
        auto repeated = whole;
        repeated.insert(repeated.begin() + static_cast<std::ptrdiff_t>(n), whole[n]);
        EXPECT_THAT(verify_chain(repeated), RefusesWith(VaultError::chain_broken)) << "repeat " << n;
        auto swapped = whole;
        std::swap(swapped[n], swapped[n + 1]);
        EXPECT_THAT(verify_chain(swapped), RefusesWith(VaultError::chain_broken)) << "swap " << n;
    }
}

TEST(LedgerChainTest, RefusesAnotherSpellingOfAnEntry)
{
    auto texts = sample_chain(2);
    texts[1].insert(1, " ");
    EXPECT_THAT(verify_chain(texts), RefusesNaming(VaultError::chain_broken, "entry 1"));
}

TEST(CheckpointTest, L1FindsACutAndARewrittenLedgerByAKeptCheckpoint)
{
    const auto whole = sample_chain(20);
    const Checkpoint kept = checkpoint_of({whole.begin(), whole.begin() + 12});
    EXPECT_THAT(verify_against_checkpoint(whole, kept), Succeeds());
    EXPECT_THAT(verify_against_checkpoint({whole.begin(), whole.begin() + 11}, kept),
                RefusesWith(VaultError::chain_broken));
    // Somebody writes the whole chain anew with one entry changed: the chain is whole, the checkpoint is not met.
    auto rewritten = sample_chain(20);
    auto other = sample_chain(5);
    LedgerEntry forged = decode_ledger_entry(other.back()).value();
    forged.action = "forged";
    std::vector<std::string> fork{other.begin(), other.end() - 1};
    fork.push_back(encode(forged));
    for (std::size_t n = fork.size(); n < 20; ++n) {
        LedgerEntry entry = decode_ledger_entry(rewritten[n]).value();
        entry.previous = crypto::blake2b("papervault.ledger.entry.v1", {crypto::bytes_of(fork.back())});
        fork.push_back(encode(entry));
    }
    ASSERT_THAT(verify_chain(fork), Succeeds());
    EXPECT_THAT(verify_against_checkpoint(fork, kept), RefusesWith(VaultError::chain_broken));
}

TEST(CheckpointTest, IsSignedAndNamesItsSigner)
{
    const auto key = crypto::SigningKey::generate();
    const Checkpoint checkpoint = checkpoint_of(sample_chain(3));
    const std::string note = sign_checkpoint(checkpoint, key);
    const auto read = verify_checkpoint(note, key.verify_key());
    ASSERT_THAT(read, Succeeds());
    EXPECT_EQ(read->size, 3U);
    EXPECT_EQ(read->root, checkpoint.root);
    EXPECT_THAT(verify_checkpoint(note, crypto::SigningKey::generate().verify_key()),
                RefusesWith(VaultError::signature_invalid));
    std::string grown = note;
    grown[grown.find("\n3\n") + 1] = '4';
    EXPECT_THAT(verify_checkpoint(grown, key.verify_key()), RefusesWith(VaultError::signature_invalid));
}

TEST(CheckpointTest, CarriesSignaturesOfWitnessesBesideItsOwn)
{
    const auto key = crypto::SigningKey::generate();
    std::string note = sign_checkpoint(checkpoint_of(sample_chain(3)), key);
    note += "\xE2\x80\x94 witness.example AAAAAAAAAAAAAAAA\n";
    EXPECT_THAT(verify_checkpoint(note, key.verify_key()), Succeeds());
}

TEST(CheckpointTest, RefusesEveryTruncation)
{
    const auto key = crypto::SigningKey::generate();
    const std::string note = sign_checkpoint(checkpoint_of(sample_chain(3)), key);
    for (std::size_t length = 0; length < note.size(); ++length) {
        EXPECT_FALSE(verify_checkpoint(note.substr(0, length), key.verify_key()).has_value()) << length;
    }
}

TEST(LedgerTest, NeverWritesATimeBeforeTheLastOne)
{
    const OfficeBench office;
    OfficeVault vault = office.as(office.chen);
    const auto nothing = [](Database&) -> Result<boost::json::object> { return boost::json::object{}; };
    ASSERT_THAT(vault.record("late", at(afternoon), nothing), Succeeds());
    const auto entry = vault.record("clock went back", at(morning), nothing);
    ASSERT_THAT(entry, Succeeds());
    EXPECT_EQ(entry->time, at(afternoon));
    EXPECT_THAT(verify_chain(vault.ledger().texts(0, 100)), Succeeds());
}

} // namespace
} // namespace papervault::vault::test
