#include "vault/ceremony.hpp"
#include "vault/expect.hpp"
#include "vault/temporary_folder.hpp"

#include <papervault/crypto/random.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/vault/files.hpp>
#include <papervault/vault/identity.hpp>

#include <gtest/gtest.h>

#include <optional>

namespace papervault::vault::test {
namespace {

/// The least that the crypto module allows: these tests are not about the cost of guessing.
constexpr crypto::PassphraseCost cheap{.operations = 1, .memory_kib = crypto::PassphraseCost::memory_kib_min};

Passphrase passphrase(std::string_view text)
{
    return {crypto::SecretBuffer::copy_of(crypto::bytes_of(text))};
}

bool same_secrets(const Identity& left, const Identity& right)
{
    return crypto::equal_in_constant_time(left.signing_key().seed(), right.signing_key().seed()) &&
           crypto::equal_in_constant_time(left.box_keys().seed(), right.box_keys().seed());
}

class IdentityFileTest : public testing::Test {
protected:
    TemporaryFolder folder;
    const std::filesystem::path file = folder / "identity";
    const Identity identity = Identity::generate("张伟");

    void save_with_permissions() { ASSERT_THAT(identity.save(file, FilePermissions{}), Succeeds()); }
};

TEST_F(IdentityFileTest, OpensWithItsPassphraseAndNoOther)
{
    ASSERT_THAT(identity.save(file, passphrase("correct horse"), cheap), Succeeds());
    const auto opened = Identity::open(file, passphrase("correct horse"));
    ASSERT_THAT(opened, Succeeds());
    EXPECT_EQ(opened->card(), identity.card());
    EXPECT_TRUE(same_secrets(*opened, identity));

    const auto before = content_of(file);
    for (const auto* wrong : {"correct hors", "correct horse ", "Correct horse", "x"}) {
        EXPECT_THAT(Identity::open(file, passphrase(wrong)), RefusesWith(VaultError::wrong_passphrase_or_key));
    }
    EXPECT_THAT(Identity::open(file, passphrase("")), RefusesWith(VaultError::malformed));
    EXPECT_EQ(content_of(file), before) << "a wrong passphrase changes nothing";
}

TEST_F(IdentityFileTest, OpensWithItsKeyFileAndNoOther)
{
    ASSERT_THAT(make_key_file(folder / "key"), Succeeds());
    ASSERT_THAT(make_key_file(folder / "other"), Succeeds());
    ASSERT_THAT(identity.save(file, KeyFile{folder / "key"}), Succeeds());
    const auto opened = Identity::open(file, KeyFile{folder / "key"});
    ASSERT_THAT(opened, Succeeds());
    EXPECT_TRUE(same_secrets(*opened, identity));
    EXPECT_THAT(Identity::open(file, KeyFile{folder / "other"}), RefusesWith(VaultError::wrong_passphrase_or_key));
    EXPECT_THAT(Identity::open(file, KeyFile{folder / "missing"}), RefusesWith(VaultError::not_found));
    EXPECT_THAT(Identity::open(file, FilePermissions{}), RefusesWith(VaultError::wrong_passphrase_or_key));
    EXPECT_THAT(Identity::open(file, passphrase("x")), RefusesWith(VaultError::wrong_passphrase_or_key));
}

TEST_F(IdentityFileTest, RefusesAKeyFileThatCannotBeRandomEnough)
{
    overwrite(folder / "short", crypto::bytes_of("0123456789012345678901234567890"));
    overwrite(folder / "long", crypto::random_bytes(key_file_bytes_max + 1));
    EXPECT_THAT(identity.save(file, KeyFile{folder / "short"}), RefusesWith(VaultError::malformed));
    EXPECT_THAT(identity.save(file, KeyFile{folder / "long"}), RefusesWith(VaultError::malformed));
    EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(IdentityFileTest, KeyFileIsNeverOverwritten)
{
    ASSERT_THAT(make_key_file(folder / "key"), Succeeds());
    const auto before = content_of(folder / "key");
    EXPECT_EQ(before.size(), 32U);
    EXPECT_THAT(make_key_file(folder / "key"), RefusesWith(VaultError::already_exists));
    EXPECT_EQ(content_of(folder / "key"), before);
}

TEST_F(IdentityFileTest, MachineIdentityOpensOnlyWhileOthersCannotReadIt)
{
    save_with_permissions();
    EXPECT_THAT(Identity::open(file, FilePermissions{}), Succeeds());
    using std::filesystem::perms;
    for (const perms also : {perms::group_read, perms::others_read, perms::group_write}) {
        std::filesystem::permissions(file, perms::owner_read | perms::owner_write | also);
        EXPECT_THAT(Identity::open(file, FilePermissions{}), RefusesWith(VaultError::not_permitted));
    }
}

TEST_F(IdentityFileTest, IsWrittenForItsOwnerOnlyAndNeverOverwritten)
{
    save_with_permissions();
    EXPECT_EQ(static_cast<unsigned>(std::filesystem::status(file).permissions()), 0600U);
    const auto before = content_of(file);
    const Identity other = Identity::generate("other");
    EXPECT_THAT(other.save(file, FilePermissions{}), RefusesWith(VaultError::already_exists));
    EXPECT_EQ(content_of(file), before);
}

TEST_F(IdentityFileTest, DamageIsNotTakenForAWrongPassphrase)
{
    ASSERT_THAT(identity.save(file, passphrase("correct horse"), cheap), Succeeds());
    const auto sound = content_of(file);
    for (std::size_t at = 0; at < sound.size(); ++at) {
        auto damaged = sound;
        damaged[at] ^= std::byte{static_cast<unsigned char>(1U << (at % 8))};
        overwrite(file, damaged);
        ASSERT_THAT(Identity::open(file, passphrase("correct horse")), RefusesWith(VaultError::malformed))
            << "byte " << at;
    }
    for (std::size_t length = 0; length < sound.size(); length += 7) {
        overwrite(file, std::span{sound}.first(length));
        ASSERT_THAT(Identity::open(file, passphrase("correct horse")), RefusesWith(VaultError::malformed));
    }
    overwrite(file, sound);
    EXPECT_THAT(Identity::open(file, passphrase("correct horse")), Succeeds());
}

TEST_F(IdentityFileTest, AnotherNameOnTheSameSecretDoesNotOpen)
{
    save_with_permissions();
    const auto text = read_text_file(file, 10'000).value();
    auto json = engine::parse_json(text, {}).value().as_object();
    json.erase("digest");
    json["card"].as_object()["name"] = "李娜";
    json["digest"] =
        crypto::blake2b("papervault.identity-file.v1", {crypto::bytes_of(engine::canonical_json(json))}).hex();
    overwrite(file, crypto::bytes_of(engine::canonical_json(json)));
    EXPECT_THAT(Identity::open(file, FilePermissions{}), RefusesWith(VaultError::wrong_passphrase_or_key));
}

TEST_F(IdentityFileTest, RefusesACostThatWouldTakeTheMachineDown)
{
    ASSERT_THAT(identity.save(file, passphrase("correct horse"), cheap), Succeeds());
    auto json = engine::parse_json(read_text_file(file, 10'000).value(), {}).value().as_object();
    json.erase("digest");
    json["protection"].as_object()["memory_kib"] = std::int64_t{1} << 40;
    json["digest"] =
        crypto::blake2b("papervault.identity-file.v1", {crypto::bytes_of(engine::canonical_json(json))}).hex();
    overwrite(file, crypto::bytes_of(engine::canonical_json(json)));
    EXPECT_THAT(Identity::open(file, passphrase("correct horse")), RefusesWith(VaultError::malformed));
    EXPECT_THAT(identity.save(folder / "second", passphrase("x"), {.operations = 1, .memory_kib = 1}),
                RefusesWith(VaultError::malformed));
}

TEST_F(IdentityFileTest, TellsCardAndProtectionWithoutUnlocking)
{
    save_with_permissions();
    EXPECT_EQ(Identity::card_of_file(file).value(), identity.card());
    EXPECT_EQ(Identity::protection_of_file(file).value(), ProtectionKind::file_permissions);
    ASSERT_THAT(identity.save(folder / "second", passphrase("correct horse"), cheap), Succeeds());
    EXPECT_EQ(Identity::protection_of_file(folder / "second").value(), ProtectionKind::passphrase);
}

TEST_F(IdentityFileTest, SecretGivesTheSameIdentityAndNothingElseDoes)
{
    const auto again = Identity::from_secret("张伟", identity.secret());
    ASSERT_THAT(again, Succeeds());
    EXPECT_EQ(again->card(), identity.card());
    EXPECT_TRUE(same_secrets(*again, identity));
    for (const std::size_t size : {0U, 32U, 63U, 65U}) {
        EXPECT_THAT(Identity::from_secret("张伟", crypto::SecretBuffer{size}), RefusesWith(VaultError::malformed));
    }
}

TEST_F(IdentityFileTest, HoldsNeitherSeedNorPassphraseInTheClear)
{
    ASSERT_THAT(identity.save(file, passphrase("correct horse"), cheap), Succeeds());
    const std::string text = read_text_file(file, 10'000).value();
    EXPECT_EQ(text.find("correct horse"), std::string::npos);
    EXPECT_EQ(text.find(crypto::to_base64(identity.signing_key().seed().expose()).substr(0, 40)), std::string::npos);
}

TEST(IdentityNameTest, AcceptsNamesThatPeopleHave)
{
    for (const auto* name : {"张伟", "hall-301", "Zhāng Wěi (2)", "欧阳·𠮷", "O'Neill"}) {
        EXPECT_TRUE(is_identity_name(name)) << name;
    }
    EXPECT_TRUE(is_identity_name(std::string(64, 'x')));
}

TEST(IdentityNameTest, RefusesNamesThatHideSomething)
{
    const std::vector<std::string> names{"",
                                         " x",
                                         "x ",
                                         std::string(65, 'x'),
                                         "a\nb",
                                         std::string{"a\0b", 3},
                                         "a\x7f",
                                         "a\xC2\x85",
                                         "a\xE2\x80\xAE"
                                         "b",
                                         "a\xE2\x80\x8B"
                                         "b",
                                         "\xEF\xBB\xBF"
                                         "a",
                                         "\xC0\xAF",
                                         "\xED\xA0\x80",
                                         "\xF5\x80\x80\x80",
                                         "\xE4\xBC",
                                         "\xFF",
                                         "\x80"};
    for (const std::string& name : names) {
        EXPECT_FALSE(is_identity_name(name)) << crypto::to_hex(crypto::bytes_of(name));
    }
}

TEST_F(IdentityFileTest, IdentityOfAnUnprintableNameIsNotSaved)
{
    const Identity hidden = Identity::generate("a\nb");
    EXPECT_THAT(hidden.save(file, FilePermissions{}), RefusesWith(VaultError::malformed));
    EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(IdentityFileTest, CardFileRoundTripsAndRefusesEveryOtherSpelling)
{
    const auto card_file = folder / "card";
    ASSERT_THAT(write_card(identity.card(), card_file), Succeeds());
    EXPECT_EQ(read_card(card_file).value(), identity.card());
    EXPECT_THAT(write_card(identity.card(), card_file), RefusesWith(VaultError::already_exists));
    const std::string text = read_text_file(card_file, 10'000).value();
    overwrite(card_file, crypto::bytes_of(text + "\n"));
    EXPECT_THAT(read_card(card_file), RefusesWith(VaultError::malformed));
}

TEST(IdentityCardTest, RefusesKeysThatAreNone)
{
    const Identity identity = Identity::generate("x");
    auto json = to_json(identity.card());
    json.as_object()["box_key"] = crypto::to_base64(crypto::Bytes(32)); // of low order: everybody could read
    EXPECT_THAT(card_from_json(json, "card"), RefusesWith(VaultError::malformed));
    json = to_json(identity.card());
    json.as_object()["sign_key"] = crypto::to_base64(crypto::Bytes(32));
    EXPECT_THAT(card_from_json(json, "card"), RefusesWith(VaultError::malformed));
    json = to_json(identity.card());
    json.as_object()["extra"] = 1;
    EXPECT_THAT(card_from_json(json, "card"), RefusesWith(VaultError::malformed));
}

TEST(IdentityCardTest, TwoPeopleOfOneNameHaveTwoIds)
{
    const Identity one = Identity::generate("张伟");
    const Identity two = Identity::generate("张伟");
    EXPECT_EQ(one.card().id().size(), 16U);
    EXPECT_NE(one.card().id(), two.card().id());
}

} // namespace
} // namespace papervault::vault::test
