// Packages made from a seed, attacked in every way that P1 to P4 and P10 name, in both suites. The seed of a failure is
// printed; PAPERVAULT_SEED repeats it.
#include "vault/ceremony.hpp"
#include "vault/expect.hpp"
#include "vault/surgery.hpp"
#include "vault/temporary_folder.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/package.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>

namespace papervault::vault::test {
namespace {

std::uint64_t seed_of_run()
{
    const char* chosen = std::getenv("PAPERVAULT_SEED");
    return chosen != nullptr ? std::strtoull(chosen, nullptr, 10) : std::random_device{}();
}

std::string suite_name(const testing::TestParamInfo<crypto::Suite>& suite)
{
    return std::string{crypto::to_text(suite.param)};
}

class GeneratedPackageTest : public testing::TestWithParam<crypto::Suite> {
protected:
    GeneratedPackageTest() { RecordProperty("seed", std::to_string(seed)); }

    const std::uint64_t seed = seed_of_run();
    std::mt19937_64 random{seed};
    TemporaryFolder folder;
    const People people{2 + static_cast<int>(below(3)), 2 + static_cast<int>(below(2)), GetParam()};
    const Contents contents = generate();
    const SealedPackage sealed = seal(people, contents, folder.path());
    const crypto::Bytes bytes = content_of(sealed.file);
    const std::size_t body = bytes.size() - take_apart(bytes).body.size();
    const PackageReader package = open_package(sealed.file);
    const CompartmentKeys keys = open_for_hall(package, people, sealed.release_share);
    const CompartmentKeys grader_keys = open_for_graders(package, people);

    std::uint64_t below(std::uint64_t bound) { return random() % bound; }

    Contents generate()
    {
        // Sizes around the borders of a chunk.
        constexpr std::size_t chunk = 65536;
        const std::vector<std::size_t> sizes{0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk, 2 * chunk + 77};
        Contents made;
        for (const char* name : {"key", "media", "paper", "roster"}) {
            std::string content(sizes[below(sizes.size())], '\0');
            for (char& c : content) { c = static_cast<char>(random()); }
            made[name] = std::move(content);
        }
        return made;
    }

    [[nodiscard]] std::string trace() const { return "PAPERVAULT_SEED=" + std::to_string(seed); }

    [[nodiscard]] Result<PackageReader> open_altered(const crypto::Bytes& altered) const
    {
        overwrite(folder / "altered.pvp", altered);
        return PackageReader::open(folder / "altered.pvp", every_suite);
    }

    /// The file still opens (its front is sound), but neither its digests nor one of its altered compartments are
    /// right.
    void expect_contents_refused(const crypto::Bytes& altered, std::string_view compartment) const
    {
        const auto reader = open_altered(altered);
        ASSERT_THAT(reader, Succeeds());
        EXPECT_THAT(reader->verify_digests(), RefusesWith(VaultError::authentication_failed));
        const CompartmentKeys& own = compartment == "key" ? grader_keys : keys;
        EXPECT_THAT(reader->read(compartment, own), RefusesWith(VaultError::authentication_failed)) << compartment;
    }

    [[nodiscard]] const Compartment& any_compartment()
    {
        const auto& compartments = package.header().compartments;
        return compartments[below(compartments.size())];
    }
};

TEST_P(GeneratedPackageTest, OpensToWhatWasSealed)
{
    SCOPED_TRACE(trace());
    EXPECT_EQ(package.header().suite, GetParam());
    EXPECT_THAT(package.verify_digests(), Succeeds());
    for (const auto& [name, content] : contents) {
        EXPECT_EQ(text_of(package.read(name, name == "key" ? grader_keys : keys)), content) << name;
    }
}

TEST_P(GeneratedPackageTest, P1_AnyFlippedBitIsRefusedInItsClass)
{
    SCOPED_TRACE(trace());
    for (int round = 0; round < 40; ++round) {
        crypto::Bytes altered = bytes;
        const std::size_t at = below(body);
        altered[at] ^= static_cast<std::byte>(1U << below(8));
        const auto opened = open_altered(altered);
        ASSERT_FALSE(opened.has_value()) << "byte " << at;
        EXPECT_TRUE(opened.error().code == VaultError::malformed ||
                    opened.error().code == VaultError::signature_invalid)
            << "byte " << at << ": " << opened.error().detail;
    }
    for (int round = 0; round < 20; ++round) {
        const Compartment& compartment = any_compartment();
        crypto::Bytes altered = bytes;
        altered[body + compartment.offset + below(compartment.length)] ^= static_cast<std::byte>(1U << below(8));
        expect_contents_refused(altered, compartment.name);
    }
}

TEST_P(GeneratedPackageTest, P2_AnyCutAndAnyAddedByteIsRefused)
{
    SCOPED_TRACE(trace());
    for (int round = 0; round < 40; ++round) {
        crypto::Bytes altered = bytes;
        if (round % 2 == 0) {
            altered.resize(below(bytes.size()));
        } else {
            altered.resize(bytes.size() + 1 + below(70'000));
        }
        EXPECT_THAT(open_altered(altered), RefusesWith(VaultError::malformed)) << altered.size();
    }
}

TEST_P(GeneratedPackageTest, P2_BytesCutFromTheMiddleAreRefused)
{
    SCOPED_TRACE(trace());
    for (int round = 0; round < 20; ++round) {
        crypto::Bytes altered = bytes;
        const std::size_t from = body + below(bytes.size() - body);
        const std::size_t count = 1 + below(bytes.size() - from);
        altered.erase(altered.begin() + static_cast<std::ptrdiff_t>(from),
                      altered.begin() + static_cast<std::ptrdiff_t>(from + count));
        EXPECT_THAT(open_altered(altered), RefusesWith(VaultError::malformed));
    }
}

TEST_P(GeneratedPackageTest, P3_SwappedChunksAreRefused)
{
    SCOPED_TRACE(trace());
    const std::size_t chunk = 65536 + crypto::chunk_overhead_bytes(GetParam());
    for (const Compartment& compartment : package.header().compartments) {
        if (compartment.length < 2 * chunk) { continue; }
        crypto::Bytes altered = bytes;
        const auto first = altered.begin() + static_cast<std::ptrdiff_t>(body + compartment.offset);
        std::swap_ranges(first, first + static_cast<std::ptrdiff_t>(chunk), first + static_cast<std::ptrdiff_t>(chunk));
        expect_contents_refused(altered, compartment.name);
    }
}

TEST_P(GeneratedPackageTest, P3_CompartmentsOfTheSamePeoplesOtherPackageAreRefused)
{
    SCOPED_TRACE(trace());
    const auto other = content_of(seal(people, contents, folder.path(), "other.pvp").file);
    const std::size_t other_body = other.size() - take_apart(other).body.size();
    for (const Compartment& compartment : package.header().compartments) {
        crypto::Bytes altered = bytes;
        std::copy_n(other.begin() + static_cast<std::ptrdiff_t>(other_body + compartment.offset), compartment.length,
                    altered.begin() + static_cast<std::ptrdiff_t>(body + compartment.offset));
        expect_contents_refused(altered, compartment.name);
    }
}

TEST_P(GeneratedPackageTest, P10_HeaderChangedAndSignedAgainByOneSealerIsRefused)
{
    SCOPED_TRACE(trace());
    const Anatomy sound = take_apart(bytes);
    const auto names = [&sound] {
        std::vector<std::string> members;
        const auto header = engine::parse_json(sound.header, {.bytes_max = 1 << 20, .depth_max = 16}).value();
        for (const auto& member : header.as_object()) { members.emplace_back(member.key()); }
        return members;
    }();
    const Identity stranger = Identity::generate("stranger", GetParam());
    for (const std::string& name : names) {
        Anatomy forged = sound;
        edit_header(forged, [&](boost::json::object& header) {
            auto& value = header[name];
            if (value.is_string()) {
                std::string text{value.as_string()};
                text.back() = text.back() == '0' ? '1' : '0';
                value = text;
            } else if (value.is_int64()) {
                value = value.as_int64() + 1;
            } else if (value.is_array()) {
                value.as_array().push_back(value.as_array().empty() ? boost::json::value{1} : value.as_array()[0]);
            } else {
                value.as_object()["threshold"] = 7;
            }
        });
        const Signer first{people.first_sealer.card().id(), &people.first_sealer};
        const Signer false_second{people.second_sealer.card().id(), below(2) == 0 ? &people.first_sealer : &stranger};
        for (const auto& signers : {std::vector{first, false_second}, std::vector{first}, std::vector{first, first}}) {
            sign_again(forged, signers);
            const auto opened = open_altered(put_together(forged));
            ASSERT_FALSE(opened.has_value()) << name;
            EXPECT_TRUE(opened.error().code == VaultError::signature_invalid ||
                        opened.error().code == VaultError::malformed ||
                        opened.error().code == VaultError::not_permitted)
                << name << ": " << opened.error().detail;
        }
        // One sealer's new signature beside the other's old one.
        const auto block = engine::parse_json(sound.signature_block, {}).value();
        sign_again(forged, {first});
        auto mixed = engine::parse_json(forged.signature_block, {}).value();
        mixed.as_array().push_back(block.as_array()[1]);
        forged.signature_block = engine::canonical_json(mixed);
        EXPECT_FALSE(open_altered(put_together(forged)).has_value()) << name;
    }
}

TEST_P(GeneratedPackageTest, IsRefusedWhereItsSuiteIsNotAccepted)
{
    SCOPED_TRACE(trace());
    const crypto::Suite other = GetParam() == crypto::Suite::pv1 ? crypto::Suite::gm1 : crypto::Suite::pv1;
    EXPECT_THAT(PackageReader::open(sealed.file, {other}), RefusesWith(VaultError::suite_refused));
    EXPECT_THAT(PackageReader::open(sealed.file, {GetParam()}), Succeeds());
}

TEST_P(GeneratedPackageTest, BothSealersTogetherCannotMoveItToAnotherSuiteOrVersion)
{
    SCOPED_TRACE(trace());
    const std::string other{
        crypto::to_text(GetParam() == crypto::Suite::pv1 ? crypto::Suite::gm1 : crypto::Suite::pv1)};
    const std::vector<std::function<void(boost::json::object&)>> edits{
        [&other](boost::json::object& header) { header["suite"] = other; },
        [](boost::json::object& header) {
            header["version"] = 1;
            header.erase("golden_sample");
        }};
    for (const auto& edit : edits) {
        Anatomy forged = take_apart(bytes);
        edit_header(forged, edit);
        sign_again(forged, {{people.first_sealer.card().id(), &people.first_sealer},
                            {people.second_sealer.card().id(), &people.second_sealer}});
        const auto opened = open_altered(put_together(forged));
        if (!opened) {
            EXPECT_EQ(opened.error().code, VaultError::malformed);
            continue;
        }
        // As version 1 it is well formed (pv1), but its keys were wrapped for version 2.
        auto opening = HallOpening::begin(*opened, people.hall);
        ASSERT_THAT(opening, Succeeds());
        const auto now = time_of(inside_window);
        for (const Identity& custodian : people.custodians) {
            std::ignore =
                opening->add_share(give_share(*opened, LockSet::hall, custodian, people.hall.card(), now).value());
        }
        std::ignore =
            opening->add_release(issue_release(opened->header(), sealed.release_share, people.office, now).value());
        EXPECT_THAT(opening->open(now), RefusesWith(VaultError::authentication_failed));
    }
}

TEST(MixedSuitesTest, PeopleOfTwoSuitesCannotShareAPackage)
{
    TemporaryFolder folder;
    People people{2, 2};
    const Contents contents = small_contents();
    people.graders[1] = Identity::generate("grader-1", crypto::Suite::gm1);
    EXPECT_FALSE(seal_package(request_for(people, contents), people.first_sealer, folder / "draft").has_value());
    people = People{2, 2};
    people.hall = Identity::generate("hall-301", crypto::Suite::gm1);
    EXPECT_THAT(seal_package(request_for(people, contents), people.first_sealer, folder / "draft"),
                RefusesWith(VaultError::not_permitted));
}

INSTANTIATE_TEST_SUITE_P(Suites, GeneratedPackageTest, testing::Values(crypto::Suite::pv1, crypto::Suite::gm1),
                         suite_name);

} // namespace
} // namespace papervault::vault::test
