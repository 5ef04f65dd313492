#pragma once

#include <papervault/crypto/mnemonic.hpp>
#include <papervault/vault/identity.hpp>

#include <string>
#include <vector>

/// An identity on paper, so that a lost file, a forgotten passphrase or a broken token is not its end: its secret as
/// sheets of words after SLIP-39, of which some are enough (docs/identity-format.md). Fewer tell nothing.
namespace papervault::vault {

struct PaperSheet {
    int number = 0; ///< From 1, as the words themselves say it.
    crypto::SecretBuffer words;
};
/// @param needed      2 .. sheets, or 1 of 1.
/// @param sheets      1 .. 16
/// @param passphrase  Printable ASCII that is needed beside the sheets; empty for none.
/// @return malformed for values out of range.
[[nodiscard]] Result<std::vector<PaperSheet>> write_on_paper(const Identity& identity, int needed, int sheets,
                                                             const crypto::SecretBuffer& passphrase);

/// What must come out of the sheets: a card, or what is printed on them.
struct ExpectedIdentity {
    std::string name;
    std::string id; ///< IdentityCard::id()
    crypto::Suite suite = crypto::Suite::pv1;
};
[[nodiscard]] ExpectedIdentity expect_card(const IdentityCard& card);

/// Takes sheets until there are enough. One thread at a time.
class PaperRecovery {
public:
    /// A refused sheet changes nothing. @return malformed (an unknown word, a checksum: see crypto/mnemonic.hpp for
    /// help), share_invalid (of another backup, or given already).
    [[nodiscard]] Result<void> add(crypto::ByteView words);
    [[nodiscard]] bool complete() const { return sheets_.complete(); }
    [[nodiscard]] int given() const;
    [[nodiscard]] int needed() const; ///< 0 before the first sheet; of all groups that were begun.

    /// Never an identity that nobody checked: a wrong passphrase gives other keys, which have another id.
    /// @return quorum_incomplete; share_invalid (altered sheets); wrong_passphrase_or_key (the keys are not those of
    ///         `expected`: another passphrase, or another person's sheets).
    [[nodiscard]] Result<Identity> recover(const ExpectedIdentity& expected,
                                           const crypto::SecretBuffer& passphrase) const;

private:
    crypto::MnemonicCollector sheets_;
};

} // namespace papervault::vault
