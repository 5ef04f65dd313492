#pragma once

#include <papervault/crypto/error.hpp>
#include <papervault/crypto/secret_buffer.hpp>
#include <papervault/crypto/secret_sharing.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

/// SLIP-39 (github.com/satoshilabs/slips/blob/master/slip-0039.md): a secret as English words on several sheets of
/// paper, of which some are enough. Sheets may be in groups: so many groups, and of each so many sheets. A passphrase
/// may encrypt the secret before it is shared; a wrong one gives another secret and no error, so compare what comes
/// out.
///
/// Sharing, checksum and the look-up of words take a time that does not depend on the secret; only the lengths of the
/// words do, which whoever watches the printing sees anyway.
namespace papervault::crypto {

inline constexpr std::size_t mnemonic_secret_bytes_min = 16;
inline constexpr std::size_t mnemonic_secret_bytes_max = 64;
inline constexpr std::size_t mnemonic_words_min = 20;
inline constexpr std::size_t mnemonic_words_max = 59;        ///< Of a secret of 64 bytes.
inline constexpr std::size_t mnemonic_text_bytes_max = 2048; ///< More than any sheet, typed with generous spaces.

/// What all sheets of one backup say; not secret.
struct MnemonicSet {
    std::uint16_t identifier = 0;        ///< 15 random bits, so that sheets of two backups are told apart.
    bool extendable = true;              ///< Further sets of sheets may be made of the same encrypted secret.
    std::uint8_t iteration_exponent = 0; ///< 0 .. 15; guessing the passphrase costs 10000 · 2^e rounds of PBKDF2.
    std::uint8_t group_threshold = 1;    ///< 1 .. group_count
    std::uint8_t group_count = 1;        ///< 1 .. 16
    bool operator==(const MnemonicSet&) const = default;
};

/// One sheet.
struct MnemonicShare {
    MnemonicSet set;
    std::uint8_t group_index = 0;      ///< 0 .. group_count-1
    std::uint8_t member_threshold = 1; ///< 1 .. 16: sheets of its group that are needed.
    Share share;                       ///< The index is the sheet's in its group; 16 to 64 bytes, an even number.
};

/// The words in lower case with a space between them. A share outside the ranges above stops the program.
[[nodiscard]] SecretBuffer mnemonic_words(const MnemonicShare& share);

/// Reads words in either case with any white space. The error's text names numbers of words, never a word.
/// @return malformed (a word that is not in the list, too few words, a checksum that does not fit, impossible numbers),
///         too_large (more words than mnemonic_words_max or text than mnemonic_text_bytes_max).
[[nodiscard]] Result<MnemonicShare> mnemonic_share(ByteView words);

/// Help for the person who types a sheet. Not in constant time.
struct UnknownWord {
    std::size_t number = 0;                ///< From 1.
    std::vector<std::string_view> nearest; ///< Up to three words of the list that look like it, the nearest first.
};
/// The words that are not in the list. The texts live as long as the program.
[[nodiscard]] std::vector<UnknownWord> unknown_mnemonic_words(ByteView words);
/// Where all words are in the list, but the checksum does not fit: the number (from 1) of the only word that another
/// one in its place would put right. Nothing when there is no such word, or more than one. Which word it should be is
/// not told: that would be the checksum's guess, and the paper knows it.
[[nodiscard]] std::optional<std::size_t> suspicious_mnemonic_word(ByteView words);

struct MnemonicGroup {
    int threshold = 2; ///< 1 .. count; only with count 1 may it be 1 (then each sheet alone would do).
    int count = 3;     ///< 1 .. 16
};
struct MnemonicPlan {
    std::vector<MnemonicGroup> groups{{}}; ///< 1 to 16.
    int group_threshold = 1;               ///< 1 .. groups.size()
    int iteration_exponent = 6;            ///< 0 .. 15; the default, 640 000 rounds, is about a second.
    bool extendable = true;
};
/// @param secret      16 to 64 bytes, an even number.
/// @param passphrase  Printable ASCII, at most 1024 bytes; empty for none.
/// @return The sheets, group by group; malformed for values outside their ranges.
[[nodiscard]] Result<std::vector<MnemonicShare>>
split_into_mnemonics(const SecretBuffer& secret, const SecretBuffer& passphrase, const MnemonicPlan& plan);

/// Takes sheets one by one until there are enough. One thread at a time.
class MnemonicCollector {
public:
    /// Sheets that the collector has refused are not kept; the others stay.
    /// @return share_mismatch (of another backup; given already; another sheet with the same number; its group's other
    ///         sheets say another number).
    [[nodiscard]] Result<void> add(MnemonicShare share);

    struct Group {
        int index = 0; ///< From 0.
        int given = 0;
        int needed = 0;
    };
    /// Groups of which there is a sheet, by index.
    [[nodiscard]] std::vector<Group> groups() const;
    [[nodiscard]] int groups_needed() const noexcept; ///< 0 before the first sheet.
    /// Whether recover() has all it needs.
    [[nodiscard]] bool complete() const;
    /// The first sheet's; nothing before.
    [[nodiscard]] std::optional<MnemonicSet> set() const;

    /// Slow on purpose: see MnemonicSet::iteration_exponent. Of a group with more sheets than needed all must agree;
    /// a group that is not complete, beside enough others, is not looked at.
    /// @param iteration_exponent_max  Sheets may not choose how long we work: too_large beyond. 9 is about ten seconds.
    /// @return quorum_incomplete, share_mismatch (a sheet is altered, its group is named), malformed (passphrase).
    [[nodiscard]] Result<SecretBuffer> recover(const SecretBuffer& passphrase, int iteration_exponent_max = 9) const;

private:
    std::vector<MnemonicShare> sheets_;
};

} // namespace papervault::crypto
