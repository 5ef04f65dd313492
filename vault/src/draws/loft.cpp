#include <papervault/vault/draws.hpp>

#include "draws/draw_text.hpp"
#include "draws/loft_work.hpp"

#include <algorithm>

// A form of its own for each candidate: form n is a function of snapshot, blueprint, seed and n.
namespace papervault::vault {

Result<DrawRecord> DrawRegister::run_loft(std::string_view draw_id, std::uint32_t count, engine::Instant now,
                                          const std::string& beacon, const Progress& progress)
{
    if (count < 1 || count > loft_forms_max) {
        return refuse(VaultError::malformed, "candidates' forms: 1 to " + std::to_string(loft_forms_max));
    }
    auto record = ready_to_run(draw_id, beacon);
    if (!record) { return record; }
    const auto snapshot = ItemBank{*vault_}.snapshot(record->blueprint.rules);
    if (!snapshot) { return std::unexpected{snapshot.error()}; }
    const auto drawer = LoftDrawer::make(*snapshot, record->blueprint, seed_of(*record));
    if (!drawer) { return std::unexpected{drawer.error()}; }
    std::vector<crypto::Digest> digests(count);
    const auto drawn = for_each_form(
        count,
        [&](std::uint32_t number) -> Result<void> {
            const auto form = drawer->draw(number);
            if (!form) { return std::unexpected{form.error()}; }
            digests[number - 1] = loft_form_digest(*form, number, *snapshot);
            return {};
        },
        progress);
    if (!drawn) { return std::unexpected{drawn.error()}; }
    record->snapshot_digest = snapshot->digest.hex();
    record->loft = {count, merkle_root(digests).hex()};
    record->digest = draw_digest(*record, loft_text(record->loft)).hex();
    const auto recorded = vault_->record("draw.loft", now, [&](Database& database) -> Result<boost::json::object> {
        store_drawn(database, *record, *snapshot, loft_text(record->loft));
        if (database.changes() != 1) { return refuse(VaultError::conflict, "another process has run this draw"); }
        crypto::Bytes list;
        list.reserve(digests.size() * sizeof(crypto::Digest::bytes));
        for (const crypto::Digest& digest : digests) {
            list.insert(list.end(), digest.bytes.begin(), digest.bytes.end());
        }
        database.prepare("UPDATE draws SET loft_forms = ?, loft_root = ?, loft_digests = ? WHERE id = ?")
            .bind(std::int64_t{count})
            .bind(record->loft.root)
            .bind(crypto::ByteView{list})
            .bind(record->id)
            .run();
        boost::json::object entry = drawn_entry(*record);
        entry["forms"] = count;
        entry["root"] = record->loft.root;
        return entry;
    });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return record;
}

Result<std::vector<crypto::Digest>> DrawRegister::loft_digests(const DrawRecord& record)
{
    const auto broken = [&](const std::string& why) {
        return refuse(VaultError::chain_broken, "draw " + record.id + ": " + why);
    };
    return guarded([&]() -> Result<std::vector<crypto::Digest>> {
        Statement row = vault_->database().prepare("SELECT loft_digests FROM draws WHERE id = ?");
        row.bind(record.id);
        if (!row.step() || row.is_null(0)) { return broken("the list of the forms' digests is missing"); }
        const crypto::Bytes list = row.bytes(0);
        constexpr std::size_t each = sizeof(crypto::Digest::bytes);
        if (list.size() != record.loft.forms * each) {
            return broken("the list of the forms' digests has another length");
        }
        std::vector<crypto::Digest> digests(record.loft.forms);
        for (std::size_t n = 0; n < digests.size(); ++n) {
            std::ranges::copy_n(list.begin() + static_cast<std::ptrdiff_t>(n * each), each, digests[n].bytes.begin());
        }
        if (merkle_root(digests).hex() != record.loft.root) {
            return broken("the forms' digests do not give the recorded root");
        }
        return digests;
    });
}

} // namespace papervault::vault
