#include <papervault/vault/certificate.hpp>

#include "bank/usage.hpp"
#include "draws/draw_text.hpp"

#include <papervault/engine/json.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <set>

namespace papervault::vault {
namespace {

constexpr double ability_end = 3.0;
constexpr int ability_steps = 24;
/// An item that everybody or nobody solves has no place on the scale: it is taken as nearly so.
constexpr double share_end = 0.01;

double chance(double share, double ability)
{
    const double p = std::clamp(share, share_end, 1 - share_end);
    return 1 / (1 + std::exp(-(ability + std::log(p / (1 - p)))));
}

engine::Decimal mean_difficulty(const DrawRecord& record, const BankSnapshot& snapshot, const engine::DrawnForm& form)
{
    // Units of 1e-12; points and counts are bounded so that the sum fits.
    std::int64_t weighted = 0;
    for (std::size_t s = 0; s < form.sections.size(); ++s) {
        for (const std::uint32_t position : form.sections[s]) {
            weighted += record.blueprint.sections[s].points_each.units() * snapshot.pool[position].difficulty.units();
        }
    }
    const std::int64_t total = record.blueprint.total_points.units();
    return total == 0 ? engine::Decimal{} : engine::Decimal::from_units((weighted + total / 2) / total);
}

FormFigures figures_of(const DrawRecord& record, const BankSnapshot& snapshot, const engine::DrawnForm& form,
                       const std::vector<double>& abilities)
{
    FormFigures figures;
    figures.form_id = form.id;
    figures.points = record.blueprint.total_points;
    figures.mean_difficulty = mean_difficulty(record, snapshot, form);
    figures.by_difficulty.assign(10, 0);
    figures.expected_share.assign(abilities.size(), 0);
    figures.information.assign(abilities.size(), 0);
    double variance = 0;
    std::vector<double> slope(abilities.size());
    std::vector<double> variances(abilities.size());
    for (std::size_t s = 0; s < form.sections.size(); ++s) {
        const double points = record.blueprint.sections[s].points_each.to_double();
        for (const std::uint32_t position : form.sections[s]) {
            const engine::PoolItem& item = snapshot.pool[position];
            const double share = item.difficulty.to_double();
            ++figures.items;
            ++figures.by_type[std::string{engine::to_text(item.type)}];
            ++figures.by_area[item.knowledge_point.substr(0, item.knowledge_point.find('.'))];
            if (!record.blueprint.rules.levels.empty()) { ++figures.by_level[item.facts.level]; }
            if (!record.blueprint.rules.cognitive.empty()) { ++figures.by_cognitive[item.facts.cognitive_class]; }
            if (item.facts.key_letter != '\0') { ++figures.keys_by_letter[std::string(1, item.facts.key_letter)]; }
            ++figures.by_difficulty[std::min<std::size_t>(9, static_cast<std::size_t>(share * 10))];
            figures.expected_score += points * share;
            variance += points * points * share * (1 - share);
            for (std::size_t a = 0; a < abilities.size(); ++a) {
                const double p = chance(share, abilities[a]);
                figures.expected_share[a] += points * p;
                slope[a] += points * p * (1 - p);
                variances[a] += points * points * p * (1 - p);
            }
        }
    }
    figures.score_spread = std::sqrt(variance);
    for (std::size_t a = 0; a < abilities.size(); ++a) {
        figures.expected_share[a] /= figures.points.to_double();
        figures.information[a] = variances[a] > 0 ? slope[a] * slope[a] / variances[a] : 0;
    }
    return figures;
}

std::set<std::uint32_t> items_of(const engine::DrawnForm& form)
{
    std::set<std::uint32_t> items;
    for (const auto& section : form.sections) { items.insert(section.begin(), section.end()); }
    return items;
}

using Parameters = std::map<std::string, ItemParameters, std::less<>>;

/// Of the score, as points are given: Σ slope squared / variance, at each ability, by the items' own parameters.
void add_calibrated(const DrawRecord& record, const BankSnapshot& snapshot, const engine::DrawnForm& form,
                    const Parameters& parameters, Certificate& certificate, std::size_t number)
{
    std::vector<double> slope(certificate.abilities.size());
    std::vector<double> variance(certificate.abilities.size());
    for (std::size_t s = 0; s < form.sections.size(); ++s) {
        const double points = record.blueprint.sections[s].points_each.to_double();
        for (const std::uint32_t position : form.sections[s]) {
            const auto found = parameters.find(snapshot.pool[position].id);
            if (found == parameters.end()) { return; }
            const auto& [a, b, c] = found->second;
            for (std::size_t n = 0; n < slope.size(); ++n) {
                const double logistic = 1 / (1 + std::exp(-a * (certificate.abilities[n] - b)));
                const double p = c + (1 - c) * logistic;
                slope[n] += points * (1 - c) * a * logistic * (1 - logistic);
                variance[n] += points * points * p * (1 - p);
            }
        }
    }
    std::vector<double>& information = certificate.forms[number].calibrated;
    for (std::size_t n = 0; n < slope.size(); ++n) {
        information.push_back(variance[n] > 0 ? slope[n] * slope[n] / variance[n] : 0);
    }
}

Result<void> add_keys(OfficeVault& vault, const BankSnapshot& snapshot, const engine::DrawnForm& form,
                      FormFigures& figures)
{
    figures.keys_by_letter.clear();
    ItemBank bank{vault};
    for (const std::uint32_t position : items_of(form)) {
        const engine::PoolItem& item = snapshot.pool[position];
        if (item.type != engine::ItemType::single_choice) { continue; }
        const auto key = bank.key(item.id, snapshot.versions.find(item.id)->second);
        if (!key) { return std::unexpected{key.error()}; }
        for (const std::string& letter : key->correct_options) { ++figures.keys_by_letter[letter]; }
    }
    return {};
}

void add_set(const DrawRecord& record, const BankSnapshot& snapshot, Certificate& certificate, std::vector<int>& uses)
{
    for (const engine::DrawnForm& form : record.forms) {
        certificate.forms.push_back(figures_of(record, snapshot, form, certificate.abilities));
        for (const std::uint32_t item : items_of(form)) { ++uses[item]; }
        std::vector<int> row;
        const std::set<std::uint32_t> own = items_of(form);
        for (const engine::DrawnForm& other : record.forms) {
            const std::set<std::uint32_t> others = items_of(other);
            row.push_back(static_cast<int>(
                std::ranges::count_if(own, [&](std::uint32_t item) { return others.contains(item); })));
        }
        certificate.overlap.push_back(std::move(row));
    }
}

Result<void> add_loft(const DrawRecord& record, const BankSnapshot& snapshot, Certificate& certificate,
                      const Parameters& parameters, std::vector<int>& uses, std::vector<engine::Decimal>& means)
{
    const auto drawer = LoftDrawer::make(snapshot, record.blueprint, seed_of(record));
    if (!drawer) { return std::unexpected{drawer.error()}; }
    for (std::uint32_t number = 1; number <= record.loft.forms; ++number) {
        auto form = drawer->draw(number);
        if (!form) { return std::unexpected{form.error()}; }
        for (const auto& section : form->sections) {
            for (const std::uint32_t item : section) { ++uses[item]; }
        }
        means.push_back(mean_difficulty(record, snapshot, *form));
        if (number > 1) { continue; }
        form->id = "1";
        certificate.forms.push_back(figures_of(record, snapshot, *form, certificate.abilities));
        add_calibrated(record, snapshot, *form, parameters, certificate, 0);
    }
    return {};
}

std::string figure(double value)
{
    return fmt::format("{:.4f}", value);
}

boost::json::array figures(const std::vector<double>& values)
{
    boost::json::array list;
    for (const double value : values) { list.push_back(boost::json::string{figure(value)}); }
    return list;
}

template <class Counts>
boost::json::object counts(const Counts& values)
{
    boost::json::object object;
    for (const auto& [name, count] : values) { object[name] = count; }
    return object;
}

} // namespace

Result<Certificate> certify(OfficeVault& vault, std::string_view draw_id, bool with_keys, engine::Instant now,
                            const Progress& progress)
{
    if (!vault.require(Role::manager) && !vault.require(Role::sealer) && !vault.require(Role::supervisor)) {
        return refuse(VaultError::not_permitted, vault.actor().name + " neither makes papers nor supervises it");
    }
    if (with_keys) {
        if (const auto key = vault.answers_key(); !key) { return std::unexpected{key.error()}; }
    }
    DrawRegister draws{vault};
    const auto record = draws.verify(draw_id, progress);
    if (!record) { return std::unexpected{record.error()}; }
    auto snapshot = draws.snapshot(*record);
    if (!snapshot) { return std::unexpected{snapshot.error()}; }
    // verify() has seen that the right to keys is there, where it is needed.
    if (auto lettered = ItemBank{vault}.unmask_key_letters(*snapshot); !lettered) {
        return std::unexpected{lettered.error()};
    }
    const auto parameters = ItemBank{vault}.parameters();
    if (!parameters) { return std::unexpected{parameters.error()}; }
    Certificate certificate;
    certificate.exposure = record->blueprint.rules.exposure == engine::Exposure::even ? "even" : "uniform";
    // A candidate's form is drawn by itself, whatever the blueprint says of sets.
    certificate.law = engine::law_of(record->loft.forms > 0 ? of_one_form(record->blueprint) : record->blueprint);
    certificate.draw_id = record->id;
    certificate.draw_digest = record->digest;
    certificate.method = record->method;
    certificate.title = record->blueprint.title;
    certificate.blueprint_digest = blueprint_digest(engine::canonical_json(to_json(record->blueprint))).hex();
    certificate.snapshot_digest = record->snapshot_digest;
    certificate.made_by = vault.actor().name;
    certificate.made_at = now;
    certificate.pool_items = snapshot->pool.size();
    certificate.loft_forms = record->loft.forms;
    for (int step = 0; step <= ability_steps; ++step) {
        certificate.abilities.push_back(-ability_end + 2 * ability_end * step / ability_steps);
    }
    std::vector<int> uses(snapshot->pool.size());
    std::vector<engine::Decimal> means;
    if (record->loft.forms > 0) {
        if (auto added = add_loft(*record, *snapshot, certificate, *parameters, uses, means); !added) {
            return std::unexpected{added.error()};
        }
    } else {
        add_set(*record, *snapshot, certificate, uses);
        for (const FormFigures& form : certificate.forms) { means.push_back(form.mean_difficulty); }
        for (std::size_t n = 0; with_keys && n < record->forms.size(); ++n) {
            if (auto added = add_keys(vault, *snapshot, record->forms[n], certificate.forms[n]); !added) {
                return std::unexpected{added.error()};
            }
        }
    }
    for (std::size_t n = 0; n < certificate.forms.size(); ++n) {
        const engine::DrawnForm* form = n < record->forms.size() ? &record->forms[n] : nullptr;
        if (form != nullptr) { add_calibrated(*record, *snapshot, *form, *parameters, certificate, n); }
    }
    const double forms = record->loft.forms > 0 ? record->loft.forms : static_cast<double>(record->forms.size());
    certificate.exposure_max = static_cast<double>(*std::ranges::max_element(uses)) / forms;
    certificate.easiest_form = *std::ranges::max_element(means);
    certificate.hardest_form = *std::ranges::min_element(means);
    const auto usage = guarded([&] { return usage_of_items(vault.database()); });
    if (!usage) { return std::unexpected{usage.error()}; }
    for (std::size_t item = 0; item < uses.size(); ++item) {
        if (uses[item] == 0) { continue; }
        ++certificate.used_items;
        if (usage->contains(snapshot->pool[item].id)) { ++certificate.used_before; }
    }
    const auto recorded = vault.record("draw.certificate", now, [&](Database& database) -> Result<boost::json::object> {
        const std::string digest = digest_of(certificate);
        database.prepare("UPDATE draws SET certificate_digest = ? WHERE id = ?").bind(digest).bind(draw_id).run();
        // What goes into a package is for the hall: it tells nothing of answers.
        Certificate without_keys = certificate;
        for (FormFigures& form : without_keys.forms) { form.keys_by_letter.clear(); }
        const std::string text = to_json_text(without_keys);
        database
            .prepare("INSERT INTO meta(name, value) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET"
                     " value = excluded.value")
            .bind(packed_certificate_name(draw_id))
            .bind(text)
            .run();
        return boost::json::object{{"draw", record->id},
                                   {"draw_digest", record->digest},
                                   {"certificate", digest},
                                   {"packed", digest_of(without_keys)}};
    });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return certificate;
}

std::string packed_certificate_name(std::string_view draw_id)
{
    return "certificate/" + std::string{draw_id};
}

namespace {

std::string_view name_of(const engine::DrawLaw& law)
{
    switch (law.kind) {
    case engine::DrawLaw::Kind::exactly_uniform: return "exact";
    case engine::DrawLaw::Kind::in_turn: return "exact-in-turn";
    case engine::DrawLaw::Kind::by_weights: return "weights";
    case engine::DrawLaw::Kind::chain: return "chain";
    }
    return "";
}

} // namespace

std::string to_json_text(const Certificate& certificate)
{
    boost::json::array forms;
    for (const FormFigures& form : certificate.forms) {
        boost::json::array bands;
        for (const int count : form.by_difficulty) { bands.emplace_back(count); }
        boost::json::object object{{"form", form.form_id},
                                   {"items", form.items},
                                   {"points", form.points.to_string()},
                                   {"mean_difficulty", form.mean_difficulty.to_string()},
                                   {"expected_score", figure(form.expected_score)},
                                   {"score_spread", figure(form.score_spread)},
                                   {"by_type", counts(form.by_type)},
                                   {"by_area", counts(form.by_area)},
                                   {"by_difficulty", std::move(bands)},
                                   {"expected_share", figures(form.expected_share)},
                                   {"information", figures(form.information)}};
        if (!form.by_level.empty()) {
            boost::json::object levels;
            for (const auto& [level, count] : form.by_level) { levels[std::to_string(level)] = count; }
            object["by_level"] = std::move(levels);
        }
        if (!form.by_cognitive.empty()) { object["by_cognitive"] = counts(form.by_cognitive); }
        if (!form.calibrated.empty()) { object["calibrated_information"] = figures(form.calibrated); }
        if (!form.keys_by_letter.empty()) { object["keys_by_letter"] = counts(form.keys_by_letter); }
        forms.push_back(std::move(object));
    }
    boost::json::array overlap;
    for (const auto& row : certificate.overlap) {
        boost::json::array cells;
        for (const int count : row) { cells.emplace_back(count); }
        overlap.push_back(std::move(cells));
    }
    return engine::canonical_json(boost::json::object{{"format", "papervault-certificate"},
                                                      {"version", 1},
                                                      {"draw", certificate.draw_id},
                                                      {"draw_digest", certificate.draw_digest},
                                                      {"method", certificate.method},
                                                      {"title", certificate.title},
                                                      {"blueprint", certificate.blueprint_digest},
                                                      {"snapshot", certificate.snapshot_digest},
                                                      {"made_by", certificate.made_by},
                                                      {"made_at", engine::to_text(certificate.made_at)},
                                                      {"blueprint_met", true},
                                                      {"abilities", figures(certificate.abilities)},
                                                      {"forms", std::move(forms)},
                                                      {"overlap", std::move(overlap)},
                                                      {"pool_items", certificate.pool_items},
                                                      {"used_items", certificate.used_items},
                                                      {"used_before", certificate.used_before},
                                                      {"candidates_forms", certificate.loft_forms},
                                                      {"exposure", certificate.exposure},
                                                      {"law", name_of(certificate.law)},
                                                      {"mixing_length", certificate.law.mixing_length},
                                                      {"exposure_max", figure(certificate.exposure_max)},
                                                      {"easiest_form", certificate.easiest_form.to_string()},
                                                      {"hardest_form", certificate.hardest_form.to_string()}});
}

std::string digest_of(const Certificate& certificate)
{
    return crypto::blake2b("papervault.certificate.v1", {crypto::bytes_of(to_json_text(certificate))}).hex();
}

} // namespace papervault::vault
