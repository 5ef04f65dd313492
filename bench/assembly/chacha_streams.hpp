#pragma once

#include <papervault/engine/random_stream.hpp>

#include <sodium.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <stdexcept>

namespace papervault::assembly_bench {

/// ChaCha20 under a key made of a number, with the number of the stream as nonce. A bench's seed is no secret.
class ChaChaStreams final : public engine::RandomStreams {
public:
    explicit ChaChaStreams(std::uint64_t seed)
    {
        if (sodium_init() < 0) { throw std::runtime_error{"libsodium does not start"}; }
        for (std::size_t i = 0; i < 8; ++i) { key_[i] = static_cast<unsigned char>(seed >> (8 * i)); }
    }
    void fill(std::uint64_t number, std::uint64_t offset, std::span<std::byte> out) const override
    {
        std::array<unsigned char, crypto_stream_chacha20_NONCEBYTES> nonce{};
        for (std::size_t i = 0; i < nonce.size(); ++i) { nonce[i] = static_cast<unsigned char>(number >> (8 * i)); }
        std::memset(out.data(), 0, out.size());
        auto* const bytes = reinterpret_cast<unsigned char*>(out.data());
        crypto_stream_chacha20_xor_ic(bytes, bytes, out.size(), nonce.data(), offset / 64, key_.data());
    }

private:
    std::array<unsigned char, crypto_stream_chacha20_KEYBYTES> key_{};
};

} // namespace papervault::assembly_bench
