#include <papervault/crypto/suite.hpp>

#include <papervault/crypto/hash.hpp>
#include <papervault/crypto/kdf.hpp>
#include <papervault/crypto/secret_sharing.hpp>

#include "gm/sm3_sm4.hpp"
#include "invariant.hpp"
#include "sodium_bytes.hpp"

#include <algorithm>
#include <array>
#include <variant>

namespace papervault::crypto {

std::string_view to_text(Suite suite) noexcept
{
    switch (suite) {
    case Suite::pv1: return "pv1";
    case Suite::gm1: return "gm1";
    }
    return "unknown";
}

std::optional<Suite> suite_from_text(std::string_view text) noexcept
{
    for (const Suite suite : all_suites) {
        if (to_text(suite) == text) { return suite; }
    }
    return std::nullopt;
}

Digest hash(Suite suite, ByteView message)
{
    return suite == Suite::pv1 ? blake2b(message) : gm::sm3({message});
}

Digest hash(Suite suite, std::string_view purpose, std::initializer_list<ByteView> parts)
{
    if (suite == Suite::pv1) { return blake2b(purpose, parts); }
    gm::Sm3Hasher hasher;
    const auto part = [&hasher](ByteView bytes) {
        hasher.update(little_endian(bytes.size()));
        hasher.update(bytes);
    };
    constexpr std::string_view domain{"papervault.hash.v1\0", 19};
    hasher.update(bytes_of(domain));
    part(bytes_of(purpose));
    for (const ByteView bytes : parts) { part(bytes); }
    return hasher.finish();
}

struct SuiteHasher::State {
    std::variant<Blake2bHasher, gm::Sm3Hasher> hasher;
};

SuiteHasher::SuiteHasher(Suite suite)
    : state_{suite == Suite::pv1 ? new State{Blake2bHasher{}} : new State{gm::Sm3Hasher{}}}
{
}

SuiteHasher::SuiteHasher(SuiteHasher&&) noexcept = default;
SuiteHasher& SuiteHasher::operator=(SuiteHasher&&) noexcept = default;
SuiteHasher::~SuiteHasher() = default;

void SuiteHasher::update(ByteView bytes)
{
    std::visit([bytes](auto& hasher) { hasher.update(bytes); }, state_->hasher);
}

Digest SuiteHasher::finish()
{
    return std::visit([](auto& hasher) { return hasher.finish(); }, state_->hasher);
}

SecretBuffer combine_keys(Suite suite, std::initializer_list<const SecretBuffer*> keys, std::string_view purpose,
                          ByteView context)
{
    if (suite == Suite::pv1) { return combine_keys(keys, purpose, context); }
    PAPERVAULT_ASSERT(keys.size() > 0, "there is at least one key to combine");
    // One message, lengths and contents one after the other, in memory that is wiped.
    constexpr std::size_t length_bytes = 8;
    std::size_t size = 3 * length_bytes + purpose.size() + context.size();
    for (const SecretBuffer* const key : keys) {
        PAPERVAULT_ASSERT(key != nullptr && key->size_bytes() >= 16, "a key to combine has 16 bytes or more");
        size += length_bytes + key->size_bytes();
    }
    SecretBuffer message{size};
    auto rest = message.expose();
    const auto put = [&rest](ByteView bytes) {
        std::ranges::copy(bytes, rest.begin());
        rest = rest.subspan(bytes.size());
    };
    const auto part = [&put](ByteView bytes) {
        put(little_endian(bytes.size()));
        put(bytes);
    };
    part(bytes_of(purpose));
    part(context);
    put(little_endian(keys.size()));
    for (const SecretBuffer* const key : keys) { part(key->expose()); }
    SecretBuffer combined{gm::tag_bytes};
    gm::hmac_sm3(bytes_of("papervault.combine.v1"), {message.expose()}, combined.expose());
    return combined;
}

Digest share_commitment(Suite suite, const Share& share, ByteView context)
{
    const std::array index{std::byte{share.index}};
    return hash(suite, "papervault.share-commitment", {context, index, share.value.expose()});
}

Result<SecretBuffer> derive_from_passphrase_sm3(const SecretBuffer& passphrase, ByteView salt16,
                                                std::uint64_t iterations)
{
    if (iterations < pbkdf2_iterations_min || iterations > pbkdf2_iterations_max) {
        return refuse(CryptoError::too_large, "the cost of the passphrase is outside 100 000 to 10 000 000 rounds");
    }
    if (salt16.size() != 16) { return refuse(CryptoError::malformed, "the salt of a passphrase has 16 bytes"); }
    return gm::pbkdf2_sm3(passphrase, salt16, iterations);
}

} // namespace papervault::crypto
