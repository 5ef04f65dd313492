#pragma once

#include "durable_file.hpp"
#include "regular_file.hpp"

#include <papervault/crypto/aead.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/vault/package.hpp>

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The family of files that a package and an answers file belong to (docs/package-format.md, "Container"):
/// magic ‖ u32 length ‖ header ‖ u32 length ‖ signature block ‖ compartments, and nothing after.
namespace papervault::vault {

struct ContainerKind {
    std::string_view magic; ///< 16 bytes.
    std::string_view signature_purpose;
    std::string_view noun; ///< For error texts.
};
inline constexpr ContainerKind package_container{
    .magic = "PAPERVAULT-PKG1\n", .signature_purpose = "papervault.package.v1", .noun = "package"};
inline constexpr ContainerKind answers_container{
    .magic = "PAPERVAULT-ANS1\n", .signature_purpose = "papervault.answers.v1", .noun = "answers file"};
inline constexpr std::size_t signatures_max = 2;
inline constexpr std::size_t signature_block_bytes_max = 1024;

struct SealerSignature {
    std::string sealer; ///< IdentityCard::id(); a label, the key is in the header or known otherwise.
    crypto::Signature signature{};
};

/// Everything in front of the compartments. Only form has been checked: no signature, no meaning.
struct ContainerFrame {
    crypto::Bytes signed_bytes; ///< Magic, header length and header as they stand in the file.
    std::vector<SealerSignature> signatures;
    std::uint64_t body_offset = 0;
    std::uint64_t body_length = 0;

    [[nodiscard]] std::string_view header() const noexcept;
    /// Of all bytes in front of the compartments.
    [[nodiscard]] crypto::Digest digest(crypto::Suite suite) const;
};

[[nodiscard]] Result<ContainerFrame> read_frame(const RegularFile& file, const ContainerKind& kind);
/// Whether `sealer` signed the header of this frame in place `index`.
[[nodiscard]] bool is_signed_by(const ContainerFrame& frame, const ContainerKind& kind, std::size_t index,
                                const IdentityCard& sealer);

/// Magic, length and header.
[[nodiscard]] crypto::Bytes signed_bytes(const ContainerKind& kind, std::string_view header);
/// u32 length and canonical JSON.
[[nodiscard]] crypto::Bytes signature_block(std::span<const SealerSignature> signatures);
[[nodiscard]] SealerSignature sign_container(const ContainerKind& kind, crypto::ByteView signed_bytes,
                                             const Identity& sealer);

/// One compartment on its way into a file.
struct CompartmentToSeal {
    Compartment* record; ///< Laid out; its digest is filled in.
    crypto::ByteView plaintext;
    crypto::SecretBuffer key;
    crypto::Digest context;
};
/// Seals every compartment into a new file and signs it once, in the suite of the sealer's keys. Needs a few chunks of
/// memory.
/// @param encode_header  Called before and after the digests are known; both texts are of one length.
[[nodiscard]] Result<void> write_container(const std::filesystem::path& file, const ContainerKind& kind,
                                           std::span<CompartmentToSeal> compartments,
                                           const std::function<std::string()>& encode_header, const Identity& sealer);

/// Is given the bytes of a compartment, sealed or in the clear, piece by piece.
using BytesSink = std::function<Result<void>(crypto::ByteView)>;
/// Reads the sealed bytes. @return authentication_failed when they are not what the digest says; the sink has seen them
/// by then.
[[nodiscard]] Result<void> check_compartment(const RegularFile& file, std::uint64_t body_offset,
                                             const Compartment& compartment, crypto::Suite suite,
                                             const BytesSink& sink);
/// Decrypts one compartment and compares its digest in the same pass. @return authentication_failed without one byte of
/// plaintext.
[[nodiscard]] Result<crypto::SecretBuffer> open_compartment(const RegularFile& file, std::uint64_t body_offset,
                                                            const Compartment& compartment,
                                                            const crypto::ChunkCipher& cipher);
/// Every chunk fits the key and all of them the digest; nothing is decrypted. @return authentication_failed.
[[nodiscard]] Result<void> authenticate_compartment(const RegularFile& file, std::uint64_t body_offset,
                                                    const Compartment& compartment, const crypto::ChunkCipher& cipher);
/// Decrypts one compartment chunk by chunk; the sink sees each chunk once it is authentic. The digest is not compared
/// again.
[[nodiscard]] Result<void> stream_compartment(const RegularFile& file, std::uint64_t body_offset,
                                              const Compartment& compartment, const crypto::ChunkCipher& cipher,
                                              const BytesSink& sink);

/// The fields that compartments of every container have. The reader leaves finish() to the caller.
[[nodiscard]] boost::json::object to_json(const Compartment& compartment);
[[nodiscard]] Compartment compartment_from_fields(engine::JsonFields& fields);

} // namespace papervault::vault
