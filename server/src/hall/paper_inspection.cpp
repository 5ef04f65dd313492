// The seal inspection of the real package: what is shown, who may witness, what the office is told.
#include "hall/package_paper.hpp"

#include "hall/hall_directory.hpp"

#include <papervault/vault/files.hpp>
#include <papervault/vault/inspection.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace papervault::server {

using vault::Result;
using vault::VaultError;

boost::json::object PackagePaper::seal_facts() const
{
    return vault::to_json(vault::seal_facts(package_));
}

Result<void> PackagePaper::check_seal() const
{
    return package_.verify_digests();
}

Result<WitnessWord> PackagePaper::read_statement(std::string_view document, std::string_view round) const
{
    const auto inspection = vault::decode_inspection(document);
    if (!inspection) { return std::unexpected{inspection.error()}; }
    if (auto sound = vault::verify_inspection(*inspection, package_, round); !sound) {
        return std::unexpected{sound.error()};
    }
    if (inspection->facts != vault::seal_facts(package_)) {
        return vault::refuse(VaultError::wrong_batch, "the witness was shown something else than this package says");
    }
    const vault::IdentityCard& witness = inspection->witness;
    const auto named = read_cards(places_.witnesses);
    if (!named) { return std::unexpected{named.error()}; }
    if (std::ranges::find(*named, witness) == named->end()) {
        return vault::refuse(VaultError::not_permitted,
                             fmt::format("{} ({}) is not named as a witness of this hall; the site names one with: "
                                         "papervault-server hall witness --card",
                                         witness.name, witness.id()));
    }
    return WitnessWord{
        .name = witness.name, .id = witness.id(), .mismatch = inspection->mismatch, .statement = std::string{document}};
}

Result<OpenIncident> PackagePaper::report(OpenIncident incident, const WitnessWord* reported_by,
                                          engine::Instant now) const
{
    const std::string by = reported_by == nullptr ? fmt::format("{} ({})", hall_.card().name, hall_.card().id())
                                                  : fmt::format("{} ({})", reported_by->name, reported_by->id);
    const auto document = vault::sign_incident({.id = incident.id,
                                                .package_id = {},
                                                .package_digest = {},
                                                .batch_id = {},
                                                .kind = incident.kind,
                                                .reason = incident.reason,
                                                .reported_by = by,
                                                .reported_at = now,
                                                .statement = reported_by == nullptr ? "" : reported_by->statement,
                                                .signature = {}},
                                               package_, hall_);
    if (!document) { return std::unexpected{document.error()}; }
    incident.document = vault::encode(*document);
    return incident;
}

Result<std::string> PackagePaper::keep_report(const OpenIncident& incident) const
{
    const auto file = places_.outbox / fmt::format("incident-{}.json", incident.id);
    if (auto kept = vault::write_file_durably(file, crypto::bytes_of(incident.document), true, 0644); !kept) {
        return std::unexpected{kept.error()};
    }
    return file.string();
}

Result<void> PackagePaper::check_clearance(std::string_view document, const OpenIncident& incident) const
{
    const auto clearance = vault::decode_clearance(document);
    if (!clearance) { return std::unexpected{clearance.error()}; }
    return vault::verify_clearance(*clearance, package_, incident.id);
}

} // namespace papervault::server
