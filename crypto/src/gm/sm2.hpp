#pragma once

#include <papervault/crypto/bytes.hpp>
#include <papervault/crypto/error.hpp>
#include <papervault/crypto/secret_buffer.hpp>

#include <array>

/// SM2 on the recommended curve (GB/T 32918.5) by OpenSSL: signatures with SM3 and the default identity
/// "1234567812345678", encryption in the order C1 ‖ C3 ‖ C2. Points are x ‖ y, 64 bytes big endian.
/// @throws std::runtime_error  OpenSSL failed where only lack of memory can make it fail.
namespace papervault::crypto::sm2 {

using Point = std::array<std::byte, 64>;
inline constexpr std::size_t scalar_bytes = 32;
/// C1 without its leading byte, and C3.
inline constexpr std::size_t encryption_overhead_bytes = 64 + 32;

/// @return unacceptable_key unless it is a point of the curve (whose order is prime: no other check is needed).
[[nodiscard]] Result<void> check_point(const Point& point);
/// Uniform over 1 .. order - 2.
[[nodiscard]] SecretBuffer random_scalar();
/// @return malformed unless the scalar has 32 bytes and is in 1 .. order - 2.
[[nodiscard]] Result<Point> public_point(const SecretBuffer& scalar);

/// r ‖ s. Not deterministic.
[[nodiscard]] std::array<std::byte, 64> sign(const SecretBuffer& scalar, ByteView point, ByteView message);
[[nodiscard]] bool verify(ByteView point, ByteView message, const std::array<std::byte, 64>& signature);

/// @param plaintext  Not empty.
[[nodiscard]] Bytes encrypt(ByteView point, ByteView plaintext);
/// @return authentication_failed.
[[nodiscard]] Result<SecretBuffer> decrypt(const SecretBuffer& scalar, ByteView point, ByteView sealed);

} // namespace papervault::crypto::sm2
