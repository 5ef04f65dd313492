#pragma once

#include <papervault/vault/answers.hpp>

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace papervault::vault {

/// What a hall's journal has to say in the office's ledger: how the seal was inspected, what was wrong with it, and
/// that the package was opened.
struct SittingEntry {
    std::uint64_t record = 0; ///< Number of the journal's record.
    std::string action;       ///< "package.inspect", "package.incident", "package.open"
    std::string incident;     ///< Id and document of a package.incident.
    std::string document;
    boost::json::object subject;
};
/// Witnesses' words, incidents and clearances are checked against the package.
/// @return malformed, and what verify_inspection(), verify_incident() and verify_clearance() return, naming the record.
[[nodiscard]] Result<std::vector<SittingEntry>> sitting_entries(const AnswersFile& answers,
                                                                const PackageReader& package);

} // namespace papervault::vault
