#include "package/container.hpp"

#include "json_codec.hpp"

#include <algorithm>
#include <array>

namespace papervault::vault {
namespace {

constexpr std::size_t magic_bytes = 16;
constexpr std::size_t length_bytes = 4;

void append(crypto::Bytes& to, crypto::ByteView bytes)
{
    to.insert(to.end(), bytes.begin(), bytes.end());
}

void append_length(crypto::Bytes& to, std::size_t length)
{
    for (unsigned shift = 0; shift < 32; shift += 8) {
        to.push_back(static_cast<std::byte>((length >> shift) & 0xFFU));
    }
}

std::uint32_t length_at(crypto::ByteView bytes) noexcept
{
    std::uint32_t length = 0;
    for (std::size_t i = 0; i < length_bytes; ++i) { length |= static_cast<std::uint32_t>(bytes[i]) << (8 * i); }
    return length;
}

std::unexpected<VaultFailure> not_a(const ContainerKind& kind, const RegularFile& file, std::string_view why)
{
    return refuse(VaultError::malformed,
                  file.name() + " is not a sound " + std::string{kind.noun} + ": " + std::string{why});
}

/// Adds `count` more bytes of the file to what has been read from its start.
Result<crypto::ByteView> read_more(const RegularFile& file, crypto::Bytes& prefix, std::size_t count)
{
    const std::size_t start = prefix.size();
    if (file.size() < start + count) { return refuse(VaultError::malformed, file.name() + " ends too early"); }
    prefix.resize(start + count);
    const auto added = std::span{prefix}.subspan(start);
    if (auto read = file.read_at(start, added); !read) { return std::unexpected{read.error()}; }
    return added;
}

/// A length and as many bytes.
Result<crypto::ByteView> read_block(const RegularFile& file, crypto::Bytes& prefix, std::size_t bytes_max)
{
    const auto length = read_more(file, prefix, length_bytes);
    if (!length) { return length; }
    const std::uint32_t count = length_at(*length);
    if (count > bytes_max) { return refuse(VaultError::malformed, file.name() + " has a block that is too long"); }
    return read_more(file, prefix, count);
}

std::string signatures_json(std::span<const SealerSignature> signatures)
{
    boost::json::array array;
    for (const SealerSignature& one : signatures) {
        array.push_back({{"sealer", one.sealer}, {"signature", crypto::to_base64(one.signature)}});
    }
    return engine::canonical_json(array);
}

Result<std::vector<SealerSignature>> signatures_from_json(std::string_view text)
{
    const auto value = parse_document(text, signature_block_bytes_max, "signature block");
    if (!value) { return std::unexpected{value.error()}; }
    const auto* array = value->if_array();
    if (array == nullptr || array->empty() || array->size() > signatures_max) {
        return refuse(VaultError::malformed, "the signature block is not a list of one or two signatures");
    }
    std::vector<SealerSignature> signatures;
    for (const boost::json::value& entry : *array) {
        engine::JsonFields fields{entry, "signature"};
        SealerSignature one{.sealer = hex_field(fields, "sealer", 16),
                            .signature = signature_field(fields, "signature")};
        if (auto finished = finish_document(fields, "signature block"); !finished) {
            return std::unexpected{finished.error()};
        }
        signatures.push_back(std::move(one));
    }
    if (auto same = require_same_spelling(text, signatures_json(signatures), "the signature block"); !same) {
        return std::unexpected{same.error()};
    }
    return signatures;
}

} // namespace

std::string_view ContainerFrame::header() const noexcept
{
    const auto bytes = std::span{signed_bytes}.subspan(magic_bytes + length_bytes);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

crypto::Digest ContainerFrame::digest(crypto::Suite suite) const
{
    crypto::SuiteHasher hasher{suite};
    hasher.update(signed_bytes);
    hasher.update(signature_block(signatures)); // there is one spelling of it
    return hasher.finish();
}

crypto::Bytes signed_bytes(const ContainerKind& kind, std::string_view header)
{
    crypto::Bytes bytes;
    bytes.reserve(magic_bytes + length_bytes + header.size());
    append(bytes, crypto::bytes_of(kind.magic));
    append_length(bytes, header.size());
    append(bytes, crypto::bytes_of(header));
    return bytes;
}

crypto::Bytes signature_block(std::span<const SealerSignature> signatures)
{
    const std::string json = signatures_json(signatures);
    crypto::Bytes bytes;
    append_length(bytes, json.size());
    append(bytes, crypto::bytes_of(json));
    return bytes;
}

SealerSignature sign_container(const ContainerKind& kind, crypto::ByteView bytes, const Identity& sealer)
{
    return {.sealer = sealer.card().id(), .signature = sealer.signing_key().sign(kind.signature_purpose, bytes)};
}

bool is_signed_by(const ContainerFrame& frame, const ContainerKind& kind, std::size_t index, const IdentityCard& sealer)
{
    return index < frame.signatures.size() && frame.signatures[index].sealer == sealer.id() &&
           crypto::verify(sealer.sign_key, kind.signature_purpose, frame.signed_bytes,
                          frame.signatures[index].signature);
}

Result<ContainerFrame> read_frame(const RegularFile& file, const ContainerKind& kind)
{
    crypto::Bytes prefix;
    const auto magic = read_more(file, prefix, magic_bytes);
    if (!magic) { return std::unexpected{magic.error()}; }
    if (!std::ranges::equal(*magic, crypto::bytes_of(kind.magic))) {
        return not_a(kind, file, "it does not begin like one");
    }
    if (auto header = read_block(file, prefix, package_header_bytes_max); !header) {
        return std::unexpected{header.error()};
    }
    ContainerFrame frame;
    frame.signed_bytes = prefix;
    const auto block = read_block(file, prefix, signature_block_bytes_max);
    if (!block) { return std::unexpected{block.error()}; }
    auto signatures = signatures_from_json(crypto::text_of(*block));
    if (!signatures) { return std::unexpected{signatures.error()}; }
    frame.signatures = *std::move(signatures);
    frame.body_offset = prefix.size();
    frame.body_length = file.size() - prefix.size();
    if (file.size() > package_bytes_max) { return not_a(kind, file, "it is too large"); }
    return frame;
}

} // namespace papervault::vault
