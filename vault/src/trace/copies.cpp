#include <papervault/vault/trace.hpp>

#include "packages/compartments.hpp"
#include "trace/order_stream.hpp"

#include <papervault/vault/draws.hpp>
#include <papervault/vault/packages.hpp>

#include <algorithm>
#include <array>

namespace papervault::vault {
namespace {

constexpr std::array kinds{"proof-reader", "printer", "custodian", "other"};
constexpr std::size_t key_bytes = 32;

/// Made when the first copy is issued; rests in the encrypted database.
crypto::SecretBuffer copy_key_of(Database& database)
{
    Statement row = database.prepare("SELECT value FROM secrets WHERE name = 'copy_key'");
    if (row.step()) {
        crypto::Bytes bytes = row.bytes(0);
        crypto::SecretBuffer key = crypto::SecretBuffer::copy_of(bytes);
        crypto::wipe(bytes);
        if (key.size_bytes() != key_bytes) { throw StorageUnavailable{"secrets: copy_key", true}; }
        return key;
    }
    crypto::SecretBuffer key = crypto::random_secret(key_bytes);
    database.prepare("INSERT INTO secrets(name, value) VALUES ('copy_key', ?)")
        .bind(crypto::ByteView{key.expose()})
        .run();
    return key;
}

IssuedCopy read_copy(const Statement& row)
{
    return {row.text(0), row.text(1), row.text(2),
            row.text(3), row.text(4), engine::Instant{std::chrono::milliseconds{row.integer(5)}}};
}

} // namespace

Result<MarkedCopy> CopyRegister::issue(std::string_view draw_id, std::string_view form_id, std::string_view kind,
                                       std::string_view holder, engine::Instant now)
{
    if (!vault_->require(Role::manager) && !vault_->require(Role::sealer)) {
        return refuse(VaultError::not_permitted, "copies are issued by a manager or a sealer");
    }
    if (std::ranges::find(kinds, kind) == kinds.end()) {
        return refuse(VaultError::malformed, "a copy is for a proof-reader, printer, custodian or other");
    }
    if (!is_identity_name(holder)) { return refuse(VaultError::malformed, "the holder's name"); }
    DrawRegister draws{*vault_};
    const auto draw = draws.find(draw_id);
    if (!draw) { return std::unexpected{draw.error()}; }
    const auto forms = draws.forms(*draw);
    if (!forms) { return std::unexpected{forms.error()}; }
    const auto form = std::ranges::find(*forms, form_id, &engine::Form::id);
    if (form == forms->end()) {
        return refuse(VaultError::not_found, "draw " + draw->id + " has no form '" + std::string{form_id} + "'");
    }
    IssuedCopy copy{.id = crypto::to_hex(crypto::random_bytes(6)),
                    .draw_id = draw->id,
                    .form_id = form->id,
                    .kind = std::string{kind},
                    .holder = std::string{holder},
                    .issued_at = now};
    MarkedCopy marked;
    const auto recorded = vault_->record("copy.issue", now, [&](Database& database) -> Result<boost::json::object> {
        Statement before =
            database.prepare("SELECT id FROM copies WHERE draw_id = ? AND form_id = ? AND kind = ? AND holder = ?");
        before.bind(copy.draw_id).bind(copy.form_id).bind(kind).bind(holder);
        if (before.step()) {
            return refuse(VaultError::already_exists, copy.holder + " has copy " + before.text(0) +
                                                          " of this form already; a second one would blur the trace");
        }
        const crypto::SecretBuffer key = copy_key_of(database);
        marked.form = mark_copy(*form, key, copy.id);
        marked.spacing = spacing_of_copy(*form, key, copy.draw_id, copy.id);
        database.prepare("INSERT INTO copies(id, draw_id, form_id, kind, holder, issued_ms) VALUES (?,?,?,?,?,?)")
            .bind(copy.id)
            .bind(copy.draw_id)
            .bind(copy.form_id)
            .bind(kind)
            .bind(holder)
            .bind(static_cast<std::int64_t>(now.time_since_epoch().count()))
            .run();
        return boost::json::object{{"copy", copy.id},
                                   {"draw", copy.draw_id},
                                   {"form", copy.form_id},
                                   {"kind", copy.kind},
                                   {"holder", copy.holder}};
    });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    marked.copy = std::move(copy);
    return marked;
}

Result<std::vector<IssuedCopy>> CopyRegister::list(std::string_view draw_id)
{
    return guarded([&]() -> Result<std::vector<IssuedCopy>> {
        std::vector<IssuedCopy> found;
        Statement rows = vault_->database().prepare("SELECT id, draw_id, form_id, kind, holder, issued_ms FROM copies "
                                                    "WHERE draw_id = ? ORDER BY issued_ms, id");
        rows.bind(draw_id);
        while (rows.step()) { found.push_back(read_copy(rows)); }
        return found;
    });
}

Result<CopyRegister::Copies> CopyRegister::copies_of(std::string_view package_id, std::string_view purpose,
                                                     engine::Instant now)
{
    if (purpose.empty()) { return refuse(VaultError::malformed, "a trace needs a purpose"); }
    PackageRegister packages{*vault_};
    const auto package = packages.find(package_id);
    if (!package) { return std::unexpected{package.error()}; }
    auto batch = packages.batch(package->batch_id);
    if (!batch) { return std::unexpected{batch.error()}; }
    DrawRegister draws{*vault_};
    const auto draw = draws.find(package->draw_id);
    if (!draw) { return std::unexpected{draw.error()}; }
    const auto sealed = packages.reader(package_id);
    if (!sealed) { return std::unexpected{sealed.error()}; }
    auto forms = sealed_forms(*vault_, *draw, sealed->header().forms);
    if (!forms) { return std::unexpected{forms.error()}; }
    const auto issued = list(package->draw_id);
    if (!issued) { return std::unexpected{issued.error()}; }
    const auto parallel =
        static_cast<std::size_t>(std::ranges::count(sealed->header().forms, false, &FormSummary::spare));
    if (parallel == 0 || parallel > forms->size()) {
        return refuse(VaultError::chain_broken, "the package has not the forms of its draw");
    }
    assign_forms(batch->roster, std::span{*forms}.first(parallel), draw->digest);
    Copies copies{.forms = std::move(*forms), .orders = {}};
    for (const engine::Candidate& candidate : batch->roster) {
        for (std::size_t n = 0; n < copies.forms.size(); ++n) {
            const engine::Form& form = copies.forms[n];
            const bool spare = n >= parallel;
            if (!spare && form.id != candidate.form_id) { continue; }
            OrderStream stream{crypto::ChaCha20Stream{
                candidate_order_seed(package_id, form_digest(form), candidate.ticket).view(), candidate_order_purpose}};
            copies.orders.push_back(order_of(engine::permute(form, stream), candidate.ticket + "/" + form.id,
                                             spare ? "candidate-spare" : "candidate", candidate.name));
        }
    }
    return guarded([&]() -> Result<Copies> {
        const auto recorded = vault_->record("copy.trace", now, [&](Database& database) -> Result<boost::json::object> {
            for (const IssuedCopy& copy : *issued) {
                const auto form = std::ranges::find(copies.forms, copy.form_id, &engine::Form::id);
                if (form == copies.forms.end()) { continue; }
                const crypto::SecretBuffer key = copy_key_of(database);
                CopyOrder order = order_of(mark_copy(*form, key, copy.id), copy.id, copy.kind, copy.holder);
                order.spacing = spacing_of_copy(*form, key, copy.draw_id, copy.id);
                copies.orders.push_back(std::move(order));
            }
            return boost::json::object{{"package", std::string{package_id}},
                                       {"copies", copies.orders.size()},
                                       {"purpose", std::string{purpose}}};
        });
        if (!recorded) { return std::unexpected{recorded.error()}; }
        return std::move(copies);
    });
}

} // namespace papervault::vault
