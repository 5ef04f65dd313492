#include <papervault/crypto/secret_buffer.hpp>

#include <papervault/crypto/init.hpp>

#include "sodium_bytes.hpp"

#include <algorithm>
#include <new>

namespace papervault::crypto {

SecretBuffer::SecretBuffer(std::size_t size_bytes) : size_bytes_{size_bytes}
{
    initialise();
    bytes_.reset(static_cast<std::byte*>(sodium_malloc(size_bytes)));
    if (!bytes_) { throw std::bad_alloc{}; }
    wipe(expose());
}

SecretBuffer SecretBuffer::copy_of(ByteView bytes)
{
    SecretBuffer copy{bytes.size()};
    std::ranges::copy(bytes, copy.expose().begin());
    return copy;
}

SecretBuffer SecretBuffer::clone() const
{
    return copy_of(expose());
}

void SecretBuffer::Release::operator()(std::byte* bytes) const noexcept
{
    sodium_free(bytes); // overwrites first
}

bool equal_in_constant_time(const SecretBuffer& left, const SecretBuffer& right) noexcept
{
    return equal_in_constant_time(left.expose(), right.expose());
}

bool equal_in_constant_time(ByteView left, ByteView right) noexcept
{
    return left.size() == right.size() && sodium_memcmp(sodium_in(left), sodium_in(right), left.size()) == 0;
}

void wipe(std::span<std::byte> bytes) noexcept
{
    sodium_memzero(sodium_out(bytes), bytes.size());
}

} // namespace papervault::crypto
