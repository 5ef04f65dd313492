#include "vault/expect.hpp"
#include "vault/office_bench.hpp"

#include "story/sentences.hpp"

#include <papervault/vault/files.hpp>
#include <papervault/vault/story.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>

namespace papervault::vault::test {
namespace {

class StoryTest : public testing::Test {
protected:
    OfficeBench office;
    std::string package = office.up_to_report();

    [[nodiscard]] Story story(StoryLanguage language)
    {
        OfficeVault vault = office.as(office.du);
        const auto entries = verify_chain(vault.ledger().texts(0, 10'000)).value();
        return tell_story(entries, package, language).value();
    }
};

TEST_F(StoryTest, TellsEveryStepFromImportToReportInOrder)
{
    const Story told = story(StoryLanguage::english);
    std::vector<std::string> actions;
    for (const StoryEvent& event : told.events) {
        actions.push_back(event.action);
        EXPECT_TRUE(event.known) << event.action;
        EXPECT_EQ(event.sentence.find('{'), std::string::npos) << event.sentence;
        EXPECT_EQ(event.sentence.find("—"), std::string::npos) << event.sentence;
    }
    EXPECT_EQ(actions, (std::vector<std::string>{"bank.import", "draw.open", "draw.commit", "draw.commit",
                                                 "draw.reveal", "draw.reveal", "draw.run", "draw.proof", "draw.proof",
                                                 "draw.proof", "batch.create", "package.seal", "package.countersign",
                                                 "answers.import", "grade.open_key", "grade.run", "report.write"}));
    EXPECT_EQ(told.batch_id, "B-01");
    const auto opened = std::ranges::find(told.events, "draw.open", &StoryEvent::action);
    EXPECT_THAT(opened->sentence, testing::HasSubstr(office.chen.card().name + " ("));
    EXPECT_THAT(opened->sentence, testing::HasSubstr(office.chen.card().id()));
    EXPECT_THAT(to_text(told), testing::HasSubstr("checked and signed as the second sealer"));
}

TEST_F(StoryTest, TellsItInChineseAndInAPageThatRunsNothing)
{
    const Story told = story(StoryLanguage::chinese);
    EXPECT_THAT(to_text(told), testing::HasSubstr("第二封装人核对并签名"));
    const std::string page = to_html(told);
    EXPECT_THAT(page, testing::HasSubstr("<svg"));
    EXPECT_EQ(page.find("<script"), std::string::npos);
    EXPECT_EQ(page.find("http://"), page.find("http://www.w3.org/2000/svg")) << "nothing from outside";
    for (const StoryEvent& event : told.events) {
        EXPECT_THAT(page, testing::HasSubstr("id=\"e" + std::to_string(event.index) + "\""));
    }
    EXPECT_EQ(to_json(told).at("events").as_array().size(), told.events.size());
}

TEST(StorySentencesTest, SayEveryActionThatTheProgramRecords)
{
    const std::filesystem::path sources{PAPERVAULT_SOURCE_DIR "/vault/src"};
    const std::regex action{
        R"re("((?:vault|officer|policy|bank|draw|copy|batch|rehearsal|package|release|answers|grade|)re"
        R"re(report|retention|destruction)\.[a-z_.]+)")re"};
    const std::set<std::string, std::less<>> endings{".pvp", ".pva", ".html", ".json", ".csv", ".db", ".keys"};
    std::set<std::string> actions;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{sources}) {
        if (entry.path().extension() != ".cpp" || entry.path().parent_path().filename() == "story") { continue; }
        const std::string text = read_text_file(entry.path(), 1 << 20).value();
        for (std::sregex_iterator found{text.begin(), text.end(), action}, end; found != end; ++found) {
            const std::string name = (*found)[1];
            const bool is_prefix = name.ends_with('.');
            const bool is_document = name == "policy.bands"; // a member's place in an error
            if (is_prefix || is_document) { continue; }
            if (!endings.contains(std::filesystem::path{name}.extension().string())) { actions.insert(name); }
        }
    }
    EXPECT_GT(actions.size(), 40U);
    EXPECT_TRUE(actions.contains("policy.suites"));
    EXPECT_TRUE(actions.contains("package.inspect"));
    for (const std::string& name : actions) { EXPECT_NE(sentence_of(name), nullptr) << name; }
}

TEST_F(StoryTest, ShowsAnActionThatItDoesNotKnowAndEscapesIt)
{
    {
        OfficeVault vault = office.as(office.chen);
        const auto foreign = [&](Database&) -> Result<boost::json::object> {
            return boost::json::object{{"what", {{"deep", package}}}, {"text", "<script>alert(1)</script>"}};
        };
        ASSERT_THAT(vault.record("package.teleport", at(afternoon), foreign), Succeeds());
    }
    const Story told = story(StoryLanguage::english);
    const auto unknown = std::ranges::find(told.events, "package.teleport", &StoryEvent::action);
    ASSERT_NE(unknown, told.events.end());
    EXPECT_FALSE(unknown->known);
    EXPECT_EQ(unknown->phase, StoryPhase::custody);
    EXPECT_THAT(unknown->sentence, testing::HasSubstr("alert(1)"));
    EXPECT_EQ(to_html(told).find("<script"), std::string::npos);
}

TEST_F(StoryTest, LeavesOutWhatIsAboutOtherPapersAndRefusesAnUnknownOne)
{
    {
        OfficeVault vault = office.as(office.chen);
        const auto other = [](Database&) -> Result<boost::json::object> {
            return boost::json::object{{"package", "ffffffffffffffffffffffffffffffff"}};
        };
        ASSERT_THAT(vault.record("package.withdraw", at(afternoon), other), Succeeds());
    }
    const Story told = story(StoryLanguage::english);
    EXPECT_EQ(std::ranges::find(told.events, "package.withdraw", &StoryEvent::action), told.events.end());
    EXPECT_THAT(tell_story({}, package, StoryLanguage::english), RefusesWith(VaultError::not_found));
}

} // namespace
} // namespace papervault::vault::test
