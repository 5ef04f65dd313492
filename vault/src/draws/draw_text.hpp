#pragma once

#include <papervault/vault/draws.hpp>

#include <boost/json/value.hpp>

namespace papervault::vault {

/// BLAKE2b over the officers' revealed values in the order of their ids.
[[nodiscard]] crypto::Digest seed_of(const DrawRecord& record);
[[nodiscard]] crypto::Digest blueprint_digest(std::string_view blueprint_text);
/// The draw itself: a function of snapshot, blueprint and seed, nothing else.
[[nodiscard]] Result<std::vector<engine::DrawnForm>>
draw_forms(const BankSnapshot& snapshot, const engine::Blueprint& blueprint, const crypto::Digest& seed);
/// Forms by item ids, readable without the snapshot's order.
[[nodiscard]] boost::json::value forms_to_json(const std::vector<engine::DrawnForm>& forms,
                                               const BankSnapshot& snapshot);
[[nodiscard]] Result<std::vector<engine::DrawnForm>> forms_from_json(const boost::json::value& value,
                                                                     const BankSnapshot& snapshot);
[[nodiscard]] crypto::Digest draw_digest(const DrawRecord& record, std::string_view forms_text);

} // namespace papervault::vault
