#pragma once

#include <papervault/engine/item.hpp>
#include <papervault/engine/qti/item.hpp>

#include <string>

/// Between QTI and the item bank's own types.
namespace papervault::engine::qti {

/// What a QTI item does not say and the bank wants to know.
struct BankDetails {
    std::string id; ///< Empty: the QTI identifier, with '_' for what an id may not have.
    std::string knowledge_point;
    std::string source;
};

/// An item with one choice interaction, or with text entries only, as an item of the bank: single or multiple choice,
/// true/false, fill-in.
///
/// Nothing is dropped and nothing guessed: what the bank's content cannot show is a refusal, and the key is what the
/// item's own processing says. Every response to a choice is tried; the item fits when full points belong to one
/// response (any number of options), and all others have none. Blanks fit when each gives its equal share.
/// @return inconsistent with the reason when the item does not fit; out_of_range for more than 12 options, 20 blanks.
[[nodiscard]] Result<ItemWithKey> to_bank_item(const AssessmentItem& item, const BankDetails& details);

/// The item as QTI 3.0, with its key and processing; for choices and blanks to_bank_item() gives the same type,
/// content, key and points. Texts of blanks compare without regard to case there; the bank's own comparison is wider.
/// Matching gives each right pair its part unless the key says all or nothing; ordering is all or nothing.
/// @return inconsistent for what QTI would lose: a blank that accepts both texts and a number, a penalty, a rule for
/// partial points of choices or orders, units, figures, weights, a shared passage.
[[nodiscard]] Result<std::string> to_qti3_xml(const ItemWithKey& item);

} // namespace papervault::engine::qti
