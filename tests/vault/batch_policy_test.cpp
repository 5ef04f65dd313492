// How a batch is scored and judged: proposed by one officer, approved by another, sealed with the keys, graded by,
// told in the report.
#include "vault/expect.hpp"
#include "vault/office_bench.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/audit.hpp>
#include <papervault/vault/batch_policies.hpp>
#include <papervault/vault/files.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

namespace papervault::vault::test {
namespace {

using engine::Decimal;
using testing::Contains;
using testing::HasSubstr;

Decimal decimal(std::string_view text)
{
    return Decimal::parse(text).value();
}

class BatchPolicyTest : public testing::Test {
protected:
    BatchPolicyTest() { office.create_batch(); }

    [[nodiscard]] Result<void> propose(const Identity& who, const BatchPolicy& policy,
                                       std::string reason = "考评方案") const
    {
        OfficeVault vault = office.as(who);
        return BatchPolicyRegister{vault}.propose("B-01", policy, std::move(reason), at(morning));
    }
    [[nodiscard]] Result<BatchPolicy> approve(const Identity& who, const std::string& digest) const
    {
        OfficeVault vault = office.as(who);
        return BatchPolicyRegister{vault}.approve("B-01", digest, at(morning));
    }
    [[nodiscard]] Result<BatchPolicy> in_force(const std::string& batch = "B-01") const
    {
        OfficeVault vault = office.as(office.chen);
        return BatchPolicyRegister{vault}.in_force(batch);
    }
    [[nodiscard]] bool audit_is_good() const
    {
        OfficeVault vault = office.as(office.du);
        return verify_vault(vault, {}, {}).value().good();
    }

    OfficeBench office;
    const BatchPolicy partial{.grading = {.multiple = engine::MultipleRule::partial_none_wrong}, .bands = {}};
};

TEST_F(BatchPolicyTest, HoldsWhenAnotherOfficerHasApprovedWhatHeRead)
{
    EXPECT_EQ(in_force().value(), BatchPolicy{}) << "the defaults, as long as nobody proposes another one";
    EXPECT_THAT(in_force("B-99"), RefusesWith(VaultError::not_found));
    EXPECT_THAT(propose(office.wang, partial), RefusesWith(VaultError::not_permitted));
    EXPECT_THAT(propose(office.chen, partial, ""), RefusesWith(VaultError::conflict));
    ASSERT_THAT(propose(office.chen, partial), Succeeds());
    EXPECT_THAT(in_force(), RefusesWith(VaultError::quorum_incomplete));

    const std::string digest = digest_of(partial).hex();
    EXPECT_THAT(approve(office.chen, digest), RefusesWith(VaultError::not_permitted)) << "he proposed it";
    EXPECT_THAT(approve(office.wang, digest), RefusesWith(VaultError::not_permitted));
    EXPECT_THAT(approve(office.lin, digest_of(BatchPolicy{}).hex()), RefusesWith(VaultError::conflict));
    EXPECT_THAT(approve(office.lin, digest.substr(0, 7)), RefusesWith(VaultError::conflict));
    ASSERT_THAT(approve(office.lin, digest.substr(0, 8)), Succeeds());
    EXPECT_EQ(in_force().value(), partial);
    EXPECT_THAT(approve(office.grader, digest), RefusesWith(VaultError::conflict)) << "nothing waits any more";

    const BatchPolicy other{.grading = {.multiple = engine::MultipleRule::proportional}, .bands = {}};
    ASSERT_THAT(propose(office.lin, other), Succeeds());
    EXPECT_THAT(in_force(), RefusesWith(VaultError::quorum_incomplete)) << "a change is approved anew";
    ASSERT_THAT(approve(office.grader, digest_of(other).hex()), Succeeds());
    EXPECT_EQ(in_force().value(), other);
    EXPECT_TRUE(audit_is_good());
}

TEST_F(BatchPolicyTest, NeverChangesOnceThePaperIsSealed)
{
    office.import_items();
    const std::string draw = office.draw();
    ASSERT_THAT(propose(office.chen, partial), Succeeds());
    {
        OfficeVault vault = office.as(office.wang);
        EXPECT_THAT(PackageRegister{vault}.seal(office.plan(draw, "B-01", "early.draft"), office.wang, at(morning)),
                    RefusesWith(VaultError::quorum_incomplete));
    }
    ASSERT_THAT(approve(office.lin, digest_of(partial).hex()), Succeeds());
    std::ignore = office.seal(draw);
    EXPECT_THAT(propose(office.chen, BatchPolicy{}), RefusesWith(VaultError::already_used));
    OfficeVault vault = office.as(office.chen);
    const auto record = BatchPolicyRegister{vault}.find("B-01");
    ASSERT_THAT(record, Succeeds());
    EXPECT_TRUE(record->is_sealed);
    EXPECT_EQ(record->policy, partial);
    EXPECT_EQ(record->proposer, office.chen.card().name);
    EXPECT_EQ(record->approver, office.lin.card().name);
}

TEST_F(BatchPolicyTest, TheAuditFindsAPolicyThatNobodyApproved)
{
    ASSERT_THAT(propose(office.chen, partial), Succeeds());
    ASSERT_THAT(approve(office.lin, digest_of(partial).hex()), Succeeds());
    ASSERT_TRUE(audit_is_good());
    {
        OfficeVault vault = office.as(office.du);
        vault.database().execute("UPDATE batch_policies SET policy = replace(policy, 'partial_none_wrong', "
                                 "'proportional')");
    }
    EXPECT_FALSE(audit_is_good());
}

TEST(BatchPolicyFileTest, ReadsWhatItWrites)
{
    BatchPolicy policy{.grading = {.multiple = engine::MultipleRule::proportional,
                                   .order = engine::ScoringRule::longest_run,
                                   .match = engine::ScoringRule::all_or_nothing,
                                   .fill = engine::ScoringRule::all_or_nothing,
                                   .true_false_penalty = decimal("0.5"),
                                   .floor = engine::PenaltyFloor::paper,
                                   .rounding = {1, engine::RoundingMode::half_even}},
                       .bands = {decimal("95"), decimal("85.5"), decimal("70")}};
    EXPECT_EQ(batch_policy_from_json(to_json(policy)).value(), policy);
    EXPECT_EQ(batch_policy_from_json(to_json(BatchPolicy{})).value(), BatchPolicy{});
    EXPECT_NE(digest_of(policy), digest_of(BatchPolicy{}));
    EXPECT_THAT(sentences(policy, engine::Language::chinese), Contains(HasSubstr("合格 ≥ 70")));
    EXPECT_THAT(sentences(policy, engine::Language::english), Contains(HasSubstr("0.5")).Times(0));
    EXPECT_THAT(sentences(policy, engine::Language::english), Contains(HasSubstr("costs 50 %")));
}

TEST(BatchPolicyFileTest, RefusesWhatContradictsItself)
{
    const auto read = [](std::string_view members) {
        return batch_policy_from_json(
            engine::parse_json(R"({"format":"papervault-batch-policy","version":1)" + std::string{members} + "}", {})
                .value());
    };
    EXPECT_THAT(read(""), Succeeds());
    for (const std::string_view members :
         {R"(,"multiple_rule":"most")", R"(,"order_rule":"per_part")", R"(,"true_false_penalty":"0.5")",
          R"(,"true_false_penalty":"1.5","floor":"paper")", R"(,"floor":"item")", R"(,"rounding_places":7)",
          R"(,"rounding_places":1)", R"(,"bands":{"pass":"85"})", R"(,"bands":{"pass":"101"})",
          R"(,"bands":{"fail":"1"})", R"(,"bonus":1)"}) {
        EXPECT_THAT(read(members), RefusesWith(VaultError::malformed)) << members;
    }
}

struct PolicyCase {
    std::string name;
    BatchPolicy policy;
    std::string points; ///< Of the first candidate.
    std::string band;
};
void PrintTo(const PolicyCase& each, std::ostream* out)
{
    *out << each.name;
}

/// A paper of one multiple choice (3 points, A and C are right) and two true/false (1 point, true is right). The first
/// candidate chooses A alone and "false" twice; the second one is right everywhere.
class GradedByPolicyTest : public testing::TestWithParam<PolicyCase> {
protected:
    void import_items() const
    {
        std::string lines;
        for (int n = 1; n <= 4; ++n) {
            lines += R"({"id":"M-)" + std::to_string(n) +
                     R"(","type":"multiple","knowledge_point":"1.1","stem":"多选","options":["甲","乙","丙","丁"],)"
                     R"("answer":["A","C"],"difficulty":0.7})"
                     "\n";
        }
        for (int n = 1; n <= 8; ++n) {
            lines += R"({"id":"T-)" + std::to_string(n) +
                     R"(","type":"truefalse","knowledge_point":"1.2","stem":"判断 )" + std::to_string(n) +
                     R"(","answer":["true"],"difficulty":0.7})"
                     "\n";
        }
        OfficeVault vault = office.as(office.chen);
        ASSERT_THAT(
            ItemBank{vault}.import_file(office.write("items.jsonl", lines), BadRows::refuse_all, true, at(morning)),
            Succeeds());
    }
    static engine::Blueprint blueprint()
    {
        engine::Blueprint wanted = OfficeBench::blueprint();
        wanted.sections = {{"多选", "", engine::ItemType::multiple_choice, 1, Decimal::from_integer(3), {}},
                           {"判断", "", engine::ItemType::true_false, 2, Decimal::from_integer(1), {}}};
        wanted.total_points = Decimal::from_integer(5);
        return wanted;
    }
    void set_policy() const
    {
        OfficeVault manager = office.as(office.chen);
        ASSERT_THAT(BatchPolicyRegister{manager}.propose("B-01", GetParam().policy, "考评方案", at(morning)),
                    Succeeds());
        OfficeVault other = office.as(office.lin);
        ASSERT_THAT(BatchPolicyRegister{other}.approve("B-01", digest_of(GetParam().policy).hex(), at(morning)),
                    Succeeds());
    }
    static engine::Response respond(int candidate, const engine::FormItem& item)
    {
        const bool is_multiple = item.item.type == engine::ItemType::multiple_choice;
        if (candidate == 2) { return is_multiple ? engine::Response{"A", "C"} : engine::Response{"true"}; }
        return is_multiple ? engine::Response{"A"} : engine::Response{"false"};
    }

    OfficeBench office;
};

TEST_P(GradedByPolicyTest, ScoresExplainsAndReportsByIt)
{
    import_items();
    office.create_batch();
    set_policy();
    const std::string package = office.seal(office.draw(blueprint()));
    const auto file = office.answers(package, respond);
    const std::vector<SharePart> shares{office.grader_share(package)};
    OfficeVault vault = office.as(office.grader);
    ResultRegister results{vault};
    ASSERT_THAT(results.import_answers(file, at(afternoon)), Succeeds());
    const auto graded = results.grade(package, office.grader, shares, {}, at(afternoon));
    ASSERT_THAT(graded, Succeeds());
    EXPECT_EQ(graded->at(0).points, decimal(GetParam().points));
    EXPECT_EQ(graded->at(1).points, Decimal::from_integer(5));

    ASSERT_THAT(results.write_report(package, office.folder / "report", at(afternoon)), Succeeds());
    const auto text = read_text_file(office.folder / "report" / "result.json", 1 << 20);
    ASSERT_THAT(text, Succeeds());
    const auto report = engine::parse_json(*text, {}).value();
    EXPECT_EQ(report.at("policy"), boost::json::value(to_json(GetParam().policy)));
    EXPECT_EQ(std::string_view{report.at("candidates").at(0).at("band").as_string()}, GetParam().band);
    const auto page = read_text_file(office.folder / "report" / "report.html", 1 << 20);
    ASSERT_THAT(page, Succeeds());
    for (const std::string& sentence : sentences(GetParam().policy, engine::Language::chinese)) {
        EXPECT_THAT(*page, HasSubstr(sentence));
    }
    OfficeVault supervisor = office.as(office.du);
    EXPECT_TRUE(verify_vault(supervisor, {}, {}).value().good());
}

INSTANTIATE_TEST_SUITE_P(
    Policies, GradedByPolicyTest,
    testing::Values(PolicyCase{"Default", {}, "0", "不合格"},
                    PolicyCase{"Partial",
                               {.grading = {.multiple = engine::MultipleRule::partial_none_wrong}, .bands = {}},
                               "1.5",
                               "不合格"},
                    PolicyCase{"LowPassMark",
                               {.grading = {.multiple = engine::MultipleRule::partial_none_wrong},
                                .bands = {decimal("90"), decimal("80"), decimal("30")}},
                               "1.5",
                               "合格"},
                    PolicyCase{"PenaltyOfThePaper",
                               {.grading = {.multiple = engine::MultipleRule::partial_none_wrong,
                                            .true_false_penalty = decimal("0.5"),
                                            .floor = engine::PenaltyFloor::paper},
                                .bands = {}},
                               "0.5",
                               "不合格"},
                    PolicyCase{"PenaltyStopsAtThePaper",
                               {.grading = {.true_false_penalty = decimal("1"), .floor = engine::PenaltyFloor::paper},
                                .bands = {}},
                               "0",
                               "不合格"},
                    PolicyCase{"RoundedHalfUp",
                               {.grading = {.multiple = engine::MultipleRule::partial_none_wrong,
                                            .true_false_penalty = decimal("0.5"),
                                            .floor = engine::PenaltyFloor::paper,
                                            .rounding = {0, engine::RoundingMode::half_up}},
                                .bands = {}},
                               "1",
                               "不合格"},
                    PolicyCase{"RoundedHalfEven",
                               {.grading = {.multiple = engine::MultipleRule::partial_none_wrong,
                                            .true_false_penalty = decimal("0.5"),
                                            .floor = engine::PenaltyFloor::paper,
                                            .rounding = {0, engine::RoundingMode::half_even}},
                                .bands = {}},
                               "0",
                               "不合格"}),
    [](const auto& one) { return one.param.name; });

} // namespace
} // namespace papervault::vault::test
