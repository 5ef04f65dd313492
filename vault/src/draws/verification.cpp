#include <papervault/vault/draws.hpp>

#include "draws/draw_text.hpp"
#include "draws/loft_work.hpp"

#include <papervault/crypto/merkle.hpp>
#include <papervault/engine/json.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

// Draws again from the record and compares; checks the forms against the blueprint by other code.
namespace papervault::vault {
namespace {

std::unexpected<VaultFailure> broken(const DrawRecord& record, const std::string& why)
{
    return refuse(VaultError::chain_broken, "draw " + record.id + ": " + why);
}

/// Everything around the forms: the officers' values, the digest, the seed, and last the method.
/// @param forms_text  As stored; empty before the drawing.
Result<void> verify_record(const DrawRecord& record, std::string_view forms_text)
{
    for (const DrawContribution& contribution : record.contributions) {
        const auto value = crypto::from_hex(contribution.value);
        if (contribution.value.empty()) { continue; }
        if (!value || commitment_of(record.id, contribution.officer_id, *value) != contribution.commitment) {
            return broken(record, "the value of " + contribution.officer_name + " is not the one committed to");
        }
    }
    if (record.state != DrawState::drawn) {
        return refuse(VaultError::conflict, "draw " + record.id + " has not been run yet");
    }
    if (draw_digest(record, forms_text).hex() != record.digest) {
        return broken(record, "the digest does not fit the record");
    }
    if (seed_of(record).hex() != record.seed) {
        return broken(record, "the seed does not come from the officers' values");
    }
    if (record.method != engine::draw_method) {
        return refuse(VaultError::conflict, "draw " + record.id + " was made by the method '" + record.method +
                                                "'; this program knows '" + std::string{engine::draw_method} +
                                                "' and can't repeat it");
    }
    return {};
}

std::optional<std::uint32_t> form_number(std::string_view text)
{
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || text.starts_with('0')) { return std::nullopt; }
    return number;
}

Result<std::uint32_t> loft_number(const DrawRecord& record, std::string_view form_id)
{
    const auto number = form_number(form_id);
    if (!number || *number > record.loft.forms) {
        return refuse(VaultError::not_found, "draw " + record.id + " has the forms 1 to " +
                                                 std::to_string(record.loft.forms) + ", not '" + std::string{form_id} +
                                                 "'");
    }
    return *number;
}

Result<engine::DrawnForm> same_form(const DrawRecord& record, const LoftDrawer& drawer, const BankSnapshot& snapshot,
                                    std::uint32_t number, const crypto::Digest& recorded)
{
    auto form = drawer.draw(number);
    if (!form) { return broken(record, "drawing again fails: " + form.error().detail); }
    if (loft_form_digest(*form, number, snapshot) != recorded) {
        return broken(record, "drawing form " + std::to_string(number) + " again gives another one");
    }
    return form;
}

const engine::DrawnForm* find_form(const std::vector<engine::DrawnForm>& forms, std::string_view id)
{
    const auto found = std::ranges::find(forms, id, &engine::DrawnForm::id);
    return found == forms.end() ? nullptr : &*found;
}

} // namespace

Result<std::string> DrawRegister::stored_forms(const DrawRecord& record)
{
    if (record.state != DrawState::drawn) { return std::string{}; }
    if (record.loft.forms > 0) { return loft_text(record.loft); }
    return guarded([&]() -> Result<std::string> {
        Statement row = vault_->database().prepare("SELECT forms FROM draws WHERE id = ?");
        row.bind(record.id);
        if (!row.step() || row.is_null(0)) { return broken(record, "its forms are missing"); }
        return row.text(0);
    });
}

Result<DrawRecord> DrawRegister::verify(std::string_view draw_id, const Progress& progress)
{
    auto record = find(draw_id);
    if (!record) { return record; }
    const auto forms_text = stored_forms(*record);
    if (!forms_text) { return std::unexpected{forms_text.error()}; }
    if (auto fits = verify_record(*record, *forms_text); !fits) { return std::unexpected{fits.error()}; }
    const auto frozen = snapshot_to_draw_from(*record);
    if (!frozen) { return std::unexpected{frozen.error()}; }
    if (record->loft.forms > 0) {
        const auto digests = loft_digests(*record);
        if (!digests) { return std::unexpected{digests.error()}; }
        const auto drawer = LoftDrawer::make(*frozen, record->blueprint, seed_of(*record));
        if (!drawer) { return broken(*record, drawer.error().detail); }
        const engine::Blueprint asked = of_one_form(record->blueprint);
        const auto checked = for_each_form(
            record->loft.forms,
            [&](std::uint32_t number) -> Result<void> {
                const auto form = same_form(*record, *drawer, *frozen, number, (*digests)[number - 1]);
                if (!form) { return std::unexpected{form.error()}; }
                if (const auto valid = engine::verify_form(frozen->pool, asked, *form); !valid) {
                    return broken(*record, "number " + std::to_string(number) + ": " + valid.error().detail);
                }
                return {};
            },
            progress);
        if (!checked) { return std::unexpected{checked.error()}; }
        return record;
    }
    const auto again = draw_forms(*frozen, record->blueprint, seed_of(*record));
    if (!again) { return broken(*record, "drawing again fails: " + again.error().detail); }
    if (engine::canonical_json(forms_to_json(*again, *frozen)) != *forms_text) {
        return broken(*record, "drawing again gives other forms");
    }
    if (const auto valid = engine::verify_forms(frozen->pool, record->blueprint, record->forms); !valid) {
        return broken(*record, valid.error().detail);
    }
    return record;
}

Result<DrawRecord> DrawRegister::verify_form(std::string_view draw_id, std::string_view form_id)
{
    auto record = find(draw_id);
    if (!record) { return record; }
    const auto forms_text = stored_forms(*record);
    if (!forms_text) { return std::unexpected{forms_text.error()}; }
    if (auto fits = verify_record(*record, *forms_text); !fits) { return std::unexpected{fits.error()}; }
    const auto frozen = snapshot_to_draw_from(*record);
    if (!frozen) { return std::unexpected{frozen.error()}; }
    if (record->loft.forms > 0) {
        const auto number = loft_number(*record, form_id);
        if (!number) { return std::unexpected{number.error()}; }
        const auto digests = loft_digests(*record);
        if (!digests) { return std::unexpected{digests.error()}; }
        const auto drawer = LoftDrawer::make(*frozen, record->blueprint, seed_of(*record));
        if (!drawer) { return broken(*record, drawer.error().detail); }
        const auto form = same_form(*record, *drawer, *frozen, *number, (*digests)[*number - 1]);
        if (!form) { return std::unexpected{form.error()}; }
        if (const auto valid = engine::verify_form(frozen->pool, of_one_form(record->blueprint), *form); !valid) {
            return broken(*record, "number " + std::to_string(*number) + ": " + valid.error().detail);
        }
        return record;
    }
    const engine::DrawnForm* stored = find_form(record->forms, form_id);
    if (stored == nullptr) {
        return refuse(VaultError::not_found, "draw " + record->id + " has no form '" + std::string{form_id} + "'");
    }
    const auto again = draw_forms(*frozen, record->blueprint, seed_of(*record));
    if (!again) { return broken(*record, "drawing again fails: " + again.error().detail); }
    const engine::DrawnForm* repeated = find_form(*again, form_id);
    if (repeated == nullptr || repeated->sections != stored->sections) {
        return broken(*record, "drawing form " + std::string{form_id} + " again gives another one");
    }
    if (const auto valid = engine::verify_form(frozen->pool, record->blueprint, *stored); !valid) {
        return broken(*record, valid.error().detail);
    }
    return record;
}

Result<engine::Form> DrawRegister::form(const DrawRecord& record, std::string_view form_id)
{
    const auto frozen = snapshot(record);
    if (!frozen) { return std::unexpected{frozen.error()}; }
    if (record.loft.forms == 0) {
        const engine::DrawnForm* stored = find_form(record.forms, form_id);
        if (stored == nullptr) {
            return refuse(VaultError::not_found, "draw " + record.id + " has no form '" + std::string{form_id} + "'");
        }
        return with_content(record, *frozen, *stored);
    }
    const auto number = loft_number(record, form_id);
    if (!number) { return std::unexpected{number.error()}; }
    const auto digests = loft_digests(record);
    if (!digests) { return std::unexpected{digests.error()}; }
    const auto lettered = snapshot_to_draw_from(record);
    if (!lettered) { return std::unexpected{lettered.error()}; }
    const auto drawer = LoftDrawer::make(*lettered, record.blueprint, seed_of(record));
    if (!drawer) { return std::unexpected{drawer.error()}; }
    auto drawn = same_form(record, *drawer, *frozen, *number, (*digests)[*number - 1]);
    if (!drawn) { return std::unexpected{drawn.error()}; }
    drawn->id = std::to_string(*number);
    return with_content(record, *frozen, *drawn);
}

Result<std::vector<CandidatesForm>> DrawRegister::candidates_forms(const DrawRecord& record,
                                                                   std::span<const std::uint32_t> numbers)
{
    if (record.loft.forms == 0) {
        return refuse(VaultError::conflict, "draw " + record.id + " is a set of named forms");
    }
    if (auto fits = verify_record(record, loft_text(record.loft)); !fits) { return std::unexpected{fits.error()}; }
    const auto frozen = snapshot_to_draw_from(record);
    if (!frozen) { return std::unexpected{frozen.error()}; }
    const auto digests = loft_digests(record);
    if (!digests) { return std::unexpected{digests.error()}; }
    const auto drawer = LoftDrawer::make(*frozen, record.blueprint, seed_of(record));
    if (!drawer) { return broken(record, drawer.error().detail); }
    crypto::MerkleTree tree;
    for (const crypto::Digest& digest : *digests) { tree.append(crypto::merkle_leaf(digest.view())); }
    const engine::Blueprint asked = of_one_form(record.blueprint);
    std::vector<CandidatesForm> forms;
    for (const std::uint32_t number : numbers) {
        if (number < 1 || number > record.loft.forms) {
            return std::unexpected{loft_number(record, std::to_string(number)).error()};
        }
        auto drawn = same_form(record, *drawer, *frozen, number, (*digests)[number - 1]);
        if (!drawn) { return std::unexpected{drawn.error()}; }
        if (const auto valid = engine::verify_form(frozen->pool, asked, *drawn); !valid) {
            return broken(record, "number " + std::to_string(number) + ": " + valid.error().detail);
        }
        drawn->id = std::to_string(number);
        auto form = with_content(record, *frozen, *drawn);
        if (!form) { return std::unexpected{form.error()}; }
        forms.push_back({number, item_lists(*drawn, *frozen), tree.inclusion_proof(number - 1, record.loft.forms),
                         std::move(*form)});
    }
    return forms;
}

} // namespace papervault::vault
