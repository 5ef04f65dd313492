// A chunk's tag stops everybody who does not have the compartment's key. Custodians, graders and the hall had it once:
// against them stands the digest in the header that two sealers have signed, and it is compared whenever content is
// read.
#include "package/bindings.hpp"
#include "package/piece_hasher.hpp"
#include "vault/ceremony.hpp"
#include "vault/expect.hpp"
#include "vault/surgery.hpp"
#include "vault/temporary_folder.hpp"

#include <papervault/crypto/aead.hpp>
#include <papervault/crypto/random.hpp>
#include <papervault/vault/custody.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace papervault::vault::test {
namespace {

/// What somebody with the key can do: other content of the same length, every tag right.
crypto::Bytes sealed_anew(const PackageHeader& header, const Compartment& compartment, const crypto::SecretBuffer& key,
                          std::string_view content)
{
    const auto context = compartment_context(header.suite, header.package_id, header.binding, compartment.name,
                                             compartment.plaintext_length);
    crypto::ChunkCipher cipher{key.clone(), {context.bytes.begin(), context.bytes.end()}, header.suite};
    crypto::Bytes sealed;
    const auto bytes = crypto::bytes_of(content);
    for (std::size_t at = 0, index = 0; at < bytes.size(); ++index) {
        const std::size_t size = std::min<std::size_t>(65'536, bytes.size() - at);
        crypto::Bytes chunk(size + crypto::chunk_overhead_bytes(header.suite));
        cipher.seal(index, at + size == bytes.size(), bytes.subspan(at, size), chunk);
        sealed.insert(sealed.end(), chunk.begin(), chunk.end());
        at += size;
    }
    return sealed;
}

class ContentBindingTest : public testing::TestWithParam<std::size_t> {};

TEST_P(ContentBindingTest, RefusesOtherContentUnderTheRightKey)
{
    TemporaryFolder folder;
    const People people{2, 2};
    const Contents contents{{"key", std::string(GetParam(), 'A')}, {"paper", "p"}};
    const auto sealed = seal(people, contents, folder.path());
    const auto package = open_package(sealed.file);
    const auto keys = open_for_graders(package, people);
    ASSERT_EQ(text_of(package.read("key", keys)), contents.at("key"));

    const Compartment& compartment = package.header().compartments[0];
    ASSERT_EQ(compartment.name, "key");
    const crypto::SecretBuffer& known = *keys.find("key");
    auto file = content_of(sealed.file);
    const std::size_t body = file.size() - take_apart(file).body.size();
    const auto same = sealed_anew(package.header(), compartment, known, contents.at("key"));
    ASSERT_TRUE(std::ranges::equal(same, std::span{file}.subspan(body, same.size()))) << "the attack is a real one";

    const auto other = sealed_anew(package.header(), compartment, known, std::string(GetParam(), 'B'));
    std::ranges::copy(other, file.begin() + static_cast<std::ptrdiff_t>(body));
    overwrite(sealed.file, file);
    const auto altered = open_package(sealed.file);
    EXPECT_THAT(altered.read("key", keys), RefusesWith(VaultError::authentication_failed));
    EXPECT_THAT(altered.stream("key", keys,
                               [](crypto::ByteView) -> Result<void> {
                                   ADD_FAILURE() << "content that nobody sealed";
                                   return {};
                               }),
                RefusesWith(VaultError::authentication_failed));
    EXPECT_THAT(altered.verify_digests(), RefusesWith(VaultError::authentication_failed));
}
INSTANTIATE_TEST_SUITE_P(OneChunkAndManyPieces, ContentBindingTest, testing::Values(2U, 70'000U, 3'000'000U));

TEST(PieceHasherTest, GivesTheDigestOfTheWholeWithAndWithoutAThread)
{
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random{seed};
    for (const crypto::Suite suite : crypto::all_suites) {
        for (const std::size_t total : {0U, 1U, 1'000U, 100'000U, 1'048'576U, 2'500'000U}) {
            const crypto::Bytes data = crypto::random_bytes(total);
            PieceHasher hasher{suite, 50'000, total};
            for (std::size_t at = 0; at < total;) {
                const std::size_t size = std::min<std::size_t>(total - at, 1 + random() % 50'000);
                const auto room = hasher.next();
                ASSERT_EQ(room.size(), 50'000U);
                std::ranges::copy(std::span{data}.subspan(at, size), room.begin());
                hasher.submit(size);
                ASSERT_TRUE(std::ranges::equal(room.first(size), std::span{data}.subspan(at, size)));
                at += size;
            }
            EXPECT_EQ(hasher.finish(), crypto::hash(suite, data)) << total;
        }
    }
}

TEST(PieceHasherTest, CanBeDroppedHalfWay)
{
    for (int pieces = 0; pieces < 8; ++pieces) {
        PieceHasher hasher{crypto::Suite::pv1, 1 << 20, 100 << 20};
        for (int n = 0; n < pieces; ++n) {
            std::ranges::fill(hasher.next(), std::byte{1});
            hasher.submit(1 << 20);
        }
    }
}

} // namespace
} // namespace papervault::vault::test
