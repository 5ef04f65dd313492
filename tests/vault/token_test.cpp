// Identities under a token: with SoftHSM, a real PKCS#11 token in software, and with a fake for what SoftHSM never
// says.
#include "vault/ceremony.hpp"
#include "vault/expect.hpp"
#include "vault/soft_token.hpp"
#include "vault/temporary_folder.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/files.hpp>

#include <gtest/gtest.h>

#include <dlfcn.h>

namespace papervault::vault::test {
namespace {

using testing::HasSubstr;

bool same_secrets(const Identity& left, const Identity& right)
{
    return crypto::equal_in_constant_time(left.secret(), right.secret());
}

class SoftHsmTest : public testing::Test {
protected:
    void SetUp() override { SKIP_WITHOUT_SOFTHSM(); }

    TemporaryFolder folder;
    SoftHsm hsm;
    const std::filesystem::path file = folder / "identity.pvid";
    const Identity identity = Identity::generate("张伟");
};

TEST_F(SoftHsmTest, ListsItsTokensAndWhetherTheyCanUnlockIdentities)
{
    EXPECT_TRUE(list_tokens(SoftHsm::module).value().empty()) << "a slot without an initialised token is none";
    hsm.make_token("custodian-1");
    hsm.make_token("custodian-2");
    const auto tokens = list_tokens(SoftHsm::module);
    ASSERT_THAT(tokens, Succeeds());
    ASSERT_EQ(tokens->size(), 2U);
    for (const TokenInfo& token : *tokens) {
        EXPECT_THAT(token.label, HasSubstr("custodian-"));
        EXPECT_FALSE(token.serial.empty());
        EXPECT_TRUE(token.has_pin);
        EXPECT_TRUE(token.can_agree);
        EXPECT_FALSE(token.pin_locked);
    }
    EXPECT_NE(tokens->at(0).serial, tokens->at(1).serial);
}

TEST_F(SoftHsmTest, OpensAnIdentityWithItsTokenAndPinAndNothingElse)
{
    hsm.make_token("custodian-1");
    ASSERT_THAT(identity.save(file, SoftHsm::login()), Succeeds());
    EXPECT_EQ(Identity::protection_of_file(file).value(), ProtectionKind::token);
    const auto hint = Identity::token_of_file(file).value();
    ASSERT_TRUE(hint);
    EXPECT_EQ(hint->label, "custodian-1");

    const auto before = content_of(file);
    const auto opened = Identity::open(file, SoftHsm::login());
    ASSERT_THAT(opened, Succeeds());
    EXPECT_EQ(opened->card(), identity.card());
    EXPECT_TRUE(same_secrets(*opened, identity));
    EXPECT_THAT(Identity::open(file, SoftHsm::login("custodian-1")), Succeeds());

    EXPECT_THAT(Identity::open(file, SoftHsm::login("", "740914")),
                RefusesNaming(VaultError::pin_wrong, "custodian-1"));
    EXPECT_THAT(Identity::open(file, SoftHsm::login("", "7")), RefusesWith(VaultError::pin_wrong)) << "too short";
    EXPECT_THAT(Identity::open(file, SoftHsm::login()), Succeeds()) << "the right PIN after wrong ones";
    EXPECT_THAT(Identity::open(file, FilePermissions{}), RefusesWith(VaultError::wrong_passphrase_or_key));
    EXPECT_EQ(content_of(file), before);
}

TEST_F(SoftHsmTest, TheKeyNeverLeavesTheToken)
{
    hsm.make_token("custodian-1");
    ASSERT_THAT(identity.save(file, SoftHsm::login()), Succeeds());
    // What the file says of the key is public: the token is still needed.
    const auto json = engine::parse_json(read_text_file(file, 8192).value(), {}).value();
    const auto& protection = json.at("protection").as_object();
    EXPECT_EQ(protection.size(), 6U);
    EXPECT_EQ(crypto::from_base64(std::string{protection.at("token_key").as_string()})->size(), 65U);
    EXPECT_EQ(crypto::from_base64(std::string{protection.at("ephemeral_key").as_string()})->size(), 65U);
    // A second identity on the same token has a key of its own.
    ASSERT_THAT(Identity::generate("李娜").save(folder / "second", SoftHsm::login()), Succeeds());
    const auto second = engine::parse_json(read_text_file(folder / "second", 8192).value(), {}).value();
    EXPECT_NE(second.at("protection").at("token_key"), protection.at("token_key"));
    EXPECT_THAT(Identity::open(folder / "second", SoftHsm::login()), Succeeds());
    EXPECT_THAT(Identity::open(file, SoftHsm::login()), Succeeds());
}

TEST_F(SoftHsmTest, SaysWhichTokenIsMissingAndWhichIsThere)
{
    EXPECT_THAT(identity.save(file, SoftHsm::login()),
                RefusesNaming(VaultError::token_not_found, "no token is plugged in"));
    hsm.make_token("mine");
    ASSERT_THAT(identity.save(file, SoftHsm::login()), Succeeds());
    hsm.remove_tokens();
    EXPECT_THAT(Identity::open(file, SoftHsm::login()), RefusesNaming(VaultError::token_not_found, "mine"));
    hsm.make_token("other");
    EXPECT_THAT(Identity::open(file, SoftHsm::login()), RefusesNaming(VaultError::token_not_found, "not this token"));
    EXPECT_THAT(Identity::open(file, SoftHsm::login()), RefusesNaming(VaultError::token_not_found, "other"));
    hsm.make_token("third");
    EXPECT_THAT(Identity::generate("x").save(folder / "x", SoftHsm::login()),
                RefusesNaming(VaultError::token_not_found, "--token-label"));
    EXPECT_THAT(Identity::generate("x").save(folder / "x", SoftHsm::login("third")), Succeeds());
    EXPECT_THAT(Identity::generate("x").save(folder / "y", SoftHsm::login("fourth")),
                RefusesNaming(VaultError::token_not_found, "fourth"));
    EXPECT_FALSE(std::filesystem::exists(folder / "y"));
}

TEST_F(SoftHsmTest, ATokenOfTheSameNameIsNotTheSameToken)
{
    hsm.make_token("mine");
    ASSERT_THAT(identity.save(file, SoftHsm::login()), Succeeds());
    hsm.remove_tokens();
    hsm.make_token("mine");
    EXPECT_THAT(Identity::open(file, SoftHsm::login()), RefusesWith(VaultError::token_not_found));
}

TEST_F(SoftHsmTest, NamesAKeyThatIsNotThere)
{
    hsm.make_token("mine");
    EXPECT_THAT(identity.save(file, SoftHsm::login("", SoftHsm::pin, "no-such-key")),
                RefusesNaming(VaultError::token_not_found, "no-such-key"));
    ASSERT_THAT(identity.save(file, SoftHsm::login()), Succeeds());
    const auto json = engine::parse_json(read_text_file(file, 8192).value(), {}).value();
    const std::string id{json.at("protection").at("key_id").as_string()};
    ASSERT_THAT(identity.save(folder / "by-id", SoftHsm::login("", SoftHsm::pin, id)), Succeeds());
    ASSERT_THAT(identity.save(folder / "by-label", SoftHsm::login("", SoftHsm::pin, "papervault")), Succeeds());
    EXPECT_THAT(Identity::open(folder / "by-label", SoftHsm::login()), Succeeds());
    ASSERT_THAT(identity.save(folder / "another", SoftHsm::login()), Succeeds());
    EXPECT_THAT(identity.save(folder / "ambiguous", SoftHsm::login("", SoftHsm::pin, "papervault")),
                RefusesWith(VaultError::conflict));
}

TEST_F(SoftHsmTest, AModuleThatIsNoneIsRefused)
{
    EXPECT_THAT(list_tokens("/nonexistent/token.so"),
                RefusesNaming(VaultError::token_not_found, "/nonexistent/token.so"));
    EXPECT_THAT(list_tokens("libc.so.6"), RefusesNaming(VaultError::token_not_found, "no PKCS#11 module"));
    overwrite(folder / "text.so", crypto::bytes_of("not a library"));
    EXPECT_THAT(list_tokens(folder / "text.so"), RefusesWith(VaultError::token_not_found));
}

TEST_F(SoftHsmTest, NationalSuiteHasNoTokens)
{
    hsm.make_token("mine");
    EXPECT_THAT(Identity::generate("张伟", crypto::Suite::gm1).save(file, SoftHsm::login()),
                RefusesWith(VaultError::suite_refused));
    EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(SoftHsmTest, AnAlteredFileDoesNotOpen)
{
    hsm.make_token("mine");
    ASSERT_THAT(identity.save(file, SoftHsm::login()), Succeeds());
    const std::string text = read_text_file(file, 8192).value();
    const auto altered = [&](const char* member, const boost::json::value& value) {
        auto json = engine::parse_json(text, {}).value();
        json.at("protection").as_object()[member] = value;
        json.as_object().erase("digest");
        json.as_object()["digest"] =
            crypto::blake2b("papervault.identity-file.v1", {crypto::bytes_of(engine::canonical_json(json))}).hex();
        overwrite(folder / "altered", crypto::bytes_of(engine::canonical_json(json)));
        return Identity::open(folder / "altered", SoftHsm::login());
    };
    ASSERT_THAT(identity.save(folder / "second", SoftHsm::login()), Succeeds());
    const auto second =
        engine::parse_json(read_text_file(folder / "second", 8192).value(), {}).value().at("protection");
    EXPECT_THAT(altered("ephemeral_key", second.at("ephemeral_key")), RefusesWith(VaultError::wrong_passphrase_or_key));
    EXPECT_THAT(altered("token_key", second.at("token_key")), RefusesWith(VaultError::wrong_passphrase_or_key));
    EXPECT_THAT(altered("key_id", second.at("key_id")), RefusesWith(VaultError::wrong_passphrase_or_key));
    EXPECT_THAT(altered("token", "another name"), RefusesWith(VaultError::wrong_passphrase_or_key));
    EXPECT_THAT(altered("serial", "0000"), RefusesWith(VaultError::token_not_found));
    EXPECT_THAT(altered("key_id", "00ff"), RefusesWith(VaultError::token_not_found));
    EXPECT_THAT(altered("ephemeral_key", boost::json::string{crypto::to_base64(crypto::Bytes(65))}),
                RefusesWith(VaultError::malformed));
    EXPECT_THAT(altered("key_id", ""), RefusesWith(VaultError::malformed));
    EXPECT_THAT(altered("key_id", "ABCD"), RefusesWith(VaultError::malformed)) << "one spelling";
}

// A custodian with a token takes part in an opening like anybody else: the package knows nothing of tokens.
TEST_F(SoftHsmTest, ACustodianGivesHisPartWithHisToken)
{
    hsm.make_token("custodian-0");
    hsm.make_token("custodian-2");
    const People people{3, 2};
    ASSERT_THAT(people.custodians[0].save(folder / "c0.pvid", SoftHsm::login("custodian-0")), Succeeds());
    ASSERT_THAT(people.custodians[2].save(folder / "c2.pvid", SoftHsm::login("custodian-2")), Succeeds());
    const SealedPackage sealed = seal(people, small_contents(), folder.path());
    const PackageReader package = open_package(sealed.file);
    const auto now = time_of(inside_window);
    auto opening = HallOpening::begin(package, people.hall).value();
    for (const char* name : {"c0.pvid", "c2.pvid"}) {
        const auto custodian = Identity::open(folder / name, SoftHsm::login());
        ASSERT_THAT(custodian, Succeeds());
        const auto part = give_share(package, LockSet::hall, *custodian, people.hall.card(), now);
        ASSERT_THAT(part, Succeeds());
        ASSERT_THAT(opening.add_share(*part), Succeeds());
    }
    const auto release = issue_release(package.header(), sealed.release_share, people.office, now);
    ASSERT_THAT(opening.add_release(release.value()), Succeeds());
    const auto keys = opening.open(now);
    ASSERT_THAT(keys, Succeeds());
    EXPECT_EQ(text_of(package.read("paper", *keys)), small_contents().at("paper"));
}

class FakeTokenTest : public testing::Test {
protected:
    FakeTokenTest()
    {
        void* const handle = ::dlopen(PAPERVAULT_FAKE_TOKEN, RTLD_NOW | RTLD_NODELETE);
        if (handle == nullptr) { throw std::runtime_error{::dlerror()}; }
        reinterpret_cast<void (*)()>(::dlsym(handle, "fake_token_reset"))();
        be("");
    }
    static void be(const char* mode) { ::setenv("FAKE_TOKEN_MODE", mode, 1); }
    static Token login(std::string_view pin = "1234", const std::string& key = "")
    {
        return {.module = PAPERVAULT_FAKE_TOKEN,
                .label = "",
                .key = key,
                .pin = crypto::SecretBuffer::copy_of(crypto::bytes_of(pin))};
    }

    TemporaryFolder folder;
    const std::filesystem::path file = folder / "identity.pvid";
    const Identity identity = Identity::generate("张伟");
};

TEST_F(FakeTokenTest, WarnsBeforeTheLastTryAndSaysWhenItIsLocked)
{
    ASSERT_THAT(identity.save(file, login()), Succeeds());
    ASSERT_THAT(Identity::open(file, login()), Succeeds());
    EXPECT_THAT(Identity::open(file, login("0000")),
                RefusesNaming(VaultError::pin_wrong, "wrong PINs have been counted"));
    EXPECT_TRUE(list_tokens(PAPERVAULT_FAKE_TOKEN).value().front().pin_count_low);
    EXPECT_THAT(Identity::open(file, login("0000")), RefusesNaming(VaultError::pin_wrong, "only one try is left"));
    EXPECT_TRUE(list_tokens(PAPERVAULT_FAKE_TOKEN).value().front().pin_final_try);
    EXPECT_THAT(Identity::open(file, login("0000")), RefusesNaming(VaultError::pin_locked, "is locked"));
    EXPECT_THAT(Identity::open(file, login()), RefusesWith(VaultError::pin_locked)) << "the right PIN comes too late";
    EXPECT_THAT(find_token(PAPERVAULT_FAKE_TOKEN, std::nullopt, ""), RefusesWith(VaultError::pin_locked))
        << "known before a PIN is asked for";
}

TEST_F(FakeTokenTest, TheRightPinForgetsTheWrongOnes)
{
    ASSERT_THAT(identity.save(file, login()), Succeeds());
    for (int round = 0; round < 3; ++round) {
        EXPECT_THAT(Identity::open(file, login("0000")), RefusesWith(VaultError::pin_wrong));
        EXPECT_THAT(Identity::open(file, login()), Succeeds());
    }
}

TEST_F(FakeTokenTest, APinPadAsksForThePinItself)
{
    be("pad");
    const auto without_pin = [] {
        Token token = login();
        token.pin.reset();
        return token;
    };
    ASSERT_THAT(identity.save(file, without_pin()), Succeeds());
    EXPECT_THAT(Identity::open(file, without_pin()), Succeeds());
    EXPECT_TRUE(find_token(PAPERVAULT_FAKE_TOKEN, std::nullopt, "").value().pin_pad);
}

TEST_F(FakeTokenTest, ACardWithAKeyOfItsOwnIsUsedAsItIs)
{
    be("card der");
    EXPECT_THAT(identity.save(file, login()), RefusesNaming(VaultError::storage_failed, "--token-key"));
    EXPECT_FALSE(std::filesystem::exists(file));
    ASSERT_THAT(identity.save(file, login("1234", "card key")), Succeeds());
    EXPECT_THAT(Identity::open(file, login()), Succeeds()) << "a module that wants points as DER";
    ASSERT_THAT(identity.save(folder / "by-id", login("1234", "01")), Succeeds());
    EXPECT_THAT(Identity::open(folder / "by-id", login()), Succeeds());
}

TEST_F(FakeTokenTest, NothingIsLockedWithATokenThatCouldNotOpenIt)
{
    be("lying");
    EXPECT_THAT(identity.save(file, login()), RefusesNaming(VaultError::storage_failed, "another secret"));
    be("signs");
    EXPECT_THAT(identity.save(file, login()), RefusesNaming(VaultError::storage_failed, "may not be used so"));
    be("empty");
    EXPECT_THAT(identity.save(file, login()), RefusesWith(VaultError::token_not_found));
    EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(FakeTokenTest, WhatATokenSaysOfItselfIsShownWithoutItsControlCharacters)
{
    const auto tokens = list_tokens(PAPERVAULT_FAKE_TOKEN).value();
    EXPECT_EQ(tokens.front().label, "假令牌");
    EXPECT_EQ(tokens.front().model, "fake?[31m");
}

TEST_F(FakeTokenTest, ExistingFilesAreNotOverwrittenAndCostNoKey)
{
    ASSERT_THAT(identity.save(file, login()), Succeeds());
    EXPECT_THAT(identity.save(file, login("0000")), RefusesWith(VaultError::already_exists))
        << "before the PIN is tried";
    EXPECT_FALSE(list_tokens(PAPERVAULT_FAKE_TOKEN).value().front().pin_count_low);
}

} // namespace
} // namespace papervault::vault::test
