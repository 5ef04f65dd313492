#include "vault/expect.hpp"
#include "vault/office_bench.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/certificate.hpp>

#include <gtest/gtest.h>

namespace papervault::vault::test {
namespace {

class CertificateTest : public testing::Test {
protected:
    CertificateTest()
    {
        office.import_items();
        id = office.draw();
    }
    OfficeBench office;
    std::string id;
};

TEST_F(CertificateTest, AddsUpTheFormsAndIsRecorded)
{
    OfficeVault vault = office.as(office.chen);
    const auto certificate = certify(vault, id, true, at(morning));
    ASSERT_THAT(certificate, Succeeds());
    ASSERT_EQ(certificate->forms.size(), 3U);
    for (const FormFigures& form : certificate->forms) {
        EXPECT_EQ(form.items, 5U);
        EXPECT_NEAR(form.expected_score, 7.0, 1e-9);            // five items of two points, 0.7 each
        EXPECT_NEAR(form.score_spread, 2.0494, 1e-3);           // √(5 · 4 · 0.7 · 0.3)
        EXPECT_NEAR(form.expected_share[12], 0.7, 1e-9);        // at ability 0
        EXPECT_NEAR(form.information[12], 5 * 0.7 * 0.3, 1e-9); // equal items: their sum
        EXPECT_LT(form.expected_share.front(), form.expected_share.back());
        EXPECT_EQ(form.keys_by_letter, (std::map<std::string, int>{{"A", 5}}));
    }
    EXPECT_EQ(certificate->overlap, (std::vector<std::vector<int>>{{5, 0, 0}, {0, 5, 0}, {0, 0, 5}}));
    EXPECT_EQ(certificate->used_items, 15U);
    EXPECT_NEAR(certificate->exposure_max, 1.0 / 3, 1e-9);
    Statement row = vault.database().prepare("SELECT certificate_digest FROM draws");
    row.step();
    EXPECT_EQ(row.text(0), digest_of(*certificate));
    const std::string last = vault.ledger().texts(vault.ledger().size() - 1, 1).front();
    EXPECT_THAT(last, testing::HasSubstr(digest_of(*certificate)));
}

TEST_F(CertificateTest, SaysByWhichChancesFormsWereDrawn)
{
    OfficeVault vault = office.as(office.chen);
    Certificate certificate = certify(vault, id, false, at(morning)).value();
    EXPECT_EQ(certificate.law, (engine::DrawLaw{.kind = engine::DrawLaw::Kind::in_turn}));
    EXPECT_THAT(to_json_text(certificate), testing::HasSubstr(R"("law":"exact-in-turn")"));
    EXPECT_THAT(to_html(certificate), testing::HasSubstr("逐份精确均匀抽取"));
    EXPECT_THAT(to_html(certificate), testing::HasSubstr("no uniformity is claimed for whole sets"));

    certificate.law = {.kind = engine::DrawLaw::Kind::exactly_uniform};
    EXPECT_THAT(to_json_text(certificate), testing::HasSubstr(R"("law":"exact")"));
    EXPECT_THAT(to_html(certificate), testing::HasSubstr("精确均匀抽取"));
    EXPECT_THAT(to_html(certificate), testing::HasSubstr("exactly the same chance"));

    certificate.law = {.kind = engine::DrawLaw::Kind::chain, .mixing_length = 500};
    EXPECT_THAT(to_json_text(certificate), testing::HasSubstr(R"("law":"chain")"));
    EXPECT_THAT(to_json_text(certificate), testing::HasSubstr(R"("mixing_length":500)"));
    EXPECT_THAT(to_html(certificate), testing::HasSubstr("混合步数 500"));
    EXPECT_THAT(to_html(certificate), testing::HasSubstr("stopped after 500 mixing steps"));
}

TEST_F(CertificateTest, NamesNoItem)
{
    OfficeVault vault = office.as(office.chen);
    const auto certificate = certify(vault, id, false, at(morning)).value();
    EXPECT_THAT(to_json_text(certificate), testing::Not(testing::HasSubstr("I-")));
    EXPECT_THAT(to_html(certificate), testing::Not(testing::HasSubstr("I-")));
    EXPECT_THAT(to_html(certificate), testing::HasSubstr("<polyline"));
    EXPECT_THAT(to_json_text(certificate), testing::Not(testing::HasSubstr("keys_by_letter")));
}

TEST_F(CertificateTest, IsRefusedWithoutTheRightAndForADrawThatDoesNotHold)
{
    {
        OfficeVault vault = office.as(office.grader);
        EXPECT_THAT(certify(vault, id, false, at(morning)), RefusesWith(VaultError::not_permitted));
    }
    OfficeVault lin = office.as(office.lin);
    EXPECT_THAT(certify(lin, id, true, at(morning)), RefusesWith(VaultError::not_permitted));
    lin.database().execute("UPDATE draws SET seed = replace(seed, substr(seed, 1, 1), 'x')");
    EXPECT_THAT(certify(lin, id, false, at(morning)), RefusesWith(VaultError::chain_broken));
}

TEST_F(CertificateTest, CountsWhatEarlierPackagesUsed)
{
    office.create_batch();
    std::ignore = office.seal(id);
    OfficeVault vault = office.as(office.chen);
    EXPECT_EQ(certify(vault, id, false, at(morning))->used_before, 15);
}

TEST(SnapshotFactsTest, HoldOnlyWhatTheRulesAskFor)
{
    const OfficeBench office;
    office.import_items();
    OfficeVault vault = office.as(office.chen);
    ItemBank bank{vault};
    const std::string plain = bank.snapshot()->text;
    ASSERT_THAT(bank.load_facts(office.write("facts.csv", "id,enemy_set,stimulus,discrimination,seconds\n"
                                                          "I-1,e,p,0.35,60\nI-2,,,,\n"),
                                at(morning)),
                Succeeds());
    engine::BlueprintRules rules;
    const BankSnapshot enemies = bank.snapshot(rules).value();
    EXPECT_NE(enemies.text, plain); // enemies always count
    EXPECT_EQ(enemies.pool.front().facts.enemy_set, "e");
    EXPECT_FALSE(enemies.pool.front().facts.discrimination.has_value());
    rules.discrimination_at_least = engine::Decimal{};
    rules.seconds = engine::AmountRange{};
    rules.characters = engine::AmountRange{};
    rules.stimulus = engine::StimulusRule{};
    const BankSnapshot all = bank.snapshot(rules).value();
    const engine::PoolItemFacts& facts = all.pool.front().facts;
    EXPECT_EQ(facts.discrimination, engine::Decimal::parse("0.35").value());
    EXPECT_EQ(facts.seconds, 60);
    EXPECT_EQ(facts.stimulus, "p");
    EXPECT_EQ(facts.characters, 6); // 题干1甲乙丙
    EXPECT_EQ(snapshot_from_text(all.text)->pool.front().facts, facts);
}

TEST(SnapshotFactsTest, RefuseNonsenseWithoutStoringAnything)
{
    const OfficeBench office;
    office.import_items();
    OfficeVault vault = office.as(office.chen);
    ItemBank bank{vault};
    const std::string before = bank.snapshot()->text;
    const auto load = [&](std::string_view text) { return bank.load_facts(office.write("f.csv", text), at(morning)); };
    EXPECT_THAT(load("id,enemy_set\nI-1,e\nI-999,e\n"), RefusesWith(VaultError::not_found));
    EXPECT_THAT(load("id,colour\nI-1,red\n"), RefusesWith(VaultError::malformed));
    EXPECT_THAT(load("id,discrimination\nI-1,1.5\n"), RefusesNaming(VaultError::malformed, "line 2"));
    EXPECT_THAT(load("id,seconds\nI-1,-5\n"), RefusesWith(VaultError::malformed));
    EXPECT_THAT(load("id,seconds\nI-1\n"), RefusesWith(VaultError::malformed));
    EXPECT_THAT(load(""), RefusesWith(VaultError::malformed));
    EXPECT_EQ(bank.snapshot()->text, before);
    OfficeVault sealer = office.as(office.wang);
    EXPECT_THAT(ItemBank{sealer}.load_facts(office.write("f.csv", "id\nI-1\n"), at(morning)),
                RefusesWith(VaultError::not_permitted));
}

TEST(SnapshotFactsTest, LeaveOutWhatTheLastBatchesUsed)
{
    const OfficeBench office;
    office.import_items();
    const std::string first = office.draw();
    office.create_batch();
    std::ignore = office.seal(first);
    OfficeVault vault = office.as(office.chen);
    engine::Blueprint blueprint = OfficeBench::blueprint();
    blueprint.spare_forms = 0;
    blueprint.parallel_forms = 1;
    blueprint.sections[0].scopes.clear();
    blueprint.rules.unused_in_last_batches = 1;
    const BankSnapshot snapshot = ItemBank{vault}.snapshot(blueprint.rules).value();
    EXPECT_EQ(
        std::ranges::count_if(snapshot.pool, [](const auto& item) { return item.facts.batches_since_use.has_value(); }),
        15);
    EXPECT_TRUE(engine::FormDrawer::compile(snapshot.pool, blueprint)); // nine items are left
    blueprint.sections[0].count = 10;
    blueprint.total_points = engine::Decimal::from_integer(20);
    EXPECT_FALSE(engine::FormDrawer::compile(snapshot.pool, blueprint));
}

} // namespace
} // namespace papervault::vault::test
