#include <papervault/vault/paper_backup.hpp>

#include <algorithm>

namespace papervault::vault {
namespace {

VaultError code_of(crypto::CryptoError code) noexcept
{
    switch (code) {
    case crypto::CryptoError::quorum_incomplete: return VaultError::quorum_incomplete;
    case crypto::CryptoError::share_mismatch: return VaultError::share_invalid;
    case crypto::CryptoError::malformed:
    case crypto::CryptoError::authentication_failed:
    case crypto::CryptoError::unacceptable_key:
    case crypto::CryptoError::too_large: return VaultError::malformed;
    case crypto::CryptoError::unavailable: return VaultError::storage_failed;
    }
    return VaultError::malformed;
}

std::unexpected<VaultFailure> from_crypto(const crypto::CryptoFailure& failure)
{
    return refuse(code_of(failure.code), failure.detail);
}

} // namespace

Result<std::vector<PaperSheet>> write_on_paper(const Identity& identity, int needed, int sheets,
                                               const crypto::SecretBuffer& passphrase)
{
    if (!is_identity_name(identity.card().name)) { return refuse(VaultError::malformed, "the identity has no name"); }
    const auto shares = crypto::split_into_mnemonics(identity.secret(), passphrase,
                                                     {.groups = {{.threshold = needed, .count = sheets}}});
    if (!shares) { return from_crypto(shares.error()); }
    std::vector<PaperSheet> paper;
    for (const crypto::MnemonicShare& share : *shares) {
        paper.push_back({.number = share.share.index + 1, .words = crypto::mnemonic_words(share)});
    }
    return paper;
}

ExpectedIdentity expect_card(const IdentityCard& card)
{
    return {.name = card.name, .id = card.id(), .suite = card.suite()};
}

Result<void> PaperRecovery::add(crypto::ByteView words)
{
    auto share = crypto::mnemonic_share(words);
    if (!share) { return from_crypto(share.error()); }
    if (auto added = sheets_.add(std::move(*share)); !added) { return from_crypto(added.error()); }
    return {};
}

int PaperRecovery::given() const
{
    int given = 0;
    for (const auto& group : sheets_.groups()) { given += group.given; }
    return given;
}

int PaperRecovery::needed() const
{
    int needed = 0;
    for (const auto& group : sheets_.groups()) { needed += group.needed; }
    return needed;
}

Result<Identity> PaperRecovery::recover(const ExpectedIdentity& expected, const crypto::SecretBuffer& passphrase) const
{
    const auto secret = sheets_.recover(passphrase);
    if (!secret) { return from_crypto(secret.error()); }
    auto identity = Identity::from_secret(expected.name, *secret, expected.suite);
    // Another secret need not even be one of this suite; nobody learns more than that it is not the expected one.
    if (!identity || identity->card().id() != expected.id) {
        return refuse(VaultError::wrong_passphrase_or_key,
                      "the sheets give other keys than those of " + expected.name + " (" + expected.id +
                          "): another passphrase of the sheets, or another person's sheets");
    }
    return identity;
}

} // namespace papervault::vault
