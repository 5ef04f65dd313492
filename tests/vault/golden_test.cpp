#include "vault/ceremony.hpp"
#include "vault/expect.hpp"
#include "vault/surgery.hpp"
#include "vault/temporary_folder.hpp"

#include "golden/sample_paper.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/golden.hpp>

#include <gtest/gtest.h>

#include <functional>

namespace papervault::vault::test {
namespace {

using boost::json::object;

std::string edited(const std::string& document, const std::function<void(object&)>& edit)
{
    auto json = engine::parse_json(document, {.bytes_max = 1 << 20, .depth_max = 32}).value();
    edit(json.as_object());
    return engine::canonical_json(json);
}

std::map<std::string, engine::Form, std::less<>> sample_forms()
{
    std::map<std::string, engine::Form, std::less<>> forms;
    const GoldenPaper paper = sample_paper();
    for (const engine::Form& form : paper.forms) { forms.emplace(form.id, form); }
    return forms;
}

TEST(GoldenSampleTest, IsReproducedByThisProgramAndAlwaysTheSame)
{
    const std::string sample = golden_sample();
    EXPECT_THAT(check_golden_sample(sample), Succeeds());
    EXPECT_EQ(sample, golden_sample());
    EXPECT_LT(sample.size(), golden_sample_bytes_max / 2) << "it stands in every header";
}

TEST(GoldenSampleTest, OfEarlierReleasesIsStillReproduced)
{
    // If this fails, the engine computes something else than the release that sealed the sample: halls of the two
    // would disagree. Then the method's version in engine_methods() changes, and this file stays as it is with the
    // refusal that it now deserves.
    const auto file = std::filesystem::path{PAPERVAULT_SOURCE_DIR} / "tests/vectors/golden/sample-1.json";
    EXPECT_THAT(check_golden_sample(crypto::text_of(content_of(file))), Succeeds());
}

TEST(GoldenSampleTest, NamesTheVectorThatDiffers)
{
    struct Case {
        const char* part;
        std::function<void(object&)> edit;
    };
    const std::vector<Case> cases{
        {"method scoring", [](object& json) { json["methods"].as_object()["scoring"] = "papervault.scoring.v2"; }},
        {"method draws", [](object& json) { json["methods"].as_object()["draws"] = "papervault.draws.v1"; }},
        {"method page", [](object& json) { json["methods"].as_object().erase("page"); }},
        {"form sample with seed",
         [](object& json) { json["orders"].as_array()[1].as_object()["page"] = std::string(64, '0'); }},
        {"item sample-3 in response sheet 1 ",
         [](object& json) { json["scores"].as_array()[0].as_object()["points"].as_object()["sample-3"] = "0.333333"; }},
        {"response sheet 6 ", [](object& json) { json["scores"].as_array()[5].as_object()["awaiting_person"] = 5; }},
        {"receipt", [](object& json) { json["receipts"].as_array()[0].as_object()["receipt"] = "AAAA-BBBB-CCCC"; }},
        {"form sample with seed",
         [](object& json) { // another paper under the same vectors
             json["paper"]
                 .as_object()["forms"]
                 .as_array()[0]
                 .as_object()["sections"]
                 .as_array()[0]
                 .as_object()["title"] = "另一题";
         }},
    };
    for (const Case& one : cases) {
        const auto checked = check_golden_sample(edited(golden_sample(), one.edit));
        EXPECT_THAT(checked, RefusesWith(VaultError::engine_mismatch)) << one.part;
        if (!checked) { EXPECT_THAT(checked.error().detail, testing::HasSubstr(one.part)); }
    }
}

TEST(GoldenSampleTest, UnsoundDocumentsAreRefusedByValue)
{
    const std::string sample = golden_sample();
    for (const std::string& text : {std::string{}, std::string{"{}"}, std::string{"[]"}, sample.substr(0, 900),
                                    edited(sample, [](object& json) { json["note"] = 1; }),
                                    edited(sample, [](object& json) { json.erase("paper"); }),
                                    edited(sample, [](object& json) { json["receipts"].as_array().clear(); }),
                                    edited(sample, [](object& json) { json["orders"].as_array().clear(); }),
                                    edited(sample, [](object& json) { json["scores"].as_array().clear(); }),
                                    edited(sample, [](object& json) { json["scores"] = "none"; })}) {
        EXPECT_THAT(check_golden_sample(text), RefusesWith(VaultError::malformed)) << text.substr(0, 60);
    }
}

TEST(GoldenOrdersTest, FitTheirOwnFormsAndNoOther)
{
    const GoldenPaper paper = sample_paper();
    const std::string orders = golden_orders(paper.forms);
    auto forms = sample_forms();
    EXPECT_THAT(check_golden_orders(orders, forms), Succeeds());
    EXPECT_THAT(orders, testing::Not(testing::HasSubstr("安全阀"))) << "digests only";
    auto other = forms;
    other.at("sample").sections[0].items.pop_back();
    EXPECT_THAT(check_golden_orders(orders, other), RefusesWith(VaultError::engine_mismatch));
    forms.emplace("B", forms.at("sample"));
    EXPECT_THAT(check_golden_orders(orders, forms), RefusesWith(VaultError::malformed)) << "a form without vectors";
}

TEST(GoldenScoresTest, FitTheirOwnKeysAndNameTheItemWhoseKeyDiffers)
{
    const GoldenPaper paper = sample_paper();
    const std::string scores = golden_scores(paper.forms, paper.keys, paper.policy);
    EXPECT_THAT(check_golden_scores(scores, sample_forms(), paper.keys, paper.policy), Succeeds());
    auto keys = paper.keys;
    keys.at("sample-1").correct_options = {"A"};
    const auto refused = check_golden_scores(scores, sample_forms(), keys, paper.policy);
    EXPECT_THAT(refused, RefusesWith(VaultError::engine_mismatch));
    EXPECT_THAT(refused.error().detail, testing::HasSubstr("item sample-1"));
}

class RehearsedPackageTest : public testing::Test {
protected:
    TemporaryFolder folder;
    const People people{2, 2};
    const Contents contents{{"key", "AB"}, {"paper", "the paper"}};
};

TEST_F(RehearsedPackageTest, IsRehearsedWithoutAnyKey)
{
    const auto sealed = seal(people, contents, folder.path());
    EXPECT_THAT(rehearse(open_package(sealed.file)), Succeeds());
}

TEST_F(RehearsedPackageTest, OfAnotherEngineIsRefusedAndSaysWhichVersionSealedIt)
{
    auto anatomy = take_apart(content_of(seal(people, contents, folder.path()).file));
    edit_header(anatomy, [](object& header) {
        header["golden_sample"] = edited(std::string{header["golden_sample"].as_string()}, [](object& json) {
            json["methods"].as_object()["form-order"] = "papervault.form-order.v2";
        });
        header["engine_version"] = "papervault 9.9";
    });
    sign_again(anatomy, {{people.first_sealer.card().id(), &people.first_sealer},
                         {people.second_sealer.card().id(), &people.second_sealer}});
    overwrite(folder / "other.pvp", put_together(anatomy));
    const auto refused = rehearse(open_package(folder / "other.pvp"));
    EXPECT_THAT(refused, RefusesWith(VaultError::engine_mismatch));
    EXPECT_THAT(refused.error().detail, testing::AllOf(testing::HasSubstr("form-order"), testing::HasSubstr("9.9")));
}

TEST_F(RehearsedPackageTest, OfVersion1HasNothingToRehearse)
{
    const auto old =
        open_package(std::filesystem::path{PAPERVAULT_SOURCE_DIR} / "tests/vectors/package/good-small.pvp");
    EXPECT_EQ(old.header().version, 1);
    EXPECT_THAT(rehearse(old), RefusesWith(VaultError::engine_mismatch));
}

} // namespace
} // namespace papervault::vault::test
