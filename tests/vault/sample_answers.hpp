#pragma once

#include <papervault/vault/answers.hpp>
#include <papervault/vault/package.hpp>

#include <string>

namespace papervault::vault::test {

/// What the kiosk showed whoever handed in this sheet.
[[nodiscard]] std::string receipt_of_sheet(const AnswerSheet& sheet, const std::string& package_id);

/// T0001 handed in form A with these responses, T0002 was absent; 09:00 to 11:00, sealed at 11:05. Without a journal.
[[nodiscard]] AnswersFile sample_answers(const PackageReader& package, const Identity& hall,
                                         decltype(AnswerSheet::responses) responses);

} // namespace papervault::vault::test
