#include <papervault/vault/proofs.hpp>

#include <papervault/engine/json.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace papervault::vault {
namespace {

constexpr std::size_t finding_bytes_max = 1000;

std::string digest_of(const engine::Form& form)
{
    return crypto::blake2b("papervault.proof.form.v1", {crypto::bytes_of(engine::canonical_json(to_json(form)))}).hex();
}

boost::json::array to_json(const std::vector<ProofFinding>& findings)
{
    boost::json::array list;
    for (const ProofFinding& finding : findings) {
        list.push_back({{"item", finding.item_id}, {"text", finding.text}});
    }
    return list;
}

Result<std::vector<ProofFinding>> findings_from(std::string_view text)
{
    const auto value = engine::parse_json(text, {.bytes_max = 4 << 20});
    if (!value || !value->is_array()) { return refuse(VaultError::malformed, "proof: findings"); }
    std::vector<ProofFinding> findings;
    for (const auto& element : value->get_array()) {
        engine::JsonFields fields{element, "finding"};
        findings.push_back({fields.text("item", engine::item_id_bytes_max), fields.text("text", finding_bytes_max)});
        if (!fields.finish()) { return refuse(VaultError::malformed, "proof: findings"); }
    }
    return findings;
}

Result<void> check(const std::vector<ProofFinding>& findings, const engine::Form& form)
{
    if (findings.size() > ProofRegister::findings_max) {
        return refuse(VaultError::malformed, "more than 500 findings");
    }
    for (const ProofFinding& finding : findings) {
        if (finding.text.empty() || finding.text.size() > finding_bytes_max ||
            finding.text.find('\0') != std::string::npos) {
            return refuse(VaultError::malformed, "a finding says in 1 to 1,000 bytes what is wrong");
        }
        if (!finding.item_id.empty() && form.find(finding.item_id) == nullptr) {
            return refuse(VaultError::not_found, "form " + form.id + " has no item '" + finding.item_id + "'");
        }
    }
    return {};
}

} // namespace

Result<ProofMark> ProofRegister::mark(std::string_view draw_id, std::string_view form_id,
                                      std::vector<ProofFinding> findings, engine::Instant now)
{
    if (!vault_->require(Role::manager) && !vault_->require(Role::sealer)) {
        return refuse(VaultError::not_permitted, vault_->actor().name + " is neither manager nor sealer");
    }
    DrawRegister draws{*vault_};
    const auto record = draws.find(draw_id);
    if (!record) { return std::unexpected{record.error()}; }
    const auto form = draws.form(*record, form_id);
    if (!form) { return std::unexpected{form.error()}; }
    if (record->drawn_by.empty() || record->drawn_by == vault_->actor().id) {
        return refuse(VaultError::not_permitted,
                      record->drawn_by.empty()
                          ? "the record doesn't say who drew; draw again to have the forms proof-read"
                          : vault_->actor().name + " has drawn these forms; somebody else proof-reads them (B7)");
    }
    if (auto checked = check(findings, *form); !checked) { return std::unexpected{checked.error()}; }
    ProofMark mark{.form_id = std::string{form_id},
                   .number = 0,
                   .officer_id = vault_->actor().id,
                   .officer_name = vault_->actor().name,
                   .findings = std::move(findings),
                   .form_digest = digest_of(*form),
                   .time = now};
    const auto recorded = vault_->record("draw.proof", now, [&](Database& database) -> Result<boost::json::object> {
        Statement last = database.prepare("SELECT count(*) FROM draw_proofs WHERE draw_id = ? AND form_id = ?");
        last.bind(draw_id).bind(form_id);
        last.step();
        mark.number = static_cast<int>(last.integer(0)) + 1;
        const boost::json::array list = to_json(mark.findings);
        database
            .prepare("INSERT INTO draw_proofs(draw_id, form_id, number, officer_id, officer_name, findings,"
                     " form_digest, time_ms) VALUES (?,?,?,?,?,?,?,?)")
            .bind(draw_id)
            .bind(form_id)
            .bind(std::int64_t{mark.number})
            .bind(mark.officer_id)
            .bind(mark.officer_name)
            .bind(engine::canonical_json(list))
            .bind(mark.form_digest)
            .bind(static_cast<std::int64_t>(now.time_since_epoch().count()))
            .run();
        return boost::json::object{
            {"draw", record->id},
            {"form", mark.form_id},
            {"form_digest", mark.form_digest},
            {"clean", mark.findings.empty()},
            {"findings", mark.findings.size()},
            {"findings_digest",
             crypto::blake2b("papervault.proof.findings.v1", {crypto::bytes_of(engine::canonical_json(list))}).hex()}};
    });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return mark;
}

Result<std::vector<ProofMark>> ProofRegister::marks(std::string_view draw_id)
{
    return guarded([&]() -> Result<std::vector<ProofMark>> {
        std::vector<ProofMark> marks;
        Statement rows = vault_->database().prepare("SELECT form_id, number, officer_id, officer_name, findings, "
                                                    "form_digest, time_ms FROM draw_proofs WHERE draw_id = ?"
                                                    " ORDER BY form_id, number");
        rows.bind(draw_id);
        while (rows.step()) {
            auto findings = findings_from(rows.text(4));
            if (!findings) { return std::unexpected{findings.error()}; }
            marks.push_back({rows.text(0), static_cast<int>(rows.integer(1)), rows.text(2), rows.text(3),
                             std::move(*findings), rows.text(5),
                             engine::Instant{std::chrono::milliseconds{rows.integer(6)}}});
        }
        return marks;
    });
}

Result<void> ProofRegister::require_clean_samples(const DrawRecord& record, std::span<const ProofMark> all,
                                                  bool may_be_unread)
{
    std::map<std::string_view, const ProofMark*> newest;
    for (const ProofMark& mark : all) { newest.insert_or_assign(mark.form_id, &mark); }
    for (const auto& [form_id, mark] : newest) {
        if (!mark->findings.empty()) {
            return refuse(VaultError::conflict, "form " + mark->form_id + " has " +
                                                    std::to_string(mark->findings.size()) + " findings of " +
                                                    mark->officer_name + ", the first: " + mark->findings.front().text);
        }
        const auto form = DrawRegister{*vault_}.form(record, form_id);
        if (!form) { return std::unexpected{form.error()}; }
        if (mark->officer_id == record.drawn_by || mark->form_digest != digest_of(*form)) {
            return refuse(VaultError::conflict, "the mark on form " + mark->form_id + " is not for this content");
        }
    }
    const std::size_t needed = std::min<std::size_t>(samples_needed, record.loft.forms);
    if (newest.size() < needed && !may_be_unread) {
        return refuse(VaultError::conflict, "of draw " + record.id + " " + std::to_string(newest.size()) +
                                                " candidates' forms have been proof-read, " + std::to_string(needed) +
                                                " are needed: 'papervault draw proof' (B7)");
    }
    return {};
}

Result<void> ProofRegister::require_clean(const DrawRecord& record, std::span<const engine::Form> forms,
                                          bool may_be_unread)
{
    const auto all = marks(record.id);
    if (!all) { return std::unexpected{all.error()}; }
    if (record.loft.forms > 0) { return require_clean_samples(record, *all, may_be_unread); }
    for (const engine::Form& form : forms) {
        const ProofMark* newest = nullptr;
        for (const ProofMark& mark : *all) {
            if (mark.form_id == form.id) { newest = &mark; }
        }
        if (newest == nullptr) {
            if (may_be_unread) { continue; }
            return refuse(VaultError::conflict, "form " + form.id + " of draw " + record.id +
                                                    " has not been proof-read: 'papervault draw proof' (B7)");
        }
        if (!newest->findings.empty()) {
            return refuse(VaultError::conflict, "form " + form.id + " has " + std::to_string(newest->findings.size()) +
                                                    " findings of " + newest->officer_name +
                                                    ", the first: " + newest->findings.front().text);
        }
        if (newest->officer_id == record.drawn_by || newest->form_digest != digest_of(form)) {
            return refuse(VaultError::conflict, "the mark on form " + form.id + " is not for this content");
        }
    }
    return {};
}

} // namespace papervault::vault
