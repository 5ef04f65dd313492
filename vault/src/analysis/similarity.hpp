#pragma once

#include "analysis/response_table.hpp"

#include <papervault/engine/similarity.hpp>

#include <boost/json/object.hpp>

#include <array>
#include <optional>
#include <string>
#include <vector>

/// Similar answers (雷同) with names: what the engine finds, and a dossier for each pair that a commission can read
/// (rule G7). Definitions: docs/analysis.md.
namespace papervault::vault {

/// Answers by authored option, with the words for them.
struct NamedAnswers {
    std::vector<std::string> items;
    std::vector<std::string> candidates;
    std::vector<std::vector<std::string>> options; ///< By item.
    engine::AnswerTable answers;
};
/// Responses against keys; responses to an item beyond the 250 most frequent agree with none.
[[nodiscard]] NamedAnswers named_answers(const ResponseTable& table, const std::vector<std::string>& keys);
/// The same where every item has the options 1, 2, … count or A, B, …, chosen or not.
/// @param count  2 to 26. @return malformed where a response or a key is none of them.
[[nodiscard]] Result<NamedAnswers> named_answers(const ResponseTable& table, const std::vector<std::string>& keys,
                                                 std::size_t count);
/// Scores of 0 and 1 alone: options "0" and "1".
[[nodiscard]] Result<NamedAnswers> named_scores(const ResponseTable& table, const engine::ScoreMatrix& scores);

/// Where and when a candidate sat; nothing is known where a member is empty.
struct Circumstances {
    std::string form;
    std::string hall;
    std::optional<int> seat;
    std::optional<int> row;
    std::optional<int> column;
    std::vector<std::optional<double>> seconds; ///< By item: when the last answer was given, from the start.
    std::vector<std::string> shown;             ///< By item: the letter as it was shown; empty without option orders.
};
/// CSV: candidate and any of form, hall, seat, row, column. In order of the candidates.
[[nodiscard]] Result<std::vector<Circumstances>> read_circumstances(std::string_view csv,
                                                                    const std::vector<std::string>& candidates);
/// Times as a table of the same items and candidates.
[[nodiscard]] Result<void> add_times(std::vector<Circumstances>& circumstances, const ResponseTable& times,
                                     const NamedAnswers& names);

/// What speaks for or against contact between two candidates; none of it enters a probability.
struct PairEvidence {
    std::optional<bool> same_form;
    std::optional<bool> same_hall;
    std::optional<int> seat_distance;  ///< Difference of the seat numbers.
    std::optional<bool> neighbours;    ///< At most one row and one column apart.
    std::optional<int> same_as_shown;  ///< Different options under the same letter: copied by letter from another form.
    std::optional<int> equal_together; ///< Equal answers within 30 seconds of each other …
    std::optional<int> other_together; ///< … and different ones.
};

struct Dossier {
    struct Item {
        std::size_t item = 0;
        std::string first, second; ///< Empty: nothing.
        bool same = false;
        bool right = false; ///< Of equal answers.
        double chance = 0;  ///< That both give this same answer, by their abilities.
    };
    engine::SimilarPair pair;
    engine::PairTests tests;
    engine::CopyingTests second_from_first; ///< The first as the source.
    engine::CopyingTests first_from_second;
    std::array<double, 2> abilities{};
    std::vector<Item> items; ///< Presented to both.
    PairEvidence evidence;
};

struct SimilarityAnalysis {
    NamedAnswers names;
    engine::SimilarityOptions options;
    engine::ResponseModel model;
    std::vector<double> abilities;
    std::string model_name; ///< "rasch", "2pl", "nominal" or "given".
    engine::SimilaritySearch search;
    std::vector<Dossier> dossiers; ///< Of listed and flagged pairs, the least probable first; at most dossiers_max.
};
inline constexpr std::size_t dossiers_max = 200;

/// @param given  Parameters and abilities from elsewhere; without them the batch is calibrated.
struct GivenModel {
    engine::ResponseModel model;
    std::vector<double> abilities;
    std::string name = "given";
};
/// Parameters from elsewhere, a row for each item: a,b,c of scores (3PL), or lambda1 … lambdaK,zeta1 … zetaK
/// (intercepts and slopes of a nominal model).
struct GivenParameters {
    std::vector<engine::ItemParameters> curves; ///< Or
    std::vector<engine::NominalItem> nominal;
};
[[nodiscard]] Result<GivenParameters> read_parameters(std::string_view csv, std::size_t items);
[[nodiscard]] Result<SimilarityAnalysis> analyse_similarity(NamedAnswers names,
                                                            const engine::SimilarityOptions& options,
                                                            const std::vector<Circumstances>& circumstances,
                                                            std::optional<GivenModel> given = {});

[[nodiscard]] boost::json::object to_json(const SimilarityAnalysis& analysis);
/// Every pair, under the names of published index tables: omega_uncond, gbt_p, m4_p, and omega, gbt_conditional_p of
/// each source and copier. For small batches: the square of the candidates.
[[nodiscard]] boost::json::object all_pairs_json(const SimilarityAnalysis& analysis);
[[nodiscard]] std::string to_text(const SimilarityAnalysis& analysis, bool english);
/// One page with every dossier, in Chinese and English.
[[nodiscard]] std::string dossiers_html(const SimilarityAnalysis& analysis, std::string_view title);

} // namespace papervault::vault
