// Every combination of the locks of small quorums; what m - 1 shares say; releases by voice.
#include "vault/ceremony.hpp"
#include "vault/expect.hpp"
#include "vault/temporary_folder.hpp"

#include "custody/spoken_code.hpp"

#include <papervault/crypto/random.hpp>
#include <papervault/vault/custody.hpp>

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>

namespace papervault::vault::test {
namespace {

std::string suite_name(const testing::TestParamInfo<crypto::Suite>& suite)
{
    return std::string{crypto::to_text(suite.param)};
}

class EveryLockTest : public testing::TestWithParam<crypto::Suite> {
protected:
    TemporaryFolder folder;
    const engine::Instant now = time_of(inside_window);
};

TEST_P(EveryLockTest, K1_OpensWithAQuorumAndAReleaseAndWithNothingLess)
{
    const Contents contents{{"key", "AB"}, {"paper", "the paper"}};
    for (const int count : {2, 3, 4}) {
        const People people{count, 2, GetParam()};
        for (int threshold = 2; threshold <= count; ++threshold) {
            SealRequest request = request_for(people, contents);
            request.custody_threshold = threshold;
            const std::string name = std::to_string(count) + "-" + std::to_string(threshold);
            auto draft = seal_package(request, people.first_sealer, folder / (name + ".draft"));
            ASSERT_THAT(draft, Succeeds());
            ASSERT_THAT(countersign_package(folder / (name + ".draft"), people.second_sealer, folder / name),
                        Succeeds());
            const auto package = open_package(folder / name);
            std::vector<SharePart> parts;
            for (const Identity& custodian : people.custodians) {
                parts.push_back(give_share(package, LockSet::hall, custodian, people.hall.card(), now).value());
            }
            const auto release = issue_release(package.header(), draft->release_share, people.office, now).value();
            for (unsigned given = 0; given < (1U << static_cast<unsigned>(count)); ++given) {
                for (const bool released : {false, true}) {
                    auto opening = HallOpening::begin(package, people.hall).value();
                    for (std::size_t i = 0; i < parts.size(); ++i) {
                        if ((given >> i & 1U) != 0) { ASSERT_THAT(opening.add_share(parts[i]), Succeeds()); }
                    }
                    if (released) { ASSERT_THAT(opening.add_release(release), Succeeds()); }
                    const auto keys = opening.open(now);
                    const bool quorum = std::popcount(given) >= threshold;
                    if (quorum && released) {
                        ASSERT_THAT(keys, Succeeds());
                        EXPECT_EQ(text_of(package.read("paper", *keys)), "the paper");
                        EXPECT_THAT(package.read("key", *keys), RefusesWith(VaultError::not_permitted)) << "V10";
                    } else {
                        EXPECT_THAT(keys, RefusesWith(quorum ? VaultError::release_time_not_reached
                                                             : VaultError::quorum_incomplete))
                            << name << " given " << given;
                    }
                }
            }
        }
    }
}

TEST_P(EveryLockTest, K2_AWrongShareIsNamedAndDoesNotCount)
{
    const People people{3, 2, GetParam()};
    const Contents contents = small_contents();
    const auto package = open_package(seal(people, contents, folder.path(), "one.pvp").file);
    const auto other = open_package(seal(people, contents, folder.path(), "two.pvp").file);
    auto opening = HallOpening::begin(package, people.hall).value();
    EXPECT_THAT(
        opening.add_share(give_share(other, LockSet::hall, people.custodians[0], people.hall.card(), now).value()),
        RefusesWith(VaultError::wrong_batch))
        << "K3";
    auto part = give_share(package, LockSet::hall, people.custodians[1], people.hall.card(), now).value();
    part.sealed_share.back() ^= std::byte{1};
    EXPECT_THAT(opening.add_share(part), RefusesWith(VaultError::signature_invalid));
    EXPECT_EQ(opening.shares_given(), 0);
}

TEST_P(EveryLockTest, SpokenReleaseOpensThisPackageAtThisHallInsideTheWindowOnly)
{
    const People people{2, 2, GetParam()};
    const Contents contents = small_contents();
    const auto sealed = seal(people, contents, folder.path(), "one.pvp");
    const auto second = seal(people, contents, folder.path(), "two.pvp");
    const auto package = open_package(sealed.file);
    const auto other = open_package(second.file);
    EXPECT_THAT(issue_spoken_release(package.header(), sealed.release_share, time_of(before_window)),
                RefusesWith(VaultError::release_time_not_reached));
    EXPECT_THAT(issue_spoken_release(package.header(), sealed.release_share, time_of(after_window)),
                RefusesWith(VaultError::expired));
    EXPECT_THAT(issue_spoken_release(package.header(), second.release_share, now),
                RefusesWith(VaultError::share_invalid));
    const auto code = issue_spoken_release(package.header(), sealed.release_share, now);
    ASSERT_THAT(code, Succeeds());
    EXPECT_EQ(code->size(), 35U);

    const auto with_shares = [&](const PackageReader& reader) {
        auto opening = HallOpening::begin(reader, people.hall).value();
        for (const Identity& custodian : people.custodians) {
            EXPECT_THAT(
                opening.add_share(give_share(reader, LockSet::hall, custodian, people.hall.card(), now).value()),
                Succeeds());
        }
        return opening;
    };
    auto opening = with_shares(package);
    std::string typed = *code; // as a person types it
    for (char& c : typed) {
        if (c == '-') { c = ' '; }
        if (c >= 'A' && c <= 'Z') { c = static_cast<char>(c - 'A' + 'a'); }
    }
    EXPECT_THAT(opening.add_spoken_release(typed), Succeeds());
    EXPECT_TRUE(opening.has_release());
    EXPECT_THAT(opening.open(time_of(before_window)), RefusesWith(VaultError::release_time_not_reached));
    EXPECT_THAT(opening.open(time_of(after_window)), RefusesWith(VaultError::expired));
    ASSERT_THAT(opening.open(now), Succeeds());

    auto elsewhere = with_shares(other);
    EXPECT_THAT(elsewhere.add_spoken_release(*code), RefusesWith(VaultError::share_invalid)) << "another package";
    EXPECT_FALSE(elsewhere.has_release());
}

TEST_P(EveryLockTest, T5_NoCodeAndNoClockOpensWithoutTheRelease)
{
    const People people{2, 2, GetParam()};
    const Contents contents = small_contents();
    const auto package = open_package(seal(people, contents, folder.path()).file);
    auto opening = HallOpening::begin(package, people.hall).value();
    for (const Identity& custodian : people.custodians) {
        EXPECT_THAT(opening.add_share(give_share(package, LockSet::hall, custodian, people.hall.card(), now).value()),
                    Succeeds());
    }
    for (int guess = 0; guess < 20; ++guess) {
        crypto::SecretBuffer symbols = crypto::random_secret(spoken_symbols);
        for (std::byte& symbol : symbols.expose()) { symbol &= std::byte{31}; }
        EXPECT_THAT(opening.add_spoken_release(write_spoken_code(symbols)), RefusesWith(VaultError::share_invalid));
    }
    for (const std::string_view clock : {"1970-01-01T00:00:00.000Z", "2026-11-21T08:29:59.999Z",
                                         "2026-11-21T08:30:00.000Z", "2100-01-01T00:00:00.000Z"}) {
        EXPECT_THAT(opening.open(time_of(clock)), RefusesWith(VaultError::release_time_not_reached)) << clock;
    }
}

INSTANTIATE_TEST_SUITE_P(Suites, EveryLockTest, testing::Values(crypto::Suite::pv1, crypto::Suite::gm1), suite_name);

TEST(SharesTest, K1_OneShareLessThanTheQuorumIsDistributedAsIfThereWereNoSecret)
{
    // Two secrets as different as can be; what m - 1 = 2 shares look like must not tell which one was shared. Every
    // byte of every share, 4 000 splits: chi-squared with 255 degrees of freedom; the limit is passed once in a million
    // runs.
    constexpr int splits = 4'000;
    constexpr double limit = 387.0;
    for (const unsigned content : {0x00U, 0xffU}) {
        std::array<std::array<int, 256>, 3> counts{}; // share 0, share 1, their difference
        for (int i = 0; i < splits; ++i) {
            const auto secret = crypto::SecretBuffer::copy_of(crypto::Bytes(32, static_cast<std::byte>(content)));
            const auto shares = crypto::split_secret(secret, 3, 5).value();
            for (std::size_t at = 0; at < 32; ++at) {
                const auto first = std::to_integer<std::size_t>(shares[0].value.expose()[at]);
                const auto second = std::to_integer<std::size_t>(shares[1].value.expose()[at]);
                ++counts[0][first];
                ++counts[1][second];
                ++counts[2][first ^ second];
            }
        }
        constexpr double expected = splits * 32 / 256.0;
        for (const auto& count : counts) {
            double chi = 0;
            for (const int n : count) { chi += (n - expected) * (n - expected) / expected; }
            EXPECT_LT(chi, limit) << "content " << content;
        }
    }
}

class SpokenCodeTest : public testing::Test {
protected:
    static crypto::SecretBuffer symbols()
    {
        crypto::SecretBuffer made{spoken_symbols};
        for (std::size_t i = 0; i < spoken_symbols; ++i) {
            made.expose()[i] = static_cast<std::byte>((i * 7 + 3) % 32);
        }
        return made;
    }
};

TEST_F(SpokenCodeTest, ReadsWhatItWrote)
{
    const std::string code = write_spoken_code(symbols());
    EXPECT_EQ(code.size(), 6U * 5U + 5U);
    const auto read = read_spoken_code(code);
    ASSERT_THAT(read, Succeeds());
    EXPECT_TRUE(crypto::equal_in_constant_time(*read, symbols()));
    EXPECT_THAT(read_spoken_code("\t" + code + "\r\n"), Succeeds());
}

TEST_F(SpokenCodeTest, FindsEveryWrongCharacterAndNamesItsGroup)
{
    const std::string code = write_spoken_code(symbols());
    constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    for (std::size_t at = 0; at < code.size(); ++at) {
        if (code[at] == '-') { continue; }
        for (const char other : alphabet) {
            if (other == code[at]) { continue; }
            std::string typed = code;
            typed[at] = other;
            const auto read = read_spoken_code(typed);
            ASSERT_THAT(read, RefusesWith(VaultError::malformed)) << typed;
            EXPECT_THAT(read.error().detail, testing::HasSubstr("group " + std::to_string(at / 6 + 1)));
        }
    }
}

TEST_F(SpokenCodeTest, FindsCharactersAndGroupsThatChangedPlaces)
{
    const std::string code = write_spoken_code(symbols());
    for (std::size_t group = 0; group < spoken_groups; ++group) {
        for (std::size_t a = 0; a < 5; ++a) {
            for (std::size_t b = a + 1; b < 5; ++b) {
                std::string typed = code;
                if (typed[group * 6 + a] == typed[group * 6 + b]) { continue; }
                std::swap(typed[group * 6 + a], typed[group * 6 + b]);
                EXPECT_THAT(read_spoken_code(typed), RefusesWith(VaultError::malformed)) << typed;
            }
        }
        for (std::size_t other = group + 1; other < spoken_groups; ++other) {
            std::string typed = code;
            for (std::size_t i = 0; i < 5; ++i) { std::swap(typed[group * 6 + i], typed[other * 6 + i]); }
            EXPECT_THAT(read_spoken_code(typed), RefusesWith(VaultError::malformed)) << typed;
        }
    }
}

TEST_F(SpokenCodeTest, RefusesOtherLengthsAndLetters)
{
    const std::string code = write_spoken_code(symbols());
    for (const std::string& typed : {std::string{}, code.substr(0, 34), code + "0", std::string(35, '-'),
                                     std::string(30, 'U'), "口" + code.substr(1), std::string(100'000, '0')}) {
        EXPECT_THAT(read_spoken_code(typed), RefusesWith(VaultError::malformed)) << typed.substr(0, 40);
    }
}

} // namespace
} // namespace papervault::vault::test
