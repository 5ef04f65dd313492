#pragma once

#include <papervault/engine/assembly.hpp>
#include <papervault/vault/draws.hpp>
#include <papervault/vault/office.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Certificate of parallelism: what an approver looks at before a set of forms is used. Names no item.
namespace papervault::vault {

/// One form in figures. Abilities are on the Rasch scale where the bank's expected difficulty p belongs to a candidate
/// of ability 0: p = 1 / (1 + e^b).
struct FormFigures {
    std::string form_id;
    std::size_t items = 0;
    engine::Decimal points;
    engine::Decimal mean_difficulty;         ///< Weighted by points, rounded.
    double expected_score = 0;               ///< Of a candidate of ability 0.
    double score_spread = 0;                 ///< Standard deviation of his score.
    std::map<std::string, int> by_type;      ///< Items.
    std::map<std::string, int> by_area;      ///< First part of the knowledge point.
    std::vector<int> by_difficulty;          ///< Ten bands, 0 to 0.1 first.
    std::vector<double> expected_share;      ///< Of the points, at Certificate::abilities.
    std::vector<double> information;         ///< Of the score, at Certificate::abilities.
    std::map<int, int> by_level;             ///< Items; only where the blueprint counts levels.
    std::map<std::string, int> by_cognitive; ///< Items; only where the blueprint counts cognitive classes.
    std::vector<double> calibrated;          ///< Information by the items' own parameters; empty unless all have them.
    std::map<std::string, int> keys_by_letter; ///< Single-choice items; empty without the right to keys.
};

struct Certificate {
    std::string draw_id, draw_digest, method, blueprint_digest, snapshot_digest, title;
    std::string made_by;
    engine::Instant made_at;
    std::vector<double> abilities;         ///< −3 to 3.
    std::vector<FormFigures> forms;        ///< Of a set; of candidates' forms the first one alone.
    std::vector<std::vector<int>> overlap; ///< Items in common, form by form.
    std::size_t pool_items = 0;
    std::size_t used_items = 0;     ///< Different items over all forms.
    int used_before = 0;            ///< Of these, items that an earlier package had.
    std::uint32_t loft_forms = 0;   ///< Candidates' forms; the following are over all of them.
    std::string exposure;           ///< The goal: "uniform" or "even".
    engine::DrawLaw law{};          ///< By which chances each form was drawn.
    double exposure_max = 0;        ///< Largest share of the forms that one item stands in.
    engine::Decimal easiest_form{}; ///< Mean difficulty of the easiest and the hardest form.
    engine::Decimal hardest_form{};
};

/// Draws again, checks every form against the blueprint, and adds up. Only when all holds; then the digest of the
/// certificate's JSON stands in the record and the ledger.
/// @param with_keys  Counts key letters; needs the right to keys.
/// @return not_permitted unless manager, sealer or supervisor; what DrawRegister::verify refuses.
[[nodiscard]] Result<Certificate> certify(OfficeVault& vault, std::string_view draw_id, bool with_keys,
                                          engine::Instant now, const Progress& progress = {});

/// Name in the table meta of the newest certificate's JSON without key letters: what goes into a package.
[[nodiscard]] std::string packed_certificate_name(std::string_view draw_id);
/// Canonical JSON: figures as texts with four decimals.
[[nodiscard]] std::string to_json_text(const Certificate& certificate);
/// Over to_json_text(); hex.
[[nodiscard]] std::string digest_of(const Certificate& certificate);
/// A page by itself with the curves as pictures; nothing from outside.
[[nodiscard]] std::string to_html(const Certificate& certificate);

} // namespace papervault::vault
