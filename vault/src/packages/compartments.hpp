#pragma once

#include <papervault/crypto/secret_buffer.hpp>
#include <papervault/vault/answers.hpp>
#include <papervault/vault/packages.hpp>

#include <map>
#include <span>
#include <string>
#include <vector>

namespace papervault::vault {

/// Everything that goes into a package, in locked memory.
struct PackageContents {
    std::vector<FormSummary> forms;
    std::map<std::string, crypto::SecretBuffer> hall; ///< By compartment name: paper, spare-n, roster, media.
    crypto::SecretBuffer key;
    crypto::SecretBuffer key_vectors; ///< Golden scores: they reveal the answers.
};

/// The forms of one package: the candidates', then the spares.
struct FormsToSeal {
    std::vector<engine::Form> forms;
    std::size_t parallel = 0; ///< Candidates' forms.
    std::string paper;        ///< The paper compartment of candidates' forms; empty: forms are written out.
    std::string lists;        ///< Items of candidates' forms, as draws.forms has those of a set. Else empty.
};
/// Of a set all its forms; of a draw for each candidate the next ones that no package has, and as many spares as the
/// blueprint asks for.
/// @return conflict where the draw has not enough forms left; what candidates_forms() refuses.
[[nodiscard]] Result<FormsToSeal> forms_to_seal(OfficeVault& vault, const DrawRecord& record, std::size_t candidates);
/// Name in the table meta under which FormsToSeal::lists of a package is kept.
[[nodiscard]] std::string candidates_forms_name(std::string_view package_id);
/// The forms that a package was sealed with, from the draw's record.
[[nodiscard]] Result<std::vector<engine::Form>> sealed_forms(OfficeVault& vault, const DrawRecord& record,
                                                             std::span<const FormSummary> promised);
/// Where each candidate has a form of his own: that every sheet is of its candidate's form, or of a spare.
/// @return wrong_batch, naming ticket and forms.
[[nodiscard]] Result<void> require_own_forms(OfficeVault& vault, const PackageRecord& package,
                                             std::span<const FormSummary> forms, std::vector<engine::Candidate> roster,
                                             const AnswersFile& answers);
/// Gives each candidate one of the parallel forms, in turn by seat; who begins comes from the draw's digest.
void assign_forms(std::vector<engine::Candidate>& roster, std::span<const engine::Form> parallel,
                  std::string_view draw_digest);
[[nodiscard]] Result<PackageContents> gather_compartments(OfficeVault& vault, const FormsToSeal& sealed,
                                                          const std::vector<engine::Candidate>& roster,
                                                          const engine::GradingPolicy& policy);
/// What a form is known by: BLAKE2b over its identity text.
[[nodiscard]] crypto::Digest form_digest(const engine::Form& form);
[[nodiscard]] Result<std::vector<engine::Candidate>> decode_roster(std::string_view text);

} // namespace papervault::vault
