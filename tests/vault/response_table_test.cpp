#include "analysis/classical.hpp"
#include "vault/expect.hpp"

#include <papervault/engine/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

namespace papervault::vault {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string refusal(std::string_view csv, const TableLimits& limits = {})
{
    const auto table = ResponseTable::read(csv, limits);
    return table ? "accepted" : table.error().detail;
}

TEST(ResponseTableTest, NamesCandidatesByTheirRowWithoutAColumnOfNames)
{
    const auto table = ResponseTable::read("\"i1\",\"i2\"\r\nA,B\r\n,NA\r\n").value();
    EXPECT_THAT(table.items(), ElementsAre("i1", "i2"));
    EXPECT_THAT(table.candidates(), ElementsAre("1", "2"));
    EXPECT_THAT(table.values(0), ElementsAre("A"));
    EXPECT_TRUE(table.is_missing(1, 0));
    EXPECT_TRUE(table.is_missing(1, 1));
}

TEST(ResponseTableTest, TakesNamesOfCandidatesFromTheFirstColumn)
{
    const auto table = ResponseTable::read("准考证号,q1,q2\nT7,D,a\nT5,B,b\nT6,D,a\n").value();
    EXPECT_THAT(table.candidates(), ElementsAre("T7", "T5", "T6"));
    EXPECT_THAT(table.values(0), ElementsAre("B", "D"));
    EXPECT_EQ(table.code(0, 0), 1U);
    EXPECT_EQ(table.code(1, 0), 0U);
}

TEST(ResponseTableTest, TakesAColumnWithoutAHeadingForNames)
{
    const auto table =
        ResponseTable::read("\xEF\xBB\xBF\"\",\"q1\",\"q2\"\r\n\"P1\",\"A\",NA\r\n\"P2\",,\"B\"\r\n").value();
    EXPECT_THAT(table.items(), testing::ElementsAre("q1", "q2"));
    EXPECT_THAT(table.candidates(), testing::ElementsAre("P1", "P2"));
    EXPECT_EQ(table.text(1, 1), "B");
}

TEST(ResponseTableTest, KeepsARowThatIsOneEmptyCell)
{
    EXPECT_EQ(ResponseTable::read("q\nA\n\nB\n").value().candidates().size(), 3U);
    EXPECT_EQ(ResponseTable::read("q,r\nA,B\n\n").value().candidates().size(), 1U);
}

TEST(ResponseTableTest, RefusesWhatIsNoTable)
{
    EXPECT_THAT(refusal(""), HasSubstr("no row"));
    EXPECT_THAT(refusal("a,b\n"), HasSubstr("no row"));
    EXPECT_THAT(refusal("a,a\n1,2\n"), HasSubstr("line 1: two columns"));
    EXPECT_THAT(refusal("a,\n1,2\n"), HasSubstr("without a name"));
    EXPECT_THAT(refusal("\"\"\nx\n"), HasSubstr("names no item"));
    EXPECT_THAT(refusal("id\nx\n"), HasSubstr("names no item"));
    EXPECT_THAT(refusal("a,b\n1,2\n1\n"), HasSubstr("line 3: has 1 cells"));
    EXPECT_THAT(refusal("id,b\nx,2\nx,3\n"), HasSubstr("line 3: x was above"));
    EXPECT_THAT(refusal("a\n\"1\n"), HasSubstr("not closed"));
    EXPECT_THAT(refusal("a,b\n1,2\n3,4\n", {.candidates_max = 1}), HasSubstr("line 3: too many candidates"));
    EXPECT_THAT(refusal("a,b\n1,2\n", {.items_max = 1}), HasSubstr("more than"));
    EXPECT_THAT(refusal("a\n1\n2\n3\n", {.values_max = 2}), HasSubstr("too many different"));
    EXPECT_THAT(refusal("a\n123\n", {.value_bytes_max = 2}), HasSubstr("too long"));
}

TEST(ResponseTableTest, RefusesKeysThatDoNotFit)
{
    const auto table = ResponseTable::read("a,b\nA,B\n").value();
    const auto keys = [&](std::string_view csv) {
        const auto read = read_item_keys(csv, table);
        return read ? "accepted" : read.error().detail;
    };
    EXPECT_EQ(keys("item,key\nb,B\na,C\n"), "accepted");
    EXPECT_THAT(keys("item,key\na,A\n"), HasSubstr("item b has no key"));
    EXPECT_THAT(keys("item,key\na,A\na,B\n"), HasSubstr("two keys"));
    EXPECT_THAT(keys("item,key\nc,A\n"), HasSubstr("no item c"));
    EXPECT_THAT(keys("item,answer\na,A\n"), HasSubstr("heading"));
    EXPECT_THAT(keys("item,key\na,\n"), HasSubstr("needed"));
}

TEST(ResponseTableTest, RefusesScoresThatAreNone)
{
    const auto refused = [](std::string_view csv) { return !scores_of(ResponseTable::read(csv).value()).has_value(); };
    EXPECT_TRUE(refused("a\nx\n"));
    EXPECT_TRUE(refused("a\n1e9\n"));
    EXPECT_TRUE(refused("a\n1000001\n"));
    EXPECT_TRUE(refused("a\n-1000001\n"));
    EXPECT_FALSE(refused("a\n-0.5\n"));
}

TEST(ClassicalAnalysisTest, CountsNothingAsZeroAndListsItFirst)
{
    const auto table = ResponseTable::read("a,b\nB,1\n,2\nA,1\nB,1\n").value();
    const std::vector<std::string> keys{"B", "3"};
    const auto analysis = analyse_classical(table, score_by_key(table, keys), keys);
    EXPECT_EQ(analysis.missing, 1U);
    ASSERT_EQ(analysis.options[0].size(), 3U);
    EXPECT_EQ(analysis.options[0][0].option, "(omit)");
    EXPECT_EQ(analysis.options[0][2].count, 2U);
    EXPECT_TRUE(analysis.options[0][2].is_key);
    EXPECT_EQ(analysis.items[1].difficulty, 0) << "nobody chose the key";
    EXPECT_TRUE(analysis.dichotomous);
}

// Published data sets with statistics worked out in R by others.

std::filesystem::path data_file(const std::string& name)
{
    const char* const chosen = std::getenv("PAPERVAULT_SHARED_DATA_DIR");
    return std::filesystem::path{chosen != nullptr ? chosen : PAPERVAULT_SHARED_DATA_DIR} / "responses" / name;
}

std::string contents(const std::filesystem::path& file)
{
    std::ifstream stream{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

/// Every member of `expected` is in `found`, numbers within 1e-9; paths of the others.
void compare(const boost::json::value& found, const boost::json::value& expected, const std::string& path,
             std::vector<std::string>& differences)
{
    if (expected.is_object()) {
        for (const auto& [name, value] : expected.as_object()) {
            if (!found.is_object() || !found.as_object().contains(name)) {
                differences.push_back(path + "/" + std::string{name} + " is missing");
            } else {
                compare(found.at(name), value, path + "/" + std::string{name}, differences);
            }
        }
    } else if (expected.is_array()) {
        if (!found.is_array() || found.as_array().size() != expected.as_array().size()) {
            differences.push_back(path + " has another length");
            return;
        }
        for (std::size_t n = 0; n < expected.as_array().size(); ++n) {
            compare(found.as_array()[n], expected.as_array()[n], path + "/" + std::to_string(n), differences);
        }
    } else if (expected.is_number()) {
        if (!found.is_number() || std::abs(found.to_number<double>() - expected.to_number<double>()) > 1e-9) {
            differences.push_back(path);
        }
    } else if (found != expected) {
        differences.push_back(path);
    }
}

class AnalysisReferenceTest : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(DataSets, AnalysisReferenceTest, testing::Values("CTTdata", "HCI", "SAT12", "LSAT6", "WIRS"),
                         [](const auto& name) { return std::string{name.param}; });

TEST_P(AnalysisReferenceTest, GivesEveryFieldOfTheReference)
{
    const std::string name = GetParam();
    if (!std::filesystem::exists(data_file(name + "_reference.json"))) {
        GTEST_SKIP() << "NOT TESTED: " << data_file(name + "_reference.json") << " is missing";
    }
    auto reference = engine::parse_json(contents(data_file(name + "_reference.json")), {}).value().as_object();
    for (const char* of_the_file : {"name", "source", "license", "note", "cross_check", "D_27_rule"}) {
        reference.erase(of_the_file);
    }
    if (std::filesystem::exists(data_file(name + "_raw.csv"))) {
        const auto table = ResponseTable::read(contents(data_file(name + "_raw.csv"))).value();
        const auto keys = read_item_keys(contents(data_file(name + "_key.csv")), table).value();
        std::vector<std::string> differences;
        compare(to_json(analyse_classical(table, score_by_key(table, keys), keys)), reference, "", differences);
        EXPECT_THAT(differences, testing::IsEmpty());
    }
    reference.erase("distractors");
    const auto table = ResponseTable::read(contents(data_file(name + "_scored.csv"))).value();
    std::vector<std::string> differences;
    compare(to_json(analyse_classical(table, scores_of(table).value(), {})), reference, "", differences);
    EXPECT_THAT(differences, testing::IsEmpty());
}

} // namespace
} // namespace papervault::vault
