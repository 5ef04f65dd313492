#pragma once

#include <papervault/crypto/hash.hpp>
#include <papervault/engine/form.hpp>
#include <papervault/vault/office.hpp>
#include <papervault/vault/spacing.hpp>

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Whose copy was photographed? Every copy of a paper differs in lawful, invisible ways: the order of items within
/// their section and of options within their item, and for copies on paper the wording of instructions and the spacing
/// (spacing.hpp). What can be read off a photograph is compared with every registered copy.
namespace papervault::vault {

/// The seed of a candidate's order of a form: what the hall's delivery and the trace agree on.
[[nodiscard]] crypto::Digest candidate_order_seed(std::string_view package_id, const crypto::Digest& form_digest,
                                                  std::string_view ticket);
/// The purpose of the ChaCha20 stream under that seed.
inline constexpr std::string_view candidate_order_purpose = "form-order";

/// What a copy looks like, without content.
struct CopyOrder {
    std::string id;     ///< Ticket and form, or the copy's number.
    std::string kind;   ///< "candidate", "candidate-spare", "proof-reader", "printer", "custodian", "other".
    std::string holder; ///< Name.
    std::string form_id;
    struct Section {
        std::vector<std::string> items;
        std::string note;
    };
    std::vector<Section> sections;
    std::map<std::string, std::vector<std::string>, std::less<>> options; ///< Of items whose options move.
    CopySpacing spacing;                                                  ///< Empty on screens.
};
/// @param form  As the copy shows it.
[[nodiscard]] CopyOrder order_of(const engine::Form& form, std::string id, std::string kind, std::string holder);

/// The lawful wordings of a section's instruction; the first one is the author's.
[[nodiscard]] std::vector<std::string> wordings_of(std::string_view note);
/// A copy for somebody's hands: items, options and instructions by a stream that only the office can make.
/// @param copy_key  32 bytes.
[[nodiscard]] engine::Form mark_copy(const engine::Form& form, const crypto::SecretBuffer& copy_key,
                                     std::string_view copy_id);

/// What somebody has read off a photograph. Lines: "ITEM" or "ITEM: OPTION OPTION ? …" for each item in the order of
/// the paper, options by their ids in the bank, "?" for one that can't be read; "..." where the photograph leaves
/// something out; "note: TEXT" for an instruction; "spacing ITEM: w n ?" for the lines of a stem, wider, narrower,
/// unread; "gap ITEM: w" for the space above an item; "lengths ITEM: 431 ? 96.5" for measured lengths of the lines, in
/// one scale up to the next "..."; "#" begins a comment.
struct Observation {
    struct Item {
        std::string id;
        std::vector<std::string> options; ///< From the first one on; "?" unread. May be shorter than the item's.
    };
    std::vector<std::vector<Item>> runs; ///< Items that follow each other without a gap.
    std::vector<std::string> notes;
    std::vector<SpacingSeen> spacing;
    std::vector<std::vector<LengthsSeen>> lengths; ///< Groups of one scale; not ranked, see spacing_from_lengths().
};
/// At most 64 KiB, 1 to 2000 items, 12 options or lines each. @return malformed naming the line.
[[nodiscard]] Result<Observation> decode_observation(std::string_view text);

struct Suspect {
    const CopyOrder* copy = nullptr; ///< Of the copies that were given.
    double evidence = 0;             ///< log10 of the likelihood against a copy in a random order.
    double probability = 0;          ///< Among the registered copies and "none of them", all equally likely before.
    double innocent_match_max = 0; ///< Bound: the chance that any of so many innocent copies fits as well as this one.
};
/// @param forms     The forms as they were drawn: what a random order is, is found by shuffling them.
/// @param misread   Chance that one reading is wrong, 0.001 to 0.2.
/// @return The best first.
[[nodiscard]] std::vector<Suspect> rank_copies(std::span<const CopyOrder> copies, std::span<const engine::Form> forms,
                                               const Observation& observation, double misread);

struct IssuedCopy {
    std::string id;
    std::string draw_id;
    std::string form_id;
    std::string kind;
    std::string holder;
    engine::Instant issued_at;
};

/// A copy as it must be shown to its holder.
struct MarkedCopy {
    IssuedCopy copy;
    engine::Form form;
    CopySpacing spacing;
};

/// The register of copies that the office gave out, and those that a hall shows.
class CopyRegister {
public:
    explicit CopyRegister(OfficeVault& vault) : vault_{&vault} {}

    /// Registers a copy and gives what its holder must be shown. Needs manager or sealer.
    /// @param kind  "proof-reader", "printer", "custodian" or "other".
    /// @return already_exists: a copy once issued is the holder's only one of this kind.
    [[nodiscard]] Result<MarkedCopy> issue(std::string_view draw_id, std::string_view form_id, std::string_view kind,
                                           std::string_view holder, engine::Instant now);
    [[nodiscard]] Result<std::vector<IssuedCopy>> list(std::string_view draw_id);

    struct Copies {
        std::vector<engine::Form> forms;
        std::vector<CopyOrder> orders;
    };
    /// Every copy of the package's paper: each candidate's (and what he would have seen of each spare form), and those
    /// that were issued. Recorded, with the purpose.
    [[nodiscard]] Result<Copies> copies_of(std::string_view package_id, std::string_view purpose, engine::Instant now);

private:
    OfficeVault* vault_;
};

} // namespace papervault::vault
