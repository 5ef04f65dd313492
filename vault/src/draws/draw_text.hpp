#pragma once

#include <papervault/vault/draws.hpp>

#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace papervault::vault {

/// Of records that were written before the method stood in them.
inline constexpr const char* first_draw_method = "papervault-draw-1";

[[nodiscard]] std::string commitment_of(std::string_view draw_id, std::string_view officer_id, crypto::ByteView value);
/// BLAKE2b over the officers' revealed values in the order of their ids, and the public value if one is named.
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
/// @param forms_text  The forms, or the Merkle root of the candidates' forms, in their stored form.
[[nodiscard]] crypto::Digest draw_digest(const DrawRecord& record, std::string_view forms_text);

/// Inside the caller's transaction: the row of a draw that has just been run. changes() is 1, or somebody was faster.
void store_drawn(Database& database, const DrawRecord& record, const BankSnapshot& snapshot,
                 std::string_view forms_text);
/// What the ledger says about it; the caller adds the forms.
[[nodiscard]] boost::json::object drawn_entry(const DrawRecord& record);

/// The blueprint of one candidate's form: one form, compared with no other.
[[nodiscard]] engine::Blueprint of_one_form(engine::Blueprint blueprint);

/// Draws candidates' forms; threads may share it.
class LoftDrawer {
public:
    /// @return infeasible.
    [[nodiscard]] static Result<LoftDrawer> make(const BankSnapshot& snapshot, const engine::Blueprint& blueprint,
                                                 const crypto::Digest& seed);
    /// @param number  From 1. A function of snapshot, blueprint, seed and number.
    [[nodiscard]] Result<engine::DrawnForm> draw(std::uint32_t number) const;

private:
    LoftDrawer(engine::FormDrawer drawer, const crypto::Digest& seed) : drawer_{std::move(drawer)}, seed_{seed} {}
    engine::FormDrawer drawer_;
    crypto::Digest seed_;
};
/// Item ids by section, in drawn order.
using ItemLists = std::vector<std::vector<std::string>>;
[[nodiscard]] ItemLists item_lists(const engine::DrawnForm& form, const BankSnapshot& snapshot);
/// "12|A,B;C": number, sections, item ids. What the digest of a candidate's form is taken over.
[[nodiscard]] crypto::Digest loft_form_digest(const ItemLists& lists, std::uint32_t number);
[[nodiscard]] crypto::Digest loft_form_digest(const engine::DrawnForm& form, std::uint32_t number,
                                              const BankSnapshot& snapshot);
/// "100000|root": takes the place of the forms in a record.
[[nodiscard]] std::string loft_text(const LoftRecord& loft);

} // namespace papervault::vault
