// Sealed bytes, keys, shares and proofs from files and the network. Nothing is accepted by chance.
#include <papervault/crypto/aead.hpp>
#include <papervault/crypto/box.hpp>
#include <papervault/crypto/merkle.hpp>
#include <papervault/crypto/secret_sharing.hpp>
#include <papervault/crypto/sign.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <vector>

using namespace papervault::crypto;

namespace {

void require(bool holds)
{
    if (!holds) { std::abort(); }
}

SecretBuffer test_only_key()
{
    return SecretBuffer::copy_of(Bytes(32, std::byte{1}));
}

/// Bytes of the input, then zeros.
class Input {
public:
    explicit Input(ByteView bytes) : rest_{bytes} {}
    ByteView take(std::size_t size)
    {
        const ByteView taken = rest_.first(std::min(size, rest_.size()));
        rest_ = rest_.subspan(taken.size());
        return taken;
    }
    template <class T>
    T number()
    {
        T value{};
        const ByteView taken = take(sizeof value);
        if (!taken.empty()) { std::memcpy(&value, taken.data(), taken.size()); }
        return value;
    }
    Digest digest()
    {
        Digest digest;
        std::ranges::copy(take(32), digest.bytes.begin());
        return digest;
    }
    [[nodiscard]] ByteView rest() const { return rest_; }

private:
    ByteView rest_;
};

void try_sealed(ByteView bytes)
{
    static const SecretBuffer key = test_only_key();
    static const BoxKeyPair keys = BoxKeyPair::from_seed(test_only_key()).value();
    const ByteView context = bytes_of("fuzz");
    const auto plaintext = decrypt(key, bytes, context);
    const auto secret = decrypt_secret(key, bytes, context);
    require(plaintext.has_value() == secret.has_value());
    if (plaintext) { require(plaintext->size() + aead_overhead_bytes == bytes.size()); }
    if (const auto opened = open_sealed(keys, bytes, context)) {
        require(opened->size_bytes() + box_overhead_bytes == bytes.size());
    }
}

void try_chunk(Input input)
{
    static const ChunkCipher cipher{test_only_key(), Bytes{std::byte{'f'}}};
    const auto index = input.number<std::uint64_t>();
    const bool last = input.number<std::uint8_t>() != 0;
    const ByteView sealed = input.rest();
    Bytes out(sealed.size() - std::min(sealed.size(), ChunkCipher::overhead_bytes), std::byte{0xee});
    const bool opened = cipher.open(index, last, sealed, out);
    if (!opened && sealed.size() >= ChunkCipher::overhead_bytes) {
        require(std::ranges::all_of(out, [](std::byte b) { return b == std::byte{0}; }));
    }
    if (opened) { require(!cipher.open(index, !last, sealed, out)); }
}

void try_keys(ByteView bytes)
{
    const std::string text = text_of(bytes);
    if (const auto key = VerifyKey::from_text(text)) { require(key->to_text() == text); }
    if (const auto key = BoxPublicKey::from_text(text)) { require(key->to_text() == text); }
    if (const auto key = BoxPublicKey::from_bytes(bytes)) {
        require(std::ranges::equal(key->view(), bytes));
        require(seal_to(*key, {}, {}).size() == box_overhead_bytes);
    }
    if (const auto key = VerifyKey::from_bytes(bytes)) {
        require(std::ranges::equal(key->view(), bytes));
        require(!verify(*key, "fuzz", bytes, Signature{}));
    }
}

void try_shares(Input input)
{
    const auto threshold = static_cast<int>(input.number<std::int8_t>());
    const std::size_t value_bytes = input.number<std::uint8_t>();
    std::vector<Share> shares;
    while (!input.rest().empty() && shares.size() < 20) {
        const auto index = input.number<std::uint8_t>();
        shares.push_back({index, SecretBuffer::copy_of(input.take(value_bytes))});
    }
    const auto secret = combine_shares(shares, threshold);
    if (!secret) { return; }
    require(threshold >= 1 && shares.size() >= static_cast<std::size_t>(threshold));
    std::ranges::reverse(shares);
    require(equal_in_constant_time(*combine_shares(shares, threshold), *secret));
}

void try_proofs(Input input)
{
    const auto first = input.number<std::uint64_t>();
    const auto second = input.number<std::uint64_t>();
    const Digest one = input.digest();
    const Digest other = input.digest();
    std::vector<Digest> proof;
    while (!input.rest().empty() && proof.size() < 70) { proof.push_back(input.digest()); }
    if (verify_inclusion(one, first, second, proof, other)) {
        require(first < second);
        require(second == 1 || !proof.empty());
    }
    if (verify_consistency(first, one, second, other, proof)) { require(first > 0 && first <= second); }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const ByteView bytes = std::as_bytes(std::span{data, size});
    try_sealed(bytes);
    try_chunk(Input{bytes});
    try_keys(bytes);
    try_shares(Input{bytes});
    try_proofs(Input{bytes});
    return 0;
}
