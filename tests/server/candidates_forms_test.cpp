#include "hall/form_press.hpp"
#include "vault/expect.hpp"
#include "vault/journal_of.hpp"
#include "vault/office_bench.hpp"

#include <papervault/crypto/aead.hpp>
#include <papervault/crypto/random.hpp>
#include <papervault/engine/form_cover.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/engine/sitting.hpp>
#include <papervault/vault/audit.hpp>
#include <papervault/vault/candidates_paper.hpp>
#include <papervault/vault/files.hpp>
#include <papervault/vault/proofs.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <functional>
#include <set>

// A form for each candidate, from the draw over the sealed package and the hall to the scores.
namespace papervault::server::test {
namespace {

using namespace papervault::vault;
using namespace papervault::vault::test;

class CandidatesFormsTest : public testing::Test {
protected:
    CandidatesFormsTest()
    {
        office.import_items();
        office.create_batch();
        draw_id = office.ready_draw();
        OfficeVault vault = office.as(office.chen);
        EXPECT_THAT(DrawRegister{vault}.run_loft(draw_id, 12, at(morning)), Succeeds());
    }
    void proof_read(const std::vector<std::string>& forms) const
    {
        OfficeVault vault = office.as(office.lin);
        for (const std::string& form : forms) {
            EXPECT_THAT(ProofRegister{vault}.mark(draw_id, form, {}, at(morning)), Succeeds());
        }
    }
    [[nodiscard]] Result<PackageHeader> try_seal(const std::string& batch) const
    {
        OfficeVault vault = office.as(office.wang);
        return PackageRegister{vault}.seal(office.plan(draw_id, batch, batch + ".try"), office.wang, at(morning));
    }
    /// What the hall reads once the locks are open.
    struct Opened {
        PackageHeader header;
        std::string paper, roster, media;
    };
    [[nodiscard]] Opened open_in_hall(const std::string& package_id) const
    {
        OfficeVault vault = office.as(office.fa);
        PackageRegister packages{vault};
        const PackageReader reader = packages.reader(package_id).value();
        HallOpening opening = HallOpening::begin(reader, office.hall).value();
        for (const Identity* custodian : {&office.first_custodian, &office.second_custodian}) {
            EXPECT_THAT(opening.add_share(
                            give_share(reader, LockSet::hall, *custodian, office.hall.card(), at(in_window)).value()),
                        Succeeds());
        }
        EXPECT_THAT(opening.add_release(packages.release(package_id, at(in_window)).value()), Succeeds());
        const CompartmentKeys keys = opening.open(at(in_window)).value();
        const auto text = [&](const char* name) {
            return std::string{crypto::text_of(reader.read(name, keys).value().expose())};
        };
        return {reader.header(), text("paper"), text("roster"), text("media")};
    }
    static Result<PaperContent> read(const Opened& opened)
    {
        return read_paper_content(opened.header, crypto::bytes_of(opened.paper), crypto::bytes_of(opened.roster),
                                  crypto::SecretBuffer::copy_of(crypto::bytes_of(opened.media)));
    }
    /// The hall's answers: of each form's five items the first `right` are answered A, the others B.
    std::filesystem::path answers(const std::string& package_id, const PaperContent& content,
                                  const std::array<int, 3>& right,
                                  const std::function<void(std::vector<engine::Candidate>&)>& spoil = {}) const
    {
        OfficeVault vault = office.as(office.chen);
        PackageRegister packages{vault};
        const PackageReader reader = packages.reader(package_id).value();
        AnswersFile file;
        file.package_id = package_id;
        file.package_digest = reader.digest();
        file.batch_id = packages.find(package_id)->batch_id;
        file.hall_id = office.hall.card().id();
        file.started_at = at("2026-11-21T10:00:00Z");
        file.ended_at = at("2026-11-21T11:30:00Z");
        file.sealed_at = at("2026-11-21T11:31:00Z");
        std::vector<engine::Candidate> roster = content.roster;
        std::ranges::sort(roster, {}, &engine::Candidate::ticket);
        if (spoil) { spoil(roster); }
        for (std::size_t n = 0; n < roster.size(); ++n) {
            AnswerSheet sheet{.ticket = roster[n].ticket,
                              .form_id = roster[n].form_id,
                              .seat = roster[n].seat,
                              .phase = engine::CandidatePhase::handed_in,
                              .responses = {},
                              .receipt = {}};
            engine::CandidateState state;
            state.candidate = roster[n];
            int answered = 0;
            for (const auto& entry : content.forms.at(sheet.form_id).sections.front().items) {
                sheet.responses[entry.item.id] = {answered++ < right.at(n) ? "A" : "B"};
                state.answers[entry.item.id].response = sheet.responses[entry.item.id];
            }
            sheet.receipt = receipt_of(engine::sheet_text(state, package_id));
            file.sheets.push_back(std::move(sheet));
        }
        vault::test::write_journal(file);
        const auto target = office.folder / (package_id + (spoil ? ".spoilt" : ".pva"));
        EXPECT_THAT(seal_answers(file, office.hall, reader.header().office, target), Succeeds());
        return target;
    }

    OfficeBench office;
    std::string draw_id;
};

TEST_F(CandidatesFormsTest, AreDrawnSealedDeliveredAndGraded)
{
    proof_read({"1", "2", "3"});
    const std::string package_id = office.seal(draw_id);
    const Opened opened = open_in_hall(package_id);
    ASSERT_EQ(opened.header.forms.size(), 4U); // three candidates and the blueprint's spare
    EXPECT_EQ(opened.header.forms[2].id, "3");
    EXPECT_TRUE(opened.header.forms[3].spare);
    const auto content = read(opened);
    ASSERT_THAT(content, Succeeds());
    EXPECT_TRUE(content->one_each);

    // Every candidate gets his own form, and nothing of the others'.
    OfficeVault manager = office.as(office.chen);
    DrawRegister draws{manager};
    const DrawRecord record = draws.find(draw_id).value();
    const crypto::SecretBuffer secret = crypto::random_secret(32);
    std::set<std::string> given;
    for (const engine::Candidate& candidate : content->roster) {
        const auto form = press_form(*content, candidate, package_id, {}, secret).value();
        const auto cover = engine::read_form_cover(form).value();
        const crypto::ByteView sealed = crypto::ByteView{form}.subspan(cover.cover_bytes);
        const std::string context = "papervault.form.v2|" + package_id + "|" + candidate.ticket + "|" +
                                    crypto::text_of(crypto::ByteView{form}.first(cover.cover_bytes));
        const auto plain =
            crypto::decrypt(form_key_of(secret, package_id, candidate.ticket), sealed, crypto::bytes_of(context));
        ASSERT_TRUE(plain);
        const auto page = engine::parse_json(crypto::text_of(*plain), {}).value();
        std::set<std::string> shown;
        for (const auto& item : page.at("page").at("sections").at(0).at("items").as_array()) {
            shown.emplace(item.at("id").as_string());
        }
        std::set<std::string> drawn;
        const engine::Form as_drawn = draws.form(record, candidate.form_id).value();
        for (const auto& item : as_drawn.sections.front().items) { drawn.insert(item.item.id); }
        EXPECT_EQ(shown, drawn);
        given.insert(candidate.form_id);
        EXPECT_FALSE(crypto::decrypt(form_key_of(secret, package_id, "2026119999"), sealed, crypto::bytes_of(context)));
    }
    EXPECT_EQ(given, (std::set<std::string>{"1", "2", "3"}));

    const auto file = answers(package_id, *content, {5, 0, 3});
    const std::vector<SharePart> shares{office.grader_share(package_id)};
    OfficeVault vault = office.as(office.grader);
    ResultRegister results{vault};
    ASSERT_THAT(results.import_answers(file, at(afternoon)), Succeeds());
    const auto graded = results.grade(package_id, office.grader, shares, {}, at(afternoon));
    ASSERT_THAT(graded, Succeeds());
    ASSERT_EQ(graded->size(), 3U);
    EXPECT_EQ((*graded)[0].points, engine::Decimal::from_integer(10));
    EXPECT_EQ((*graded)[1].points, engine::Decimal{});
    EXPECT_EQ((*graded)[2].points, engine::Decimal::from_integer(6));
    EXPECT_THAT(results.write_report(package_id, office.folder / "report", at(afternoon)), Succeeds());
    OfficeVault supervisor = office.as(office.du);
    const auto audit = verify_vault(supervisor, {}, {});
    ASSERT_THAT(audit, Succeeds());
    EXPECT_TRUE(audit->good()) << audit->findings.back().subject << ": " << audit->findings.back().detail;
}

TEST_F(CandidatesFormsTest, RefuseASheetOfAnothersForm)
{
    proof_read({"1", "2", "3"});
    const std::string package_id = office.seal(draw_id);
    const auto content = read(open_in_hall(package_id));
    ASSERT_THAT(content, Succeeds());
    const auto swapped = answers(package_id, *content, {5, 5, 5}, [](std::vector<engine::Candidate>& roster) {
        std::swap(roster[0].form_id, roster[1].form_id);
    });
    OfficeVault vault = office.as(office.grader);
    ResultRegister results{vault};
    EXPECT_THAT(results.import_answers(swapped, at(afternoon)),
                RefusesNaming(VaultError::wrong_batch, "is this candidate's"));
    EXPECT_THAT(results.import_answers(answers(package_id, *content, {5, 5, 5}), at(afternoon)), Succeeds());
}

TEST_F(CandidatesFormsTest, ShowThatEachFormIsTheOneOfItsNumber)
{
    proof_read({"1", "2", "3"});
    const Opened opened = open_in_hall(office.seal(draw_id));
    ASSERT_THAT(read(opened), Succeeds());
    const auto refuses = [&](const char* what, const std::function<void(boost::json::object&)>& change,
                             const char* reason) {
        Opened spoilt = opened;
        auto value = engine::parse_json(opened.paper, {}).value();
        change(value.as_object());
        spoilt.paper = engine::canonical_json(value);
        EXPECT_THAT(read(spoilt), RefusesNaming(VaultError::malformed, reason)) << what;
    };
    const auto form = [](boost::json::object& paper, std::size_t n) -> boost::json::object& {
        return paper["forms"].as_array().at(n).as_object();
    };
    refuses(
        "one place exchanged",
        [&](boost::json::object& paper) {
            auto& list = form(paper, 0)["sections"].as_array().at(0).as_array();
            std::swap(list.at(0), list.at(1));
        },
        "with this number");
    refuses(
        "lists exchanged",
        [&](boost::json::object& paper) { std::swap(form(paper, 0)["sections"], form(paper, 1)["sections"]); },
        "with this number");
    refuses(
        "lists and proofs exchanged",
        [&](boost::json::object& paper) {
            std::swap(form(paper, 0)["sections"], form(paper, 1)["sections"]);
            std::swap(form(paper, 0)["proof"], form(paper, 1)["proof"]);
        },
        "with this number");
    refuses("another number", [&](boost::json::object& paper) { form(paper, 2)["number"] = 5; }, "with this number");
    refuses(
        "a place beyond the list",
        [&](boost::json::object& paper) { form(paper, 0)["sections"].as_array().at(0).as_array().at(0) = 1000; },
        "not there");
    refuses(
        "a place below the list",
        [&](boost::json::object& paper) { form(paper, 0)["sections"].as_array().at(0).as_array().at(0) = -1; },
        "not there");
    refuses(
        "a form twice", [&](boost::json::object& paper) { paper["forms"].as_array().at(1) = form(paper, 0); },
        "not in order");
    refuses("a form left out", [&](boost::json::object& paper) { paper["forms"].as_array().pop_back(); }, "missing");
    refuses(
        "another seed", [&](boost::json::object& paper) { paper["draw"].as_object()["seed"] = std::string(64, '0'); },
        "not of the draw");
    refuses(
        "another root", [&](boost::json::object& paper) { paper["draw"].as_object()["root"] = std::string(64, '0'); },
        "not of the draw");
    refuses(
        "another blueprint",
        [&](boost::json::object& paper) {
            auto& blueprint = paper["draw"].as_object()["blueprint"].as_object();
            blueprint["title"] = "另一份";
        },
        "not of the draw");
    refuses(
        "another text of an item",
        [&](boost::json::object& paper) {
            auto& items = paper["items"].as_array();
            for (auto& item : items) { item.as_object()["version"] = 2; }
        },
        "not the one that was sealed");
    refuses("an unknown member", [](boost::json::object& paper) { paper["more"] = 1; }, "more");
    refuses("another version", [](boost::json::object& paper) { paper["version"] = 2; }, "version");

    Opened doubled = opened;
    auto roster = engine::parse_json(opened.roster, {}).value();
    roster.as_array().at(0).as_object()["form"] = roster.as_array().at(1).as_object()["form"];
    doubled.roster = engine::canonical_json(roster);
    EXPECT_THAT(read(doubled), RefusesNaming(VaultError::malformed, "two candidates"));
}

/// The format page is enough: a reader in Python that shares nothing with ours finds the same lists.
TEST_F(CandidatesFormsTest, AreReadFromTheFormatPageAlone)
{
    proof_read({"1", "2", "3"});
    const Opened opened = open_in_hall(office.seal(draw_id));
    const auto run = [&](const std::string& paper) {
        const auto header =
            office.write("header.json", R"({"draw_digest":")" + opened.header.draw_digest.hex() +
                                            R"(","snapshot_digest":")" + opened.header.snapshot_digest.hex() + "\"}");
        const auto file = office.write("paper.json", paper);
        const auto out = office.folder / "lists.txt";
        const std::string command = "python3 " PAPERVAULT_SOURCE_DIR
                                    "/tests/vectors/package/read_candidates_paper.py '" +
                                    header.string() + "' '" + file.string() + "' > '" + out.string() + "' 2>/dev/null";
        const int code = std::system(command.c_str());
        return std::pair{code, read_text_file(out, 1 << 20).value_or("")};
    };
    const auto [code, lists] = run(opened.paper);
    ASSERT_EQ(code, 0);
    OfficeVault vault = office.as(office.chen);
    DrawRegister draws{vault};
    const DrawRecord record = draws.find(draw_id).value();
    std::string expected;
    const auto forms = draws.candidates_forms(record, std::array<std::uint32_t, 3>{1, 2, 3}).value();
    for (const CandidatesForm& form : forms) {
        expected += std::to_string(form.number);
        char separator = '|';
        for (const std::string& id : form.sections.front()) {
            expected += separator + id;
            separator = ',';
        }
        expected += '\n';
    }
    EXPECT_EQ(lists, expected);
    std::string spoilt = opened.paper;
    const auto place = spoilt.find("\"seed\":\"") + 8;
    spoilt[place] = spoilt[place] == '0' ? '1' : '0';
    EXPECT_NE(run(spoilt).first, 0);
}

TEST_F(CandidatesFormsTest, EveryPackageGetsTheNextNumbersOfTheDraw)
{
    proof_read({"1", "2", "3"});
    for (const char* batch : {"B-02", "B-03", "B-04"}) { office.create_batch(batch); }
    std::vector<std::string> first_forms;
    for (const char* batch : {"B-01", "B-02", "B-03"}) {
        const Opened opened = open_in_hall(office.seal(draw_id, batch));
        ASSERT_THAT(read(opened), Succeeds());
        first_forms.push_back(opened.header.forms.front().id);
    }
    EXPECT_EQ(first_forms, (std::vector<std::string>{"1", "5", "9"}));
    EXPECT_THAT(try_seal("B-04"), RefusesNaming(VaultError::conflict, "needs 4 more"));

    // What stood in these forms counts as used.
    OfficeVault vault = office.as(office.chen);
    engine::BlueprintRules rules;
    rules.uses_at_most = 0;
    const auto snapshot = ItemBank{vault}.snapshot(rules);
    ASSERT_THAT(snapshot, Succeeds());
    int uses = 0;
    for (const engine::PoolItem& item : snapshot->pool) { uses += item.facts.uses > 0 ? 1 : 0; }
    EXPECT_GE(uses, 5);
}

TEST_F(CandidatesFormsTest, B7AreProofReadBySamples)
{
    EXPECT_THAT(try_seal("B-01"), RefusesNaming(VaultError::conflict, "3 are needed"));
    proof_read({"2", "11"});
    EXPECT_THAT(try_seal("B-01"), RefusesNaming(VaultError::conflict, "3 are needed"));
    {
        OfficeVault vault = office.as(office.lin);
        ASSERT_THAT(ProofRegister{vault}.mark(draw_id, "7", {{"", "标点有误"}}, at(morning)), Succeeds());
    }
    EXPECT_THAT(try_seal("B-01"), RefusesNaming(VaultError::conflict, "标点有误"));
    proof_read({"7"});
    EXPECT_THAT(try_seal("B-01"), Succeeds());
}

} // namespace
} // namespace papervault::server::test
