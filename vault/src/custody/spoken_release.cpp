#include "custody/spoken_release.hpp"

#include "custody/release.hpp"
#include "custody/spoken_code.hpp"
#include "package/bindings.hpp"

#include <papervault/crypto/aead.hpp>
#include <papervault/crypto/kdf.hpp>

#include <algorithm>

namespace papervault::vault {
namespace {

crypto::Digest spoken_context(const PackageHeader& header)
{
    return crypto::hash(header.suite, "papervault.spoken-release.v1",
                        {crypto::bytes_of(header.package_id), crypto::bytes_of(header.hall.id()),
                         crypto::bytes_of(header.batch.id), crypto::bytes_of(engine::to_text(header.batch.opens_at)),
                         crypto::bytes_of(engine::to_text(header.batch.expires_at))});
}

/// 24 symbols of 5 bits that only the release share gives: the office keeps nothing more than the share.
crypto::SecretBuffer symbols_of(const PackageHeader& header, const crypto::SecretBuffer& release_share)
{
    const auto wide = crypto::combine_keys(header.suite, {&release_share}, "papervault.spoken-code.v1",
                                           spoken_context(header).view());
    crypto::SecretBuffer symbols{spoken_symbols};
    std::ranges::transform(wide.expose().first(spoken_symbols), symbols.expose().begin(),
                           [](std::byte byte) { return byte & std::byte{31}; });
    return symbols;
}

crypto::SecretBuffer key_of(const PackageHeader& header, const crypto::SecretBuffer& symbols)
{
    return crypto::combine_keys(header.suite, {&symbols}, "papervault.spoken-release.v1",
                                spoken_context(header).view());
}

} // namespace

crypto::Bytes seal_spoken_release(const PackageHeader& header, const crypto::SecretBuffer& release_share)
{
    const auto context = spoken_context(header);
    const auto key = key_of(header, symbols_of(header, release_share));
    const auto inside = crypto::encrypt(header.suite, key, release_share.expose(), context.view());
    return crypto::seal_to(header.hall.box_key, inside, context.view());
}

Result<crypto::SecretBuffer> open_spoken_release(const PackageHeader& header, const crypto::BoxKeyPair& hall,
                                                 std::string_view code)
{
    if (header.spoken_release.empty()) {
        return refuse(VaultError::conflict, "this package has no spoken release; the release has to come as a file");
    }
    const auto symbols = read_spoken_code(code);
    if (!symbols) { return std::unexpected{symbols.error()}; }
    const auto not_ours =
        refuse(VaultError::share_invalid, "the spoken code is not the one of this package, hall and window");
    const auto context = spoken_context(header);
    const auto inside = crypto::open_sealed(hall, header.spoken_release, context.view());
    if (!inside) { return not_ours; }
    auto share = crypto::decrypt_secret(header.suite, key_of(header, *symbols), inside->expose(), context.view());
    if (!share || commitment_to_release(header.suite, *share, header.package_id) != header.release_commitment) {
        return not_ours;
    }
    return *std::move(share);
}

Result<std::string> issue_spoken_release(const PackageHeader& package, const crypto::SecretBuffer& release_share,
                                         engine::Instant now)
{
    if (package.spoken_release.empty()) { return refuse(VaultError::conflict, "this package has no spoken release"); }
    if (auto allowed = check_release(package, release_share, now); !allowed) {
        return std::unexpected{allowed.error()};
    }
    return write_spoken_code(symbols_of(package, release_share));
}

} // namespace papervault::vault
