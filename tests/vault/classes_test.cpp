#include "import/item_rows.hpp"
#include "vault/expect.hpp"
#include "vault/office_bench.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/audit.hpp>
#include <papervault/vault/certificate.hpp>

#include <gtest/gtest.h>

#include <set>

// Levels, cognitive classes, key letters and item parameters: from the file of items to the certificate.
namespace papervault::vault::test {
namespace {

class ClassesTest : public testing::Test {
protected:
    ClassesTest()
    {
        std::string lines;
        for (int n = 1; n <= 24; ++n) {
            lines += R"({"id":"I-)" + std::to_string(n) + R"(","type":"single","knowledge_point":"1.1","stem":"题干 )" +
                     std::to_string(n) + R"(","options":["甲","乙","丙"],"answer":[")" + "ABC"[n % 3] +
                     R"("],"difficulty":0.7,"level":)" + (n % 2 == 0 ? "3" : R"("四级")") + R"(,"cognitive":")" +
                     (n % 4 == 0 ? "应用" : "识记") + "\"}\n";
        }
        OfficeVault vault = office.as(office.chen);
        const auto report =
            ItemBank{vault}.import_file(office.write("items.jsonl", lines), BadRows::refuse_all, true, at(morning));
        EXPECT_THAT(report, Succeeds());
        blueprint = OfficeBench::blueprint();
        blueprint.sections[0].scopes.clear();
        blueprint.rules.levels = {{4, {3, 3}}};
        blueprint.rules.cognitive = {{"应用", {1, 1}}};
        blueprint.rules.key_letters = {{'A', {2, 2}}, {'B', {1, 2}}, {'C', {1, 2}}};
    }
    std::string drawn(bool one_each = false)
    {
        const std::string id = office.ready_draw(blueprint);
        OfficeVault vault = office.as(office.chen);
        DrawRegister draws{vault};
        EXPECT_THAT(one_each ? draws.run_loft(id, 40, at(morning)) : draws.run(id, at(morning)), Succeeds());
        return id;
    }
    OfficeBench office;
    engine::Blueprint blueprint;
};

TEST_F(ClassesTest, AreCountedInEveryForm)
{
    const std::string id = drawn();
    OfficeVault vault = office.as(office.chen);
    DrawRegister draws{vault};
    ASSERT_THAT(draws.verify(id), Succeeds());
    ItemBank bank{vault};
    const auto forms = draws.forms(*draws.find(id)).value();
    for (const engine::Form& form : forms) {
        int right_a = 0;
        int of_level_4 = 0;
        int applied = 0;
        for (const auto& entry : form.sections.front().items) {
            const int number = std::stoi(entry.item.id.substr(2));
            right_a += bank.key(entry.item.id, entry.item.version)->correct_options.front() == "A" ? 1 : 0;
            of_level_4 += number % 2;
            applied += number % 4 == 0 ? 1 : 0;
        }
        EXPECT_EQ(right_a, 2);
        EXPECT_EQ(of_level_4, 3);
        EXPECT_EQ(applied, 1);
    }
}

TEST_F(ClassesTest, TheRecordShowsNobodyAnAnswer)
{
    const std::string id = drawn();
    {
        OfficeVault vault = office.as(office.chen);
        const BankSnapshot snapshot = DrawRegister{vault}.snapshot(*DrawRegister{vault}.find(id)).value();
        std::set<int> of_a;
        for (const engine::PoolItem& item : snapshot.pool) {
            EXPECT_EQ(item.facts.key_letter, '\0') << "only who draws looks behind the mask";
            if (std::stoi(item.id.substr(2)) % 3 == 0) { of_a.insert(snapshot.key_masks.find(item.id)->second); }
        }
        EXPECT_GT(of_a.size(), 2U) << "eight items with one answer, under masks of their own";
    }
    OfficeVault vault = office.as(office.lin); // a manager without the right to keys
    DrawRegister draws{vault};
    EXPECT_THAT(draws.verify(id), RefusesNaming(VaultError::not_permitted, "key_letters"));
    EXPECT_THAT(draws.open(blueprint, {office.chen.card().id(), office.lin.card().id()}, at(morning)),
                RefusesWith(VaultError::not_permitted));
    EXPECT_THAT(draws.form(*draws.find(id), "A"), Succeeds()) << "proof-reading needs no keys";
    OfficeVault auditor = office.as(office.du);
    const auto report = verify_vault(auditor, {}, {});
    ASSERT_THAT(report, Succeeds());
    EXPECT_TRUE(report->good()) << report->findings.back().detail;
}

TEST_F(ClassesTest, StandInTheCertificate)
{
    std::string table = "id,irt_a,irt_b,irt_c\n";
    for (int n = 1; n <= 24; ++n) {
        table += "I-" + std::to_string(n) + ",1.1," + std::to_string(n % 5 - 2) + ",0.2\n";
    }
    const std::string id = drawn(true);
    OfficeVault vault = office.as(office.chen);
    const auto before = certify(vault, id, false, at(morning));
    ASSERT_THAT(before, Succeeds());
    EXPECT_TRUE(before->forms.front().calibrated.empty());
    EXPECT_EQ(before->forms.front().by_level.at(4), 3);
    EXPECT_EQ(before->forms.front().by_cognitive.at("应用"), 1);
    EXPECT_EQ(before->forms.front().keys_by_letter.at("A"), 2);
    EXPECT_EQ(before->exposure, "uniform");
    // Loading a table replaces what was known of an item; the record of the draw keeps what it was drawn with.
    ASSERT_THAT(ItemBank{vault}.load_facts(office.write("irt.csv", table), at(morning)), Succeeds());
    const auto after = certify(vault, id, false, at(morning));
    ASSERT_THAT(after, Succeeds());
    const FormFigures& form = after->forms.front();
    ASSERT_EQ(form.calibrated.size(), after->abilities.size());
    // Whichever items were drawn: one of a = 1.1, c = 0.2 gives 0.2017 where the ability is its difficulty (3PL).
    EXPECT_GT(*std::ranges::max_element(form.calibrated), 0.2);
    EXPECT_NE(to_html(*after).find("calibrated parameters"), std::string::npos);
    EXPECT_EQ(to_html(*before).find("calibrated parameters"), std::string::npos);
    // A package carries it without the letters.
    Statement row = vault.database().prepare("SELECT value FROM meta WHERE name = ?");
    row.bind(packed_certificate_name(id));
    ASSERT_TRUE(row.step());
    EXPECT_EQ(row.text(0).find("keys_by_letter"), std::string::npos);
    EXPECT_NE(row.text(0).find("calibrated_information"), std::string::npos);
}

TEST(ItemClassesTest, AreReadInTheWordsOfBanks)
{
    const auto rows = read_item_rows("编号,题型,题干,答案,等级,认知层次\n"
                                     "A,判断题,甲,对,三级/高级工,识记\n"
                                     "B,判断题,乙,错,初级工,\n"
                                     "C,判断题,丙,错,,\n"
                                     "D,判断题,丁,错,七级,\n");
    ASSERT_THAT(rows, Succeeds());
    ASSERT_EQ(rows->items.size(), 3U);
    EXPECT_EQ(engine::canonical_json(rows->items[0].facts), R"({"cognitive":"识记","level":3})");
    EXPECT_EQ(engine::canonical_json(rows->items[1].facts), R"({"level":5})");
    EXPECT_TRUE(rows->items[2].facts.empty());
    ASSERT_EQ(rows->unread.size(), 1U);
    EXPECT_NE(rows->unread[0].reason.find("七级"), std::string::npos);
}

TEST(ItemFactsTest, RefuseParametersAndLevelsOutOfRange)
{
    const OfficeBench office;
    office.import_items();
    OfficeVault vault = office.as(office.chen);
    ItemBank bank{vault};
    for (const char* row :
         {"level\nI-1,6", "level\nI-1,x", "irt_a\nI-1,0", "irt_b\nI-1,11", "irt_c\nI-1,1", "other\nI-1,1"}) {
        EXPECT_THAT(bank.load_facts(office.write("facts.csv", std::string{"id,"} + row + "\n"), at(morning)),
                    RefusesWith(VaultError::malformed))
            << row;
    }
    ASSERT_THAT(bank.load_facts(office.write("facts.csv", "id,irt_b,level\nI-1,0.5,2\n"), at(morning)), Succeeds());
    const auto parameters = bank.parameters().value();
    ASSERT_EQ(parameters.size(), 1U);
    EXPECT_DOUBLE_EQ(parameters.at("I-1").a, 1);
    EXPECT_DOUBLE_EQ(parameters.at("I-1").b, 0.5);
}

} // namespace
} // namespace papervault::vault::test
