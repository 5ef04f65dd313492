#include "vault/ceremony.hpp"
#include "vault/expect.hpp"
#include "vault/surgery.hpp"
#include "vault/temporary_folder.hpp"

#include <papervault/vault/package.hpp>

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <random>

namespace papervault::vault::test {
namespace {

/// Changes bytes of a file in place, as an attacker with the disk does.
class FilePatcher {
public:
    explicit FilePatcher(const std::filesystem::path& file)
        : stream_{file, std::ios::in | std::ios::out | std::ios::binary}
    {
    }
    void put(std::size_t at, std::byte value)
    {
        stream_.seekp(static_cast<std::streamoff>(at));
        stream_.put(static_cast<char>(value));
        stream_.flush();
        ASSERT_TRUE(stream_.good());
    }

private:
    std::fstream stream_;
};

/// As few people and bytes as a package can have.
struct SmallPackage {
    TemporaryFolder folder;
    const People people{2, 2};
    const Contents contents{{"key", "AB"}, {"paper", "the paper"}};
    const SealedPackage sealed = seal(people, contents, folder.path());
    const crypto::Bytes bytes = content_of(sealed.file);
    const std::size_t body_offset = bytes.size() - take_apart(bytes).body.size();
};

/// No plaintext leaves, whichever way it is asked for.
void expect_compartment_refused(const PackageReader& package, std::string_view name, const CompartmentKeys& keys)
{
    EXPECT_THAT(package.read(name, keys), RefusesWith(VaultError::authentication_failed)) << name;
    std::size_t leaked = 0;
    EXPECT_THAT(package.stream(name, keys,
                               [&](crypto::ByteView chunk) -> Result<void> {
                                   leaked += chunk.size();
                                   return {};
                               }),
                RefusesWith(VaultError::authentication_failed))
        << name;
    EXPECT_EQ(leaked, 0U) << name;
}

// ---- P1 ----

/// One bit of every byte, another one each time; all eight with PAPERVAULT_SOAK=1. Two cases, so that they share the
/// machine's cores.
class FlippedBitTest : public testing::TestWithParam<std::size_t> {};

TEST_P(FlippedBitTest, P1_InHeaderOrSignaturesIsRefusedAtOpening)
{
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random{seed};
    const SmallPackage package;
    FilePatcher patcher{package.sealed.file};
    const std::size_t bits = std::getenv("PAPERVAULT_SOAK") != nullptr ? 8 : 1;
    for (std::size_t n = GetParam(); n < package.body_offset * bits; n += 2) {
        const std::size_t at = n / bits;
        const std::byte mask{static_cast<unsigned char>(1U << (bits == 8 ? n % 8 : random() % 8))};
        patcher.put(at, package.bytes[at] ^ mask);
        ASSERT_FALSE(PackageReader::open(package.sealed.file).has_value()) << "byte " << at;
        patcher.put(at, package.bytes[at]);
    }
    EXPECT_THAT(PackageReader::open(package.sealed.file), Succeeds());
}
INSTANTIATE_TEST_SUITE_P(EveryByte, FlippedBitTest, testing::Values(0, 1));

TEST(TamperedPackageTest, P1_FlippedBitInACompartmentIsRefusedByInspectionAndByReading)
{
    const SmallPackage small;
    const auto package = open_package(small.sealed.file);
    const auto hall_keys = open_for_hall(package, small.people, small.sealed.release_share);
    const auto grader_keys = open_for_graders(package, small.people);
    const std::size_t key_end = small.body_offset + package.header().compartments[0].length;
    FilePatcher patcher{small.sealed.file};
    for (std::size_t bit = small.body_offset * 8; bit < small.bytes.size() * 8; ++bit) {
        const std::size_t at = bit / 8;
        patcher.put(at, small.bytes[at] ^ std::byte{static_cast<unsigned char>(1U << (bit % 8))});
        ASSERT_THAT(package.verify_digests(), RefusesWith(VaultError::authentication_failed)) << "bit " << bit;
        if (at < key_end) {
            expect_compartment_refused(package, "key", grader_keys);
        } else {
            expect_compartment_refused(package, "paper", hall_keys);
        }
        patcher.put(at, small.bytes[at]);
    }
    EXPECT_THAT(package.verify_digests(), Succeeds());
    EXPECT_EQ(text_of(package.read("paper", hall_keys)), "the paper");
}

TEST(TamperedPackageTest, P1_FlippedBitsAllOverALargePackageAreRefused)
{
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random{seed};
    TemporaryFolder folder;
    const People people{2, 2};
    const auto sealed = seal(people, {{"media", std::string(3'000'000, 'm')}, {"paper", "p"}}, folder.path());
    const auto bytes = content_of(sealed.file);
    const auto package = open_package(sealed.file);
    const auto keys = open_for_hall(package, people, sealed.release_share);
    const std::size_t body = bytes.size() - take_apart(bytes).body.size();
    const std::size_t length = package.header().compartments[0].length;
    std::vector<std::size_t> places{0, 65'535, 65'536, 65'551, 65'552, length - 17, length - 16, length - 1};
    for (int i = 0; i < 20; ++i) { places.push_back(random() % length); }
    FilePatcher patcher{sealed.file};
    for (const std::size_t place : places) {
        const std::size_t at = body + place;
        patcher.put(at, bytes[at] ^ std::byte{static_cast<unsigned char>(1U << (random() % 8))});
        EXPECT_THAT(package.verify_digests(), RefusesWith(VaultError::authentication_failed)) << place;
        expect_compartment_refused(package, "media", keys);
        EXPECT_EQ(text_of(package.read("paper", keys)), "p") << "the others are not touched";
        patcher.put(at, bytes[at]);
    }
}

// ---- P2, P9 ----

TEST(TamperedPackageTest, P2_EveryTruncationIsRefused)
{
    const SmallPackage small;
    for (std::size_t length = small.bytes.size(); length-- > 0;) {
        std::filesystem::resize_file(small.sealed.file, length);
        ASSERT_THAT(PackageReader::open(small.sealed.file), RefusesWith(VaultError::malformed)) << length;
    }
}

TEST(TamperedPackageTest, P2_EveryAppendedByteIsRefused)
{
    const SmallPackage small;
    auto longer = small.bytes;
    longer.push_back({});
    overwrite(small.sealed.file, longer);
    FilePatcher patcher{small.sealed.file};
    for (unsigned value = 0; value < 256; ++value) {
        patcher.put(small.bytes.size(), std::byte{static_cast<unsigned char>(value)});
        ASSERT_THAT(PackageReader::open(small.sealed.file), RefusesWith(VaultError::malformed)) << value;
    }
}

TEST(TamperedPackageTest, P2_PackageThatChangesItsSizeWhileOpenIsRefused)
{
    const SmallPackage small;
    const auto package = open_package(small.sealed.file);
    const auto keys = open_for_hall(package, small.people, small.sealed.release_share);
    std::filesystem::resize_file(small.sealed.file, small.bytes.size() + 1);
    EXPECT_THAT(package.verify_digests(), RefusesWith(VaultError::malformed));
    std::filesystem::resize_file(small.sealed.file, small.bytes.size() - 1);
    EXPECT_THAT(package.verify_digests(), RefusesWith(VaultError::malformed));
    EXPECT_THAT(package.read("paper", keys), RefusesWith(VaultError::malformed));
    EXPECT_THAT(package.stream("paper", keys, {}), RefusesWith(VaultError::malformed));
}

TEST(TamperedPackageTest, P9_LengthsBeyondTheFileOrTheLimitAreRefused)
{
    const SmallPackage small;
    for (const std::size_t length_at : {std::size_t{16}, 20 + take_apart(small.bytes).header.size()}) {
        for (const std::uint32_t value : {0xFFFFFFFFU, 0x80000000U, 0x7FFFFFFFU, 0x00100001U, 0x00100000U, 0U, 1U}) {
            auto bytes = small.bytes;
            for (unsigned i = 0; i < 4; ++i) {
                bytes[length_at + i] = std::byte{static_cast<unsigned char>(value >> (8 * i))};
            }
            overwrite(small.sealed.file, bytes);
            EXPECT_THAT(PackageReader::open(small.sealed.file), RefusesWith(VaultError::malformed)) << value;
        }
    }
}

TEST(TamperedPackageTest, P9_SparseGiantIsRefusedWithoutReadingIt)
{
    const SmallPackage small;
    std::filesystem::resize_file(small.sealed.file, package_bytes_max + 1);
    EXPECT_THAT(PackageReader::open(small.sealed.file), RefusesWith(VaultError::malformed));
}

TEST(TamperedPackageTest, RefusesWhatIsNoFile)
{
    TemporaryFolder folder;
    const auto pipe = folder / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    EXPECT_THAT(PackageReader::open(pipe), RefusesWith(VaultError::malformed));
    EXPECT_THAT(PackageReader::open(folder.path()), RefusesWith(VaultError::malformed));
    EXPECT_THAT(PackageReader::open("/dev/zero"), RefusesWith(VaultError::malformed));
    EXPECT_THAT(PackageReader::open(folder / "missing"), RefusesWith(VaultError::not_found));
    overwrite(folder / "empty", {});
    EXPECT_THAT(PackageReader::open(folder / "empty"), RefusesWith(VaultError::malformed));
}

// ---- P3 ----

class RearrangedPackageTest : public testing::Test {
protected:
    static constexpr std::size_t sealed_chunk = 65'536 + 16;

    TemporaryFolder folder;
    const People people{2, 2};
    // Four chunks each: three full ones and a short one.
    const Contents contents{{"media", std::string(200'000, 'm')}, {"paper", std::string(200'000, 'p')}};
    const SealedPackage sealed = seal(people, contents, folder.path());
    const crypto::Bytes bytes = content_of(sealed.file);
    const std::size_t body = bytes.size() - take_apart(bytes).body.size();
    const PackageReader package = open_package(sealed.file);
    const CompartmentKeys keys = open_for_hall(package, people, sealed.release_share);
    const std::size_t second = body + package.header().compartments[1].offset;

    void expect_refused(const crypto::Bytes& altered)
    {
        ASSERT_NE(altered, bytes);
        // Without renaming a new file into place: the open reader sees the change.
        std::ofstream{sealed.file, std::ios::binary | std::ios::in}.write(reinterpret_cast<const char*>(altered.data()),
                                                                          static_cast<std::streamsize>(altered.size()));
        EXPECT_THAT(package.verify_digests(), RefusesWith(VaultError::authentication_failed));
        expect_compartment_refused(package, "media", keys);
    }
};

TEST_F(RearrangedPackageTest, P3_AnyTwoChunksSwappedAreRefused)
{
    for (std::size_t one = 0; one < 3; ++one) {
        for (std::size_t other = one + 1; other < 3; ++other) {
            auto altered = bytes;
            const auto first = altered.begin() + static_cast<std::ptrdiff_t>(body + one * sealed_chunk);
            std::swap_ranges(first, first + sealed_chunk,
                             altered.begin() + static_cast<std::ptrdiff_t>(body + other * sealed_chunk));
            expect_refused(altered);
        }
    }
}

TEST_F(RearrangedPackageTest, P3_RepeatedChunkIsRefused)
{
    for (std::size_t target : {0U, 2U}) {
        auto altered = bytes;
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(body + sealed_chunk), sealed_chunk,
                    altered.begin() + static_cast<std::ptrdiff_t>(body + target * sealed_chunk));
        expect_refused(altered);
    }
}

TEST_F(RearrangedPackageTest, P3_DroppedChunkIsRefused)
{
    auto altered = bytes;
    altered.erase(altered.begin() + static_cast<std::ptrdiff_t>(body + sealed_chunk),
                  altered.begin() + static_cast<std::ptrdiff_t>(body + 2 * sealed_chunk));
    altered.resize(bytes.size()); // as long as before
    expect_refused(altered);
}

TEST_F(RearrangedPackageTest, P3_SwappedCompartmentsAreRefused)
{
    auto altered = bytes;
    const std::size_t length = package.header().compartments[0].length;
    std::swap_ranges(altered.begin() + static_cast<std::ptrdiff_t>(body),
                     altered.begin() + static_cast<std::ptrdiff_t>(body + length),
                     altered.begin() + static_cast<std::ptrdiff_t>(second));
    expect_refused(altered);
    expect_compartment_refused(package, "paper", keys);
}

TEST_F(RearrangedPackageTest, P3_CompartmentFromAnotherPackageIsRefused)
{
    const auto other = content_of(seal(people, contents, folder.path(), "other.pvp").file);
    auto altered = bytes;
    std::copy(other.end() - static_cast<std::ptrdiff_t>(bytes.size() - body), other.end(),
              altered.begin() + static_cast<std::ptrdiff_t>(body));
    expect_refused(altered);
}

TEST_F(RearrangedPackageTest, P3_OneCompartmentsKeyDoesNotOpenAnother)
{
    CompartmentKeys crossed;
    crossed.put("media", keys.find("paper")->clone());
    crossed.put("paper", keys.find("media")->clone());
    expect_compartment_refused(package, "media", crossed);
    expect_compartment_refused(package, "paper", crossed);
}

} // namespace
} // namespace papervault::vault::test
