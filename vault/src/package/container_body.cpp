#include "package/container.hpp"

#include "json_codec.hpp"
#include "package/layout.hpp"
#include "package/piece_hasher.hpp"

#include <algorithm>
#include <vector>

namespace papervault::vault {
namespace {

constexpr std::size_t wrapped_key_bytes_max = 256;
/// So many chunks are written, read and hashed at once: they stay in the cache until everybody has had them.
constexpr std::uint64_t piece_chunks = 4;

std::size_t piece_bytes_max(crypto::Suite suite)
{
    return piece_chunks * (chunk_bytes + crypto::chunk_overhead_bytes(suite));
}

/// Seals one compartment into the file and fills in its digest.
Result<void> seal_compartment(DurableFile& file, std::uint64_t body_offset, crypto::Suite suite,
                              CompartmentToSeal& compartment)
{
    const auto context = compartment.context.view();
    crypto::ChunkCipher cipher{std::move(compartment.key), crypto::Bytes{context.begin(), context.end()}, suite};
    PieceHasher hasher{suite, piece_bytes_max(suite), compartment.record->length};
    const std::uint64_t length = compartment.plaintext.size();
    const std::uint64_t count = chunk_count(length);
    std::uint64_t offset = body_offset + compartment.record->offset;
    for (std::uint64_t index = 0; index < count;) {
        const auto room = hasher.next();
        std::size_t used = 0;
        for (std::uint64_t n = 0; n < piece_chunks && index < count; ++n, ++index) {
            const std::size_t size = chunk_length(length, index);
            const auto out = room.subspan(used, size + crypto::chunk_overhead_bytes(suite));
            cipher.seal(index, index + 1 == count, compartment.plaintext.subspan(index * chunk_bytes, size), out);
            used += out.size();
        }
        hasher.submit(used);
        if (auto written = file.write_at(offset, room.first(used)); !written) { return written; }
        offset += used;
    }
    compartment.record->digest = hasher.finish();
    return {};
}

std::unexpected<VaultFailure> not_authentic(const Compartment& compartment)
{
    return refuse(VaultError::authentication_failed,
                  "compartment " + compartment.name + ": wrong key or altered bytes");
}

/// Reads the sealed pieces in order. `take` is given the index of a piece's first chunk and its bytes.
template <class Next, class Take>
Result<void> for_each_piece(const RegularFile& file, std::uint64_t body_offset, const Compartment& compartment,
                            crypto::Suite suite, const Next& next, const Take& take)
{
    const std::uint64_t count = chunk_count(compartment.plaintext_length);
    std::uint64_t offset = body_offset + compartment.offset;
    const std::uint64_t end = offset + compartment.length;
    for (std::uint64_t index = 0; index < count; index += piece_chunks) {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(piece_bytes_max(suite), end - offset));
        const auto piece = next().first(size);
        if (auto read = file.read_at(offset, piece); !read) { return read; }
        if (Result<void> taken = take(index, crypto::ByteView{piece}); !taken) { return taken; }
        offset += size;
    }
    return {};
}

/// Reads the sealed pieces and compares their digest with the one that was signed: what fits the key, but is not what
/// was sealed, is refused, too.
template <class Take>
Result<void> for_each_checked_piece(const RegularFile& file, std::uint64_t body_offset, const Compartment& compartment,
                                    crypto::Suite suite, PieceHasher::Place place, const Take& take)
{
    PieceHasher hasher{suite, piece_bytes_max(suite), compartment.length, place};
    auto read = for_each_piece(
        file, body_offset, compartment, suite, [&hasher] { return hasher.next(); },
        [&](std::uint64_t index, crypto::ByteView piece) -> Result<void> {
            hasher.submit(piece.size());
            return take(index, piece);
        });
    if (!read) { return read; }
    if (hasher.finish() != compartment.digest) {
        return refuse(VaultError::authentication_failed, "compartment " + compartment.name + " was altered");
    }
    return {};
}

/// The chunks of one piece. `open` is given index, whether it is the last one, and the sealed bytes.
template <class Open>
Result<void> for_each_chunk(const Compartment& compartment, crypto::Suite suite, std::uint64_t index,
                            crypto::ByteView piece, const Open& open)
{
    const std::uint64_t count = chunk_count(compartment.plaintext_length);
    for (; !piece.empty(); ++index) {
        const std::size_t size =
            chunk_length(compartment.plaintext_length, index) + crypto::chunk_overhead_bytes(suite);
        if (Result<void> opened = open(index, index + 1 == count, piece.first(size)); !opened) { return opened; }
        piece = piece.subspan(size);
    }
    return {};
}

} // namespace

Result<void> write_container(const std::filesystem::path& file, const ContainerKind& kind,
                             std::span<CompartmentToSeal> compartments,
                             const std::function<std::string()>& encode_header, const Identity& sealer)
{
    auto durable = DurableFile::create(file);
    if (!durable) { return std::unexpected{durable.error()}; }
    // Digests are of one length, so the place of the body is known before they are.
    const crypto::Bytes provisional = signed_bytes(kind, encode_header());
    const SealerSignature nobody{.sealer = sealer.card().id()};
    const std::uint64_t body_offset = provisional.size() + signature_block({&nobody, 1}).size();
    const Compartment* last = compartments.empty() ? nullptr : compartments.back().record;
    const std::uint64_t body_bytes = last == nullptr ? 0 : last->offset + last->length;
    // Room for the second signature, too: what is written here stays readable when it is countersigned.
    if (provisional.size() + signature_block_bytes_max + body_bytes > package_bytes_max) {
        return refuse(VaultError::malformed, "the " + std::string{kind.noun} + " would be too large");
    }
    for (CompartmentToSeal& compartment : compartments) {
        if (auto sealed = seal_compartment(*durable, body_offset, sealer.card().suite(), compartment); !sealed) {
            return sealed;
        }
    }
    const crypto::Bytes head = signed_bytes(kind, encode_header());
    const SealerSignature signature = sign_container(kind, head, sealer);
    const crypto::Bytes block = signature_block({&signature, 1});
    if (auto written = durable->write_at(0, head); !written) { return written; }
    if (auto written = durable->write_at(head.size(), block); !written) { return written; }
    return durable->commit(false, 0600);
}

Result<void> check_compartment(const RegularFile& file, std::uint64_t body_offset, const Compartment& compartment,
                               crypto::Suite suite, const BytesSink& sink)
{
    return for_each_checked_piece(
        file, body_offset, compartment, suite, PieceHasher::Place::here,
        [&sink](std::uint64_t, crypto::ByteView piece) -> Result<void> { return sink ? sink(piece) : Result<void>{}; });
}

Result<crypto::SecretBuffer> open_compartment(const RegularFile& file, std::uint64_t body_offset,
                                              const Compartment& compartment, const crypto::ChunkCipher& cipher)
{
    crypto::SecretBuffer plaintext{static_cast<std::size_t>(compartment.plaintext_length)};
    std::span<std::byte> rest = plaintext.expose();
    const crypto::Suite suite = cipher.suite();
    const auto open = [&](std::uint64_t index, bool last, crypto::ByteView chunk) -> Result<void> {
        const std::size_t size = chunk.size() - crypto::chunk_overhead_bytes(suite);
        if (!cipher.open(index, last, chunk, rest.first(size))) { return not_authentic(compartment); }
        rest = rest.subspan(size);
        return {};
    };
    auto read = for_each_checked_piece(file, body_offset, compartment, suite, PieceHasher::Place::beside,
                                       [&](std::uint64_t index, crypto::ByteView piece) {
                                           return for_each_chunk(compartment, suite, index, piece, open);
                                       });
    if (!read) { return std::unexpected{read.error()}; }
    return plaintext;
}

Result<void> authenticate_compartment(const RegularFile& file, std::uint64_t body_offset,
                                      const Compartment& compartment, const crypto::ChunkCipher& cipher)
{
    const auto check = [&](std::uint64_t index, bool last, crypto::ByteView chunk) -> Result<void> {
        if (!cipher.is_authentic(index, last, chunk)) { return not_authentic(compartment); }
        return {};
    };
    return for_each_checked_piece(file, body_offset, compartment, cipher.suite(), PieceHasher::Place::beside,
                                  [&](std::uint64_t index, crypto::ByteView piece) {
                                      return for_each_chunk(compartment, cipher.suite(), index, piece, check);
                                  });
}

Result<void> stream_compartment(const RegularFile& file, std::uint64_t body_offset, const Compartment& compartment,
                                const crypto::ChunkCipher& cipher, const BytesSink& sink)
{
    crypto::SecretBuffer plaintext{chunk_bytes};
    std::vector<std::byte> sealed(piece_bytes_max(cipher.suite()));
    const auto open = [&](std::uint64_t index, bool last, crypto::ByteView chunk) -> Result<void> {
        const auto out = plaintext.expose().first(chunk.size() - crypto::chunk_overhead_bytes(cipher.suite()));
        if (!cipher.open(index, last, chunk, out)) { return not_authentic(compartment); }
        return sink ? sink(out) : Result<void>{};
    };
    return for_each_piece(
        file, body_offset, compartment, cipher.suite(), [&sealed] { return std::span{sealed}; },
        [&](std::uint64_t index, crypto::ByteView piece) {
            return for_each_chunk(compartment, cipher.suite(), index, piece, open);
        });
}

boost::json::object to_json(const Compartment& compartment)
{
    return {{"name", compartment.name},           {"offset", compartment.offset},
            {"length", compartment.length},       {"plaintext_length", compartment.plaintext_length},
            {"digest", compartment.digest.hex()}, {"wrapped_key", crypto::to_base64(compartment.wrapped_key)}};
}

Compartment compartment_from_fields(engine::JsonFields& fields)
{
    const auto size = [&fields](std::string_view name) {
        return static_cast<std::uint64_t>(fields.integer(name, 0, static_cast<std::int64_t>(package_bytes_max)));
    };
    Compartment compartment;
    compartment.name = fields.text("name", 32);
    compartment.offset = size("offset");
    compartment.length = size("length");
    compartment.plaintext_length = size("plaintext_length");
    compartment.digest = digest_field(fields, "digest");
    compartment.wrapped_key = base64_field(fields, "wrapped_key", wrapped_key_bytes_max);
    if (!is_plain_name(compartment.name, 32)) {
        fields.problem(engine::EngineError::malformed, "name", "is not a compartment's name");
    }
    return compartment;
}

} // namespace papervault::vault
