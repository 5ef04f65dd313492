#include "vault/ceremony.hpp"
#include "vault/expect.hpp"
#include "vault/surgery.hpp"
#include "vault/temporary_folder.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/custody.hpp>

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace papervault::vault::test {
namespace {

class CustodyTest : public testing::Test {
protected:
    TemporaryFolder folder;
    const People people{3, 3};
    const SealedPackage sealed = seal(people, small_contents(), folder.path());
    const PackageReader package = open_package(sealed.file);
    const engine::Instant now = time_of(inside_window);

    [[nodiscard]] HallOpening begin() const { return HallOpening::begin(package, people.hall).value(); }
    [[nodiscard]] SharePart part_of(std::size_t custodian) const
    {
        return give_share(package, LockSet::hall, people.custodians[custodian], people.hall.card(), now).value();
    }
    [[nodiscard]] SharePart grader_part(std::size_t grader) const
    {
        return give_share(package, LockSet::graders, people.graders[grader], people.office.card(), now).value();
    }
    [[nodiscard]] Release release() const
    {
        return issue_release(package.header(), sealed.release_share, people.office, now).value();
    }
    [[nodiscard]] HallOpening with_two_shares() const
    {
        auto opening = begin();
        EXPECT_THAT(opening.add_share(part_of(0)), Succeeds());
        EXPECT_THAT(opening.add_share(part_of(2)), Succeeds());
        return opening;
    }
};

/// Signs a share part again after a change, as its giver could. Written from docs/custody-formats.md.
void sign_part(SharePart& part, const Identity& giver)
{
    auto json = engine::parse_json(encode(part), {}).value();
    json.as_object().erase("signature");
    part.signature =
        giver.signing_key().sign("papervault.share-part.v1", crypto::bytes_of(engine::canonical_json(json)));
}

void sign_release(Release& release, const Identity& signer)
{
    auto json = engine::parse_json(encode(release), {}).value();
    json.as_object().erase("signature");
    release.signature =
        signer.signing_key().sign("papervault.release.v1", crypto::bytes_of(engine::canonical_json(json)));
}

/// A custodian who seals another value than his share.
void replace_share(SharePart& part, const crypto::SecretBuffer& value, const IdentityCard& opener)
{
    const std::array index{std::byte{part.share_index}};
    const auto context = crypto::blake2b("papervault.share-part.v1",
                                         {crypto::bytes_of(part.package_id), crypto::bytes_of("hall"),
                                          crypto::bytes_of(part.member_id), index, crypto::bytes_of(part.opener_id)});
    part.sealed_share = crypto::seal_to(opener.box_key, value.expose(), context.view());
}

TEST_F(CustodyTest, QuorumReleaseAndHostTogetherOpen)
{
    auto opening = with_two_shares();
    EXPECT_EQ(opening.shares_given(), 2);
    EXPECT_EQ(opening.shares_needed(), 2);
    EXPECT_FALSE(opening.has_release());
    ASSERT_THAT(opening.add_release(release()), Succeeds());
    EXPECT_TRUE(opening.has_release());
    EXPECT_EQ(opening.givers(), (std::vector<std::string>{"custodian-0", "custodian-2"}));
    const auto keys = opening.open(now);
    ASSERT_THAT(keys, Succeeds());
    EXPECT_EQ(text_of(package.read("paper", *keys)), small_contents().at("paper"));
}

TEST_F(CustodyTest, OpeningNeedsNeitherReaderNorIdentityAfterItBegan)
{
    auto opening = [this] {
        auto identity_file = folder / "hall";
        EXPECT_THAT(people.hall.save(identity_file, FilePermissions{}), Succeeds());
        const auto hall = Identity::open(identity_file, FilePermissions{}).value();
        const auto reader = open_package(sealed.file);
        return HallOpening::begin(reader, hall).value();
    }();
    ASSERT_THAT(opening.add_share(part_of(0)), Succeeds());
    ASSERT_THAT(opening.add_share(part_of(1)), Succeeds());
    ASSERT_THAT(opening.add_release(release()), Succeeds());
    EXPECT_THAT(opening.open(now), Succeeds());
}

// ---- K1 ----

TEST(CustodyQuorumTest, K1_EverySetOfOneTooFewOpensNothingAndEveryFullSetOpens)
{
    TemporaryFolder folder;
    const People people{4, 2};
    const Contents contents = small_contents();
    auto request = request_for(people, contents);
    request.custody_threshold = 3;
    auto draft = seal_package(request, people.first_sealer, folder / "draft");
    ASSERT_THAT(draft, Succeeds());
    ASSERT_THAT(countersign_package(folder / "draft", people.second_sealer, folder / "package"), Succeeds());
    const auto package = open_package(folder / "package");
    const auto now = time_of(inside_window);
    for (unsigned members = 0; members < 16; ++members) {
        auto opening = HallOpening::begin(package, people.hall).value();
        int count = 0;
        for (unsigned i = 0; i < 4; ++i) {
            if ((members >> i & 1U) == 0) { continue; }
            ++count;
            ASSERT_THAT(opening.add_share(
                            give_share(package, LockSet::hall, people.custodians[i], people.hall.card(), now).value()),
                        Succeeds());
        }
        ASSERT_THAT(
            opening.add_release(issue_release(package.header(), draft->release_share, people.office, now).value()),
            Succeeds());
        const auto keys = opening.open(now);
        if (count < 3) {
            EXPECT_THAT(keys, RefusesWith(VaultError::quorum_incomplete)) << members;
        } else {
            ASSERT_THAT(keys, Succeeds()) << members;
            EXPECT_EQ(text_of(package.read("paper", *keys)), contents.at("paper"));
        }
    }
}

TEST_F(CustodyTest, K1_OneCustodianAloneOpensNothingHoweverOftenHeGives)
{
    auto opening = begin();
    for (int i = 0; i < 5; ++i) { ASSERT_THAT(opening.add_share(part_of(0)), Succeeds()); }
    EXPECT_EQ(opening.shares_given(), 1);
    EXPECT_EQ(opening.givers().size(), 1U);
    ASSERT_THAT(opening.add_release(release()), Succeeds());
    EXPECT_THAT(opening.open(now), RefusesWith(VaultError::quorum_incomplete));
}

TEST_F(CustodyTest, OnlyAMemberHoldsAShare)
{
    for (const Identity* outsider : {&people.hall, &people.office, &people.first_sealer, &people.graders[0]}) {
        EXPECT_THAT(give_share(package, LockSet::hall, *outsider, people.hall.card(), now),
                    RefusesWith(VaultError::not_permitted));
    }
    EXPECT_THAT(give_share(package, LockSet::graders, people.custodians[0], people.office.card(), now),
                RefusesWith(VaultError::not_permitted));
}

TEST_F(CustodyTest, ShareIsGivenToThePackagesHallOnly)
{
    const Identity other = Identity::generate("hall-301");
    EXPECT_THAT(give_share(package, LockSet::hall, people.custodians[0], other.card(), now),
                RefusesWith(VaultError::wrong_host));
    EXPECT_THAT(give_share(package, LockSet::graders, people.graders[0], people.hall.card(), now),
                RefusesWith(VaultError::wrong_host));
}

// ---- K2, K3 ----

TEST_F(CustodyTest, K2_AlteredShareIsRefusedAndItsGiverNamed)
{
    auto opening = begin();
    auto forged = part_of(1);
    crypto::SecretBuffer value{32};
    value.expose()[7] = std::byte{1};
    replace_share(forged, value, people.hall.card());
    EXPECT_THAT(opening.add_share(forged), RefusesNaming(VaultError::signature_invalid, "custodian-1"));
    sign_part(forged, people.custodians[1]);
    EXPECT_THAT(opening.add_share(forged), RefusesNaming(VaultError::share_invalid, "custodian-1"));
    EXPECT_EQ(opening.shares_given(), 0);
    EXPECT_THAT(opening.add_share(part_of(1)), Succeeds()) << "the true share still counts";
}

TEST_F(CustodyTest, K2_EveryFlippedBitOfASharesDocumentIsRefused)
{
    const std::string sound = encode(part_of(0));
    auto opening = begin();
    for (std::size_t bit = 0; bit < sound.size() * 8; ++bit) {
        std::string text = sound;
        text[bit / 8] = static_cast<char>(static_cast<unsigned char>(text[bit / 8]) ^ (1U << (bit % 8)));
        const auto part = decode_share_part(text);
        if (part) { ASSERT_FALSE(opening.add_share(*part).has_value()) << "bit " << bit; }
    }
    EXPECT_EQ(opening.shares_given(), 0);
    EXPECT_THAT(opening.add_share(decode_share_part(sound).value()), Succeeds());
}

TEST_F(CustodyTest, K3_SharesOfAnotherCeremonyAreRefused)
{
    const auto other_sealed = seal(people, small_contents(), folder.path(), "other.pvp");
    const auto other = open_package(other_sealed.file);
    auto foreign = give_share(other, LockSet::hall, people.custodians[0], people.hall.card(), now).value();
    auto opening = begin();
    EXPECT_THAT(opening.add_share(foreign), RefusesWith(VaultError::wrong_batch));
    foreign.package_id = package.header().package_id; // its giver lies about where it is from
    EXPECT_THAT(opening.add_share(foreign), RefusesWith(VaultError::signature_invalid));
    sign_part(foreign, people.custodians[0]);
    EXPECT_THAT(opening.add_share(foreign), RefusesNaming(VaultError::share_invalid, "custodian-0"));
    EXPECT_EQ(opening.shares_given(), 0);
}

TEST_F(CustodyTest, K3_ShareForOtherLocksOpenerOrPlaceIsRefused)
{
    auto opening = begin();
    EXPECT_THAT(opening.add_share(grader_part(0)), RefusesWith(VaultError::not_permitted));

    auto part = part_of(0);
    part.opener_id = people.office.card().id();
    sign_part(part, people.custodians[0]);
    EXPECT_THAT(opening.add_share(part), RefusesWith(VaultError::wrong_host));

    part = part_of(0);
    part.share_index = 1;
    sign_part(part, people.custodians[0]);
    EXPECT_THAT(opening.add_share(part), RefusesNaming(VaultError::share_invalid, "custodian-0"));

    part = part_of(0);
    part.member_id = people.custodians[1].card().id();
    sign_part(part, people.custodians[0]);
    EXPECT_THAT(opening.add_share(part), RefusesWith(VaultError::signature_invalid));

    part = part_of(0);
    part.member_id = people.graders[0].card().id();
    sign_part(part, people.graders[0]);
    EXPECT_THAT(opening.add_share(part), RefusesWith(VaultError::not_permitted));
    EXPECT_EQ(opening.shares_given(), 0);
}

// ---- P4 ----

TEST_F(CustodyTest, P4_AnotherHallsMachineDoesNotBegin)
{
    const Identity other = Identity::generate("hall-302");
    EXPECT_THAT(HallOpening::begin(package, other), RefusesWith(VaultError::wrong_host));
    EXPECT_THAT(HallOpening::begin(package, people.office), RefusesWith(VaultError::wrong_host));
}

TEST_F(CustodyTest, P4_ReleaseOfAnotherPackageOrBatchIsRefused)
{
    const auto other_sealed = seal(people, small_contents(), folder.path(), "other.pvp");
    const auto other = open_package(other_sealed.file);
    auto opening = with_two_shares();
    EXPECT_THAT(
        opening.add_release(issue_release(other.header(), other_sealed.release_share, people.office, now).value()),
        RefusesWith(VaultError::wrong_batch));

    auto forged = release();
    forged.batch_id = "2026-12-HG4-01";
    sign_release(forged, people.office);
    EXPECT_THAT(opening.add_release(forged), RefusesWith(VaultError::wrong_batch));

    forged = release();
    forged.not_before -= std::chrono::hours{1};
    sign_release(forged, people.office);
    EXPECT_THAT(opening.add_release(forged), RefusesWith(VaultError::wrong_batch));

    forged = release();
    forged.hall_id = people.office.card().id();
    sign_release(forged, people.office);
    EXPECT_THAT(opening.add_release(forged), RefusesWith(VaultError::wrong_host));
    EXPECT_FALSE(opening.has_release());
    EXPECT_THAT(opening.open(now), RefusesWith(VaultError::release_time_not_reached));
}

TEST_F(CustodyTest, P4_ReleaseWithAnotherShareInsideIsRefused)
{
    const auto other_sealed = seal(people, small_contents(), folder.path(), "other.pvp");
    const auto other = open_package(other_sealed.file);
    auto forged = issue_release(other.header(), other_sealed.release_share, people.office, now).value();
    forged.package_id = package.header().package_id;
    sign_release(forged, people.office);
    auto opening = with_two_shares();
    EXPECT_THAT(opening.add_release(forged), RefusesNaming(VaultError::share_invalid, "office"));
    EXPECT_FALSE(opening.has_release());
}

TEST_F(CustodyTest, P10_OnlyTheOfficeReleases)
{
    EXPECT_THAT(issue_release(package.header(), sealed.release_share, people.hall, now),
                RefusesWith(VaultError::not_permitted));
    auto forged = release();
    sign_release(forged, people.hall);
    auto opening = with_two_shares();
    EXPECT_THAT(opening.add_release(forged), RefusesWith(VaultError::signature_invalid));
}

TEST_F(CustodyTest, OfficeNoticesThatItHoldsTheReleaseShareOfAnotherPackage)
{
    const auto other = seal(people, small_contents(), folder.path(), "other.pvp");
    EXPECT_THAT(issue_release(package.header(), other.release_share, people.office, now),
                RefusesWith(VaultError::share_invalid));
}

// ---- V5, P7, T5 ----

TEST_F(CustodyTest, OfficeNeverReleasesOutsideTheWindow)
{
    const auto issue = [this](engine::Instant when) {
        return issue_release(package.header(), sealed.release_share, people.office, when);
    };
    EXPECT_THAT(issue(time_of(before_window)), RefusesWith(VaultError::release_time_not_reached));
    EXPECT_THAT(issue(package.header().batch.opens_at), Succeeds());
    EXPECT_THAT(issue(package.header().batch.expires_at), Succeeds());
    EXPECT_THAT(issue(time_of(after_window)), RefusesWith(VaultError::expired));
}

TEST_F(CustodyTest, P7_HallOpensInsideTheWindowOnly)
{
    auto opening = with_two_shares();
    const auto first_moment = package.header().batch.opens_at;
    ASSERT_THAT(
        opening.add_release(issue_release(package.header(), sealed.release_share, people.office, first_moment).value()),
        Succeeds());
    EXPECT_THAT(opening.open(time_of(before_window)), RefusesWith(VaultError::release_time_not_reached));
    EXPECT_THAT(opening.open(package.header().batch.opens_at), Succeeds());
    EXPECT_THAT(opening.open(package.header().batch.expires_at), Succeeds());
    EXPECT_THAT(opening.open(time_of(after_window)), RefusesWith(VaultError::expired));
}

TEST_F(CustodyTest, T3_ClockThatIsBehindTheReleasesSignedTimeOpensNothing)
{
    auto opening = with_two_shares();
    ASSERT_THAT(opening.add_release(release()), Succeeds()); // signed at 08:45
    EXPECT_THAT(opening.open(package.header().batch.opens_at),
                RefusesNaming(VaultError::release_time_not_reached, "set the machine's clock right"));
    EXPECT_THAT(opening.open(now - release_clock_tolerance - std::chrono::milliseconds{1}),
                RefusesWith(VaultError::release_time_not_reached));
    EXPECT_THAT(opening.open(now - release_clock_tolerance), Succeeds());
    // The newest release counts, in whatever order they come; an older one does not turn the clock back.
    const auto later = now + std::chrono::hours{1};
    ASSERT_THAT(
        opening.add_release(issue_release(package.header(), sealed.release_share, people.office, later).value()),
        Succeeds());
    ASSERT_THAT(opening.add_release(release()), Succeeds());
    EXPECT_THAT(opening.open(now), RefusesWith(VaultError::release_time_not_reached));
    EXPECT_THAT(opening.open(later), Succeeds());
}

TEST_F(CustodyTest, T4_LeapSecondIsNoTimeOfADocument)
{
    std::string text = encode(release());
    const auto replace_time = [&text](const std::string& by) {
        std::string changed = text;
        const std::string mark = "\"issued_at\":\"";
        changed.replace(changed.find(mark) + mark.size(), 24, by);
        return decode_release(changed);
    };
    EXPECT_THAT(replace_time("2026-11-21T08:45:00.000Z"), Succeeds());
    for (const char* time : {"2026-12-31T23:59:60.000Z", "2026-06-30T23:59:60.000Z", "2026-11-21T24:00:00.000Z"}) {
        EXPECT_THAT(replace_time(time), RefusesWith(VaultError::malformed)) << time;
    }
    // One instant, one spelling: the same second in another zone is another document.
    EXPECT_THAT(replace_time("2026-11-21T16:45:00+08:00"), RefusesWith(VaultError::malformed));
}

TEST_F(CustodyTest, T5_WithoutTheReleaseNoClockValueOpens)
{
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random{seed};
    auto opening = with_two_shares();
    ASSERT_THAT(opening.add_share(part_of(1)), Succeeds());
    std::uniform_int_distribution<std::int64_t> from_1970_to_2100{0, 4'102'444'800'000};
    for (int i = 0; i < 10'000; ++i) {
        const engine::Instant when{std::chrono::milliseconds{from_1970_to_2100(random)}};
        ASSERT_THAT(opening.open(when), RefusesWith(VaultError::release_time_not_reached));
    }
    for (const auto when : {now, package.header().batch.opens_at, package.header().batch.expires_at,
                            engine::Instant::min(), engine::Instant::max()}) {
        ASSERT_THAT(opening.open(when), RefusesWith(VaultError::release_time_not_reached));
    }
}

// ---- K6, V10 ----

TEST_F(CustodyTest, V10_HallWithAllItsLocksOpenReadsNoAnswerKey)
{
    const auto keys = open_for_hall(package, people, sealed.release_share);
    EXPECT_EQ(keys.find("key"), nullptr);
    EXPECT_THAT(package.read("key", keys), RefusesWith(VaultError::not_permitted));
    EXPECT_THAT(KeyOpening::begin(package, people.hall), RefusesWith(VaultError::wrong_host));
}

TEST_F(CustodyTest, K6_PaperKeyOpensNoByteOfTheAnswersAndTheReverse)
{
    const auto hall_keys = open_for_hall(package, people, sealed.release_share);
    const auto grader_keys = open_for_graders(package, people);
    EXPECT_EQ(grader_keys.find("paper"), nullptr);
    EXPECT_THAT(package.read("paper", grader_keys), RefusesWith(VaultError::not_permitted));
    CompartmentKeys crossed;
    crossed.put("key", hall_keys.find("paper")->clone());
    crossed.put("paper", grader_keys.find("key")->clone());
    EXPECT_THAT(package.read("key", crossed), RefusesWith(VaultError::authentication_failed));
    EXPECT_THAT(package.read("paper", crossed), RefusesWith(VaultError::authentication_failed));
}

TEST_F(CustodyTest, V10_GradersOpenTheKeyTogetherOnly)
{
    auto opening = KeyOpening::begin(package, people.office).value();
    EXPECT_THAT(opening.open(), RefusesWith(VaultError::quorum_incomplete));
    ASSERT_THAT(opening.add_share(grader_part(2)), Succeeds());
    EXPECT_THAT(opening.open(), RefusesWith(VaultError::quorum_incomplete));
    EXPECT_THAT(opening.add_share(part_of(0)), RefusesWith(VaultError::not_permitted));
    ASSERT_THAT(opening.add_share(grader_part(0)), Succeeds());
    EXPECT_EQ(opening.givers(), (std::vector<std::string>{"grader-2", "grader-0"}));
    const auto keys = opening.open();
    ASSERT_THAT(keys, Succeeds());
    EXPECT_EQ(text_of(package.read("key", *keys)), small_contents().at("key"));
}

// ---- documents ----

TEST_F(CustodyTest, DocumentsRoundTrip)
{
    const auto part = part_of(1);
    EXPECT_EQ(encode(decode_share_part(encode(part)).value()), encode(part));
    const auto issued = release();
    EXPECT_EQ(encode(decode_release(encode(issued)).value()), encode(issued));
}

TEST_F(CustodyTest, DocumentsOfAnotherKindOrSpellingAreRefused)
{
    const std::string part = encode(part_of(1));
    const std::string issued = encode(release());
    EXPECT_THAT(decode_share_part(issued), RefusesWith(VaultError::malformed));
    EXPECT_THAT(decode_release(part), RefusesWith(VaultError::malformed));
    EXPECT_THAT(decode_handover(part), RefusesWith(VaultError::malformed));
    for (const std::string& text : {std::string{}, part + "\n", " " + part, part.substr(0, part.size() - 1),
                                    std::string(100'000, '['), std::string{"null"}}) {
        EXPECT_THAT(decode_share_part(text), RefusesWith(VaultError::malformed));
    }
}

} // namespace
} // namespace papervault::vault::test
