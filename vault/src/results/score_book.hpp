#pragma once

#include <papervault/vault/results.hpp>

#include <string_view>
#include <vector>

/// What grading and grading again share.
namespace papervault::vault {

/// The drawn forms of a package, compared with the digests that both sealers signed.
[[nodiscard]] Result<std::vector<engine::Form>> forms_of(OfficeVault& vault, const PackageReader& package);
[[nodiscard]] const engine::Form* form_named(const std::vector<engine::Form>& forms, std::string_view id);
/// Views `answers` and `forms`; in the order of the sheets.
[[nodiscard]] Result<std::vector<engine::BatchSheet>> batch_sheets(const AnswersFile& answers,
                                                                   const std::vector<engine::Form>& forms);
/// Works out points and awaiting_person from the items.
void sum_up(CandidateResult& result);
/// Replaces the stored scores of a package.
void store_results(Database& database, std::string_view package_id, const std::vector<CandidateResult>& results);
[[nodiscard]] std::unexpected<VaultFailure> stopped(const engine::Disagreement& disagreement);

} // namespace papervault::vault
