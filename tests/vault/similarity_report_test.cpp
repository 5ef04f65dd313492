#include "analysis/similarity.hpp"

#include "analysis/irt_report.hpp"
#include "analysis/nominal_report.hpp"
#include "results/report_data.hpp"
#include "vault/expect.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>

namespace papervault::vault {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// 40 candidates, 30 items of four options: a row of pseudo-random letters each (Park & Miller 1988), the last copies
/// the first but for three items.
std::string responses()
{
    std::string csv = "candidate";
    for (int item = 1; item <= 30; ++item) { csv += ",q" + std::to_string(item); }
    csv += "\n";
    std::uint64_t state = 20'261'121;
    const auto next = [&] { return state = state * 48'271 % 2'147'483'647; };
    std::vector<char> first;
    for (int candidate = 0; candidate < 40; ++candidate) {
        csv += "T<" + std::to_string(candidate) + ">";
        for (int item = 0; item < 30; ++item) {
            // The key is A; about half know it.
            char letter = next() % 100 < 50 ? 'A' : static_cast<char>('B' + next() % 3);
            if (candidate == 0) { first.push_back(letter); }
            if (candidate == 39 && item >= 3) { letter = first[static_cast<std::size_t>(item)]; }
            csv += ",";
            csv.push_back(letter);
        }
        csv += "\n";
    }
    return csv;
}

NamedAnswers names()
{
    const auto table = ResponseTable::read(responses()).value();
    return named_answers(table, std::vector<std::string>(30, "A"));
}

TEST(SimilarityReportTest, HasADossierForThePairThatCopied)
{
    std::vector<Circumstances> circumstances(40);
    circumstances[0] = {.form = "A", .hall = "1", .seat = 7, .row = 2, .column = 1, .seconds = {}, .shown = {}};
    circumstances[39] = {.form = "B", .hall = "1", .seat = 8, .row = 3, .column = 2, .seconds = {}, .shown = {}};
    const auto found = analyse_similarity(names(), {}, circumstances).value();
    ASSERT_GE(found.dossiers.size(), 1U);
    const Dossier& dossier = found.dossiers.front();
    EXPECT_EQ(dossier.pair.first, 0U);
    EXPECT_EQ(dossier.pair.second, 39U);
    EXPECT_TRUE(dossier.pair.flagged);
    EXPECT_EQ(dossier.items.size(), 30U);
    EXPECT_EQ(dossier.evidence.same_form, false);
    EXPECT_EQ(dossier.evidence.same_hall, true);
    EXPECT_EQ(dossier.evidence.seat_distance, 1);
    EXPECT_EQ(dossier.evidence.neighbours, true);
    EXPECT_EQ(dossier.evidence.equal_together, std::nullopt);
    const boost::json::object json = to_json(found);
    EXPECT_EQ(json.at("n_pairs").to_number<int>(), 40 * 39 / 2);
    EXPECT_EQ(json.at("dossiers").as_array().front().at("first").as_string(), "T<0>");
    EXPECT_EQ(json.at("dossiers").as_array().front().at("evidence").at("neighbours").as_bool(), true);
}

TEST(SimilarityReportTest, WritesAPageInWhichNamesAreOnlyText)
{
    const std::string page = dossiers_html(analyse_similarity(names(), {}, {}).value(), "<b>批次&");
    EXPECT_THAT(page, HasSubstr("T&lt;0&gt;"));
    EXPECT_THAT(page, HasSubstr("&lt;b&gt;批次&amp;"));
    EXPECT_THAT(page, Not(HasSubstr("T<")));
    EXPECT_THAT(page, HasSubstr("Holm"));
    EXPECT_THAT(page, HasSubstr("Statistics alone prove nothing"));
}

TEST(SimilarityReportTest, PrintsEveryPairUnderThePublishedNames)
{
    const auto all = all_pairs_json(analyse_similarity(names(), {}, {}).value());
    EXPECT_EQ(all.at("undirected").as_array().size(), 780U);
    EXPECT_EQ(all.at("directed").as_array().size(), 1'560U);
    for (const char* name : {"pair", "omega_uncond", "omega_uncond_p", "gbt_p", "m4_p"}) {
        EXPECT_TRUE(all.at("undirected").as_array().front().as_object().contains(name)) << name;
    }
    for (const char* name : {"pair", "source", "copier", "omega", "omega_p", "gbt_conditional_p"}) {
        EXPECT_TRUE(all.at("directed").as_array().front().as_object().contains(name)) << name;
    }
}

TEST(SimilarityReportTest, CountsAnswersGivenTogether)
{
    const auto table = ResponseTable::read("candidate,a,b,c\nx,A,B,C\ny,A,B,D\n").value();
    const auto times = ResponseTable::read("candidate,a,b,c\nx,10,100,300\ny,39.5,131,310\n").value();
    const NamedAnswers named = named_answers(table, {"A", "A", "A"});
    std::vector<Circumstances> circumstances;
    ASSERT_TRUE(add_times(circumstances, times, named));
    engine::SimilarityOptions generous{.family_error = 0.5, .discovery_rate = 1};
    const auto found = analyse_similarity(named, generous, circumstances).value();
    ASSERT_EQ(found.dossiers.size(), 1U);
    EXPECT_EQ(found.dossiers[0].evidence.equal_together, 1);
    EXPECT_EQ(found.dossiers[0].evidence.other_together, 1);
    const auto other = ResponseTable::read("candidate,a,b\nx,1,2\n").value();
    EXPECT_FALSE(add_times(circumstances, other, named));
}

TEST(OptionOrderTest, IsUndone)
{
    const auto shown = ResponseTable::read("a,b\nA,B\nD,AC\n,B\n").value();
    const auto orders = ResponseTable::read("a,b\nCABD,\nBCDA,DCBA\nABCD,BA\n").value();
    const auto authored = shown.in_authored_order(orders).value();
    EXPECT_EQ(authored.text(0, 0), "C");
    EXPECT_EQ(authored.text(0, 1), "B") << "not shuffled";
    EXPECT_EQ(authored.text(1, 0), "A");
    EXPECT_EQ(authored.text(1, 1), "BD") << "several letters, sorted";
    EXPECT_TRUE(authored.is_missing(2, 0));
    EXPECT_EQ(authored.text(2, 1), "A");
}

TEST(OptionOrderTest, IsRefusedWhereItIsNone)
{
    const auto shown = ResponseTable::read("a\nC\n").value();
    const auto refused = [&](const char* order) {
        return !shown.in_authored_order(ResponseTable::read(std::string{"a\n"} + order + "\n").value()).has_value();
    };
    EXPECT_TRUE(refused("AAB"));
    EXPECT_TRUE(refused("ABD"));
    EXPECT_TRUE(refused("BA")) << "C is beyond it";
    EXPECT_TRUE(refused("abc"));
    EXPECT_FALSE(refused("CBA"));
}

/// Different options under the same letter, from two forms that show them differently.
TEST(OptionOrderTest, ShowsWhoCopiedByLetter)
{
    const auto shown = ResponseTable::read("candidate,a,b,c\nx,A,B,C\ny,A,B,C\n").value();
    const auto orders = ResponseTable::read("candidate,a,b,c\nx,ABC,ABC,ABC\ny,BCA,CAB,ABC\n").value();
    const NamedAnswers named = named_answers(shown.in_authored_order(orders).value(), {"A", "A", "A"});
    std::vector<Circumstances> circumstances(2);
    for (std::size_t candidate = 0; candidate < 2; ++candidate) {
        for (std::size_t item = 0; item < 3; ++item) {
            circumstances[candidate].shown.emplace_back(shown.text(candidate, item));
        }
    }
    const auto found = analyse_similarity(named, {.family_error = 0.5, .discovery_rate = 1}, circumstances).value();
    ASSERT_EQ(found.dossiers.size(), 1U);
    EXPECT_EQ(found.dossiers[0].evidence.same_as_shown, 2);
    EXPECT_EQ(found.dossiers[0].pair.counts.same, 1U);
}

TEST(CircumstancesTest, AreReadByName)
{
    const std::vector<std::string> candidates{"x", "y"};
    const auto read = read_circumstances("candidate,seat,hall\ny,12,West\n", candidates).value();
    EXPECT_EQ(read[0].seat, std::nullopt);
    EXPECT_EQ(read[1].seat, 12);
    EXPECT_EQ(read[1].hall, "West");
    for (const char* bad : {"", "seat\n1\n", "candidate,age\nx,3\n", "candidate,seat\nz,3\n", "candidate,seat\nx,-3\n",
                            "candidate,seat\nx,3a\n", "candidate,seat\nx\n"}) {
        EXPECT_FALSE(read_circumstances(bad, candidates).has_value()) << bad;
    }
}

TEST(NamedAnswersTest, HaveAPlaceForAKeyThatNobodyChose)
{
    const auto table = ResponseTable::read("a\nB\nC\n\n").value();
    const NamedAnswers named = named_answers(table, {"A"});
    EXPECT_THAT(named.options[0], ElementsAre("B", "C", "A"));
    EXPECT_EQ(named.answers.answers(2)[0], engine::AnswerTable::left_out);
    EXPECT_TRUE(named.answers.is_right(0, 2));
}

TEST(NamedAnswersTest, PutRareResponsesTogetherAsAgreeingWithNone)
{
    std::string csv = "a\n";
    for (int n = 0; n < 300; ++n) { csv += "r" + std::to_string(1000 + n) + "\n"; }
    csv += "key\nkey\n";
    const NamedAnswers named = named_answers(ResponseTable::read(csv).value(), {"key"});
    EXPECT_LE(named.options[0].size(), 250U);
    EXPECT_EQ(named.answers.answers(299)[0], engine::AnswerTable::other);
    EXPECT_TRUE(named.answers.is_right(0, named.answers.answers(300)[0]));
}

TEST(GivenParametersTest, AreOfScoresOrOfOptions)
{
    EXPECT_EQ(read_parameters("a,b,c\n1,0.5,0.2\n", 1).value().curves.front().intercept, -0.5);
    const auto nominal = read_parameters("\"lambda1\",\"lambda2\",\"zeta1\",\"zeta2\"\n1,2,3,4\n", 1).value().nominal;
    EXPECT_THAT(nominal.front().intercept, ElementsAre(1, 2));
    EXPECT_THAT(nominal.front().slope, ElementsAre(3, 4));
    for (const char* bad : {"", "a,b\n1,2\n", "a,b,c\n1,2,1\n", "a,b,c\n1,2,x\n", "a,b,c\n1,2,inf\n",
                            "lambda1,zeta1\n1,2\n", "lambda1,lambda2,zeta1,zeta3\n1,2,3,4\n"}) {
        EXPECT_FALSE(read_parameters(bad, 1).has_value()) << bad;
    }
    EXPECT_FALSE(read_parameters("a,b,c\n1,2,0\n", 2).has_value());
    const auto table = ResponseTable::read("q,r\n1,B\n3,\n").value();
    const auto named = named_answers(table, {"2", "A"}, 3).value();
    EXPECT_EQ(named.answers.answers(1)[0], 2);
    EXPECT_EQ(named.answers.answers(0)[1], 1);
    EXPECT_FALSE(named_answers(table, {"2", "A"}, 2).has_value());
    EXPECT_FALSE(named_answers(table, {"4", "A"}, 3).has_value());
}

TEST(IrtReportTest, LeavesOutItemsThatSayNothing)
{
    const auto table = ResponseTable::read("a,b,c,d\n1,1,0,1\n1,0,0,1\n1,1,1,0\n1,0,1,1\n1,1,1,1\n1,0,0,0\n").value();
    const auto found = analyse_irt(scores_of(table).value(), "rasch").value();
    EXPECT_THAT(found.items, ElementsAre(1, 2, 3));
    const boost::json::object json = to_json(found, table);
    EXPECT_EQ(json.at("items_left_out").as_array().front().as_string(), "a");
    EXPECT_EQ(json.at("items").as_array().size(), 3U);
    EXPECT_FALSE(analyse_irt(scores_of(table).value(), "4pl").has_value());
    EXPECT_FALSE(analyse_irt(scores_of(ResponseTable::read("a\n2\n0\n").value()).value(), "2pl").has_value());
}

TEST(EquatingReportTest, EquatesTheTotalsOfTwoForms)
{
    const auto x = ResponseTable::read("a,b,c\n1,1,0\n1,0,0\n0,0,0\n1,1,1\n").value();
    const auto y = ResponseTable::read("a,b,c\n1,1,1\n1,1,0\n1,0,0\n1,1,1\n").value();
    const auto run = [&](const EquatingRequest& request) {
        return equate(x, scores_of(x).value(), y, scores_of(y).value(), request, true);
    };
    const auto by_rank = run({"equipercentile", 0, "2pl"}).value();
    EXPECT_EQ(by_rank.json.at("table").as_array().size(), 4U);
    EXPECT_TRUE(run({"linear", 0, "2pl"}).has_value());
    EXPECT_TRUE(run({"equipercentile", 2, "2pl"}).has_value());
    EXPECT_FALSE(run({"equipercentile", 9, "2pl"}).has_value()) << "more moments than totals";
    const auto halves = ResponseTable::read("a\n0.5\n1\n").value();
    EXPECT_FALSE(
        equate(halves, scores_of(halves).value(), y, scores_of(y).value(), {"linear", 0, "2pl"}, true).has_value());
}

/// A graded batch of 30 candidates on two forms with 20 shared items; the last copied the first.
struct GradedBatch {
    std::vector<engine::Form> forms;
    std::vector<CandidateResult> candidates;
};

GradedBatch graded_batch(std::size_t candidates)
{
    GradedBatch batch;
    const engine::Decimal one = engine::Decimal::from_integer(1);
    for (const char* id : {"A", "B"}) {
        engine::FormSection section;
        for (int n = 0; n < 20; ++n) {
            engine::FormItem item;
            item.item.id = "q" + std::to_string(100 + (id[0] == 'A' ? n : 19 - n));
            item.item.type = engine::ItemType::single_choice;
            item.points = one;
            for (const char* option : {"A", "B", "C", "D"}) { item.item.options.push_back({option, {}}); }
            section.items.push_back(item);
        }
        engine::FormItem essay;
        essay.item.id = "q999";
        essay.item.type = engine::ItemType::essay;
        essay.points = one;
        section.items.push_back(essay);
        engine::Form form{id, "", {}};
        form.sections.push_back(section);
        batch.forms.push_back(form);
    }
    std::uint64_t state = 7;
    const auto next = [&] { return state = state * 48'271 % 2'147'483'647; };
    std::map<std::string, std::string> first;
    for (std::size_t n = 0; n < candidates; ++n) {
        CandidateResult result;
        result.ticket = "T" + std::to_string(1000 + n);
        result.seat = static_cast<int>(n) + 1;
        result.present = true;
        const engine::Form& form = batch.forms[n % 2];
        result.form_id = form.id;
        for (const engine::FormItem& entry : form.sections.front().items) {
            CandidateResult::Item item{entry.item.id, {}, one, engine::Mark::scored, {}};
            if (entry.item.type == engine::ItemType::essay) {
                item.response = {"the same long text of everybody"};
            } else {
                std::string letter = next() % 100 < 45 ? "A" : std::string(1, static_cast<char>('B' + next() % 3));
                if (n == 0) { first[entry.item.id] = letter; }
                if (n + 1 == candidates) { letter = first[entry.item.id]; }
                item.response = {letter};
                if (letter == "A") { item.points = one; }
            }
            result.points += item.points;
            result.points_max += one;
            result.items.push_back(item);
        }
        batch.candidates.push_back(result);
    }
    CandidateResult absent;
    absent.ticket = "T9999";
    absent.form_id = "A";
    absent.points_max = engine::Decimal::from_integer(21);
    batch.candidates.push_back(absent);
    return batch;
}

TEST(GradedReportTest, FlagsThePairThatCopiedAcrossForms)
{
    const GradedBatch batch = graded_batch(30);
    const auto found = similar_answers(batch.candidates, batch.forms, "301");
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->names.items.size(), 20U) << "the essay is for people";
    EXPECT_EQ(found->names.candidates.size(), 30U) << "the absent one answered nothing";
    ASSERT_GE(found->dossiers.size(), 1U);
    const Dossier& dossier = found->dossiers.front();
    EXPECT_EQ(found->names.candidates[dossier.pair.first], "T1000");
    EXPECT_EQ(found->names.candidates[dossier.pair.second], "T1029");
    EXPECT_EQ(dossier.pair.counts.same, 20U);
    EXPECT_TRUE(dossier.pair.flagged);
    EXPECT_EQ(dossier.evidence.same_form, false);
    EXPECT_EQ(dossier.evidence.seat_distance, 29);
}

TEST(GradedReportTest, SaysNothingOfVerySmallBatches)
{
    const GradedBatch batch = graded_batch(9);
    EXPECT_FALSE(similar_answers(batch.candidates, batch.forms, "301").has_value());
}

TEST(GradedReportTest, ShowsOptionsReliabilityAndPairs)
{
    GradedBatch batch = graded_batch(30);
    engine::Batch head;
    head.hall = "301";
    const ReportData report = work_out(head, BatchPolicy{}, batch.candidates, batch.forms, {});
    ASSERT_FALSE(report.items.empty());
    const std::string page = report_html(report);
    EXPECT_THAT(page, HasSubstr("T1029"));
    EXPECT_THAT(page, HasSubstr("选项分析"));
    EXPECT_THAT(page, HasSubstr("<b>A "));
    EXPECT_THAT(similarity_html(report), HasSubstr("T1000"));
    const std::string json = report_json(report);
    EXPECT_THAT(json, HasSubstr("\"similar_answers\":[{"));
    EXPECT_THAT(json, HasSubstr("\"options\":[{"));
    EXPECT_THAT(json, HasSubstr("\"alpha\""));
    EXPECT_THAT(similarity_json(report), HasSubstr("papervault-similarity"));
}

TEST(NominalReportTest, NamesTheCategoriesAndFindsTheSamePair)
{
    NamedAnswers named = names();
    const auto found = analyse_nominal(named).value();
    const auto json = to_json(found, named);
    EXPECT_EQ(json.at("model"), "nominal");
    const auto& categories = json.at("items").as_array().at(0).at("categories").as_array();
    ASSERT_EQ(categories.size(), 4U) << "nobody left anything out";
    EXPECT_EQ(categories.at(0).at("category"), "A");
    EXPECT_EQ(categories.at(0).at("key"), true);
    double sum = 0;
    for (const auto& category : categories) { sum += category.at("slope").as_double(); }
    EXPECT_NEAR(sum, 0, 1e-12);
    EXPECT_EQ(json.at("abilities_eap").as_array().size(), 40U);
    EXPECT_THAT(to_text(found, named, true), HasSubstr("model nominal"));

    std::vector<double> abilities;
    for (const engine::Ability& ability : found.abilities) { abilities.push_back(ability.value); }
    const auto similar =
        analyse_similarity(std::move(named), {}, {}, GivenModel{engine::response_model(found), abilities, "nominal"})
            .value();
    EXPECT_EQ(similar.model_name, "nominal");
    ASSERT_GE(similar.dossiers.size(), 1U);
    EXPECT_EQ(similar.dossiers.front().pair.first, 0U);
    EXPECT_EQ(similar.dossiers.front().pair.second, 39U);
}

} // namespace
} // namespace papervault::vault
