#include "vault/expect.hpp"
#include "vault/ledger_sample.hpp"
#include "vault/office_bench.hpp"

#include <papervault/vault/files.hpp>
#include <papervault/vault/witness.hpp>

#include <gtest/gtest.h>

namespace papervault::vault::test {
namespace {

crypto::SecretBuffer seed_of(unsigned char value)
{
    crypto::SecretBuffer seed{32};
    for (std::byte& byte : seed.expose()) { byte = std::byte{value}; }
    return seed;
}

TEST(SignedNoteTest, ReadsTheSpecificationsExample)
{
    // The example of C2SP signed-note; its text holds an empty line.
    const std::string text = "Ognuno sta solo sul cuor della terra\n"
                             "trafitto da un raggio di sole:\n"
                             "\n"
                             "ed \xC3\xA8 subito sera.\n";
    const std::string note =
        text + "\n\xE2\x80\x94 quasimodo.example/salvatore "
               "NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";
    const auto read = decode_signed_note(note);
    ASSERT_THAT(read, Succeeds());
    EXPECT_EQ(read->text, text);
    ASSERT_EQ(read->signatures.size(), 1U);
    EXPECT_EQ(read->signatures.front().name, "quasimodo.example/salvatore");
    EXPECT_EQ(crypto::to_hex(read->signatures.front().key_id), "367ba04b");
    EXPECT_EQ(read->signatures.front().bytes.size(), 64U);
    EXPECT_EQ(encode(*read), note);
}

TEST(SignedNoteTest, RefusesWhatIsNoNote)
{
    const std::string good = "text\n\n\xE2\x80\x94 a.example AAAAAAA=\n";
    ASSERT_THAT(decode_signed_note(good), Succeeds());
    for (const std::string& bad :
         {std::string{}, std::string{"text\n"}, std::string{"\n\n\xE2\x80\x94 a AAAAAAA=\n"},
          good.substr(0, good.size() - 1), good + "x", "te\txt" + good, "\xFF" + good, "\xED\xA0\x80" + good,
          std::string{"text\n\n- a.example AAAAAAA=\n"}, std::string{"text\n\n\xE2\x80\x94 a+b AAAAAAA=\n"},
          std::string{"text\n\n\xE2\x80\x94 a.example AAAA\n"}, std::string(note_bytes_max, 'a') + good}) {
        EXPECT_THAT(decode_signed_note(bad), RefusesWith(VaultError::malformed)) << bad.substr(0, 60);
    }
}

TEST(NoteKeyTest, IsWrittenAsAVkeyAndReadAgain)
{
    const auto key = crypto::SigningKey::from_seed(seed_of(7)).value();
    for (const NoteKeyKind kind : {NoteKeyKind::ed25519, NoteKeyKind::cosignature}) {
        const NoteKey note_key{"papervault.witness/0011223344556677", kind, key.verify_key()};
        const auto read = decode_note_key(encode(note_key));
        ASSERT_THAT(read, Succeeds());
        EXPECT_EQ(read->id(), note_key.id());
    }
    std::string altered = encode(NoteKey{"a.example", NoteKeyKind::cosignature, key.verify_key()});
    altered[0] = 'b';
    EXPECT_THAT(decode_note_key(altered), RefusesWith(VaultError::malformed));
}

/// A ledger of 40 entries, its office, a witness.
class WitnessTest : public testing::Test {
protected:
    Identity office = Identity::generate("office");
    Identity du = Identity::generate("督导员");
    std::vector<std::string> texts = texts_of(sample_entries(40));
    crypto::MerkleTree tree = [this] {
        crypto::MerkleTree made;
        for (const std::string& text : texts) { made.append(crypto::merkle_leaf(crypto::bytes_of(text))); }
        return made;
    }();

    [[nodiscard]] std::string note(std::size_t size) const
    {
        return sign_checkpoint(checkpoint_over(texts, size), office.signing_key());
    }
    [[nodiscard]] WitnessRequest request(std::uint64_t from, std::uint64_t to) const
    {
        return {.old_size = from, .consistency = tree.consistency_proof(from, to), .checkpoint = note(to)};
    }
    [[nodiscard]] Result<std::string> cosign(const WitnessRequest& asked, const std::optional<std::string>& kept) const
    {
        return cosign_checkpoint(asked, kept, office.card(), du, at(afternoon));
    }
};

TEST_F(WitnessTest, SignsTheFirstCheckpointAndEveryOneThatContinuesIt)
{
    std::optional<std::string> kept;
    std::uint64_t last = 0;
    for (const std::uint64_t size : {1U, 2U, 7U, 7U, 8U, 33U, 40U}) {
        auto signed_ = cosign(request(last, size), kept);
        ASSERT_THAT(signed_, Succeeds()) << size;
        const auto read = decode_signed_note(*signed_);
        ASSERT_THAT(read, Succeeds());
        EXPECT_EQ(verify_cosignature(*read, witness_note_key(du.card())).value(), at(afternoon));
        EXPECT_THAT(verify_checkpoint(*signed_, office.card().sign_key), Succeeds());
        kept = std::move(*signed_);
        last = size;
    }
}

TEST_F(WitnessTest, SignsTheBytesThatTheSpecificationSays)
{
    const auto signed_ = decode_signed_note(cosign(request(0, 3), std::nullopt).value()).value();
    const auto bytes = signature_by(signed_, witness_note_key(du.card())).value();
    ASSERT_EQ(bytes.size(), 72U);
    const std::string seconds =
        std::to_string(std::chrono::floor<std::chrono::seconds>(at(afternoon)).time_since_epoch().count());
    const std::string message = "cosignature/v1\ntime " + seconds + "\n" + signed_.text;
    crypto::Signature signature{};
    std::copy_n(bytes.begin() + 8, 64, signature.begin());
    EXPECT_TRUE(crypto::verify_raw(du.card().sign_key, crypto::bytes_of(message), signature));
    EXPECT_EQ(crypto::to_hex(crypto::ByteView{bytes}.first(3)), "000000") << "big endian";
    // A cosignature is no signature of the log, and the other way round: the key ids differ by their kind.
    EXPECT_THAT(verify_checkpoint(encode(signed_), du.card().sign_key), RefusesWith(VaultError::signature_invalid));
    EXPECT_THAT(verify_cosignature(signed_, witness_note_key(office.card())),
                RefusesWith(VaultError::signature_invalid));
}

TEST_F(WitnessTest, NamesAReplayedAForkedAndARewrittenLedger)
{
    const std::string kept = cosign(request(0, 20), std::nullopt).value();
    EXPECT_THAT(cosign(request(12, 12), kept), RefusesNaming(VaultError::chain_broken, "replayed"));
    auto forged = sample_entries(40);
    forged[5].subject["digest"] = "forged";
    const auto other = chained_anew(forged);
    WitnessRequest same_size = request(20, 20);
    same_size.checkpoint = sign_checkpoint(checkpoint_over(other, 20), office.signing_key());
    EXPECT_THAT(cosign(same_size, kept), RefusesNaming(VaultError::chain_broken, "forked"));
    crypto::MerkleTree other_tree;
    for (const std::string& text : other) { other_tree.append(crypto::merkle_leaf(crypto::bytes_of(text))); }
    const WitnessRequest larger{.old_size = 20,
                                .consistency = other_tree.consistency_proof(20, 40),
                                .checkpoint = sign_checkpoint(checkpoint_over(other, 40), office.signing_key())};
    EXPECT_THAT(cosign(larger, kept), RefusesNaming(VaultError::chain_broken, "rewritten"));
}

TEST_F(WitnessTest, RefusesAnotherOfficeAnotherVaultAndAnotherWitnesssMemory)
{
    const std::string kept = cosign(request(0, 20), std::nullopt).value();
    const Identity stranger = Identity::generate("生人");
    WitnessRequest foreign = request(20, 30);
    foreign.checkpoint = sign_checkpoint(checkpoint_over(texts, 30), stranger.signing_key());
    EXPECT_THAT(cosign(foreign, kept), RefusesWith(VaultError::signature_invalid));
    Checkpoint elsewhere = checkpoint_over(texts, 30);
    elsewhere.origin = "papervault.vault/ffffffffffffffff";
    WitnessRequest other_vault = request(20, 30);
    other_vault.checkpoint = sign_checkpoint(elsewhere, office.signing_key());
    EXPECT_THAT(cosign(other_vault, kept), RefusesWith(VaultError::wrong_batch));
    EXPECT_THAT(cosign_checkpoint(request(20, 30), kept, office.card(), stranger, at(afternoon)),
                RefusesWith(VaultError::signature_invalid));
    EXPECT_THAT(cosign(request(20, 30), std::nullopt), RefusesWith(VaultError::conflict));
    EXPECT_THAT(cosign(request(12, 30), kept), RefusesWith(VaultError::conflict));
}

TEST_F(WitnessTest, NeverSignsATimeBeforeTheLastOne)
{
    const std::string kept = cosign(request(0, 20), std::nullopt).value();
    const auto signed_ = cosign_checkpoint(request(20, 30), kept, office.card(), du, at(morning));
    ASSERT_THAT(signed_, Succeeds());
    EXPECT_EQ(verify_cosignature(decode_signed_note(*signed_).value(), witness_note_key(du.card())).value(),
              at(afternoon));
}

TEST_F(WitnessTest, ReadsItsRequestAgainAndRefusesEveryTruncation)
{
    const std::string text = encode(request(12, 40));
    const auto read = decode_witness_request(text);
    ASSERT_THAT(read, Succeeds());
    EXPECT_EQ(encode(*read), text);
    for (std::size_t length = 0; length < text.size(); ++length) {
        const auto cut = decode_witness_request(text.substr(0, length));
        EXPECT_FALSE(cut && cosign(*cut, std::nullopt).has_value()) << length;
    }
}

TEST_F(WitnessTest, MergesTheSignaturesOfSeveralWitnesses)
{
    const Identity zhou = Identity::generate("督导乙");
    const std::vector<std::string> notes{
        cosign(request(0, 20), std::nullopt).value(),
        cosign_checkpoint(request(0, 20), std::nullopt, office.card(), zhou, at(afternoon)).value()};
    const auto merged = merge_cosignatures(notes);
    ASSERT_THAT(merged, Succeeds());
    const auto note = decode_signed_note(*merged).value();
    EXPECT_EQ(note.signatures.size(), 3U);
    EXPECT_THAT(verify_cosignature(note, witness_note_key(du.card())), Succeeds());
    EXPECT_THAT(verify_cosignature(note, witness_note_key(zhou.card())), Succeeds());
    const std::vector<std::string> different{notes[0], cosign(request(0, 21), std::nullopt).value()};
    EXPECT_THAT(merge_cosignatures(different), RefusesWith(VaultError::conflict));
}

TEST_F(WitnessTest, ProvesAnEntryToSomebodyWhoHasNothingElse)
{
    const std::string cosigned = cosign(request(0, 37), std::nullopt).value();
    const std::vector<IdentityCard> witnesses{du.card(), du.card()};
    for (std::uint64_t index = 0; index < 37; ++index) {
        const LedgerProof proof{index, texts[index], tree.inclusion_proof(index, 37), cosigned};
        const std::string text = encode(proof);
        const auto read = decode_ledger_proof(text);
        ASSERT_THAT(read, Succeeds());
        EXPECT_EQ(encode(*read), text);
        const auto proven = check_ledger_proof(*read, office.card(), witnesses, 1);
        ASSERT_THAT(proven, Succeeds()) << index;
        EXPECT_EQ(encode(proven->entry), texts[index]);
        EXPECT_EQ(proven->witnesses.size(), 1U);
        LedgerProof other = proof;
        other.entry = texts[(index + 1) % 37];
        EXPECT_THAT(check_ledger_proof(other, office.card(), {}, 0), RefusesWith(VaultError::chain_broken));
        other = proof;
        other.index = (index + 1) % 37;
        EXPECT_THAT(check_ledger_proof(other, office.card(), {}, 0), RefusesWith(VaultError::chain_broken));
    }
}

TEST_F(WitnessTest, CountsAWitnessOnceAndRefusesTooFew)
{
    const LedgerProof proof{3, texts[3], tree.inclusion_proof(3, 37), cosign(request(0, 37), std::nullopt).value()};
    const std::vector<IdentityCard> twice{du.card(), du.card()};
    EXPECT_THAT(check_ledger_proof(proof, office.card(), twice, 2), RefusesWith(VaultError::signature_invalid));
    LedgerProof unsigned_ = proof;
    unsigned_.checkpoint = note(37);
    EXPECT_THAT(check_ledger_proof(unsigned_, office.card(), twice, 1), RefusesWith(VaultError::signature_invalid));
    EXPECT_THAT(check_ledger_proof(unsigned_, office.card(), twice, 0), Succeeds());
}

} // namespace
} // namespace papervault::vault::test
