#include "slip39/master_secret.hpp"

#include "invariant.hpp"
#include "sodium_bytes.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace papervault::crypto::slip39 {

namespace {

constexpr int rounds = 4;
constexpr int iterations_of_a_round = 2500;
constexpr std::size_t passphrase_bytes_max = 1024;

/// What round `number` adds to the one half, made from the other: PBKDF2(number ‖ passphrase, prefix ‖ half).
SecretBuffer round_mask(int number, const SecretBuffer& passphrase, const MnemonicSet& set, ByteView half)
{
    SecretBuffer key{1 + passphrase.size_bytes()};
    key.expose()[0] = static_cast<std::byte>(number);
    std::ranges::copy(passphrase.expose(), key.expose().begin() + 1);

    // An extendable set may be made again with another identifier, so the secret may not depend on it.
    Bytes prefix;
    if (!set.extendable) {
        const auto name = bytes_of("shamir");
        prefix.assign(name.begin(), name.end());
        prefix.push_back(static_cast<std::byte>(set.identifier >> 8));
        prefix.push_back(static_cast<std::byte>(set.identifier & 0xff));
    }
    SecretBuffer salt{prefix.size() + half.size()};
    std::ranges::copy(prefix, salt.expose().begin());
    std::ranges::copy(half, salt.expose().subspan(prefix.size()).begin());

    SecretBuffer mask{half.size()};
    const int done = PKCS5_PBKDF2_HMAC(
        reinterpret_cast<const char*>(key.expose().data()), static_cast<int>(key.size_bytes()),
        sodium_in(salt.expose()), static_cast<int>(salt.size_bytes()), iterations_of_a_round << set.iteration_exponent,
        EVP_sha256(), static_cast<int>(mask.size_bytes()), sodium_out(mask.expose()));
    PAPERVAULT_ASSERT(done == 1, "PBKDF2-HMAC-SHA256 is there");
    return mask;
}

SecretBuffer run_rounds(const SecretBuffer& secret, const SecretBuffer& passphrase, const MnemonicSet& set,
                        const std::array<int, rounds>& order)
{
    const std::size_t half = secret.size_bytes() / 2;
    SecretBuffer left = SecretBuffer::copy_of(secret.expose().first(half));
    SecretBuffer right = SecretBuffer::copy_of(secret.expose().last(half));
    for (const int number : order) {
        SecretBuffer next = round_mask(number, passphrase, set, right.expose());
        for (std::size_t i = 0; i < half; ++i) { next.expose()[i] ^= left.expose()[i]; }
        left = std::exchange(right, std::move(next));
    }
    SecretBuffer result{secret.size_bytes()};
    std::ranges::copy(right.expose(), result.expose().begin());
    std::ranges::copy(left.expose(), result.expose().subspan(half).begin());
    return result;
}

} // namespace

SecretBuffer encrypt_master_secret(const SecretBuffer& secret, const SecretBuffer& passphrase, const MnemonicSet& set)
{
    return run_rounds(secret, passphrase, set, {0, 1, 2, 3});
}

SecretBuffer decrypt_master_secret(const SecretBuffer& encrypted, const SecretBuffer& passphrase,
                                   const MnemonicSet& set)
{
    return run_rounds(encrypted, passphrase, set, {3, 2, 1, 0});
}

bool is_passphrase(const SecretBuffer& passphrase) noexcept
{
    return passphrase.size_bytes() <= passphrase_bytes_max && std::ranges::all_of(passphrase.expose(), [](std::byte c) {
               return c >= std::byte{32} && c < std::byte{127};
           });
}

} // namespace papervault::crypto::slip39
