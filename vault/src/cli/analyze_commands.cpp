#include "analysis/classical.hpp"
#include "analysis/irt_report.hpp"
#include "analysis/nominal_report.hpp"
#include "analysis/similarity.hpp"
#include "cli/commands.hpp"
#include "cli/session.hpp"

#include <papervault/crypto/bytes.hpp>
#include <papervault/vault/files.hpp>

namespace papervault::vault::cli {
namespace {

constexpr std::size_t table_bytes_max = std::size_t{1} << 30;

/// A failure with the name of the file in front.
std::unexpected<VaultFailure> in_file(const File& file, const VaultFailure& failure)
{
    return refuse(failure.code, file.string() + ": " + failure.detail);
}

Result<ResponseTable> read_table(const File& file)
{
    const auto bytes = read_text_file(file, table_bytes_max);
    if (!bytes) { return std::unexpected{bytes.error()}; }
    auto table = ResponseTable::read(*bytes);
    if (!table) { return in_file(file, table.error()); }
    return table;
}

/// One exam as read: responses or scores, and the scores.
struct ExamTable {
    ResponseTable table;
    std::vector<std::string> keys; ///< Empty where the file holds scores.
    engine::ScoreMatrix scores;
};

Result<ExamTable> read_scores(const File& file)
{
    auto table = read_table(file);
    if (!table) { return std::unexpected{table.error()}; }
    auto scores = scores_of(*table);
    if (!scores) { return in_file(file, scores.error()); }
    return ExamTable{std::move(*table), {}, std::move(*scores)};
}

Result<ExamTable> read_responses(const File& file, const File& key, const std::optional<File>& orders)
{
    auto table = read_table(file);
    if (!table) { return std::unexpected{table.error()}; }
    if (orders) {
        const auto shown = read_table(*orders);
        if (!shown) { return std::unexpected{shown.error()}; }
        auto authored = table->in_authored_order(*shown);
        if (!authored) { return in_file(*orders, authored.error()); }
        table = std::move(authored);
    }
    const auto text = read_text_file(key, 1 << 20);
    if (!text) { return std::unexpected{text.error()}; }
    auto keys = read_item_keys(*text, *table);
    if (!keys) { return in_file(key, keys.error()); }
    engine::ScoreMatrix scores = score_by_key(*table, *keys);
    return ExamTable{std::move(*table), std::move(*keys), std::move(scores)};
}

Result<ExamTable> read_exam(const Analyze& command)
{
    if (command.scored.has_value() == command.raw.has_value() || command.raw.has_value() != command.key.has_value()) {
        return refuse(VaultError::malformed, "give either --scored, or --raw with --key");
    }
    if (command.scored) { return read_scores(*command.scored); }
    return read_responses(*command.raw, *command.key, command.orders);
}

/// Answers as the search compares them, and the model where one is given.
struct SimilarityInput {
    NamedAnswers names;
    std::optional<GivenModel> model;
};

/// Abilities are given in order of the candidates; their first column names them and is not read.
Result<SimilarityInput> read_given(const Analyze& command, const ExamTable& exam)
{
    const auto text = read_text_file(*command.parameters, table_bytes_max);
    if (!text) { return std::unexpected{text.error()}; }
    const auto parameters = read_parameters(*text, exam.table.items().size());
    if (!parameters) { return in_file(*command.parameters, parameters.error()); }
    const auto abilities_text = read_text_file(*command.abilities, table_bytes_max);
    if (!abilities_text) { return std::unexpected{abilities_text.error()}; }
    const auto thetas = read_numbers(*abilities_text, {"person", "theta"}, exam.table.candidates().size());
    if (!thetas) { return in_file(*command.abilities, thetas.error()); }
    std::vector<double> abilities;
    for (const auto& row : *thetas) { abilities.push_back(row[1]); }
    const bool nominal = !parameters->nominal.empty();
    if (nominal == exam.keys.empty()) {
        return refuse(VaultError::malformed, "a,b,c go with --scored, a nominal model with --raw");
    }
    auto names = nominal ? named_answers(exam.table, exam.keys, parameters->nominal.front().slope.size())
                         : named_scores(exam.table, exam.scores);
    if (!names) { return std::unexpected{names.error()}; }
    engine::ResponseModel model =
        nominal ? engine::nominal_model(parameters->nominal) : engine::score_model(parameters->curves);
    return SimilarityInput{std::move(*names), GivenModel{std::move(model), std::move(abilities), "given"}};
}

/// The nominal model of an exam, calibrated once for the report and the search.
struct NominalModel {
    NamedAnswers names;
    engine::NominalCalibration found;
};

Result<NominalModel> calibrate(const ExamTable& exam)
{
    if (exam.keys.empty()) {
        return refuse(VaultError::malformed, "a nominal model needs responses: --raw with --key");
    }
    NamedAnswers names = named_answers(exam.table, exam.keys);
    auto found = analyse_nominal(names);
    if (!found) { return std::unexpected{found.error()}; }
    return NominalModel{std::move(names), std::move(*found)};
}

Result<SimilarityInput> read_similarity_input(const Analyze& command, const ExamTable& exam,
                                              std::optional<NominalModel> nominal)
{
    if (command.parameters.has_value() != command.abilities.has_value()) {
        return refuse(VaultError::malformed, "--parameters and --abilities go together");
    }
    if (command.parameters) { return read_given(command, exam); }
    if (nominal) {
        std::vector<double> abilities;
        for (const engine::Ability& ability : nominal->found.abilities) { abilities.push_back(ability.value); }
        return SimilarityInput{std::move(nominal->names),
                               GivenModel{engine::response_model(nominal->found), std::move(abilities), "nominal"}};
    }
    if (!exam.keys.empty()) { return SimilarityInput{named_answers(exam.table, exam.keys), std::nullopt}; }
    auto names = named_scores(exam.table, exam.scores);
    if (!names) { return std::unexpected{names.error()}; }
    return SimilarityInput{std::move(*names), std::nullopt};
}

Result<std::vector<Circumstances>> read_all_circumstances(const Analyze& command, const NamedAnswers& names)
{
    std::vector<Circumstances> circumstances;
    if (command.people) {
        const auto text = read_text_file(*command.people, 256 << 20);
        if (!text) { return std::unexpected{text.error()}; }
        auto read = read_circumstances(*text, names.candidates);
        if (!read) { return in_file(*command.people, read.error()); }
        circumstances = std::move(*read);
    }
    if (command.times) {
        const auto times = read_table(*command.times);
        if (!times) { return std::unexpected{times.error()}; }
        if (auto added = add_times(circumstances, *times, names); !added) {
            return in_file(*command.times, added.error());
        }
    }
    if (command.orders) {
        const auto shown = read_table(*command.raw);
        if (!shown) { return std::unexpected{shown.error()}; }
        circumstances.resize(names.candidates.size());
        for (std::size_t candidate = 0; candidate < circumstances.size(); ++candidate) {
            for (std::size_t item = 0; item < names.items.size(); ++item) {
                circumstances[candidate].shown.emplace_back(shown->text(candidate, item));
            }
        }
    }
    return circumstances;
}

Result<void> add_similarity(const Analyze& command, const ExamTable& exam, std::optional<NominalModel> nominal,
                            bool english, Report& report)
{
    constexpr std::size_t all_pairs_candidates_max = 500;
    if (command.all_pairs && exam.table.candidates().size() > all_pairs_candidates_max) {
        return refuse(VaultError::malformed, "--all-pairs is for at most 500 candidates");
    }
    auto input = read_similarity_input(command, exam, std::move(nominal));
    if (!input) { return std::unexpected{input.error()}; }
    const auto circumstances = read_all_circumstances(command, input->names);
    if (!circumstances) { return std::unexpected{circumstances.error()}; }
    const engine::SimilarityOptions options{
        .family_error = command.family_error, .discovery_rate = command.discovery_rate, .threads = command.threads};
    const auto found = analyse_similarity(std::move(input->names), options, *circumstances, std::move(input->model));
    if (!found) { return std::unexpected{found.error()}; }
    boost::json::object json = to_json(*found);
    if (command.all_pairs) { json["all_pairs"] = all_pairs_json(*found); }
    if (command.dossiers) {
        const File& source = command.raw ? *command.raw : *command.scored;
        const std::string page = dossiers_html(*found, source.filename().string());
        if (auto written = write_file_durably(*command.dossiers, crypto::bytes_of(page), true, 0600); !written) {
            return written;
        }
        json["dossiers_file"] = command.dossiers->string();
    }
    report.json["similarity"] = std::move(json);
    report.text += to_text(*found, english);
    return {};
}

Result<void> add_equating(const Analyze& command, const ExamTable& exam, bool english, Report& report)
{
    if (command.raw.has_value() != command.equate_key.has_value()) {
        return refuse(VaultError::malformed,
                      "--equate takes scores with --scored, responses and --equate-key with --raw");
    }
    const auto other =
        command.raw ? read_responses(*command.equate, *command.equate_key, std::nullopt) : read_scores(*command.equate);
    if (!other) { return std::unexpected{other.error()}; }
    const EquatingRequest request{command.method, command.smooth, command.model.value_or("2pl")};
    const auto equated = equate(exam.table, exam.scores, other->table, other->scores, request, english);
    if (!equated) { return std::unexpected{equated.error()}; }
    report.json["equating"] = equated->json;
    report.text += equated->text;
    return {};
}

} // namespace

Result<Report> run(const Analyze& command)
{
    const auto exam = read_exam(command);
    if (!exam) { return std::unexpected{exam.error()}; }
    const bool english = say("zh", "en") == "en";
    const ClassicalAnalysis classical = analyse_classical(exam->table, exam->scores, exam->keys);
    Report report{to_json(classical), to_text(classical, english)};
    std::optional<NominalModel> nominal;
    if (command.model == "nominal") {
        auto calibrated = calibrate(*exam);
        if (!calibrated) { return std::unexpected{calibrated.error()}; }
        nominal = std::move(*calibrated);
        report.json["nominal"] = to_json(nominal->found, nominal->names);
        report.text += to_text(nominal->found, nominal->names, english);
    } else if (command.model) {
        const auto irt = analyse_irt(exam->scores, *command.model);
        if (!irt) { return std::unexpected{irt.error()}; }
        report.json["irt"] = to_json(*irt, exam->table);
        report.text += to_text(*irt, exam->table, english);
    }
    if (command.similarity || command.all_pairs || command.dossiers) {
        if (auto added = add_similarity(command, *exam, std::move(nominal), english, report); !added) {
            return std::unexpected{added.error()};
        }
    }
    if (command.equate) {
        if (auto added = add_equating(command, *exam, english, report); !added) {
            return std::unexpected{added.error()};
        }
    }
    return report;
}

} // namespace papervault::vault::cli
