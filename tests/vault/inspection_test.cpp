// V6: the documents of a seal inspection, whoever reads them: hall or office.
#include "vault/ceremony.hpp"
#include "vault/expect.hpp"
#include "vault/temporary_folder.hpp"

#include <papervault/vault/inspection.hpp>

#include <gtest/gtest.h>

namespace papervault::vault::test {
namespace {

const std::string round_one(32, '1');

class InspectionDocumentTest : public testing::TestWithParam<crypto::Suite> {
protected:
    [[nodiscard]] Inspection word_of(const Identity& witness, std::string mismatch = {}) const
    {
        return sign_inspection(seal_facts(package), round_one, witness, std::move(mismatch), now).value();
    }
    [[nodiscard]] Incident incident() const
    {
        Incident made;
        made.id = std::string(32, 'a');
        made.kind = "seal_mismatch";
        made.reason = "封条有损";
        made.reported_by = "监考甲";
        made.reported_at = now;
        made.statement = encode(word_of(first, "封条有损"));
        return sign_incident(made, package, people.hall).value();
    }

    TemporaryFolder folder;
    const People people{2, 2, GetParam()};
    const PackageReader package = open_package(seal(people, small_contents(), folder.path()).file);
    const Identity first = Identity::generate("监考甲", GetParam());
    const Identity second = Identity::generate("监考乙", GetParam());
    const engine::Instant now = time_of(inside_window);
};

TEST_P(InspectionDocumentTest, V6_SaysWhatTheSealSaysAndIsReadAgainAsItWas)
{
    const Inspection word = word_of(first);
    EXPECT_EQ(word.facts.candidates, 2);
    EXPECT_EQ(word.facts.forms, 2);
    EXPECT_EQ(word.facts.spare_forms, 1);
    EXPECT_EQ(word.facts.items, 160);
    EXPECT_EQ(word.facts.sealed_at, time_of(when_sealed));
    const auto read = decode_inspection(encode(word));
    ASSERT_THAT(read, Succeeds());
    EXPECT_EQ(read->facts, word.facts);
    EXPECT_EQ(encode(*read), encode(word));
    EXPECT_THAT(verify_inspection(*read, package, round_one), Succeeds());
    EXPECT_THAT(require_two_witnesses({word_of(first), word_of(second)}), Succeeds());
}

TEST_P(InspectionDocumentTest, V6_OneWitnessIsNotTwoAndAMismatchIsNoSeal)
{
    EXPECT_THAT(require_two_witnesses({}), RefusesWith(VaultError::quorum_incomplete));
    EXPECT_THAT(require_two_witnesses({word_of(first)}), RefusesWith(VaultError::quorum_incomplete));
    EXPECT_THAT(require_two_witnesses({word_of(first), word_of(first)}), RefusesWith(VaultError::quorum_incomplete));
    Inspection renamed = word_of(first);
    renamed.witness.name = "监考丙"; // the same keys under another name
    EXPECT_THAT(require_two_witnesses({word_of(first), renamed}), RefusesWith(VaultError::quorum_incomplete));
    EXPECT_THAT(require_two_witnesses({word_of(first), word_of(second, "数量不符")}),
                RefusesWith(VaultError::conflict));
}

TEST_P(InspectionDocumentTest, V6_WhoeverHasAPartInThePackageIsNoWitness)
{
    for (const Identity* person : {&people.hall, &people.office, &people.first_sealer, &people.second_sealer,
                                   &people.custodians[0], &people.custodians[1], &people.graders[0]}) {
        EXPECT_THAT(verify_inspection(word_of(*person), package, round_one),
                    RefusesNaming(VaultError::not_permitted, person->card().name));
    }
    const crypto::Suite other = GetParam() == crypto::Suite::pv1 ? crypto::Suite::gm1 : crypto::Suite::pv1;
    EXPECT_THAT(verify_inspection(word_of(Identity::generate("监考甲", other)), package, round_one),
                RefusesWith(VaultError::suite_refused));
}

TEST_P(InspectionDocumentTest, V6_NothingThatWasSignedCanBeChangedOrMeantForSomethingElse)
{
    const auto verified = [this](const Inspection& word) { return verify_inspection(word, package, round_one); };
    Inspection word = word_of(first);
    word.facts.package_digest.bytes[0] ^= std::byte{1};
    EXPECT_THAT(verified(word), RefusesWith(VaultError::wrong_batch));
    word = word_of(first);
    word.seen_at += std::chrono::seconds{1};
    EXPECT_THAT(verified(word), RefusesWith(VaultError::signature_invalid));
    word = word_of(first, "有异常");
    word.mismatch.clear();
    EXPECT_THAT(verified(word), RefusesWith(VaultError::signature_invalid)) << "a mismatch that was made to vanish";
    word = word_of(first);
    word.witness = second.card();
    EXPECT_THAT(verified(word), RefusesWith(VaultError::signature_invalid));
    EXPECT_THAT(verify_inspection(word_of(first), package, std::string(32, '2')), RefusesWith(VaultError::conflict));
    const auto other = open_package(seal(people, small_contents(), folder.path(), "other.pvp").file);
    EXPECT_THAT(verify_inspection(word_of(first), other, round_one), RefusesWith(VaultError::wrong_batch));
    EXPECT_THAT(sign_inspection(seal_facts(package), "round", first, "", now), RefusesWith(VaultError::malformed));
    EXPECT_THAT(sign_inspection(seal_facts(package), round_one, first, std::string(501, 'x'), now),
                RefusesWith(VaultError::malformed));
}

TEST_P(InspectionDocumentTest, V6_OnlyTheHallReportsAndOnlyTheOfficeClears)
{
    const Incident made = incident();
    EXPECT_THAT(verify_incident(decode_incident(encode(made)).value(), package), Succeeds());
    EXPECT_THAT(sign_incident(made, package, people.office), RefusesWith(VaultError::not_permitted));
    Incident without_reason = made;
    without_reason.reason.clear();
    EXPECT_THAT(sign_incident(without_reason, package, people.hall), RefusesWith(VaultError::malformed));
    Incident altered = made;
    altered.reason = "没有问题";
    EXPECT_THAT(verify_incident(altered, package), RefusesWith(VaultError::signature_invalid));

    EXPECT_THAT(sign_clearance(package, people.hall, made.id, "x", now), RefusesWith(VaultError::not_permitted));
    EXPECT_THAT(sign_clearance(package, people.office, made.id, "", now), RefusesWith(VaultError::malformed));
    const auto clearance = sign_clearance(package, people.office, made.id, "核对无误", now).value();
    EXPECT_THAT(verify_clearance(decode_clearance(encode(clearance)).value(), package, made.id), Succeeds());
    EXPECT_THAT(verify_clearance(clearance, package, std::string(32, 'b')), RefusesWith(VaultError::conflict));
    Clearance forged = clearance;
    forged.reason = "else";
    EXPECT_THAT(verify_clearance(forged, package, made.id), RefusesWith(VaultError::signature_invalid));
    const auto other = open_package(seal(people, small_contents(), folder.path(), "other.pvp").file);
    EXPECT_THAT(verify_clearance(clearance, other, made.id), RefusesWith(VaultError::wrong_batch));
    EXPECT_THAT(verify_incident(made, other), RefusesWith(VaultError::wrong_batch));
}

TEST_P(InspectionDocumentTest, DocumentsOfAnyOtherShapeAreRefused)
{
    const std::vector<std::string> sound{
        encode(word_of(first)), encode(incident()),
        encode(sign_clearance(package, people.office, std::string(32, 'a'), "核对无误", now).value())};
    const auto readers = [](std::string_view text) {
        return decode_inspection(text).has_value() + decode_incident(text).has_value() +
               decode_clearance(text).has_value();
    };
    for (const std::string& text : sound) {
        EXPECT_EQ(readers(text), 1) << text;
        EXPECT_EQ(readers(text + "\n"), 0);
        for (std::size_t cut = 0; cut < text.size(); cut += 7) {
            EXPECT_EQ(readers(std::string_view{text}.substr(0, cut)), 0) << cut;
        }
    }
}

std::string suite_name(const testing::TestParamInfo<crypto::Suite>& suite)
{
    return std::string{crypto::to_text(suite.param)};
}
INSTANTIATE_TEST_SUITE_P(Suites, InspectionDocumentTest, testing::Values(crypto::Suite::pv1, crypto::Suite::gm1),
                         suite_name);

} // namespace
} // namespace papervault::vault::test
