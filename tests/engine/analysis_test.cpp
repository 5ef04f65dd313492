#include "engine/grading_support.hpp"

#include <papervault/engine/analysis.hpp>

#include <cmath>
#include <sstream>

namespace papervault::engine {
namespace {

using testing::DoubleEq;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::Optional;
using testing::Pair;

ScoreMatrix matrix(const std::vector<std::vector<int>>& rows)
{
    ScoreMatrix scores{std::vector<Decimal>(rows.front().size(), decimal("1"))};
    for (const auto& row : rows) {
        std::vector<Decimal> of_candidate;
        for (const int score : row) { of_candidate.push_back(Decimal::from_integer(score)); }
        scores.add_candidate(of_candidate);
    }
    return scores;
}

/// Rows of a CSV file without its header; quotes dropped.
std::vector<std::vector<std::string>> read_rows(const std::filesystem::path& file)
{
    std::vector<std::vector<std::string>> rows;
    std::istringstream lines{read_file(file)};
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
        std::erase(line, '"');
        std::erase(line, '\r');
        auto& row = rows.emplace_back();
        for (std::size_t from = 0;;) {
            const std::size_t comma = line.find(',', from);
            row.push_back(line.substr(from, comma - from));
            if (comma == std::string::npos) { break; }
            from = comma + 1;
        }
    }
    return rows;
}

/// Statistics of published data sets, worked out in R by base R, psych and CTT.
class ReferenceTest : public testing::TestWithParam<const char*> {
protected:
    std::filesystem::path file(const std::string& ending) const
    {
        return shared_data_folder() / "responses" / (GetParam() + ending);
    }
    ScoreMatrix scores() const
    {
        std::vector<std::vector<int>> rows;
        for (const auto& row : read_rows(file("_scored.csv"))) {
            auto& numbers = rows.emplace_back();
            for (const std::string& cell : row) { numbers.push_back(std::stoi(cell)); }
        }
        return matrix(rows);
    }
    boost::json::object reference() const { return json_of(read_file(file("_reference.json"))).as_object(); }
};
INSTANTIATE_TEST_SUITE_P(DataSets, ReferenceTest, testing::Values("CTTdata", "HCI", "SAT12", "LSAT6", "WIRS"),
                         [](const auto& name) { return std::string{name.param}; });

constexpr double tolerance = 1e-9;

auto near(const boost::json::value& value)
{
    return DoubleNear(value.to_number<double>(), tolerance);
}

TEST_P(ReferenceTest, GivesTheSameFormStatistics)
{
    SKIP_UNLESS_PRESENT(file("_reference.json"));
    const boost::json::object expected = reference();
    const boost::json::object& total = expected.at("total").as_object();
    const ScoreMatrix observed = scores();
    const FormStatistics form = form_statistics(observed);
    EXPECT_EQ(form.candidates, expected.at("n_persons").to_number<std::size_t>());
    EXPECT_EQ(observed.item_count(), expected.at("n_items").to_number<std::size_t>());
    EXPECT_THAT(form.mean, near(total.at("mean")));
    EXPECT_THAT(form.standard_deviation, Optional(near(total.at("sd_sample"))));
    EXPECT_THAT(form.median, near(total.at("median")));
    EXPECT_THAT(form.lowest.to_double(), near(total.at("min")));
    EXPECT_THAT(form.highest.to_double(), near(total.at("max")));
    EXPECT_THAT(form.alpha, Optional(near(expected.at("alpha"))));
    EXPECT_THAT(form.alpha, Optional(near(expected.at("kr20"))));
    EXPECT_THAT(form.standard_error, Optional(near(expected.at("sem"))));
    EXPECT_THAT(form.split_half, Optional(near(expected.at("split_half_odd_even_r"))));
    EXPECT_THAT(form.spearman_brown, Optional(near(expected.at("split_half_spearman_brown"))));
    const boost::json::object& frequencies = expected.at("score_frequencies").as_object();
    ASSERT_EQ(form.distribution.size(), frequencies.size());
    for (const auto& [score, count] : form.distribution) {
        EXPECT_EQ(count, frequencies.at(score.to_string()).to_number<std::size_t>()) << score.to_string();
    }
}

TEST_P(ReferenceTest, GivesTheSameItemStatistics)
{
    SKIP_UNLESS_PRESENT(file("_reference.json"));
    const boost::json::object expected = reference();
    const auto items = item_statistics(scores());
    ASSERT_EQ(items.size(), expected.at("items").as_array().size());
    for (std::size_t i = 0; i < items.size(); ++i) {
        const boost::json::object& item = expected.at("items").as_array()[i].as_object();
        SCOPED_TRACE(item.at("item").as_string().c_str());
        EXPECT_THAT(items[i].difficulty, near(item.at("p")));
        EXPECT_THAT(items[i].variance, near(item.at("var_pop")));
        EXPECT_THAT(items[i].point_biserial, Optional(near(item.at("pbis_uncorrected"))));
        EXPECT_THAT(items[i].corrected_point_biserial, Optional(near(item.at("pbis_corrected"))));
        EXPECT_THAT(items[i].alpha_if_deleted, Optional(near(item.at("alpha_if_deleted"))));
        EXPECT_THAT(items[i].discrimination, Optional(near(item.at("D_27"))));
    }
}

TEST_P(ReferenceTest, GivesTheSameOptionStatistics)
{
    SKIP_UNLESS_PRESENT(file("_reference.json"));
    const boost::json::object expected = reference();
    if (!expected.contains("distractors")) { GTEST_SKIP() << "this data set has scores only"; }
    const ScoreMatrix observed = scores();
    const auto raw = read_rows(file("_raw.csv"));
    const auto keys = read_rows(file("_key.csv"));
    for (std::size_t item = 0; item < keys.size(); ++item) {
        const boost::json::array& all = expected.at("distractors").as_object().at(keys[item][0]).as_array();
        std::vector<std::string> options;
        for (const boost::json::value& option : all) {
            const std::string name{option.at("option").as_string().c_str()};
            if (name != "(omit)") { options.push_back(name); }
        }
        std::vector<Response> responses;
        for (const auto& row : raw) { responses.push_back(row[item].empty() ? Response{} : Response{row[item]}); }
        const auto found = option_statistics(observed, item, options, std::span{&keys[item][1], 1}, responses);
        for (const boost::json::value& option : all) {
            std::string name{option.at("option").as_string().c_str()};
            SCOPED_TRACE(keys[item][0] + " " + name);
            if (name == "(omit)") { name.clear(); }
            const auto one = std::ranges::find(found, name, &OptionStatistics::option);
            ASSERT_NE(one, found.end());
            EXPECT_EQ(one->is_key, option.at("key").as_bool());
            EXPECT_EQ(one->count, option.at("n").to_number<std::size_t>());
            EXPECT_THAT(one->share, near(option.at("prop")));
            EXPECT_THAT(one->point_biserial, Optional(near(option.at("pbis_total"))));
            EXPECT_THAT(one->point_biserial_rest, Optional(near(option.at("pbis_rest"))));
            EXPECT_THAT(one->mean_total, Optional(near(option.at("mean_total"))));
            EXPECT_THAT(one->upper_share, near(option.at("upper27")));
            EXPECT_THAT(one->lower_share, near(option.at("lower27")));
        }
    }
}

/// Small enough for paper: totals 3 2 1 0, each item answered by the best ones.
TEST(ItemStatisticsTest, OfAStaircaseAreAsByHand)
{
    const ScoreMatrix scores = matrix({{1, 1, 1}, {1, 1, 0}, {1, 0, 0}, {0, 0, 0}});
    const auto items = item_statistics(scores);
    EXPECT_THAT(items[0].difficulty, DoubleEq(0.75));
    EXPECT_THAT(items[2].difficulty, DoubleEq(0.25));
    EXPECT_THAT(items[1].discrimination, Optional(DoubleEq(1))); // 27 % of four is one
    const FormStatistics form = form_statistics(scores);
    EXPECT_THAT(form.alpha, Optional(DoubleNear(0.75, 1e-12)));
    EXPECT_THAT(form.mean, DoubleEq(1.5));
    EXPECT_THAT(form.standard_deviation, Optional(DoubleNear(std::sqrt(5.0 / 3), 1e-12)));
}

TEST(ItemStatisticsTest, AreSharesOfThePointsOfTheItem)
{
    ScoreMatrix scores{{decimal("2"), decimal("0.5")}};
    scores.add_candidate(std::vector{decimal("1"), decimal("0.5")});
    scores.add_candidate(std::vector{decimal("2"), decimal("0")});
    const auto items = item_statistics(scores);
    EXPECT_THAT(items[0].difficulty, DoubleEq(0.75));
    EXPECT_THAT(items[1].difficulty, DoubleEq(0.5));
}

TEST(ItemStatisticsTest, AreMissingWhereNothingVaries)
{
    const ScoreMatrix scores = matrix({{1, 0}, {1, 0}});
    for (const ItemStatistics& item : item_statistics(scores)) {
        EXPECT_EQ(item.point_biserial, std::nullopt);
        EXPECT_EQ(item.corrected_point_biserial, std::nullopt);
        EXPECT_EQ(item.alpha_if_deleted, std::nullopt);
    }
    const FormStatistics form = form_statistics(scores);
    EXPECT_EQ(form.alpha, std::nullopt);
    EXPECT_EQ(form.standard_error, std::nullopt);
    EXPECT_EQ(form.split_half, std::nullopt);
    EXPECT_EQ(form.standard_deviation, 0);
}

TEST(ItemStatisticsTest, ExistForOneCandidate)
{
    const ScoreMatrix scores = matrix({{1, 0}});
    EXPECT_EQ(item_statistics(scores)[0].discrimination, std::nullopt);
    EXPECT_EQ(form_statistics(scores).standard_deviation, std::nullopt);
    EXPECT_THAT(form_statistics(scores).distribution, ElementsAre(Pair(decimal("1"), 1U)));
}

/// Scores of a simulated exam, and the same with rows and columns in another order.
TEST(ItemStatisticsTest, FollowTheOrderOfItemsAndNotThatOfCandidates)
{
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Chooser choose{seed};
        const auto candidates = static_cast<std::size_t>(choose.between(2, 60));
        const auto items = static_cast<std::size_t>(choose.between(3, 12));
        std::vector<std::vector<int>> rows(candidates, std::vector<int>(items));
        for (auto& row : rows) {
            const std::uint64_t ability = 1 + choose.below(9);
            for (int& score : row) { score = choose.below(10) < ability ? 1 : 0; }
        }
        auto turned = rows;
        std::ranges::reverse(turned);
        for (auto& row : turned) { std::ranges::reverse(row); }
        const auto found = item_statistics(matrix(rows));
        const auto other = item_statistics(matrix(turned));
        const auto equal = [](std::optional<double> a, std::optional<double> b) {
            ASSERT_EQ(a.has_value(), b.has_value());
            if (a) { EXPECT_NEAR(*a, *b, 1e-12); }
        };
        for (std::size_t item = 0; item < items; ++item) {
            const ItemStatistics& there = other[items - 1 - item];
            EXPECT_DOUBLE_EQ(found[item].difficulty, there.difficulty);
            equal(found[item].corrected_point_biserial, there.corrected_point_biserial);
            equal(found[item].alpha_if_deleted, there.alpha_if_deleted);
        }
        equal(form_statistics(matrix(rows)).alpha, form_statistics(matrix(turned)).alpha);
    }
}

TEST(ItemStatisticsTest, AreNotChangedByAnItemThatEveryoneHasRight)
{
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Chooser choose{seed};
        std::vector<std::vector<int>> rows(40, std::vector<int>(6));
        for (auto& row : rows) {
            for (int& score : row) { score = static_cast<int>(choose.below(2)); }
        }
        auto longer = rows;
        for (auto& row : longer) { row.push_back(1); }
        const auto found = item_statistics(matrix(rows));
        const auto other = item_statistics(matrix(longer));
        for (std::size_t item = 0; item < 6; ++item) {
            EXPECT_DOUBLE_EQ(found[item].difficulty, other[item].difficulty);
            EXPECT_EQ(found[item].discrimination, other[item].discrimination);
            EXPECT_NEAR(found[item].corrected_point_biserial.value(), other[item].corrected_point_biserial.value(),
                        1e-12);
        }
        EXPECT_EQ(other[6].point_biserial, std::nullopt);
    }
}

/// The quick table by places in the list of options is the one by their names.
TEST(OptionStatisticsTest, AreTheSameByPlaceAndByName)
{
    const std::vector<std::string> options{"A", "B", "C"};
    const std::vector<std::string> correct{"B"};
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Chooser choose{seed};
        std::vector<std::vector<int>> rows;
        std::vector<std::uint32_t> chosen;
        std::vector<Response> responses;
        for (int candidate = 0; candidate < 30; ++candidate) {
            chosen.push_back(static_cast<std::uint32_t>(choose.below(4)));
            responses.push_back(chosen.back() == 3 ? Response{} : Response{options[chosen.back()]});
            rows.push_back({chosen.back() == 1 ? 1 : 0, static_cast<int>(choose.below(2))});
        }
        const ScoreMatrix scores = matrix(rows);
        const OptionAnalysis analysis{scores};
        const auto by_place = analysis.of(0, options, correct, chosen);
        const auto by_name = analysis.of(0, options, correct, responses);
        ASSERT_EQ(by_place.size(), by_name.size());
        for (std::size_t n = 0; n < by_place.size(); ++n) {
            EXPECT_EQ(by_place[n].option, by_name[n].option);
            EXPECT_EQ(by_place[n].count, by_name[n].count);
            EXPECT_EQ(by_place[n].is_key, by_name[n].is_key);
            EXPECT_EQ(by_place[n].point_biserial_rest, by_name[n].point_biserial_rest);
            EXPECT_EQ(by_place[n].upper_share, by_name[n].upper_share);
        }
        EXPECT_THAT(by_place[1].point_biserial_rest,
                    Optional(DoubleNear(item_statistics(scores)[0].corrected_point_biserial.value(), 1e-12)))
            << "choosing the key is scoring the point";
    }
}

TEST(ExtremeGroupsTest, RoundHalvesToTheEvenNumber)
{
    const auto group_size = [](std::size_t candidates) {
        ScoreMatrix scores{{decimal("1")}};
        for (std::size_t i = 0; i < candidates; ++i) { scores.add_candidate(std::vector{decimal("0")}); }
        return extreme_groups(scores).upper.size();
    };
    EXPECT_EQ(group_size(50), 14U);  // 13.5
    EXPECT_EQ(group_size(150), 40U); // 40.5
    EXPECT_EQ(group_size(30), 8U);   // 8.1
    EXPECT_EQ(group_size(1), 0U);
    EXPECT_EQ(group_size(2), 1U); // 0.54
}

TEST(ExtremeGroupsTest, KeepTheOrderOfTheRowsAmongEquals)
{
    const ExtremeGroups groups = extreme_groups(matrix({{0}, {1}, {1}, {0}, {1}, {0}, {0}}));
    EXPECT_THAT(groups.upper, ElementsAre(1, 2));
    EXPECT_THAT(groups.lower, ElementsAre(5, 6));
}

TEST(OptionStatisticsTest, CountSeveralChoicesOfOneCandidate)
{
    const ScoreMatrix scores = matrix({{1, 1}, {0, 1}, {0, 0}});
    const std::vector<std::string> options{"A", "B", "C"};
    const std::vector<std::string> correct{"A", "B"};
    const std::vector<Response> responses{{"A", "B"}, {"A"}, {}};
    const auto found = option_statistics(scores, 0, options, correct, responses);
    ASSERT_EQ(found.size(), 4U);
    EXPECT_EQ(found[0].count, 2U);
    EXPECT_EQ(found[1].count, 1U);
    EXPECT_TRUE(found[1].is_key);
    EXPECT_EQ(found[2].count, 0U);
    EXPECT_EQ(found[2].mean_total, std::nullopt);
    EXPECT_EQ(found[3].option, "");
    EXPECT_EQ(found[3].count, 1U);
}

TEST(BandTest, BeginsExactlyAtItsLimit)
{
    const Decimal hundred = decimal("100");
    EXPECT_EQ(band_of(decimal("100"), hundred), Band::excellent);
    EXPECT_EQ(band_of(decimal("90"), hundred), Band::excellent);
    EXPECT_EQ(band_of(decimal("89.999999"), hundred), Band::good);
    EXPECT_EQ(band_of(decimal("80"), hundred), Band::good);
    EXPECT_EQ(band_of(decimal("79.999999"), hundred), Band::pass);
    EXPECT_EQ(band_of(decimal("60"), hundred), Band::pass);
    EXPECT_EQ(band_of(decimal("59.999999"), hundred), Band::fail);
    EXPECT_EQ(band_of(decimal("0"), hundred), Band::fail);
}

TEST(BandTest, IsOfAHundredWhateverThePointsOfTheForm)
{
    EXPECT_EQ(band_of(decimal("108"), decimal("120")), Band::excellent);
    EXPECT_EQ(band_of(decimal("107.999999"), decimal("120")), Band::good);
    EXPECT_EQ(band_of(decimal("1.8"), decimal("3")), Band::pass);
    EXPECT_EQ(band_of(decimal("45"), decimal("50"), {decimal("95"), decimal("85"), decimal("70")}), Band::good);
}

TEST(BandTest, CountsCandidates)
{
    ScoreMatrix scores{{decimal("100")}};
    for (const char* points : {"95", "90", "85", "60", "12"}) { scores.add_candidate(std::vector{decimal(points)}); }
    EXPECT_THAT(count_bands(scores), ElementsAre(2, 1, 1, 1));
}

} // namespace
} // namespace papervault::engine
