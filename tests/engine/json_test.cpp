#include "support.hpp"

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace papervault::engine {
namespace {

namespace fs = std::filesystem;

Result<boost::json::value> parse(std::string_view text)
{
    return parse_json(text, JsonLimits{});
}

TEST(JsonParserTest, ReadsEveryKindOfValue)
{
    const auto value = parse(R"( {"a":[null,true,false,-1,18446744073709551615,0.5,"\u4e2d\ud83d\ude00\n"]} )");
    ASSERT_THAT(value, IsAccepted());
    const auto& array = value->at("a").as_array();
    EXPECT_TRUE(array[0].is_null());
    EXPECT_EQ(array[3].as_int64(), -1);
    EXPECT_EQ(array[4].as_uint64(), 18446744073709551615U);
    EXPECT_EQ(array[5].as_double(), 0.5);
    EXPECT_EQ(array[6].as_string(), "中😀\n");
}

class JsonRefusalTest : public testing::TestWithParam<std::string_view> {};

TEST_P(JsonRefusalTest, RefusesWhatIsNotStrictJson)
{
    EXPECT_THAT(parse(GetParam()), IsRefusedWith(EngineError::malformed));
}

INSTANTIATE_TEST_SUITE_P(Texts, JsonRefusalTest,
                         testing::Values("", " ", "{", "[1,]", "{\"a\":1,}", "{} {}", "1 2", "// no\n1", "/* no */1",
                                         "'a'", "NaN", "Infinity", "-Infinity", "01", "+1", ".5", "1.", "1e", "0x10",
                                         "\"\t\"", "\"\\x41\"", "\"\\ud800\"", "\"\xFF\"", "\"\xC0\x80\"",
                                         "\"\xED\xA0\x80\"", "\xEF\xBB\xBF{}", "{a:1}", "tru", "[1 2]", "{\"a\" 1}"));

TEST(JsonParserTest, RefusesTwoMembersOfOneName)
{
    EXPECT_THAT(parse(R"({"a":1,"a":1})"), IsRefusedWith(EngineError::malformed));
    EXPECT_THAT(parse(R"({"x":[{"a":1,"b":{"a":1},"a":2}]})"), IsRefusedWith(EngineError::malformed));
}

TEST(JsonParserTest, SeesThroughEscapesInRepeatedNames)
{
    EXPECT_THAT(parse(R"({"key":1,"k\u0065y":2})"), IsRefusedWith(EngineError::malformed));
}

TEST(JsonParserTest, LetsOneNameStandInSeveralObjects)
{
    EXPECT_THAT(parse(R"([{"a":{"a":{"a":1}}},{"a":1}])"), IsAccepted());
}

TEST(JsonParserTest, StopsAtTheLimits)
{
    const JsonLimits limits{.bytes_max = 20, .depth_max = 3, .members_max = 2};
    EXPECT_THAT(parse_json(R"([[[1]]])", limits), IsAccepted());
    EXPECT_THAT(parse_json(R"([[[[1]]]])", limits), IsRefusedWith(EngineError::out_of_range));
    EXPECT_THAT(parse_json(R"({"a":{"b":{}}})", limits), IsAccepted());
    EXPECT_THAT(parse_json(R"({"a":{"b":{"c":{}}}})", limits), IsRefusedWith(EngineError::out_of_range));
    EXPECT_THAT(parse_json(std::string(20, ' ') + "1", limits), IsRefusedWith(EngineError::out_of_range));
    EXPECT_THAT(parse_json(std::string(19, ' ') + "1", limits), IsAccepted());
    EXPECT_THAT(parse_json(R"({"a":1,"b":2,"c":3})", limits), IsRefusedWith(EngineError::out_of_range));
}

TEST(JsonParserTest, RefusesNumbersBeyondEveryRange)
{
    EXPECT_THAT(parse("1e400"), IsRefusedWith(EngineError::out_of_range));
    EXPECT_THAT(parse("-1e400"), IsRefusedWith(EngineError::out_of_range));
}

TEST(CanonicalJsonTest, SortsMembersByBytesAndDropsWhiteSpace)
{
    EXPECT_EQ(canonical_json(json_of(R"({ "b" : [1, 2], "a":{"é":1,"z":2,"Z":3,"":4} })")),
              R"({"a":{"":4,"Z":3,"z":2,"é":1},"b":[1,2]})");
}

TEST(CanonicalJsonTest, EscapesOnlyWhatItMustInTheShortestWay)
{
    EXPECT_EQ(canonical_json(json_of(R"("\"\\\/\b\f\n\r\t\u0001\u001f\u007f\u4e2d/")")),
              "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7F中/\"");
}

TEST(CanonicalJsonTest, WritesWholeNumbersOfEveryKind)
{
    EXPECT_EQ(canonical_json(json_of("[0,-0,-9223372036854775808,9223372036854775807,18446744073709551615]")),
              "[0,0,-9223372036854775808,9223372036854775807,18446744073709551615]");
}

TEST(CanonicalJsonTest, ReadsBackToTheSameText)
{
    const std::string text = canonical_json(json_of(R"({"t":["\u0000",{"n":null,"b":true}],"e":{},"a":[]})"));
    EXPECT_EQ(canonical_json(json_of(text)), text);
}

TEST(CanonicalJsonDeathTest, StopsAtFloatingPointNumbers)
{
    EXPECT_DEATH((void)canonical_json(boost::json::value{0.5}), "assertion broken");
}

/// github.com/nst/JSONTestSuite: y_ must be accepted, n_ refused, i_ is free.
class JsonTestSuiteTest : public testing::Test {
protected:
    void SetUp() override
    {
        const fs::path archive = shared_data_folder() / "security/json/JSONTestSuite.tar.gz";
        SKIP_UNLESS_PRESENT(archive);
        std::string name = (fs::temp_directory_path() / "papervault-json-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder_ = name;
        const std::string command = "tar -xzf '" + archive.string() + "' -C '" + name + "'";
        ASSERT_EQ(std::system(command.c_str()), 0); // NOLINT: a test's own command without foreign text
    }
    void TearDown() override
    {
        if (!folder_.empty()) fs::remove_all(folder_);
    }
    [[nodiscard]] std::vector<fs::path> files_beginning_with(std::string_view prefix) const
    {
        std::vector<fs::path> files;
        for (const auto& entry : fs::directory_iterator{folder_ / "test_parsing"}) {
            if (entry.path().filename().string().starts_with(prefix)) files.push_back(entry.path());
        }
        std::ranges::sort(files);
        return files;
    }

private:
    fs::path folder_;
};

TEST_F(JsonTestSuiteTest, AcceptsEveryGoodTextButRepeatedNames)
{
    int accepted = 0;
    for (const fs::path& file : files_beginning_with("y_")) {
        const auto value = parse(read_file(file));
        if (file.filename().string().starts_with("y_object_duplicated_key")) {
            EXPECT_THAT(value, IsRefusedWith(EngineError::malformed)) << file;
        } else {
            EXPECT_THAT(value, IsAccepted()) << file;
            ++accepted;
        }
    }
    EXPECT_GT(accepted, 90);
}

TEST_F(JsonTestSuiteTest, RefusesEveryBadText)
{
    int refused = 0;
    for (const fs::path& file : files_beginning_with("n_")) {
        EXPECT_FALSE(parse(read_file(file)).has_value()) << file;
        ++refused;
    }
    EXPECT_GT(refused, 180);
}

TEST_F(JsonTestSuiteTest, GivesCanonicalTextForWhateverElseItAccepts)
{
    for (const fs::path& file : files_beginning_with("i_")) {
        const auto value = parse(read_file(file));
        if (!value || file.filename().string().find("number") != std::string::npos)
            continue; // doubles have no such text
        EXPECT_THAT(parse(canonical_json(*value)), IsAccepted()) << file;
    }
}

} // namespace
} // namespace papervault::engine
