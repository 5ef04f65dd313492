#pragma once

#include <papervault/vault/answers.hpp>

#include <span>
#include <string>
#include <string_view>

/// The sheets of an answers file in one pass over their canonical text. Accepts exactly what decode_sheets() accepts,
/// which reads a tree of values and writes it again; a hall seals only what both read alike.
namespace papervault::vault {

/// Fills in what encode_sheets() writes. @return malformed.
[[nodiscard]] Result<void> read_sheets(std::string_view text, AnswersFile& answers);

/// The same straight into columns, checked as check_answers() checks sheets: a ticket once, nothing of an absent
/// candidate, receipts that fit their sheets.
/// @param items  Ids that become columns; responses to others are read and left out.
/// @param forms  Ids of the package's forms.
/// @param package_id  What receipts stand for. @param candidates  How many are expected.
/// @return malformed.
[[nodiscard]] Result<AnswerColumns> read_sheet_columns(std::string_view text, std::span<const std::string> items,
                                                       std::span<const std::string> forms, std::string_view package_id,
                                                       std::size_t candidates);

} // namespace papervault::vault
