#include "vault/ceremony.hpp"
#include "vault/expect.hpp"
#include "vault/surgery.hpp"
#include "vault/temporary_folder.hpp"

#include <papervault/vault/package.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace papervault::vault::test {
namespace {

class PackageTest : public testing::Test {
protected:
    TemporaryFolder folder;
    const People people;
};

TEST_F(PackageTest, RoundTripGivesBackEveryCompartment)
{
    const Contents contents{{"paper", std::string(200'000, 'p')},
                            {"spare-1", std::string(65'536, 's')},
                            {"key", std::string(65'537, 'k')},
                            {"roster", ""},
                            {"media", std::string(131'072, 'm')}};
    const auto sealed = seal(people, contents, folder.path());
    const auto package = open_package(sealed.file);
    EXPECT_THAT(package.verify_digests(), Succeeds());
    const auto hall_keys = open_for_hall(package, people, sealed.release_share);
    const auto grader_keys = open_for_graders(package, people);
    for (const auto& [name, content] : contents) {
        const auto& keys = name == "key" ? grader_keys : hall_keys;
        EXPECT_EQ(text_of(package.read(name, keys)), content) << name;
        std::string streamed;
        EXPECT_THAT(package.stream(name, keys,
                                   [&](crypto::ByteView chunk) -> Result<void> {
                                       EXPECT_LE(chunk.size(), 65'536U);
                                       streamed += crypto::text_of(chunk);
                                       return {};
                                   }),
                    Succeeds());
        EXPECT_EQ(streamed, content) << name;
    }
}

TEST_F(PackageTest, HeaderSaysWhatWasSealed)
{
    const auto contents = small_contents();
    const auto request = request_for(people, contents);
    const auto sealed = seal(people, contents, folder.path());
    const auto package = open_package(sealed.file);
    const PackageHeader& header = package.header();
    EXPECT_EQ(header.package_id.size(), 32U);
    EXPECT_EQ(header.batch, request.batch);
    EXPECT_EQ(header.sealed_at, request.now);
    EXPECT_EQ(header.snapshot_digest, request.snapshot_digest);
    EXPECT_EQ(header.draw_digest, request.draw_digest);
    EXPECT_EQ(header.candidates, 2);
    EXPECT_EQ(header.hall, people.hall.card());
    EXPECT_EQ(header.office, people.office.card());
    ASSERT_EQ(header.sealers.size(), 2U);
    EXPECT_EQ(header.sealers[0], people.first_sealer.card());
    EXPECT_EQ(header.sealers[1], people.second_sealer.card());
    ASSERT_EQ(header.forms.size(), 2U);
    EXPECT_EQ(header.forms[1].points.to_string(), "99.5");
    EXPECT_TRUE(header.forms[1].spare);
    EXPECT_EQ(header.custody.threshold, 2);
    EXPECT_EQ(header.custody.members.size(), 3U);
    EXPECT_EQ(header.graders.members.size(), 2U);
}

TEST_F(PackageTest, TwoPackagesOfOneRequestShareNothing)
{
    const auto contents = small_contents();
    const auto one = open_package(seal(people, contents, folder.path(), "one").file);
    const auto two = open_package(seal(people, contents, folder.path(), "two").file);
    EXPECT_NE(one.header().package_id, two.header().package_id);
    EXPECT_NE(one.digest(), two.digest());
    for (std::size_t i = 0; i < contents.size(); ++i) {
        EXPECT_NE(one.header().compartments[i].digest, two.header().compartments[i].digest);
    }
}

TEST_F(PackageTest, P14_NeitherDraftNorPackageHoldsAWordOfThePaper)
{
    Contents contents = small_contents();
    for (int i = 0; i < 1000; ++i) { contents["paper"] += "canary-" + std::to_string(i) + ";"; }
    const auto sealed = seal(people, contents, folder.path());
    for (const auto& entry : std::filesystem::directory_iterator{folder.path()}) {
        const std::string bytes = crypto::text_of(content_of(entry.path()));
        EXPECT_EQ(bytes.find("canary-"), std::string::npos) << entry.path();
        EXPECT_EQ(bytes.find("the answers"), std::string::npos) << entry.path();
    }
}

TEST_F(PackageTest, V2_DraftWithOneSignatureIsNoPackage)
{
    const auto contents = small_contents();
    const auto draft = folder / "draft";
    ASSERT_THAT(seal_package(request_for(people, contents), people.first_sealer, draft), Succeeds());
    EXPECT_THAT(PackageReader::open(draft),
                RefusesNaming(VaultError::signature_invalid, "waits for the second sealer"));
}

TEST_F(PackageTest, V2_OnlyTheNamedSecondSealerCountersigns)
{
    const auto contents = small_contents();
    const auto draft = folder / "draft";
    ASSERT_THAT(seal_package(request_for(people, contents), people.first_sealer, draft), Succeeds());
    const Identity stranger = Identity::generate("stranger");
    for (const Identity* wrong : {&people.first_sealer, &stranger, &people.custodians[0], &people.office}) {
        EXPECT_THAT(countersign_package(draft, *wrong, folder / "package"), RefusesWith(VaultError::not_permitted));
        EXPECT_FALSE(std::filesystem::exists(folder / "package"));
    }
    EXPECT_THAT(countersign_package(draft, people.second_sealer, folder / "package"), Succeeds());
    EXPECT_THAT(countersign_package(folder / "package", people.second_sealer, folder / "again"),
                RefusesWith(VaultError::conflict));
}

TEST_F(PackageTest, CountersignerRefusesADraftWhoseCompartmentsWereAltered)
{
    const auto contents = small_contents();
    const auto draft = folder / "draft";
    ASSERT_THAT(seal_package(request_for(people, contents), people.first_sealer, draft), Succeeds());
    auto bytes = content_of(draft);
    bytes.back() ^= std::byte{1};
    overwrite(draft, bytes);
    EXPECT_THAT(countersign_package(draft, people.second_sealer, folder / "package"),
                RefusesWith(VaultError::authentication_failed));
    EXPECT_FALSE(std::filesystem::exists(folder / "package"));
}

TEST_F(PackageTest, NothingIsEverOverwritten)
{
    const auto contents = small_contents();
    const auto sealed = seal(people, contents, folder.path());
    const auto before = content_of(sealed.file);
    EXPECT_THAT(seal_package(request_for(people, contents), people.first_sealer, sealed.file),
                RefusesWith(VaultError::already_exists));
    EXPECT_THAT(seal_package(request_for(people, contents), people.first_sealer, folder / "other"), Succeeds());
    EXPECT_THAT(countersign_package(folder / "other", people.second_sealer, sealed.file),
                RefusesWith(VaultError::already_exists));
    EXPECT_EQ(content_of(sealed.file), before);
}

TEST_F(PackageTest, FailedSealingLeavesNothingBehind)
{
    const auto contents = small_contents();
    overwrite(folder / "taken", {});
    ASSERT_FALSE(seal_package(request_for(people, contents), people.first_sealer, folder / "taken").has_value());
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator{folder.path()}, {}), 1);
}

TEST_F(PackageTest, P7_WindowThatIsOverIsNotSealedAnyMore)
{
    const auto contents = small_contents();
    auto request = request_for(people, contents);
    request.now = time_of(after_window);
    EXPECT_THAT(seal_package(request, people.first_sealer, folder / "draft"), RefusesWith(VaultError::expired));
}

TEST_F(PackageTest, UnknownCompartmentAndMissingKeyAreRefused)
{
    const auto sealed = seal(people, small_contents(), folder.path());
    const auto package = open_package(sealed.file);
    const CompartmentKeys none;
    EXPECT_THAT(package.read("paper", none), RefusesWith(VaultError::not_permitted));
    EXPECT_THAT(package.read("spare-9", none), RefusesWith(VaultError::not_found));
    EXPECT_THAT(package.stream("paper", none, {}), RefusesWith(VaultError::not_permitted));
}

TEST_F(PackageTest, StreamStopsWhenTheSinkRefuses)
{
    const auto sealed = seal(people, {{"paper", std::string(300'000, 'p')}}, folder.path());
    const auto package = open_package(sealed.file);
    const auto keys = open_for_hall(package, people, sealed.release_share);
    int chunks = 0;
    const auto full = [&](crypto::ByteView) -> Result<void> {
        ++chunks;
        return refuse(VaultError::storage_failed, "disk full");
    };
    EXPECT_THAT(package.stream("paper", keys, full), RefusesWith(VaultError::storage_failed));
    EXPECT_EQ(chunks, 1);
}

TEST_F(PackageTest, ReaderKnowsWhoIsKnown)
{
    const auto sealed = seal(people, small_contents(), folder.path());
    const auto package = open_package(sealed.file);
    const std::vector all{people.first_sealer.card(), people.second_sealer.card(), people.office.card()};
    EXPECT_THAT(package.require_known(all), Succeeds());
    for (std::size_t missing = 0; missing < all.size(); ++missing) {
        auto some = all;
        some.erase(some.begin() + static_cast<std::ptrdiff_t>(missing));
        EXPECT_THAT(package.require_known(some), RefusesNaming(VaultError::signature_invalid, all[missing].name));
    }
}

// ---- K7, P10: one person, one role ----

struct Role {
    const char* name;
    std::function<void(SealRequest&, const IdentityCard&)> give;
};
const std::vector<Role>& roles_in_request()
{
    static const std::vector<Role> roles{
        {"hall", [](SealRequest& request, const IdentityCard& card) { request.hall = card; }},
        {"office", [](SealRequest& request, const IdentityCard& card) { request.office = card; }},
        {"second sealer", [](SealRequest& request, const IdentityCard& card) { request.second_sealer = card; }},
        {"custodian", [](SealRequest& request, const IdentityCard& card) { request.custodians[0] = card; }},
        {"second custodian", [](SealRequest& request, const IdentityCard& card) { request.custodians[1] = card; }},
        {"grader", [](SealRequest& request, const IdentityCard& card) { request.graders[0] = card; }},
        {"second grader", [](SealRequest& request, const IdentityCard& card) { request.graders[1] = card; }}};
    return roles;
}

TEST_F(PackageTest, K7_OnePersonInTwoRolesStopsTheCeremony)
{
    const auto contents = small_contents();
    const Identity busy = Identity::generate("busy");
    for (const Role& one : roles_in_request()) {
        for (const Role& other : roles_in_request()) {
            if (&one == &other) { continue; }
            auto request = request_for(people, contents);
            one.give(request, busy.card());
            other.give(request, busy.card());
            EXPECT_THAT(seal_package(request, people.first_sealer, folder / "draft"),
                        RefusesNaming(VaultError::not_permitted, "busy"))
                << one.name << " and " << other.name;
        }
        auto request = request_for(people, contents);
        one.give(request, people.first_sealer.card());
        EXPECT_THAT(seal_package(request, people.first_sealer, folder / "draft"),
                    RefusesWith(VaultError::not_permitted))
            << one.name << " and first sealer";
    }
    EXPECT_FALSE(std::filesystem::exists(folder / "draft"));
}

TEST_F(PackageTest, K7_AnotherNameDoesNotMakeAnotherPerson)
{
    const auto contents = small_contents();
    auto request = request_for(people, contents);
    request.custodians[1] = request.custodians[0];
    request.custodians[1].name = "somebody else";
    EXPECT_THAT(seal_package(request, people.first_sealer, folder / "draft"), RefusesWith(VaultError::not_permitted));

    request = request_for(people, contents);
    request.custodians[1].box_key = request.custodians[0].box_key;
    EXPECT_THAT(seal_package(request, people.first_sealer, folder / "draft"), RefusesWith(VaultError::not_permitted));
}

TEST_F(PackageTest, V2_QuorumIsAtLeastTwo)
{
    const auto contents = small_contents();
    auto request = request_for(people, contents);
    request.custody_threshold = 1;
    EXPECT_THAT(seal_package(request, people.first_sealer, folder / "draft"), RefusesWith(VaultError::not_permitted));
    request = request_for(people, contents);
    request.graders_threshold = 1;
    EXPECT_THAT(seal_package(request, people.first_sealer, folder / "draft"), RefusesWith(VaultError::not_permitted));
    request = request_for(people, contents);
    request.custody_threshold = 4; // of 3
    EXPECT_THAT(seal_package(request, people.first_sealer, folder / "draft"), RefusesWith(VaultError::malformed));
    request = request_for(people, contents);
    request.custodians.clear();
    EXPECT_THAT(seal_package(request, people.first_sealer, folder / "draft"), RefusesWith(VaultError::malformed));
}

TEST_F(PackageTest, V10_AnswerKeysAreNeverBehindTheHallsLocks)
{
    const auto contents = small_contents();
    auto request = request_for(people, contents);
    for (CompartmentSource& source : request.compartments) { source.locks = LockSet::hall; }
    EXPECT_THAT(seal_package(request, people.first_sealer, folder / "draft"), RefusesWith(VaultError::malformed));
    request = request_for(people, contents);
    for (CompartmentSource& source : request.compartments) { source.locks = LockSet::graders; }
    EXPECT_THAT(seal_package(request, people.first_sealer, folder / "draft"), RefusesWith(VaultError::malformed));
}

TEST_F(PackageTest, RefusesRequestsThatMakeNoSense)
{
    const auto contents = small_contents();
    const std::vector<std::function<void(SealRequest&)>> mistakes{
        [](SealRequest& request) { request.compartments.clear(); },
        [](SealRequest& request) { request.compartments[1].name = request.compartments[0].name; },
        [](SealRequest& request) { request.compartments[0].name = "../paper"; },
        [](SealRequest& request) { request.compartments[0].name = ""; },
        [](SealRequest& request) { request.forms[1].id = request.forms[0].id; },
        [](SealRequest& request) { request.forms[0].id = "a b"; },
        [](SealRequest& request) { request.candidates = -1; },
        [](SealRequest& request) { request.batch.level = 9; },
        [](SealRequest& request) { request.batch.id = ""; },
        [](SealRequest& request) { request.batch.opens_at = engine::Instant::min(); },
        [](SealRequest& request) { request.hall.name = "hall\n301"; },
    };
    for (std::size_t i = 0; i < mistakes.size(); ++i) {
        auto request = request_for(people, contents);
        mistakes[i](request);
        EXPECT_THAT(seal_package(request, people.first_sealer, folder / "draft"), RefusesWith(VaultError::malformed))
            << "mistake " << i;
    }
    EXPECT_FALSE(std::filesystem::exists(folder / "draft"));
}

} // namespace
} // namespace papervault::vault::test
