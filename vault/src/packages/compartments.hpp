#pragma once

#include <papervault/crypto/secret_buffer.hpp>
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

/// Gives each candidate one of the parallel forms, in turn by seat; who begins comes from the draw's digest.
void assign_forms(std::vector<engine::Candidate>& roster, std::span<const engine::Form> parallel,
                  std::string_view draw_digest);
[[nodiscard]] Result<PackageContents> gather_compartments(OfficeVault& vault, const std::vector<engine::Form>& forms,
                                                          std::size_t parallel,
                                                          const std::vector<engine::Candidate>& roster,
                                                          const engine::GradingPolicy& policy);
/// What a form is known by: BLAKE2b over its identity text.
[[nodiscard]] crypto::Digest form_digest(const engine::Form& form);
[[nodiscard]] Result<std::vector<engine::Candidate>> decode_roster(std::string_view text);

} // namespace papervault::vault
