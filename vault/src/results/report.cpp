#include "results/report_data.hpp"
#include "results/score_book.hpp"

#include <papervault/vault/draws.hpp>
#include <papervault/vault/files.hpp>

#include <array>

namespace papervault::vault {

Result<std::vector<std::filesystem::path>>
ResultRegister::write_report(std::string_view package_id, const std::filesystem::path& folder, engine::Instant now)
{
    PackageRegister packages{*vault_};
    const auto record = packages.find(package_id);
    if (!record) { return std::unexpected{record.error()}; }
    auto results = this->results(package_id);
    if (!results) { return std::unexpected{results.error()}; }
    auto batch = packages.batch(record->batch_id);
    if (!batch) { return std::unexpected{batch.error()}; }
    const auto package = packages.reader(package_id);
    if (!package) { return std::unexpected{package.error()}; }
    const auto forms = forms_of(*vault_, *package);
    if (!forms) { return std::unexpected{forms.error()}; }
    const auto specification = ItemBank{*vault_}.specification();
    if (!specification) { return std::unexpected{specification.error()}; }

    const auto policy = BatchPolicyRegister{*vault_}.in_force(record->batch_id);
    if (!policy) { return std::unexpected{policy.error()}; }

    ReportData report = work_out(std::move(batch->batch), *policy, std::move(*results), *forms, *specification);
    report.package_id = record->id;
    report.package_digest = record->digest;
    report.draw_id = record->draw_id;
    for (const IdentityCard& sealer : package->header().sealers) { report.sealers.push_back(sealer.name); }
    const auto digest =
        guarded([&]() -> Result<crypto::Digest> { return results_digest(vault_->database(), package_id); });
    if (!digest) { return std::unexpected{digest.error()}; }
    report.graded_digest = digest->hex();

    struct File {
        std::string_view name;
        std::string text;
    };
    const std::array files{File{"report.html", report_html(report)},
                           File{"scores.csv", scores_csv(report)},
                           File{"items.csv", items_csv(report)},
                           File{"result.json", report_json(report)},
                           File{"similarity.html", similarity_html(report)},
                           File{"similarity.json", similarity_json(report)}};
    const std::filesystem::path kept = packages.record_folder(package_id) / "report";
    std::vector<std::filesystem::path> written;
    boost::json::object digests;
    for (const std::filesystem::path& target : {kept, folder}) {
        std::error_code error;
        std::filesystem::create_directories(target, error);
        if (error) { return refuse(VaultError::storage_failed, target.string() + ": " + error.message()); }
        for (const File& file : files) {
            if (auto done = write_file_durably(target / file.name, crypto::bytes_of(file.text), true, 0600); !done) {
                return std::unexpected{done.error()};
            }
            digests[file.name] = crypto::blake2b(crypto::bytes_of(file.text)).hex();
            if (target == folder) { written.push_back(target / file.name); }
        }
    }
    const auto recorded = vault_->record("report.write", now, [&](Database&) -> Result<boost::json::object> {
        std::size_t flagged = 0;
        if (report.similarity) {
            for (const Dossier& dossier : report.similarity->dossiers) { flagged += dossier.pair.flagged ? 1U : 0U; }
        }
        return boost::json::object{{"package", record->id}, {"files", digests}, {"similar_pairs_flagged", flagged}};
    });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return written;
}

} // namespace papervault::vault
