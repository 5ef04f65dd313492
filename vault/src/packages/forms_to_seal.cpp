#include "packages/compartments.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/candidates_paper.hpp>

#include <algorithm>
#include <charconv>
#include <set>

// Which forms go into a package: the named ones of a set, or the next ones of a draw for each candidate.
namespace papervault::vault {
namespace {

/// The highest number of this draw that a package has.
Result<std::uint32_t> last_issued(OfficeVault& vault, std::string_view draw_id)
{
    return guarded([&]() -> Result<std::uint32_t> {
        Statement row = vault.database().prepare("SELECT max(CAST(form_id AS INTEGER)) FROM issued_forms"
                                                 " JOIN packages ON packages.id = package_id WHERE draw_id = ?");
        row.bind(draw_id);
        if (!row.step() || row.is_null(0)) { return std::uint32_t{0}; }
        return static_cast<std::uint32_t>(row.integer(0));
    });
}

Result<bool> was_issued(OfficeVault& vault, const crypto::Digest& digest)
{
    return guarded([&]() -> Result<bool> {
        Statement row = vault.database().prepare("SELECT 1 FROM issued_forms WHERE digest = ?");
        row.bind(digest.hex());
        return row.step();
    });
}

boost::json::array lists_json(const std::vector<CandidatesForm>& forms)
{
    boost::json::array list;
    for (const CandidatesForm& each : forms) {
        boost::json::array sections;
        for (const auto& ids : each.sections) {
            boost::json::array items;
            for (const std::string& id : ids) { items.push_back(boost::json::string{id}); }
            sections.push_back(std::move(items));
        }
        list.push_back({{"form", each.form.id}, {"sections", std::move(sections)}});
    }
    return list;
}

} // namespace

std::string candidates_forms_name(std::string_view package_id)
{
    return "candidates-forms/" + std::string{package_id};
}

Result<FormsToSeal> forms_to_seal(OfficeVault& vault, const DrawRecord& record, std::size_t candidates)
{
    DrawRegister draws{vault};
    if (record.loft.forms == 0) {
        auto forms = draws.forms(record);
        if (!forms) { return std::unexpected{forms.error()}; }
        return FormsToSeal{.forms = std::move(*forms),
                           .parallel = static_cast<std::size_t>(record.blueprint.parallel_forms),
                           .paper = {},
                           .lists = {}};
    }
    if (candidates == 0) { return refuse(VaultError::conflict, "the batch has no candidates"); }
    const std::size_t wanted = candidates + static_cast<std::size_t>(record.blueprint.spare_forms);
    const auto issued = last_issued(vault, record.id);
    if (!issued) { return std::unexpected{issued.error()}; }
    std::vector<CandidatesForm> chosen;
    std::set<crypto::Digest> papers;
    std::uint32_t next = *issued + 1;
    while (chosen.size() < wanted) {
        std::vector<std::uint32_t> numbers;
        for (std::size_t n = chosen.size(); n < wanted && next <= record.loft.forms; ++n) { numbers.push_back(next++); }
        if (numbers.empty()) {
            return refuse(VaultError::conflict, "draw " + record.id + " has " + std::to_string(record.loft.forms) +
                                                    " forms, " + std::to_string(*issued) +
                                                    " of them are issued; this package needs " +
                                                    std::to_string(wanted) + " more. Draw anew with more forms.");
        }
        auto drawn = draws.candidates_forms(record, numbers);
        if (!drawn) { return std::unexpected{drawn.error()}; }
        for (CandidatesForm& each : *drawn) {
            // A small bank gives the same paper twice by chance: it is passed over, for a paper serves once (B2).
            const crypto::Digest digest = form_digest(each.form);
            const auto before = was_issued(vault, digest);
            if (!before) { return std::unexpected{before.error()}; }
            if (!*before && papers.insert(digest).second) { chosen.push_back(std::move(each)); }
        }
    }
    FormsToSeal result{.forms = {},
                       .parallel = candidates,
                       .paper = candidates_paper(record, std::span{chosen}.first(candidates)),
                       .lists = engine::canonical_json(lists_json(chosen))};
    for (CandidatesForm& each : chosen) { result.forms.push_back(std::move(each.form)); }
    return result;
}

Result<std::vector<engine::Form>> sealed_forms(OfficeVault& vault, const DrawRecord& record,
                                               std::span<const FormSummary> promised)
{
    DrawRegister draws{vault};
    if (record.loft.forms == 0) { return draws.forms(record); }
    std::vector<std::uint32_t> numbers;
    for (const FormSummary& form : promised) {
        std::uint32_t number = 0;
        const auto [end, error] = std::from_chars(form.id.data(), form.id.data() + form.id.size(), number);
        if (error != std::errc{} || end != form.id.data() + form.id.size()) {
            return refuse(VaultError::chain_broken, "form " + form.id + " is no number of draw " + record.id);
        }
        numbers.push_back(number);
    }
    auto drawn = draws.candidates_forms(record, numbers);
    if (!drawn) { return std::unexpected{drawn.error()}; }
    std::vector<engine::Form> forms;
    for (CandidatesForm& each : *drawn) { forms.push_back(std::move(each.form)); }
    return forms;
}

Result<void> require_own_forms(OfficeVault& vault, const PackageRecord& package, std::span<const FormSummary> forms,
                               std::vector<engine::Candidate> roster, const AnswersFile& answers)
{
    const auto draw = DrawRegister{vault}.find(package.draw_id);
    if (!draw) { return std::unexpected{draw.error()}; }
    if (draw->loft.forms == 0) { return {}; }
    std::vector<engine::Form> parallel;
    for (const FormSummary& form : forms) {
        if (!form.spare) { parallel.push_back({.id = form.id, .title = {}, .sections = {}}); }
    }
    if (parallel.size() != roster.size()) {
        return refuse(VaultError::chain_broken, "the package has not a form for each candidate");
    }
    assign_forms(roster, parallel, draw->digest);
    for (const AnswerSheet& sheet : answers.sheets) {
        const auto candidate = std::ranges::find(roster, sheet.ticket, &engine::Candidate::ticket);
        const auto form = std::ranges::find(forms, sheet.form_id, &FormSummary::id);
        if (candidate == roster.end() || form == forms.end() || form->spare) { continue; } // others' affair
        if (candidate->form_id != sheet.form_id) {
            return refuse(VaultError::wrong_batch, "the sheet of " + sheet.ticket + " answers form " + sheet.form_id +
                                                       ", but form " + candidate->form_id + " is this candidate's");
        }
    }
    return {};
}

} // namespace papervault::vault
