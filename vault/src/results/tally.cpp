#include "results/score_book.hpp"

#include <algorithm>
#include <set>

namespace papervault::vault {

Result<BatchLook> ResultRegister::look(std::string_view package_id, const Identity& grader,
                                       std::span<const SharePart> shares, engine::Instant now)
{
    if (auto allowed = vault_->require(Role::grader); !allowed) { return std::unexpected{allowed.error()}; }
    PackageRegister packages{*vault_};
    const auto package = packages.reader(package_id);
    if (!package) { return std::unexpected{package.error()}; }
    const auto drawn = forms_of(*vault_, *package);
    if (!drawn) { return std::unexpected{drawn.error()}; }
    std::vector<engine::Form> forms; // in the package's order
    std::set<std::string> items;
    for (const FormSummary& summary : package->header().forms) {
        forms.push_back(*form_named(*drawn, summary.id)); // forms_of() has compared them
        for (const engine::FormSection& section : forms.back().sections) {
            for (const engine::FormItem& item : section.items) { items.insert(item.item.id); }
        }
    }
    const auto office = vault_->office_identity(package->header().suite);
    if (!office) { return std::unexpected{office.error()}; }
    const auto front = front_taken_in(package_id);
    if (!front) { return std::unexpected{front.error()}; }
    const auto answers = open_answer_columns(packages.record_folder(package_id) / "answers.pva", *package, **office,
                                             std::vector<std::string>(items.begin(), items.end()), *front);
    if (!answers) { return std::unexpected{answers.error()}; }
    const auto keys = corrected_key(*package, *drawn, grader, shares, now);
    if (!keys) { return std::unexpected{keys.error()}; }
    BatchLook look{.candidates = answers->tickets.size(),
                   .present = 0,
                   .tally = engine::tally_batch(answers->responses, forms, answers->form_of, keys->keys, keys->policy)};
    for (const engine::FormTally& form : look.tally.forms) { look.present += form.candidates; }
    return look;
}

} // namespace papervault::vault
