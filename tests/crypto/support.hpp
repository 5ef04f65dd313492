#pragma once

#include <papervault/crypto/bytes.hpp>
#include <papervault/crypto/error.hpp>
#include <papervault/crypto/secret_buffer.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace papervault::crypto {

inline void PrintTo(CryptoError code, std::ostream* out)
{
    constexpr std::array names{"malformed",      "authentication_failed", "quorum_incomplete",
                               "share_mismatch", "unacceptable_key",      "too_large",
                               "unavailable"};
    *out << names.at(static_cast<std::size_t>(code));
}

/// A constant of a test.
inline Bytes unhex(std::string_view text)
{
    auto bytes = from_hex(text);
    if (!bytes) { throw std::invalid_argument{"not hexadecimal: " + std::string{text}}; }
    return std::move(*bytes);
}

inline SecretBuffer test_only_secret(std::string_view hex)
{
    return SecretBuffer::copy_of(unhex(hex));
}

/// A secret of so many equal bytes.
inline SecretBuffer test_only_secret(std::size_t size_bytes, unsigned char value)
{
    return SecretBuffer::copy_of(Bytes(size_bytes, std::byte{value}));
}

inline std::string hex_of(const SecretBuffer& secret)
{
    return to_hex(secret.expose());
}

MATCHER_P(IsRefusedWith, code, "is refused with " + testing::PrintToString(code))
{
    if (arg.has_value()) {
        *result_listener << "but was accepted";
        return false;
    }
    *result_listener << "with " << testing::PrintToString(arg.error().code) << ": " << arg.error().detail;
    return arg.error().code == code;
}

} // namespace papervault::crypto
