#pragma once

#include <papervault/crypto/bytes.hpp>
#include <papervault/crypto/suite.hpp>

#include <array>
#include <compare>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace papervault::crypto {

/// 32 bytes of BLAKE2b-256, SM3 or SHA-256. Not secret; compared in ordinary time.
struct Digest {
    std::array<std::byte, 32> bytes{};

    auto operator<=>(const Digest&) const = default;
    /// 64 lower-case digits.
    [[nodiscard]] std::string hex() const;
    /// @return Nothing unless the text is exactly 64 hexadecimal digits.
    [[nodiscard]] static std::optional<Digest> from_hex(std::string_view text);
    /// Dies with the digest.
    [[nodiscard]] ByteView view() const noexcept { return bytes; }
};

/// Plain BLAKE2b-256 (RFC 7693, no key) of a whole file or message.
[[nodiscard]] Digest blake2b(ByteView message);

/// BLAKE2b-256 of several parts for one purpose; neither parts nor purposes can be taken for each other:
/// "papervault.hash.v1" ‖ 0x00 ‖ length(purpose) ‖ purpose ‖ length(part) ‖ part ‖ …, lengths as 64 bits little endian.
[[nodiscard]] Digest blake2b(std::string_view purpose, std::initializer_list<ByteView> parts);

/// BLAKE2b-256 of data that arrives piece by piece. One thread at a time; moves, and a moved-from hasher is finished.
class Blake2bHasher {
public:
    /// @param purpose  Empty: plain BLAKE2b-256. Otherwise the data is preceded by
    ///                 "papervault.hash-stream.v1" ‖ 0x00 ‖ length(purpose) ‖ purpose, length as 64 bits little endian.
    explicit Blake2bHasher(std::string_view purpose = {});
    Blake2bHasher(const Blake2bHasher&) = delete;
    Blake2bHasher& operator=(const Blake2bHasher&) = delete;
    Blake2bHasher(Blake2bHasher&&) noexcept;
    Blake2bHasher& operator=(Blake2bHasher&&) noexcept;
    ~Blake2bHasher();

    void update(ByteView bytes);
    /// Once; update() or finish() afterwards stops the program.
    [[nodiscard]] Digest finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Plain BLAKE2b-256, or plain SM3 (GB/T 32905) in suite gm1.
[[nodiscard]] Digest hash(Suite suite, ByteView message);
/// blake2b(purpose, parts), or SM3 over the same bytes in suite gm1.
[[nodiscard]] Digest hash(Suite suite, std::string_view purpose, std::initializer_list<ByteView> parts);
/// The plain hash of data that arrives piece by piece. One thread at a time.
class SuiteHasher {
public:
    explicit SuiteHasher(Suite suite);
    SuiteHasher(SuiteHasher&&) noexcept;
    SuiteHasher& operator=(SuiteHasher&&) noexcept;
    ~SuiteHasher();
    void update(ByteView bytes);
    /// Once.
    [[nodiscard]] Digest finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// FIPS 180-4, for foreign formats: certificates, Merkle trees of RFC 9162.
[[nodiscard]] Digest sha256(ByteView message);

} // namespace papervault::crypto

/// A digest is already evenly distributed: eight of its bytes are its hash.
template <>
struct std::hash<papervault::crypto::Digest> {
    [[nodiscard]] std::size_t operator()(const papervault::crypto::Digest& digest) const noexcept;
};
