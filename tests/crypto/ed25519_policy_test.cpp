// The corners of Ed25519 on which implementations differ. Our policy is docs/adr/0003: a key is registered only if it
// is a canonical point of the prime-order group; S is below the group order; R is compared as bytes.
#include "test_data.hpp"

#include <papervault/crypto/sign.hpp>

#include <algorithm>

namespace papervault::crypto {
namespace {

enum class RefusedBy { nobody, key, signature };

RefusedBy refused_by(ByteView key_bytes, ByteView message, ByteView signature_bytes)
{
    const auto key = VerifyKey::from_bytes(key_bytes);
    if (!key) { return RefusedBy::key; }
    Signature signature{};
    std::ranges::copy(signature_bytes, signature.begin());
    return verify_raw(*key, message, signature) ? RefusedBy::nobody : RefusedBy::signature;
}

TEST(Ed25519PolicyTest, AcceptsOfTheCctvCornersOnlyThoseWithoutAFlag)
{
    const auto file = shared_data_folder() / "security/cctv-ed25519/ed25519vectors.json";
    SKIP_UNLESS_PRESENT(file);
    const auto vectors = read_json(file);
    for (const auto& vector : vectors.as_array()) {
        std::vector<std::string> flags;
        if (!vector.at("flags").is_null()) {
            flags = boost::json::value_to<std::vector<std::string>>(vector.at("flags"));
        }
        const auto flag = [&flags](std::string_view name) { return std::ranges::find(flags, name) != flags.end(); };
        const bool bad_key = flag("low_order_A") || flag("non_canonical_A") || flag("low_order_component_A");
        const auto expected = bad_key ? RefusedBy::key : flags.empty() ? RefusedBy::nobody : RefusedBy::signature;
        const std::string message = text_at(vector, "msg");
        EXPECT_EQ(refused_by(bytes_at(vector, "key"), bytes_of(message), bytes_at(vector, "sig")), expected)
            << boost::json::serialize(vector);
    }
    EXPECT_EQ(vectors.as_array().size(), 914U);
}

// ed25519-speccheck ("Taming the many EdDSAs", eprint 2020/1244), cases.json, in its order.
TEST(Ed25519PolicyTest, RefusesEverySpeccheckCaseInTheRightPlace)
{
    const auto file = shared_data_folder() / "security/ed25519-speccheck/cases.json";
    SKIP_UNLESS_PRESENT(file);
    constexpr std::array expected{
        RefusedBy::key,       // 0: low order A and R, S = 0
        RefusedBy::key,       // 1: low order A
        RefusedBy::key,       // 2: A of mixed order, low order R
        RefusedBy::key,       // 3: A and R of mixed order
        RefusedBy::key,       // 4: A and R of mixed order, passes only with the cofactor
        RefusedBy::key,       // 5: A of mixed order, k not reduced before the cofactor
        RefusedBy::signature, // 6: S above the group order
        RefusedBy::signature, // 7: S far above the group order
        RefusedBy::key,       // 8: R not canonical, A of mixed order
        RefusedBy::key,       // 9: R not canonical, reduced for the hash, A of mixed order
        RefusedBy::key,       // 10: A not canonical
        RefusedBy::key,       // 11: A not canonical, reduced for the hash
    };
    const auto vectors = read_json(file);
    ASSERT_EQ(vectors.as_array().size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const auto& vector = vectors.as_array()[i];
        EXPECT_EQ(refused_by(bytes_at(vector, "pub_key"), bytes_at(vector, "message"), bytes_at(vector, "signature")),
                  expected[i])
            << i;
    }
}

} // namespace
} // namespace papervault::crypto
