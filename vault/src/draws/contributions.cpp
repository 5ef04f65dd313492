#include <papervault/vault/draws.hpp>

#include "draws/draw_text.hpp"

#include <papervault/crypto/box.hpp>
#include <papervault/crypto/random.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/vault/files.hpp>

#include <algorithm>

// The officers' part in the seed: each commits to a value, then all reveal.
namespace papervault::vault {
namespace {

constexpr std::size_t value_bytes = 32;

std::string secret_context(std::string_view draw_id, std::string_view officer_id)
{
    return "papervault.draw.secret.v1|" + std::string{draw_id} + "|" + std::string{officer_id};
}

bool all_of(const DrawRecord& record, std::string DrawContribution::* member)
{
    return std::ranges::none_of(record.contributions, [&](const DrawContribution& c) { return (c.*member).empty(); });
}

Result<const DrawContribution*> contribution_of(const DrawRecord& record, const Actor& actor)
{
    const auto found = std::ranges::find(record.contributions, actor.id, &DrawContribution::officer_id);
    if (found == record.contributions.end()) {
        return refuse(VaultError::not_permitted,
                      actor.name + " is not one of the officers who make the seed of this draw");
    }
    return &*found;
}

} // namespace

Result<void> DrawRegister::commit(std::string_view draw_id, const Identity& who,
                                  const std::filesystem::path& secret_file, engine::Instant now)
{
    const auto record = find(draw_id);
    if (!record) { return std::unexpected{record.error()}; }
    const auto own = contribution_of(*record, vault_->actor());
    if (!own) { return std::unexpected{own.error()}; }
    if (!(*own)->commitment.empty()) { return refuse(VaultError::conflict, "you have committed to this draw already"); }
    const crypto::SecretBuffer value = crypto::random_secret(value_bytes);
    const std::string& officer = vault_->actor().id;
    const std::string context = secret_context(draw_id, officer);
    const std::string sealed =
        crypto::to_base64(crypto::seal_to(who.card().box_key, value.expose(), crypto::bytes_of(context))) + "\n";
    // First the secret is safe with its owner, then the commitment is entered: the other order could lose it.
    if (auto written = write_file_durably(secret_file, crypto::bytes_of(sealed), false); !written) { return written; }
    const std::string commitment = commitment_of(draw_id, officer, value.expose());
    const crypto::Signature signature =
        who.signing_key().sign("papervault.draw.commitment.v1", crypto::bytes_of(commitment));
    const auto recorded = vault_->record("draw.commit", now, [&](Database& database) -> Result<boost::json::object> {
        database
            .prepare(
                "INSERT INTO draw_contributions(draw_id, officer_id, commitment, commit_signature) VALUES (?,?,?,?)")
            .bind(draw_id)
            .bind(officer)
            .bind(commitment)
            .bind(crypto::to_base64(signature))
            .run();
        if (record->contributions.size() ==
            1 + static_cast<std::size_t>(std::ranges::count_if(record->contributions,
                                                               [](const auto& c) { return !c.commitment.empty(); }))) {
            database.prepare("UPDATE draws SET state = 'revealing' WHERE id = ?").bind(draw_id).run();
        }
        return boost::json::object{
            {"draw", std::string{draw_id}}, {"commitment", commitment}, {"signature", crypto::to_base64(signature)}};
    });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return {};
}

Result<void> DrawRegister::reveal(std::string_view draw_id, const Identity& who,
                                  const std::filesystem::path& secret_file, engine::Instant now)
{
    const auto record = find(draw_id);
    if (!record) { return std::unexpected{record.error()}; }
    const auto own = contribution_of(*record, vault_->actor());
    if (!own) { return std::unexpected{own.error()}; }
    if (!all_of(*record, &DrawContribution::commitment)) {
        return refuse(VaultError::conflict,
                      "not every officer has committed yet; who reveals early lets the last one choose");
    }
    if (!(*own)->value.empty()) { return refuse(VaultError::conflict, "you have revealed already"); }
    const auto text = read_text_file(secret_file, 4096);
    if (!text) { return std::unexpected{text.error()}; }
    const auto sealed = crypto::from_base64(std::string_view{*text}.substr(0, text->find('\n')));
    if (!sealed) { return refuse(VaultError::malformed, secret_file.string() + " is damaged"); }
    const std::string& officer = vault_->actor().id;
    const std::string context = secret_context(draw_id, officer);
    const auto value = crypto::open_sealed(who.box_keys(), *sealed, crypto::bytes_of(context));
    if (!value) {
        return refuse(VaultError::authentication_failed, secret_file.string() + " is not your secret of this draw");
    }
    if (commitment_of(draw_id, officer, value->expose()) != (*own)->commitment) {
        return refuse(VaultError::share_invalid, "the value is not the one " + vault_->actor().name + " committed to");
    }
    const auto recorded = vault_->record("draw.reveal", now, [&](Database& database) -> Result<boost::json::object> {
        const std::string hex = crypto::to_hex(value->expose());
        database.prepare("UPDATE draw_contributions SET value = ? WHERE draw_id = ? AND officer_id = ?")
            .bind(hex)
            .bind(draw_id)
            .bind(officer)
            .run();
        const auto revealed =
            std::ranges::count_if(record->contributions, [](const auto& c) { return !c.value.empty(); });
        if (static_cast<std::size_t>(revealed) + 1 == record->contributions.size()) {
            database.prepare("UPDATE draws SET state = 'ready' WHERE id = ?").bind(draw_id).run();
        }
        return boost::json::object{{"draw", std::string{draw_id}}, {"value", hex}};
    });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return {};
}

} // namespace papervault::vault
