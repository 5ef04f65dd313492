#pragma once

#include <papervault/engine/form.hpp>
#include <papervault/vault/draws.hpp>
#include <papervault/vault/package.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The paper compartment of a package in which each candidate has a form of his own: one set of items, and for each
/// form the places of its items in it (docs/package-format.md, "Candidates' forms").
namespace papervault::vault {

/// @param record  Of a draw with a form for each candidate.
/// @param forms  From DrawRegister::candidates_forms(); not empty.
[[nodiscard]] std::string candidates_paper(const DrawRecord& record, std::span<const CandidatesForm> forms);

/// A paper compartment, read.
struct PaperForms {
    std::vector<engine::Form> forms; ///< Written out, in the compartment's order.
    bool one_each = false;           ///< A form for each candidate: no two of them may have the same one.
};
/// Either kind of paper compartment. Of candidates' forms each one is shown to be the one with its number of the draw
/// that the header names: method, blueprint, seed and root give the header's draw digest, and item lists and proof give
/// the root. That the forms are those which the header promises, the caller checks by their digests, as ever.
/// @return malformed.
[[nodiscard]] Result<PaperForms> read_paper(const PackageHeader& header, std::string_view paper);

} // namespace papervault::vault
