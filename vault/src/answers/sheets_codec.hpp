#pragma once

#include <papervault/vault/answers.hpp>

#include <string>
#include <string_view>

namespace papervault::vault {

/// The sealed part of an answers file except the journal, as canonical JSON.
[[nodiscard]] std::string encode_sheets(const AnswersFile& answers);
/// Fills in what encode_sheets() writes. @return malformed.
[[nodiscard]] Result<void> decode_sheets(std::string_view text, AnswersFile& answers);

/// What must hold of the sheets of every answers file: a ticket once, receipts that fit.
[[nodiscard]] Result<void> check_sheets(const AnswersFile& answers);
/// And of times and the length of the journal.
[[nodiscard]] Result<void> check_answers(const AnswersFile& answers);

} // namespace papervault::vault
