#include "analysis/similarity.hpp"

#include "analysis/irt_report.hpp"
#include "import/csv.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <numeric>

namespace papervault::vault {
namespace {

using engine::AnswerTable;

std::optional<int> whole_number(std::string_view text)
{
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) { return std::nullopt; }
    return value;
}

std::string answer_text(const NamedAnswers& names, std::size_t candidate, std::size_t item)
{
    const std::uint8_t answer = names.answers.answers(candidate)[item];
    if (answer == AnswerTable::other) { return "…"; }
    return answer < names.options[item].size() ? names.options[item][answer] : std::string{};
}

PairEvidence evidence_of(const NamedAnswers& names, const std::vector<Circumstances>& all, std::size_t first,
                         std::size_t second)
{
    PairEvidence evidence;
    if (all.empty()) { return evidence; }
    const Circumstances& a = all[first];
    const Circumstances& b = all[second];
    if (!a.form.empty() && !b.form.empty()) { evidence.same_form = a.form == b.form; }
    if (!a.hall.empty() && !b.hall.empty()) { evidence.same_hall = a.hall == b.hall; }
    const bool apart = evidence.same_hall == false;
    if (a.seat && b.seat && !apart) { evidence.seat_distance = std::abs(*a.seat - *b.seat); }
    if (a.row && b.row && a.column && b.column) {
        evidence.neighbours = !apart && std::abs(*a.row - *b.row) <= 1 && std::abs(*a.column - *b.column) <= 1;
    }
    const auto given_a = names.answers.answers(first);
    const auto given_b = names.answers.answers(second);
    const auto equal = [&](std::size_t item) {
        return given_a[item] == given_b[item] && given_a[item] < AnswerTable::other;
    };
    if (!a.shown.empty() && !b.shown.empty()) {
        evidence.same_as_shown = 0;
        for (std::size_t item = 0; item < names.items.size(); ++item) {
            *evidence.same_as_shown += !a.shown[item].empty() && a.shown[item] == b.shown[item] && !equal(item) ? 1 : 0;
        }
    }
    if (!a.seconds.empty() && !b.seconds.empty()) {
        constexpr double together = 30;
        evidence.equal_together = 0;
        evidence.other_together = 0;
        for (std::size_t item = 0; item < names.items.size(); ++item) {
            if (!a.seconds[item] || !b.seconds[item]) { continue; }
            if (std::abs(*a.seconds[item] - *b.seconds[item]) > together) { continue; }
            ++(equal(item) ? *evidence.equal_together : *evidence.other_together);
        }
    }
    return evidence;
}

Dossier make_dossier(const SimilarityAnalysis& analysis, const engine::SimilarPair& pair,
                     const std::vector<Circumstances>& circumstances)
{
    const AnswerTable& answers = analysis.names.answers;
    Dossier dossier;
    dossier.pair = pair;
    dossier.tests = engine::test_pair(answers, analysis.model, pair.first, pair.second, analysis.abilities);
    dossier.second_from_first =
        engine::test_copying(answers, analysis.model, pair.first, pair.second, analysis.abilities);
    dossier.first_from_second =
        engine::test_copying(answers, analysis.model, pair.second, pair.first, analysis.abilities);
    dossier.abilities = {analysis.abilities[pair.first], analysis.abilities[pair.second]};
    const auto a = answers.answers(pair.first);
    const auto b = answers.answers(pair.second);
    std::array<double, AnswerTable::options_max> chances_a{};
    std::array<double, AnswerTable::options_max> chances_b{};
    for (std::size_t item = 0; item < a.size(); ++item) {
        if (a[item] == AnswerTable::not_presented || b[item] == AnswerTable::not_presented) { continue; }
        Dossier::Item& one = dossier.items.emplace_back();
        one.item = item;
        one.first = answer_text(analysis.names, pair.first, item);
        one.second = answer_text(analysis.names, pair.second, item);
        one.same = a[item] == b[item] && a[item] < AnswerTable::other;
        if (!one.same) { continue; }
        one.right = answers.is_right(item, a[item]);
        const std::size_t options = answers.option_count(item);
        analysis.model.probabilities(item, dossier.abilities[0], std::span{chances_a}.first(options));
        analysis.model.probabilities(item, dossier.abilities[1], std::span{chances_b}.first(options));
        one.chance = chances_a[a[item]] * chances_b[a[item]];
    }
    dossier.evidence = evidence_of(analysis.names, circumstances, pair.first, pair.second);
    return dossier;
}

} // namespace

NamedAnswers named_answers(const ResponseTable& table, const std::vector<std::string>& keys)
{
    const std::size_t items = table.items().size();
    std::vector<std::vector<bool>> right;
    std::vector<std::vector<std::string>> options;
    std::vector<std::vector<std::uint8_t>> codes; // by item: answer of each value of the table, then of nothing
    for (std::size_t item = 0; item < items; ++item) {
        const auto& values = table.values(item);
        std::vector<std::size_t> count(values.size() + 1, 0);
        for (std::size_t row = 0; row < table.candidates().size(); ++row) { ++count[table.code(row, item)]; }
        std::vector<std::size_t> kept(values.size());
        std::iota(kept.begin(), kept.end(), std::size_t{0});
        if (kept.size() > AnswerTable::options_max - 1) {
            std::ranges::sort(
                kept, [&](std::size_t a, std::size_t b) { return std::pair{count[b], a} < std::pair{count[a], b}; });
            kept.resize(AnswerTable::options_max - 1);
            std::ranges::sort(kept);
        }
        auto& code = codes.emplace_back(values.size() + 1, AnswerTable::other);
        code.back() = AnswerTable::left_out;
        auto& names = options.emplace_back();
        auto& is_right = right.emplace_back();
        for (const std::size_t value : kept) {
            code[value] = static_cast<std::uint8_t>(names.size());
            names.push_back(values[value]);
            is_right.push_back(values[value] == keys[item]);
        }
        if (std::ranges::find(names, keys[item]) == names.end()) { // nobody, or too few, chose the key
            const auto key = std::ranges::find(values, keys[item]);
            if (key != values.end()) {
                code[static_cast<std::size_t>(key - values.begin())] = static_cast<std::uint8_t>(names.size());
            }
            names.push_back(keys[item]);
            is_right.push_back(true);
        }
    }
    NamedAnswers named{table.items(), table.candidates(), std::move(options), AnswerTable{std::move(right)}};
    std::vector<std::uint8_t> row(items);
    for (std::size_t candidate = 0; candidate < table.candidates().size(); ++candidate) {
        for (std::size_t item = 0; item < items; ++item) { row[item] = codes[item][table.code(candidate, item)]; }
        named.answers.add_candidate(row);
    }
    return named;
}

Result<NamedAnswers> named_answers(const ResponseTable& table, const std::vector<std::string>& keys, std::size_t count)
{
    const auto place = [&](std::string_view text) -> std::optional<std::uint8_t> {
        if (text.size() == 1 && text[0] >= 'A' && static_cast<std::size_t>(text[0] - 'A') < count) {
            return static_cast<std::uint8_t>(text[0] - 'A');
        }
        const auto number = whole_number(text);
        if (!number || *number < 1 || static_cast<std::size_t>(*number) > count) { return std::nullopt; }
        return static_cast<std::uint8_t>(*number - 1);
    };
    const auto not_one = [&](std::size_t item, std::string_view text) {
        return refuse(VaultError::malformed, "item " + table.items()[item] + ": " + std::string{text} +
                                                 " is none of the " + std::to_string(count) + " options");
    };
    std::vector<std::vector<bool>> right;
    std::vector<std::string> names;
    for (std::size_t option = 1; option <= count; ++option) { names.push_back(std::to_string(option)); }
    for (std::size_t item = 0; item < keys.size(); ++item) {
        const auto key = place(keys[item]);
        if (!key) { return not_one(item, keys[item]); }
        right.emplace_back(count, false)[*key] = true;
    }
    NamedAnswers named{table.items(), table.candidates(), std::vector<std::vector<std::string>>(keys.size(), names),
                       AnswerTable{std::move(right)}};
    std::vector<std::uint8_t> row(keys.size());
    for (std::size_t candidate = 0; candidate < table.candidates().size(); ++candidate) {
        for (std::size_t item = 0; item < row.size(); ++item) {
            row[item] = AnswerTable::left_out;
            if (table.is_missing(candidate, item)) { continue; }
            const auto option = place(table.text(candidate, item));
            if (!option) { return not_one(item, table.text(candidate, item)); }
            row[item] = *option;
        }
        named.answers.add_candidate(row);
    }
    return named;
}

Result<NamedAnswers> named_scores(const ResponseTable& table, const engine::ScoreMatrix& scores)
{
    const auto binary = binary_of(scores);
    if (!binary) { return std::unexpected{binary.error()}; }
    const std::size_t items = table.items().size();
    NamedAnswers named{table.items(), table.candidates(), std::vector<std::vector<std::string>>(items, {"0", "1"}),
                       AnswerTable{std::vector<std::vector<bool>>(items, {false, true})}};
    std::vector<std::uint8_t> row(items);
    for (std::size_t candidate = 0; candidate < table.candidates().size(); ++candidate) {
        for (std::size_t item = 0; item < items; ++item) {
            row[item] = table.is_missing(candidate, item)   ? AnswerTable::left_out
                        : binary->row(candidate)[item] == 1 ? std::uint8_t{1}
                                                            : std::uint8_t{0};
        }
        named.answers.add_candidate(row);
    }
    return named;
}

Result<std::vector<Circumstances>> read_circumstances(std::string_view csv, const std::vector<std::string>& candidates)
{
    const auto rows = parse_csv(csv, 1'000'001, 6);
    if (!rows) { return std::unexpected{rows.error()}; }
    constexpr std::array known{"candidate", "form", "hall", "seat", "row", "column"};
    if (rows->empty() || rows->front().cells.front() != known.front()) {
        return refuse(VaultError::malformed, "the heading must be candidate and any of form, hall, seat, row, column");
    }
    const std::vector<std::string>& heading = rows->front().cells;
    for (const std::string& name : heading) {
        if (std::ranges::find(known, name) == known.end()) {
            return refuse(VaultError::malformed, "the column " + name + " is unknown");
        }
    }
    std::map<std::string_view, std::size_t> places;
    for (std::size_t n = 0; n < candidates.size(); ++n) { places.emplace(candidates[n], n); }
    std::vector<Circumstances> all(candidates.size());
    for (std::size_t n = 1; n < rows->size(); ++n) {
        const CsvRow& row = (*rows)[n];
        const auto place = places.find(row.cells.front());
        if (row.cells.size() != heading.size() || place == places.end()) {
            return refuse(VaultError::malformed,
                          "line " + std::to_string(row.line) + ": an unknown candidate or another number of cells");
        }
        Circumstances& one = all[place->second];
        for (std::size_t cell = 1; cell < heading.size(); ++cell) {
            const std::string& text = row.cells[cell];
            const std::string& name = heading[cell];
            if (text.empty()) { continue; }
            if (name == "form") { one.form = text; }
            if (name == "hall") { one.hall = text; }
            if (name == "form" || name == "hall") { continue; }
            const auto number = whole_number(text);
            if (!number || *number < 0 || *number > 1'000'000) {
                return refuse(VaultError::malformed,
                              "line " + std::to_string(row.line) + ": " + text + " is no number of a " + name);
            }
            (name == "seat" ? one.seat : name == "row" ? one.row : one.column) = number;
        }
    }
    return all;
}

Result<void> add_times(std::vector<Circumstances>& circumstances, const ResponseTable& times, const NamedAnswers& names)
{
    if (times.items() != names.items || times.candidates() != names.candidates) {
        return refuse(VaultError::malformed, "the times must have the items and candidates of the responses");
    }
    circumstances.resize(names.candidates.size());
    for (std::size_t candidate = 0; candidate < names.candidates.size(); ++candidate) {
        auto& seconds = circumstances[candidate].seconds;
        seconds.assign(names.items.size(), std::nullopt);
        for (std::size_t item = 0; item < names.items.size(); ++item) {
            if (times.is_missing(candidate, item)) { continue; }
            const auto value = engine::Decimal::parse(times.values(item)[times.code(candidate, item)]);
            if (!value) { return refuse(VaultError::malformed, "a time is no number"); }
            seconds[item] = value->to_double();
        }
    }
    return {};
}

Result<GivenParameters> read_parameters(std::string_view csv, std::size_t items)
{
    GivenParameters given;
    const std::string_view heading = csv.substr(0, csv.find('\n'));
    if (heading.find("lambda1") == std::string_view::npos) {
        const auto rows = read_numbers(csv, {"a", "b", "c"}, items);
        if (!rows) { return std::unexpected{rows.error()}; }
        for (const auto& row : *rows) {
            if (row[2] < 0 || row[2] >= 1) { return refuse(VaultError::malformed, "c must be from 0 to below 1"); }
            given.curves.push_back({row[0], -row[0] * row[1], row[2]});
        }
        return given;
    }
    const auto options = static_cast<std::size_t>(std::ranges::count(heading, ',') + 1) / 2;
    if (options < 2 || options > 26) { return refuse(VaultError::malformed, "a nominal model has 2 to 26 options"); }
    std::vector<std::string> columns;
    for (const char* name : {"lambda", "zeta"}) {
        for (std::size_t option = 1; option <= options; ++option) { columns.push_back(name + std::to_string(option)); }
    }
    const auto rows = read_numbers(csv, columns, items);
    if (!rows) { return std::unexpected{rows.error()}; }
    for (const auto& row : *rows) {
        const auto middle = row.begin() + static_cast<std::ptrdiff_t>(options);
        given.nominal.push_back({{row.begin(), middle}, {middle, row.end()}});
    }
    return given;
}

Result<SimilarityAnalysis> analyse_similarity(NamedAnswers names, const engine::SimilarityOptions& options,
                                              const std::vector<Circumstances>& circumstances,
                                              std::optional<GivenModel> given)
{
    std::string model_name = given ? given->name : "";
    if (!given) {
        auto found = engine::calibrate_for_similarity(names.answers);
        if (!found) { return refuse(VaultError::malformed, found.error().detail); }
        model_name = found->calibration.model == engine::IrtModel::rasch ? "rasch" : "2pl";
        given = GivenModel{std::move(found->responses), std::move(found->abilities), model_name};
    }
    auto search = engine::find_similar_pairs(names.answers, given->model, given->abilities, options);
    if (!search) { return refuse(VaultError::malformed, search.error().detail); }
    SimilarityAnalysis analysis{
        std::move(names),   options, std::move(given->model), std::move(given->abilities), std::move(model_name),
        *std::move(search), {}};
    for (const engine::SimilarPair& pair : analysis.search.similar) {
        if (analysis.dossiers.size() == dossiers_max || (!pair.flagged && !pair.listed)) { break; }
        analysis.dossiers.push_back(make_dossier(analysis, pair, circumstances));
    }
    return analysis;
}

} // namespace papervault::vault
