#include "vault/ceremony.hpp"
#include "vault/expect.hpp"
#include "vault/surgery.hpp"
#include "vault/temporary_folder.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/package.hpp>

#include <gtest/gtest.h>

#include <functional>

namespace papervault::vault::test {
namespace {

using Edit = std::function<void(boost::json::object&)>;
struct NamedEdit {
    const char* name;
    Edit edit;
    VaultError expected; ///< When both sealers sign it nevertheless: the format itself refuses.
};

boost::json::object& compartment(boost::json::object& header, std::size_t index)
{
    return header["compartments"].as_array()[index].as_object();
}

/// Edits that no signature can heal.
std::vector<NamedEdit> unsound_edits()
{
    using boost::json::object;
    constexpr auto malformed = VaultError::malformed;
    return {
        {"format", [](object& header) { header["format"] = "papervault-answers"; }, malformed},
        {"P8 version 3", [](object& header) { header["version"] = 3; }, malformed},
        {"version 1 with the members of version 2", [](object& header) { header["version"] = 1; }, malformed},
        {"P8 version 2^63", [](object& header) { header["version"] = 9'223'372'036'854'775'808ULL; }, malformed},
        {"unknown suite", [](object& header) { header["suite"] = "pv0"; }, malformed},
        {"keys of another suite", [](object& header) { header["suite"] = "gm1"; }, malformed},
        {"unknown member", [](object& header) { header["note"] = "x"; }, malformed},
        {"missing member", [](object& header) { header.erase("release_commitment"); }, malformed},
        {"upper-case digest", [](object& header) { header["draw_digest"] = std::string(63, '0') + "A"; }, malformed},
        {"time with an offset", [](object& header) { header["sealed_at"] = "2026-11-20T18:00:00.000+08:00"; },
         malformed},
        {"points with a spare zero",
         [](object& header) { header["forms"].as_array()[0].as_object()["points"] = "100.0"; }, malformed},
        {"one sealer", [](object& header) { header["sealers"].as_array().pop_back(); }, malformed},
        {"three sealers", [](object& header) { header["sealers"].as_array().push_back(header["office"]); }, malformed},
        {"office is the hall", [](object& header) { header["office"] = header["hall"]; }, VaultError::not_permitted},
        {"custodian is a sealer",
         [](object& header) {
             header["custody"].as_object()["members"].as_array()[0].as_object()["card"] =
                 header["sealers"].as_array()[1];
         },
         VaultError::not_permitted},
        {"grader is a custodian",
         [](object& header) {
             header["graders"].as_object()["members"].as_array()[0].as_object()["card"] =
                 header["custody"].as_object()["members"].as_array()[0].as_object()["card"];
         },
         VaultError::not_permitted},
        {"quorum of one", [](object& header) { header["custody"].as_object()["threshold"] = 1; }, malformed},
        {"quorum of more than all", [](object& header) { header["graders"].as_object()["threshold"] = 3; }, malformed},
        {"share index out of order",
         [](object& header) { header["custody"].as_object()["members"].as_array()[0].as_object()["share_index"] = 1; },
         malformed},
        {"shortened share",
         [](object& header) {
             header["custody"].as_object()["members"].as_array()[0].as_object()["sealed_share"] = "AAAA";
         },
         malformed},
        {"answer keys behind the hall's locks", [](object& header) { compartment(header, 0)["locks"] = "hall"; },
         malformed},
        {"paper behind the graders' locks", [](object& header) { compartment(header, 1)["locks"] = "graders"; },
         malformed},
        {"no compartments", [](object& header) { header["compartments"].as_array().clear(); }, malformed},
        {"compartment dropped", [](object& header) { header["compartments"].as_array().pop_back(); }, malformed},
        {"compartment twice",
         [](object& header) { header["compartments"].as_array().push_back(compartment(header, 1)); }, malformed},
        {"compartments in another order",
         [](object& header) { std::swap(compartment(header, 0), compartment(header, 1)); }, malformed},
        {"gap", [](object& header) { compartment(header, 1)["offset"] = 1'000; }, malformed},
        {"overlap", [](object& header) { compartment(header, 1)["offset"] = 0; }, malformed},
        {"negative offset", [](object& header) { compartment(header, 1)["offset"] = -1; }, malformed},
        {"offset near 2^64", [](object& header) { compartment(header, 1)["offset"] = 18'446'744'073'709'551'615ULL; },
         malformed},
        {"plaintext longer than its bytes", [](object& header) { compartment(header, 1)["plaintext_length"] = 10'000; },
         malformed},
        {"plaintext of 4 GiB",
         [](object& header) { compartment(header, 1)["plaintext_length"] = std::int64_t{4} << 30; }, malformed},
        {"longer than the file",
         [](object& header) {
             compartment(header, 1)["plaintext_length"] = 10'000;
             compartment(header, 1)["length"] = 10'016;
         },
         malformed},
        {"path as a name", [](object& header) { compartment(header, 1)["name"] = "../paper"; }, malformed},
        {"batch level", [](object& header) { header["batch"].as_object()["level"] = 0; }, malformed},
        {"batch ends before it starts",
         [](object& header) { header["batch"].as_object()["ends_at"] = "2026-11-21T08:59:59.000Z"; }, malformed},
        {"floating number", [](object& header) { header["candidates"] = "2.5"; }, malformed},
    };
}

class ForgedPackageTest : public testing::Test {
protected:
    TemporaryFolder folder;
    const People people{2, 2};
    const Contents contents{{"key", "AB"}, {"paper", "the paper"}};
    const SealedPackage sealed = seal(people, contents, folder.path());
    const Anatomy sound = take_apart(content_of(sealed.file));
    const Identity stranger = Identity::generate("stranger");

    [[nodiscard]] Signer first() const { return {people.first_sealer.card().id(), &people.first_sealer}; }
    [[nodiscard]] Signer second() const { return {people.second_sealer.card().id(), &people.second_sealer}; }
    [[nodiscard]] Result<PackageReader> open(const Anatomy& anatomy) const
    {
        const auto file = folder / "forged.pvp";
        overwrite(file, put_together(anatomy));
        return PackageReader::open(file);
    }
};

TEST_F(ForgedPackageTest, TheSurgeonPutsAPackageTogetherAsItWas)
{
    auto again = sound;
    edit_header(again, [](boost::json::object&) {});
    EXPECT_EQ(put_together(again), content_of(sealed.file));
    sign_again(again, {first(), second()});
    EXPECT_EQ(put_together(again), content_of(sealed.file)) << "signatures are deterministic";
    EXPECT_THAT(open(again), Succeeds());
}

TEST_F(ForgedPackageTest, EditedHeaderIsRefusedWithTheOldSignatures)
{
    const std::vector<Edit> edits{
        [](boost::json::object& header) { header["batch"].as_object()["hall"] = "hall-302"; },
        [](boost::json::object& header) { header["batch"].as_object()["opens_at"] = "2026-11-20T08:30:00.000Z"; },
        [](boost::json::object& header) { header["candidates"] = 3; },
        [this](boost::json::object& header) { header["hall"] = to_json(stranger.card()); },
        [](boost::json::object& header) { header["release_commitment"] = std::string(64, '0'); },
        [](boost::json::object& header) { compartment(header, 1)["digest"] = std::string(64, '0'); },
    };
    for (std::size_t i = 0; i < edits.size(); ++i) {
        auto forged = sound;
        edit_header(forged, edits[i]);
        EXPECT_THAT(open(forged), RefusesWith(VaultError::signature_invalid)) << "edit " << i;
    }
}

TEST_F(ForgedPackageTest, P10_OnlyTheTwoSealersOfTheHeaderCanSign)
{
    auto forged = sound;
    edit_header(forged, [](boost::json::object& header) { header["candidates"] = 3; });
    const Signer labelled_first{first().label, &stranger};
    const Signer labelled_second{second().label, &stranger};
    const std::vector<std::vector<Signer>> attempts{
        {labelled_first, labelled_second},
        {first(), labelled_second},
        {labelled_first, second()},
        {first(), {stranger.card().id(), &stranger}},
        {first(), {people.office.card().id(), &people.office}},
        {first(), {people.custodians[0].card().id(), &people.custodians[0]}},
        {first(), first()},
        {second(), second()},
        {second(), first()},
        {first(), {second().label, &people.first_sealer}},
        {second()},
    };
    for (std::size_t i = 0; i < attempts.size(); ++i) {
        sign_again(forged, attempts[i]);
        EXPECT_THAT(open(forged), RefusesWith(VaultError::signature_invalid)) << "attempt " << i;
    }
    sign_again(forged, {first(), second()});
    EXPECT_THAT(open(forged), Succeeds());
}

TEST_F(ForgedPackageTest, P10_SignatureBlockOfAnyOtherShapeIsRefused)
{
    const std::string one = sound.signature_block.substr(1, sound.signature_block.find("},"));
    const std::vector<std::string> blocks{"",
                                          "[]",
                                          "{}",
                                          "null",
                                          "[null,null]",
                                          " " + sound.signature_block,
                                          sound.signature_block + "\n",
                                          "[" + one + "," + one + "," + one + "]",
                                          std::string(100'000, '[')};
    for (const std::string& block : blocks) {
        auto forged = sound;
        forged.signature_block = block;
        EXPECT_THAT(open(forged), RefusesWith(VaultError::malformed)) << block.substr(0, 80);
    }
}

TEST_F(ForgedPackageTest, P10_SignatureForAnotherPurposeIsNone)
{
    auto forged = sound;
    sign_again(forged, {first(), second()}, "papervault.answers.v1");
    EXPECT_THAT(open(forged), RefusesWith(VaultError::signature_invalid));
}

TEST_F(ForgedPackageTest, P11_UnsoundHeaderIsRefusedThoughBothSealersSignedIt)
{
    for (const NamedEdit& unsound : unsound_edits()) {
        auto forged = sound;
        edit_header(forged, unsound.edit);
        sign_again(forged, {first(), second()});
        EXPECT_THAT(open(forged), RefusesWith(unsound.expected)) << unsound.name;
    }
}

TEST_F(ForgedPackageTest, P11_SecondSpellingOfTheSameHeaderIsRefusedThoughBothSealersSignedIt)
{
    const auto replaced = [this](std::string_view from, std::string_view to) {
        auto header = sound.header;
        header.replace(header.find(from), from.size(), to);
        return header;
    };
    const std::vector<std::string> spellings{
        " " + sound.header,
        sound.header + "\n",
        replaced("{\"batch\"", "{ \"batch\""),
        replaced("\"version\":2", "\"version\":2.0"),
        replaced("\"version\":2", "\"version\":2e0"),
        replaced("papervault-package", "papervault\\u002dpackage"),
        replaced("\"suite\":\"pv1\",\"version\":2", "\"version\":2,\"suite\":\"pv1\""),
        replaced("\"version\":2", "\"version\":2,\"version\":2"),
    };
    for (const std::string& spelling : spellings) {
        auto forged = sound;
        forged.header = spelling;
        sign_again(forged, {first(), second()});
        EXPECT_THAT(open(forged), RefusesWith(VaultError::malformed)) << spelling.substr(0, 60);
    }
}

TEST_F(ForgedPackageTest, StrangersOwnPackageOpensButIsNotKnown)
{
    People strangers{2, 2};
    const auto own = seal(strangers, contents, folder.path(), "own.pvp");
    const auto package = open_package(own.file);
    const std::vector known{people.first_sealer.card(), people.second_sealer.card(), people.office.card()};
    EXPECT_THAT(package.require_known(known), RefusesWith(VaultError::signature_invalid));
}

TEST_F(ForgedPackageTest, AnswersFileIsNoPackage)
{
    auto forged = sound;
    forged.magic = "PAPERVAULT-ANS1\n";
    sign_again(forged, {first(), second()});
    EXPECT_THAT(open(forged), RefusesWith(VaultError::malformed));
    forged.magic = "PAPERVAULT-PKG2\n";
    sign_again(forged, {first(), second()});
    EXPECT_THAT(open(forged), RefusesWith(VaultError::malformed));
}

TEST_F(ForgedPackageTest, P4_SealersCannotMoveTheLocksToAnotherBatchOrHall)
{
    // Even both sealers together: keys are wrapped for one batch, one hall, one office and its forms.
    const auto opens = [this](const Edit& edit) {
        auto forged = sound;
        edit_header(forged, edit);
        sign_again(forged, {first(), second()});
        const auto package = open(forged);
        EXPECT_THAT(package, Succeeds());
        auto opening = HallOpening::begin(*package, people.hall);
        EXPECT_THAT(opening, Succeeds());
        const auto now = time_of(inside_window);
        for (const Identity& custodian : people.custodians) {
            EXPECT_THAT(
                opening->add_share(give_share(*package, LockSet::hall, custodian, people.hall.card(), now).value()),
                Succeeds());
        }
        EXPECT_THAT(
            opening->add_release(issue_release(package->header(), sealed.release_share, people.office, now).value()),
            Succeeds());
        return opening->open(now);
    };
    EXPECT_THAT(opens([](boost::json::object&) {}), Succeeds());
    const std::vector<Edit> edits{
        [](boost::json::object& header) { header["batch"].as_object()["id"] = "2026-12-HG4-01"; },
        [](boost::json::object& header) { header["batch"].as_object()["opens_at"] = "2026-11-20T08:30:00.000Z"; },
        [](boost::json::object& header) { header["batch"].as_object()["site"] = "第二考点"; },
        [](boost::json::object& header) { header["forms"].as_array()[0].as_object()["digest"] = std::string(64, '0'); },
    };
    for (std::size_t i = 0; i < edits.size(); ++i) {
        EXPECT_THAT(opens(edits[i]), RefusesWith(VaultError::authentication_failed)) << "edit " << i;
    }
}

} // namespace
} // namespace papervault::vault::test
