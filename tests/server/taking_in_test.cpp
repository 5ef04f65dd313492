#include "hall/taking_in.hpp"
#include "server/support/test_hall.hpp"

#include <papervault/vault/files.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace papervault::server::test {
namespace {

using namespace std::chrono_literals;

class TakingInTest : public testing::Test {
protected:
    std::string take(const SealedExam& exam, const vault::IdentityCard& to, const vault::Identity* taker = nullptr)
    {
        return take_file(exam.package, hall.site.handover(exam, to), taker);
    }
    std::string take_file(const std::filesystem::path& package, const std::filesystem::path& handover,
                          const vault::Identity* taker = nullptr, engine::Instant now = wall_now())
    {
        const auto taken =
            take_in_package(hall.directory, {.package = package, .handover = handover, .taker = taker, .now = now});
        return taken ? "taken" : std::string{vault::to_text(taken.error().code)};
    }
    SealedExam another(std::string batch_id, std::string_view canary)
    {
        return hall.site.seal(batch_around(wall_now() + 1h, 2h, std::move(batch_id)), 2, 6, canary);
    }
    TestHall hall;
    vault::IdentityCard machine = hall.directory.identity().value().card();
};

TEST_F(TakingInTest, TakesAPackageOnceWithTheHandoverSignedByBoth)
{
    EXPECT_EQ(take(hall.exam, machine), "taken");
    const auto text =
        vault::read_text_file(hall.directory.sitting_folder(hall.exam.package_id) / "handover.json", 1 << 16);
    const auto package = vault::PackageReader::open(hall.directory.package_file(hall.exam.package_id));
    ASSERT_TRUE(text && package);
    EXPECT_TRUE(vault::verify_handover(vault::decode_handover(*text).value(), *package));
    EXPECT_EQ(take(hall.exam, machine), "already_used") << "P5";
}

TEST_F(TakingInTest, TakesItThroughAPersonWhoSignsToo)
{
    const auto chief = vault::Identity::generate("主考甲");
    EXPECT_NE(take(hall.exam, chief.card()), "taken") << "the machine can't sign for the chief";
    EXPECT_NE(take(hall.exam, machine, &chief), "taken") << "nor the chief for the machine";
    EXPECT_EQ(take(hall.exam, chief.card(), &chief), "taken");
}

TEST_F(TakingInTest, RefusesASecondPackageForTheBatchAndThePaperOfAnotherBatchB2)
{
    ASSERT_EQ(take(hall.exam, machine), "taken");
    EXPECT_EQ(take(another("2026-11-HG4-01", "别的卷"), machine), "already_used") << "the batch has its package";
    EXPECT_EQ(take(another("2026-11-HG4-02", "甲乙丙"), machine), "already_used")
        << "the same paper for a second batch";
    EXPECT_EQ(take(another("2026-11-HG4-02", "别的卷"), machine), "taken");
}

TEST_F(TakingInTest, RemembersOverARestartAndAfterTheEnd)
{
    ASSERT_EQ(take(hall.exam, machine), "taken");
    hall.start();
    hall.open();
    hall.must(HttpMethod::post, "/v1/end", R"({"reason":"取消"})");
    hall.must(HttpMethod::post, "/v1/seal");
    hall.stop();
    EXPECT_EQ(take(hall.exam, machine), "already_used");
    EXPECT_EQ(take(another("2026-12-HG4-01", "甲乙丙"), machine), "already_used");
}

TEST_F(TakingInTest, RefusesAPackageOfAnotherMachineHallOrTime)
{
    const TestHall other;
    EXPECT_EQ(take_file(other.exam.package, hall.site.handover(hall.exam, machine)), "wrong_host");
    engine::Batch elsewhere = batch_around(wall_now() + 1h, 2h, "2026-11-HG4-03");
    elsewhere.hall = "hall-302";
    EXPECT_EQ(take(hall.site.seal(elsewhere, 2, 6, "丁"), machine), "wrong_batch");
    EXPECT_EQ(take_file(hall.exam.package, hall.site.handover(hall.exam, machine), nullptr, wall_now() + 24h),
              "expired");
    EXPECT_EQ(take(hall.exam, machine), "taken") << "none of it has left a trace";
}

TEST_F(TakingInTest, TakesPackagesOfTheOfficeAndSealersItKnowsOnceItKnowsAnybody)
{
    ASSERT_TRUE(hall.directory.know(hall.site.office.card()));
    ASSERT_TRUE(hall.directory.know(hall.site.first_sealer.card()));
    EXPECT_EQ(take(hall.exam, machine), "signature_invalid") << "the second sealer is unknown";
    ASSERT_TRUE(hall.directory.know(hall.site.second_sealer.card()));
    ASSERT_TRUE(hall.directory.know(hall.site.second_sealer.card()));
    ExamSite forger{hall.folder.path() / "hall" / "outbox", machine};
    const SealedExam forged = forger.seal(batch_around(wall_now() + 1h, 2h, "2026-11-HG4-09"), 2, 6, "伪");
    EXPECT_EQ(take_file(forged.package, forger.handover(forged, machine)), "signature_invalid");
    EXPECT_EQ(take(hall.exam, machine), "taken");
}

TEST_F(TakingInTest, RefusesTheHandoverOfAnotherPackageAndAlteredOnes)
{
    const SealedExam other = another("2026-11-HG4-02", "别的卷");
    EXPECT_NE(take_file(hall.exam.package, hall.site.handover(other, machine)), "taken");
    const auto handover = hall.site.handover(hall.exam, machine);
    std::string text = vault::read_text_file(handover, 1 << 16).value();
    text.replace(text.find("\"candidates\":2"), 14, "\"candidates\":3");
    ASSERT_TRUE(vault::write_file_durably(handover, crypto::bytes_of(text), true));
    EXPECT_NE(take_file(hall.exam.package, handover), "taken");
    ASSERT_TRUE(vault::write_file_durably(handover, crypto::bytes_of("{}"), true));
    EXPECT_EQ(take_file(hall.exam.package, handover), "malformed");
    EXPECT_EQ(take(hall.exam, machine), "taken");
}

TEST_F(TakingInTest, RefusesADamagedPackageAndADraft)
{
    const auto handover = hall.site.handover(hall.exam, machine);
    crypto::Bytes bytes = vault::read_file(hall.exam.package, 1 << 24).value();
    const auto damaged = hall.folder / "damaged.pvp";
    bytes[bytes.size() - 100] ^= std::byte{1};
    ASSERT_TRUE(vault::write_file_durably(damaged, bytes, true));
    EXPECT_NE(take_file(damaged, handover), "taken") << "a compartment";
    bytes[bytes.size() - 100] ^= std::byte{1};
    bytes[200] ^= std::byte{1};
    ASSERT_TRUE(vault::write_file_durably(damaged, bytes, true));
    EXPECT_NE(take_file(damaged, handover), "taken") << "the header";
    const auto draft = std::filesystem::path{hall.exam.package}.replace_extension(".draft");
    EXPECT_EQ(take_file(draft, handover), "signature_invalid") << "signed by one";
    EXPECT_EQ(take_file(hall.exam.package, handover), "taken");
}

TEST_F(TakingInTest, PutsAsideWhatAKilledAttemptLeftButNeverAJournalInUse)
{
    // Killed before the register knew of it: a folder with a copy.
    const auto folder = hall.directory.sitting_folder(hall.exam.package_id);
    std::filesystem::create_directory(folder);
    ASSERT_TRUE(vault::write_file_durably(folder / "package.pvp", crypto::bytes_of("half"), true));
    EXPECT_EQ(take(hall.exam, machine), "taken");
    hall.start();
    hall.open();
    hall.stop();
    // Somebody removes the register to use the paper again.
    for (const char* name : {"hall.db", "hall.db-wal", "hall.db-shm"}) {
        std::filesystem::remove(hall.directory.folder() / name);
    }
    EXPECT_EQ(take(hall.exam, machine), "already_used");
    EXPECT_TRUE(std::filesystem::exists(hall.directory.journal_file(hall.exam.package_id)));
}

} // namespace
} // namespace papervault::server::test
