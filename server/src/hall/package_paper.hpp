#pragma once

#include "hall/form_press.hpp"
#include "hall/paper.hpp"
#include "journal/sqlcipher_journal.hpp"

#include <papervault/vault/custody.hpp>
#include <papervault/vault/identity.hpp>
#include <papervault/vault/package.hpp>

#include <filesystem>
#include <memory>
#include <optional>

namespace papervault::server {

struct PaperPlaces {
    std::filesystem::path forms;     ///< Folder for the sealed forms; made when needed.
    std::filesystem::path outbox;    ///< Folder for the answers file and for reports of incidents.
    std::filesystem::path witnesses; ///< Folder with the cards of the people who may witness here.
};

/// The real one: package, custody, kept keys (docs/adr/0001), sealed forms in files.
class PackagePaper final : public Paper {
public:
    /// @param hall, journal  Outlive it. @return wrong_host when the package is for another hall.
    [[nodiscard]] static vault::Result<std::unique_ptr<PackagePaper>>
    make(vault::PackageReader package, const vault::Identity& hall, SqlcipherJournal& journal, PaperPlaces places);

    [[nodiscard]] LockState locks() const override;
    [[nodiscard]] vault::Result<LockState> add_share(std::string_view document) override;
    [[nodiscard]] vault::Result<LockState> add_release(std::string_view document) override;
    [[nodiscard]] boost::json::object seal_facts() const override;
    [[nodiscard]] vault::Result<void> check_seal() const override;
    [[nodiscard]] vault::Result<WitnessWord> read_statement(std::string_view document,
                                                            std::string_view round) const override;
    [[nodiscard]] vault::Result<OpenIncident> report(OpenIncident incident, const WitnessWord* reported_by,
                                                     engine::Instant now) const override;
    [[nodiscard]] vault::Result<std::string> keep_report(const OpenIncident& incident) const override;
    [[nodiscard]] vault::Result<void> check_clearance(std::string_view document,
                                                      const OpenIncident& incident) const override;
    [[nodiscard]] vault::Result<OpenedPaper> open(engine::Instant now) override;
    [[nodiscard]] vault::Result<std::map<std::string, SealedForm, std::less<>>>
    restore(const OpeningRecord& opening) override;
    [[nodiscard]] crypto::SecretBuffer form_key(std::string_view ticket) const override;
    [[nodiscard]] vault::Result<std::string> sealed_form(std::string_view ticket) const override;
    [[nodiscard]] vault::Result<std::string> sealed_picture(std::string_view ticket,
                                                            const crypto::Digest& digest) const override;
    [[nodiscard]] vault::Result<SealedAnswers> seal_answers(const SittingResult& result) override;
    [[nodiscard]] vault::Result<crypto::Digest> destroy_keys() override;

private:
    PackagePaper(vault::PackageReader package, vault::HallOpening opening, const vault::Identity& hall,
                 SqlcipherJournal& journal, PaperPlaces places);
    [[nodiscard]] vault::Result<OpenedPaper> open_and_press(engine::Instant now);
    [[nodiscard]] vault::Result<std::map<std::string, SealedForm, std::less<>>>
    restore_forms(const OpeningRecord& opening);
    [[nodiscard]] vault::Result<LockState> withdraw(std::string_view document);
    [[nodiscard]] vault::Result<void> require_not_withdrawn() const;
    [[nodiscard]] std::filesystem::path withdrawal_file() const;
    [[nodiscard]] vault::Result<PaperContent> content(const vault::CompartmentKeys& keys) const;
    [[nodiscard]] vault::Result<std::map<std::string, SealedForm, std::less<>>>
    press_all(const PaperContent& content) const;
    [[nodiscard]] vault::Result<void> keep_keys(const vault::CompartmentKeys& keys);
    [[nodiscard]] std::string keep_context() const;

    vault::PackageReader package_;
    vault::HallOpening opening_;
    const vault::Identity& hall_;
    SqlcipherJournal& journal_;
    PaperPlaces places_;
    std::optional<crypto::SecretBuffer> form_secret_;
};

} // namespace papervault::server
