// Break-glass: a lock goes to somebody else, by both sealers together (docs/adr/0010).
#include "vault/ceremony.hpp"
#include "vault/expect.hpp"
#include "vault/temporary_folder.hpp"

#include <papervault/vault/rewrap.hpp>
#include <papervault/vault/withdrawal.hpp>

#include <gtest/gtest.h>

namespace papervault::vault::test {
namespace {

class RewrapTest : public testing::TestWithParam<crypto::Suite> {
protected:
    TemporaryFolder folder;
    const People people{3, 2, GetParam()};
    const Contents contents = small_contents();
    const SealedPackage sealed = seal(people, contents, folder.path());
    PackageReader package = open_package(sealed.file);
    const Identity replacement = Identity::generate("replacement", GetParam());
    const engine::Instant now = time_of(inside_window);

    [[nodiscard]] Result<Rewrap> rewrap(const NewHolder& holder) const
    {
        auto part = give_recovery_half(package, people.second_sealer, now);
        if (!part) { return std::unexpected{part.error()}; }
        auto made = make_rewrap(package, *part, people.first_sealer, holder, "机器损坏", now);
        if (!made) { return made; }
        return confirm_rewrap(*made, package, people.second_sealer);
    }

    [[nodiscard]] Result<CompartmentKeys> open_at(const Identity& hall,
                                                  const std::vector<const Identity*>& givers) const
    {
        auto opening = HallOpening::begin(package, hall);
        if (!opening) { return std::unexpected{opening.error()}; }
        for (const Identity* giver : givers) {
            const auto part = give_share(package, LockSet::hall, *giver, package.header().hall, now);
            if (!part) { return std::unexpected{part.error()}; }
            if (auto added = opening->add_share(*part); !added) { return std::unexpected{added.error()}; }
        }
        const auto release = issue_release(package.header(), sealed.release_share, people.office, now);
        if (!release) { return std::unexpected{release.error()}; }
        if (auto added = opening->add_release(*release); !added) { return std::unexpected{added.error()}; }
        return opening->open(now);
    }
};

TEST_P(RewrapTest, AnotherHostOpensAndTheFirstOneNoLonger)
{
    EXPECT_THAT(HallOpening::begin(package, replacement), RefusesWith(VaultError::wrong_host));
    const auto signed_by_both = rewrap(NewHost{replacement.card()});
    ASSERT_THAT(signed_by_both, Succeeds());
    const auto travelled = decode_rewrap(encode(*signed_by_both));
    ASSERT_THAT(travelled, Succeeds());
    EXPECT_EQ(*travelled, *signed_by_both);
    ASSERT_THAT(package.apply(*travelled), Succeeds());

    const auto keys = open_at(replacement, {&people.custodians[0], &people.custodians[2]});
    ASSERT_THAT(keys, Succeeds());
    EXPECT_EQ(text_of(package.read("paper", *keys)), contents.at("paper"));
    EXPECT_THAT(open_at(people.hall, {}), RefusesWith(VaultError::wrong_host));
    EXPECT_THAT(issue_spoken_release(package.header(), sealed.release_share, now), RefusesWith(VaultError::conflict))
        << "the code was sealed to the first host";
    // The first host has everything but a release: that one goes to the new host only.
    auto first = HallOpening::begin(open_package(sealed.file), people.hall).value();
    EXPECT_THAT(first.add_release(issue_release(package.header(), sealed.release_share, people.office, now).value()),
                RefusesWith(VaultError::wrong_host));
}

TEST_P(RewrapTest, AnotherCustodianGivesTheMissingShare)
{
    EXPECT_THAT(give_share(package, LockSet::hall, replacement, people.hall.card(), now),
                RefusesWith(VaultError::not_permitted));
    const auto signed_by_both = rewrap(NewCustodian{.share_index = 1, .card = replacement.card()});
    ASSERT_THAT(signed_by_both, Succeeds());
    ASSERT_THAT(package.apply(*signed_by_both), Succeeds());
    const auto keys = open_at(people.hall, {&replacement, &people.custodians[0]});
    ASSERT_THAT(keys, Succeeds());
    EXPECT_EQ(text_of(package.read("paper", *keys)), contents.at("paper"));
    EXPECT_THAT(open_at(people.hall, {&people.custodians[1]}), RefusesWith(VaultError::not_permitted))
        << "K4: who was replaced gives nothing any more";
    EXPECT_THAT(open_at(people.hall, {&replacement}), RefusesWith(VaultError::quorum_incomplete));
}

TEST_P(RewrapTest, BothAfterAnotherInTheOrderOfTheirNumbers)
{
    const Identity second = Identity::generate("second", GetParam());
    const auto host = rewrap(NewHost{replacement.card()}).value();
    ASSERT_THAT(package.apply(host), Succeeds());
    EXPECT_THAT(package.apply(host), RefusesWith(VaultError::conflict)) << "the same one twice";
    const auto custodian = rewrap(NewCustodian{.share_index = 0, .card = second.card()}).value();
    EXPECT_EQ(custodian.number, 2);
    PackageReader fresh = open_package(sealed.file);
    EXPECT_THAT(fresh.apply(custodian), RefusesWith(VaultError::conflict)) << "not the next one";
    ASSERT_THAT(package.apply(custodian), Succeeds());
    EXPECT_EQ(package.rewraps_applied(), 2);
    EXPECT_THAT(open_at(replacement, {&second, &people.custodians[1]}), Succeeds());
}

TEST_P(RewrapTest, NeedsBothSealersAndNobodyElse)
{
    const NewHolder holder = NewHost{replacement.card()};
    for (const Identity* other :
         {&people.office, &people.hall, &people.custodians[0], &people.graders[0], &replacement}) {
        EXPECT_THAT(give_recovery_half(package, *other, now), RefusesWith(VaultError::not_permitted));
    }
    const auto part = give_recovery_half(package, people.second_sealer, now).value();
    const auto travelled = decode_recovery_part(encode(part));
    ASSERT_THAT(travelled, Succeeds());
    EXPECT_THAT(make_rewrap(package, part, people.office, holder, "x", now), RefusesWith(VaultError::not_permitted));
    EXPECT_THAT(make_rewrap(package, part, people.second_sealer, holder, "x", now),
                RefusesWith(VaultError::not_permitted))
        << "one's own half twice";
    EXPECT_THAT(make_rewrap(package, part, people.first_sealer, holder, "", now), RefusesWith(VaultError::malformed));
    auto forged = part;
    forged.sealed_half.front() ^= std::byte{1};
    EXPECT_THAT(make_rewrap(package, forged, people.first_sealer, holder, "x", now),
                RefusesWith(VaultError::signature_invalid));

    const auto half_signed = make_rewrap(package, part, people.first_sealer, holder, "x", now).value();
    EXPECT_THAT(package.apply(half_signed), RefusesWith(VaultError::signature_invalid));
    EXPECT_THAT(confirm_rewrap(half_signed, package, people.first_sealer), RefusesWith(VaultError::conflict));
    EXPECT_THAT(confirm_rewrap(half_signed, package, people.office), RefusesWith(VaultError::not_permitted));
    auto edited = half_signed;
    edited.reason = "another reason";
    EXPECT_THAT(confirm_rewrap(edited, package, people.second_sealer), RefusesWith(VaultError::signature_invalid));
    edited = confirm_rewrap(half_signed, package, people.second_sealer).value();
    edited.holder = NewHost{Identity::generate("thief", GetParam()).card()};
    EXPECT_THAT(package.apply(edited), RefusesWith(VaultError::signature_invalid));
    const auto of_other = open_package(seal(people, contents, folder.path(), "other.pvp").file);
    EXPECT_THAT(confirm_rewrap(half_signed, of_other, people.second_sealer), RefusesWith(VaultError::wrong_batch));
    EXPECT_THAT(make_rewrap(of_other, part, people.first_sealer, holder, "x", now),
                RefusesWith(VaultError::wrong_batch));
}

TEST_P(RewrapTest, GivesNobodyASecondRole)
{
    for (const IdentityCard& card : {people.office.card(), people.first_sealer.card(), people.graders[0].card(),
                                     people.custodians[1].card(), people.hall.card()}) {
        EXPECT_FALSE(rewrap(NewCustodian{.share_index = 0, .card = card}).has_value()) << card.name;
    }
    EXPECT_FALSE(rewrap(NewHost{people.custodians[0].card()}).has_value());
    EXPECT_FALSE(rewrap(NewCustodian{.share_index = 3, .card = replacement.card()}).has_value()) << "no such place";
    const crypto::Suite other = GetParam() == crypto::Suite::pv1 ? crypto::Suite::gm1 : crypto::Suite::pv1;
    EXPECT_FALSE(rewrap(NewHost{Identity::generate("other suite", other).card()}).has_value());
}

TEST_P(RewrapTest, WithoutTheReleaseEvenBothSealersOpenNothing)
{
    ASSERT_THAT(package.apply(rewrap(NewHost{replacement.card()}).value()), Succeeds());
    const Identity second = Identity::generate("second", GetParam());
    const Identity third = Identity::generate("third", GetParam());
    ASSERT_THAT(package.apply(rewrap(NewCustodian{.share_index = 0, .card = second.card()}).value()), Succeeds());
    ASSERT_THAT(package.apply(rewrap(NewCustodian{.share_index = 1, .card = third.card()}).value()), Succeeds());
    auto opening = HallOpening::begin(package, replacement).value();
    for (const Identity* giver : {&second, &third}) {
        ASSERT_THAT(opening.add_share(give_share(package, LockSet::hall, *giver, replacement.card(), now).value()),
                    Succeeds());
    }
    EXPECT_THAT(opening.open(now), RefusesWith(VaultError::release_time_not_reached));
}

TEST_P(RewrapTest, DocumentsOfAnyOtherShapeAreRefused)
{
    const std::string sound = encode(rewrap(NewHost{replacement.card()}).value());
    const std::string part = encode(give_recovery_half(package, people.first_sealer, now).value());
    for (std::size_t cut = 0; cut < sound.size(); cut += 13) {
        EXPECT_FALSE(decode_rewrap(std::string_view{sound}.substr(0, cut)).has_value()) << cut;
    }
    EXPECT_FALSE(decode_rewrap(sound + "\n").has_value());
    EXPECT_FALSE(decode_rewrap(part).has_value());
    EXPECT_FALSE(decode_recovery_part(sound).has_value());
    EXPECT_FALSE(decode_recovery_part(part.substr(1)).has_value());
}

TEST_P(RewrapTest, WithdrawalIsTheOfficesAndOfThisPackage)
{
    const auto withdrawal = sign_withdrawal(package, people.office, "试卷泄露", now);
    ASSERT_THAT(withdrawal, Succeeds());
    const auto travelled = decode_withdrawal(encode(*withdrawal));
    ASSERT_THAT(travelled, Succeeds());
    EXPECT_THAT(verify_withdrawal(*travelled, package), Succeeds());
    EXPECT_THAT(sign_withdrawal(package, people.hall, "x", now), RefusesWith(VaultError::not_permitted));
    EXPECT_THAT(sign_withdrawal(package, people.office, "", now), RefusesWith(VaultError::malformed));
    auto edited = *withdrawal;
    edited.reason = "else";
    EXPECT_THAT(verify_withdrawal(edited, package), RefusesWith(VaultError::signature_invalid));
    const auto other = open_package(seal(people, contents, folder.path(), "other.pvp").file);
    EXPECT_THAT(verify_withdrawal(*withdrawal, other), RefusesWith(VaultError::wrong_batch));
    EXPECT_FALSE(decode_withdrawal(encode(*withdrawal) + " ").has_value());
}

std::string suite_name(const testing::TestParamInfo<crypto::Suite>& suite)
{
    return std::string{crypto::to_text(suite.param)};
}
INSTANTIATE_TEST_SUITE_P(Suites, RewrapTest, testing::Values(crypto::Suite::pv1, crypto::Suite::gm1), suite_name);

} // namespace
} // namespace papervault::vault::test
