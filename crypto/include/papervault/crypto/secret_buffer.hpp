#pragma once

#include <papervault/crypto/bytes.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

namespace papervault::crypto {

/// Owns bytes that must not outlive their use: keys, passphrases, opened papers.
///
/// Fenced by guard pages, kept out of core files and overwritten on release (libsodium). Locking in RAM is best
/// effort, so start-up checks memory_can_be_locked(). Moves, never copies by accident; no operator==, no printing.
/// An allocation costs three pages and some system calls: for secrets, not for a general heap.
/// One thread at a time, like a vector.
class SecretBuffer {
public:
    /// @param size_bytes  May be 0; the content starts zeroed.
    /// @throws std::bad_alloc  The pages could not be mapped.
    explicit SecretBuffer(std::size_t size_bytes);
    SecretBuffer(SecretBuffer&& other) noexcept
        : bytes_{std::move(other.bytes_)}, size_bytes_{std::exchange(other.size_bytes_, 0)}
    {
    }
    SecretBuffer& operator=(SecretBuffer other) noexcept
    {
        bytes_ = std::move(other.bytes_);
        size_bytes_ = std::exchange(other.size_bytes_, 0);
        return *this;
    }
    SecretBuffer(const SecretBuffer&) = delete;
    ~SecretBuffer() = default;

    /// The caller still owns the source and wipes it (see wipe()).
    [[nodiscard]] static SecretBuffer copy_of(ByteView bytes);
    /// An explicit second copy of the secret, so every one is found with `grep clone`.
    [[nodiscard]] SecretBuffer clone() const;

    /// The only way in and out, so every reveal is found with `grep expose`. The view dies with the buffer.
    [[nodiscard]] std::span<std::byte> expose() noexcept { return {bytes_.get(), size_bytes_}; }
    [[nodiscard]] std::span<const std::byte> expose() const noexcept { return {bytes_.get(), size_bytes_}; }
    [[nodiscard]] std::size_t size_bytes() const noexcept { return size_bytes_; }

private:
    struct Release {
        void operator()(std::byte* bytes) const noexcept;
    };
    std::unique_ptr<std::byte[], Release> bytes_;
    std::size_t size_bytes_;
};

/// Time depends on the lengths only, which are not secret.
[[nodiscard]] bool equal_in_constant_time(const SecretBuffer& left, const SecretBuffer& right) noexcept;
[[nodiscard]] bool equal_in_constant_time(ByteView left, ByteView right) noexcept;

/// Overwrites with zeros, in a way that the compiler keeps: for the short-lived copy that a foreign library wants.
void wipe(std::span<std::byte> bytes) noexcept;

} // namespace papervault::crypto
