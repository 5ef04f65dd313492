#pragma once

#include <papervault/crypto/random.hpp>
#include <papervault/engine/random_stream.hpp>

namespace papervault::vault {

/// The engine's source of randomness on top of the cipher's stream.
class OrderStream final : public engine::RandomStream {
public:
    explicit OrderStream(crypto::ChaCha20Stream stream) : stream_{std::move(stream)} {}
    void fill(std::span<std::byte> out) override { stream_.fill(out); }

private:
    crypto::ChaCha20Stream stream_;
};

} // namespace papervault::vault
