// What was good once is shown to the hall again: the same release, another hall's, old hand-overs, shares, withdrawals
// and rewraps (P4, P5, P6).
#include "hall/taking_in.hpp"
#include "server/support/test_hall.hpp"

#include <papervault/vault/files.hpp>
#include <papervault/vault/rewrap.hpp>
#include <papervault/vault/withdrawal.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace papervault::server::test {
namespace {

using namespace std::chrono_literals;

class ReplayTest : public testing::Test {
protected:
    std::string take(const SealedExam& exam, const std::filesystem::path& handover,
                     const std::vector<std::filesystem::path>& rewraps = {})
    {
        const auto taken = take_in_package(
            hall.directory,
            {.package = exam.package, .handover = handover, .rewraps = rewraps, .taker = nullptr, .now = wall_now()});
        return taken ? "taken" : std::string{vault::to_text(taken.error().code)};
    }
    std::string refused_release(const std::string& text) { return hall.refused(HttpMethod::post, "/v1/release", text); }
    std::string refused_share(const std::string& text) { return hall.refused(HttpMethod::post, "/v1/shares", text); }
    std::string start_failure(const std::string& package = {})
    {
        const auto started = RunningHall::start(
            hall.directory, {.hall_port = std::nullopt, .enrolment_port = std::nullopt, .package_id = package});
        return started ? "started" : std::string{vault::to_text(started.error().code)};
    }
    SealedExam another(const std::string& batch, std::string_view canary = "别的卷")
    {
        return hall.site.seal(batch_around(wall_now() + 1h, 2h, batch), 2, 6, canary);
    }
    [[nodiscard]] static vault::PackageReader reader(const SealedExam& exam)
    {
        return vault::PackageReader::open(exam.package).value();
    }
    std::filesystem::path write(const std::string& name, const std::string& text)
    {
        EXPECT_TRUE(vault::write_file_durably(hall.folder / name, crypto::bytes_of(text), true));
        return hall.folder / name;
    }
    TestHall hall;
    vault::IdentityCard machine = hall.directory.identity().value().card();
};

TEST_F(ReplayTest, P5_TheSameReleaseAndSharesOpenNothingASecondTime)
{
    hall.take_in();
    hall.start();
    const std::string release = hall.site.release(hall.exam, wall_now());
    const std::vector<std::string> shares{hall.site.share(hall.exam, 0), hall.site.share(hall.exam, 1)};
    hall.inspect();
    for (const auto& share : shares) { hall.must(HttpMethod::post, "/v1/shares", share); }
    hall.must(HttpMethod::post, "/v1/release", release);
    hall.must(HttpMethod::post, "/v1/open");
    const auto nothing_again = [&] {
        EXPECT_TRUE(refused_release(release).starts_with("already_open"));
        EXPECT_TRUE(refused_share(shares[0]).starts_with("already_open"));
        EXPECT_TRUE(hall.refused(HttpMethod::post, "/v1/open").starts_with("already_open"));
        EXPECT_TRUE(hall.refused(HttpMethod::post, "/v1/inspection").starts_with("already_open"));
    };
    nothing_again();
    hall.stop();
    hall.start();
    nothing_again();
    hall.must(HttpMethod::post, "/v1/end", R"({"reason":"取消"})");
    hall.must(HttpMethod::post, "/v1/seal");
    nothing_again();
    hall.stop();
    EXPECT_EQ(start_failure(), "not_found") << "the sitting is over";
    EXPECT_EQ(take(hall.exam, hall.site.handover(hall.exam, machine)), "already_used");
}

TEST_F(ReplayTest, P4_TheReleaseOfAnotherHallIsRefused)
{
    hall.take_in();
    hall.start();
    const TestHall other;
    EXPECT_TRUE(refused_release(other.site.release(other.exam, wall_now())).starts_with("wrong_batch"));
    EXPECT_TRUE(refused_share(other.site.share(other.exam, 0)).starts_with("wrong_batch"));
    // The same package after it was given to another machine: the release is that machine's.
    auto package = reader(hall.exam);
    const auto half = vault::give_recovery_half(package, hall.site.second_sealer, wall_now()).value();
    const auto made =
        vault::make_rewrap(package, half, hall.site.first_sealer,
                           vault::NewHost{other.directory.identity().value().card()}, "机器损坏", wall_now())
            .value();
    ASSERT_TRUE(package.apply(vault::confirm_rewrap(made, package, hall.site.second_sealer).value()));
    const auto elsewhere =
        vault::issue_release(package.header(), hall.exam.release_share, hall.site.office, wall_now()).value();
    EXPECT_TRUE(refused_release(vault::encode(elsewhere)).starts_with("wrong_host"));
    EXPECT_FALSE(hall.must(HttpMethod::get, "/v1/status").at("locks").at("release").as_bool());
}

TEST_F(ReplayTest, P4_TheReleaseOfAnotherPackageBatchOrTimeIsRefused)
{
    hall.take_in();
    hall.start();
    EXPECT_TRUE(refused_release(hall.site.release(another("2026-11-HG4-02"), wall_now())).starts_with("wrong_batch"));
    EXPECT_TRUE(refused_release(hall.site.release(another("2026-11-HG4-01"), wall_now())).starts_with("wrong_batch"))
        << "another package of the same batch";
    // The office's own signature under another time.
    auto release = vault::decode_release(hall.site.release(hall.exam, wall_now())).value();
    for (const auto shift : {-1h, 1h}) {
        auto moved = release;
        moved.not_before += shift;
        moved.not_after += shift;
        EXPECT_TRUE(refused_release(vault::encode(moved)).starts_with("wrong_batch"));
    }
    release.issued_at -= 1h;
    EXPECT_TRUE(refused_release(vault::encode(release)).starts_with("signature_invalid"));
    EXPECT_FALSE(hall.must(HttpMethod::get, "/v1/status").at("locks").at("release").as_bool());
}

TEST_F(ReplayTest, V4_AnOldHandoverIsRefused)
{
    const auto given = hall.site.handover(hall.exam, machine);
    ASSERT_EQ(take(hall.exam, given), "taken");
    const auto completed = hall.directory.sitting_folder(hall.exam.package_id) / "handover.json";
    EXPECT_EQ(take(hall.exam, given), "already_used") << "the same one again";
    EXPECT_EQ(take(hall.exam, completed), "already_used") << "the one that both have signed";
    const SealedExam next = another("2026-11-HG4-02");
    EXPECT_EQ(take(next, given), "wrong_batch") << "with the next package";
    EXPECT_EQ(take(next, completed), "conflict") << "one that was taken already";
    EXPECT_EQ(take(next, hall.site.handover(next, machine)), "taken");
}

TEST_F(ReplayTest, K4_TheOldPartOfACustodianWhoWasReplacedIsRefused)
{
    auto package = reader(hall.exam);
    const std::string old_part = hall.site.share(hall.exam, 0);
    const auto replacement = vault::Identity::generate("保管丁");
    const auto half = vault::give_recovery_half(package, hall.site.second_sealer, wall_now()).value();
    const auto made =
        vault::make_rewrap(package, half, hall.site.first_sealer,
                           vault::NewCustodian{.share_index = 0, .card = replacement.card()}, "离职", wall_now())
            .value();
    const auto rewrap = vault::confirm_rewrap(made, package, hall.site.second_sealer).value();
    const auto file = write("rewrap.json", vault::encode(rewrap));
    ASSERT_EQ(take(hall.exam, hall.site.handover(hall.exam, machine), {file}), "taken");
    hall.start();
    EXPECT_TRUE(refused_share(old_part).starts_with("not_permitted"));
    ASSERT_TRUE(package.apply(rewrap));
    const auto part =
        vault::give_share(package, vault::LockSet::hall, replacement, package.header().hall, wall_now()).value();
    hall.must(HttpMethod::post, "/v1/shares", vault::encode(part));
}

TEST_F(ReplayTest, K3_ThePartOfAnEarlierPackageIsRefusedAndOneGivenTwiceCountsOnce)
{
    const SealedExam earlier = another("2026-10-HG4-01");
    hall.take_in();
    hall.start();
    EXPECT_TRUE(refused_share(hall.site.share(earlier, 0)).starts_with("wrong_batch"));
    const std::string part = hall.site.share(hall.exam, 0);
    hall.must(HttpMethod::post, "/v1/shares", part);
    const auto again = hall.must(HttpMethod::post, "/v1/shares", part);
    EXPECT_EQ(again.at("given").as_int64(), 1);
    hall.must(HttpMethod::post, "/v1/release", hall.site.release(hall.exam, wall_now()));
    hall.inspect();
    EXPECT_TRUE(hall.refused(HttpMethod::post, "/v1/open").starts_with("quorum_incomplete"));
}

TEST_F(ReplayTest, P6_AnOldRewrapIsRefused)
{
    auto package = reader(hall.exam);
    const auto custodian = [&](std::string name, std::uint8_t index) {
        const auto half = vault::give_recovery_half(package, hall.site.second_sealer, wall_now()).value();
        const auto made =
            vault::make_rewrap(
                package, half, hall.site.first_sealer,
                vault::NewCustodian{.share_index = index, .card = vault::Identity::generate(std::move(name)).card()},
                "离职", wall_now())
                .value();
        return vault::confirm_rewrap(made, package, hall.site.second_sealer).value();
    };
    const auto first = custodian("保管丁", 0);
    const auto rival = custodian("保管戊", 0); // also number 1, never used
    ASSERT_TRUE(package.apply(first));
    const auto second = custodian("保管己", 1);
    const auto files = std::vector{write("1.json", vault::encode(first)), write("2.json", vault::encode(second))};
    const auto handover = hall.site.handover(hall.exam, machine);
    EXPECT_EQ(take(hall.exam, handover, {files[0], files[0]}), "conflict") << "the same one twice";
    EXPECT_EQ(take(hall.exam, handover, {files[1]}), "conflict") << "one is missing";
    EXPECT_EQ(take(hall.exam, handover, {files[0], files[1], write("r.json", vault::encode(rival))}), "conflict")
        << "an older one after a newer one";
    const SealedExam next = another("2026-11-HG4-02");
    EXPECT_EQ(take(next, hall.site.handover(next, machine), {files[0]}), "wrong_batch");
    EXPECT_EQ(take(hall.exam, handover, files), "taken");
}

TEST_F(ReplayTest, V8_AnOldWithdrawalStopsNoOtherPackageAndItsOwnForEver)
{
    const SealedExam withdrawn = another("2026-10-HG4-01", "旧卷");
    const auto message =
        vault::encode(vault::sign_withdrawal(reader(withdrawn), hall.site.office, "失窃", wall_now()).value());
    hall.take_in();
    hall.start();
    EXPECT_TRUE(refused_release(message).starts_with("wrong_batch"));
    hall.open();
    EXPECT_EQ(hall.phase(), "opened") << "the package that took its place";
    hall.must(HttpMethod::post, "/v1/end", R"({"reason":"取消"})");
    hall.must(HttpMethod::post, "/v1/seal");
    hall.stop();
    EXPECT_EQ(take(withdrawn, hall.site.handover(withdrawn, machine)), "taken");
    hall.start();
    hall.inspect();
    hall.must(HttpMethod::post, "/v1/release", message);
    hall.must(HttpMethod::post, "/v1/release", hall.site.release(withdrawn, wall_now())); // of before, kept by somebody
    hall.must(HttpMethod::post, "/v1/shares", hall.site.share(withdrawn, 0));
    hall.must(HttpMethod::post, "/v1/shares", hall.site.share(withdrawn, 1));
    EXPECT_TRUE(hall.refused(HttpMethod::post, "/v1/open").starts_with("withdrawn"));
    hall.stop();
    hall.start();
    EXPECT_TRUE(hall.refused(HttpMethod::post, "/v1/open").starts_with("withdrawn"));
}

} // namespace
} // namespace papervault::server::test
