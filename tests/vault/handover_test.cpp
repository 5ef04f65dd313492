#include "vault/ceremony.hpp"
#include "vault/expect.hpp"
#include "vault/temporary_folder.hpp"

#include <papervault/vault/custody.hpp>

#include <gtest/gtest.h>

namespace papervault::vault::test {
namespace {

class HandoverTest : public testing::Test {
protected:
    TemporaryFolder folder;
    const People people{2, 2};
    const SealedPackage sealed = seal(people, small_contents(), folder.path());
    const PackageReader package = open_package(sealed.file);
    const Identity giver = Identity::generate("押运员");
    const Identity taker = Identity::generate("主考");
    const engine::Instant now = time_of(inside_window);
    const Handover given = give_package(package, giver, taker.card(), now);
};

TEST_F(HandoverTest, V4_BothCheckThenBothSign)
{
    EXPECT_EQ(given.occupation, "化工总控工");
    EXPECT_EQ(given.level, 4);
    EXPECT_EQ(given.forms, 2);
    EXPECT_EQ(given.candidates, 2);
    EXPECT_EQ(given.package_digest, package.digest());
    EXPECT_THAT(verify_handover(given, package), RefusesNaming(VaultError::signature_invalid, "主考"));
    const auto taken = take_package(given, package, taker, now);
    ASSERT_THAT(taken, Succeeds());
    EXPECT_THAT(verify_handover(*taken, package), Succeeds());
    EXPECT_THAT(take_package(*taken, package, taker, now), RefusesWith(VaultError::conflict));
}

TEST_F(HandoverTest, V4_RoundTripsBeforeAndAfterTaking)
{
    const auto again = decode_handover(encode(given));
    ASSERT_THAT(again, Succeeds());
    EXPECT_EQ(encode(*again), encode(given));
    const auto taken = take_package(*again, package, taker, now).value();
    const auto complete = decode_handover(encode(taken));
    ASSERT_THAT(complete, Succeeds());
    EXPECT_EQ(encode(*complete), encode(taken));
    EXPECT_THAT(verify_handover(*complete, package), Succeeds());
}

TEST_F(HandoverTest, V4_OnlyTheNamedTakerTakes)
{
    EXPECT_THAT(take_package(given, package, giver, now), RefusesWith(VaultError::not_permitted));
    const auto to_himself = give_package(package, giver, giver.card(), now);
    EXPECT_THAT(take_package(to_himself, package, giver, now), RefusesWith(VaultError::not_permitted));
}

TEST_F(HandoverTest, V4_AnotherPackageIsNotTaken)
{
    const auto other = open_package(seal(people, small_contents(), folder.path(), "other.pvp").file);
    EXPECT_THAT(take_package(given, other, taker, now), RefusesWith(VaultError::wrong_batch));
    const auto taken = take_package(given, package, taker, now).value();
    EXPECT_THAT(verify_handover(taken, other), RefusesWith(VaultError::wrong_batch));
}

TEST_F(HandoverTest, V4_DamagedPackageIsNotTaken)
{
    auto bytes = content_of(sealed.file);
    bytes.back() ^= std::byte{1};
    overwrite(sealed.file, bytes);
    const auto damaged = open_package(sealed.file);
    EXPECT_THAT(take_package(given, damaged, taker, now), RefusesWith(VaultError::authentication_failed));
}

TEST_F(HandoverTest, V4_NothingThatWasSignedCanBeChanged)
{
    const auto taken = take_package(given, package, taker, now).value();
    const auto refused = [&](auto change) {
        Handover altered = taken;
        change(altered);
        EXPECT_FALSE(verify_handover(altered, package).has_value());
        altered = given;
        change(altered);
        return take_package(altered, package, taker, now).has_value();
    };
    EXPECT_FALSE(refused([](Handover& handover) { handover.level = 3; }));
    EXPECT_FALSE(refused([](Handover& handover) { handover.occupation = "电工"; }));
    EXPECT_FALSE(refused([](Handover& handover) { handover.candidates = 30; }));
    EXPECT_FALSE(refused([](Handover& handover) { handover.forms = 1; }));
    EXPECT_FALSE(refused([](Handover& handover) { handover.given_at += std::chrono::seconds{1}; }));
    EXPECT_FALSE(refused([&](Handover& handover) { handover.giver = people.office.card(); }));
    EXPECT_FALSE(refused([](Handover& handover) { handover.giver_signature[0] ^= std::byte{1}; }));
    Handover later = taken;
    *later.taken_at += std::chrono::seconds{1};
    EXPECT_THAT(verify_handover(later, package), RefusesNaming(VaultError::signature_invalid, "主考"));
    Handover by_another = taken;
    by_another.taker = people.office.card();
    EXPECT_FALSE(verify_handover(by_another, package).has_value());
}

TEST_F(HandoverTest, HalfCompletedHandoverIsMalformed)
{
    auto half = given;
    half.taken_at = now;
    EXPECT_THAT(decode_handover(encode(half)), RefusesWith(VaultError::malformed));
}

} // namespace
} // namespace papervault::vault::test
