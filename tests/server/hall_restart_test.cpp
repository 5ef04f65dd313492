#include "server/support/test_hall.hpp"

#include <papervault/engine/form_cover.hpp>
#include <papervault/vault/database.hpp>
#include <papervault/vault/files.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <random>
#include <set>
#include <thread>

namespace papervault::server::test {
namespace {

using namespace std::chrono_literals;
using engine::AckMessage;
using engine::StartedMessage;
using engine::WelcomeMessage;

WelcomeMessage welcomed(Kiosk& kiosk, const engine::Candidate& candidate)
{
    EXPECT_EQ(kiosk.open_line(), 101);
    const auto message = kiosk.sign_in(candidate);
    const auto* welcome = message ? std::get_if<WelcomeMessage>(&*message) : nullptr;
    EXPECT_NE(welcome, nullptr);
    return welcome == nullptr ? WelcomeMessage{} : *welcome;
}

/// Sends answers as fast as they are taken until the line breaks. @return What was acknowledged, by number.
std::set<std::uint64_t> answer_until_killed(Kiosk& kiosk, std::uint64_t first, char form)
{
    std::set<std::uint64_t> acked;
    for (std::uint64_t sequence = first;; ++sequence) {
        if (!kiosk.answer(sequence, fmt::format("{}-{}", form, 1 + sequence % 5), {fmt::format("{}", sequence)})) {
            return acked;
        }
        while (sequence - first - acked.size() > 20) {
            const auto ack = kiosk.receive_kind<AckMessage>(5s);
            if (!ack) { return acked; }
            acked.insert(ack->sequence);
        }
    }
}

TEST(HallRestartTest, LosesNoAcknowledgedAnswerWhenItIsKilledJ1S5)
{
    TestHall hall{2, 1s, 2h};
    hall.take_in();
    ASSERT_TRUE(hall.start_process());
    hall.open();
    std::vector<Kiosk> kiosks;
    kiosks.push_back(hall.kiosk(1));
    kiosks.push_back(hall.kiosk(2));
    const auto seed = std::random_device{}();
    SCOPED_TRACE(fmt::format("seed {}", seed));
    std::mt19937 random{seed};
    std::map<int, std::set<std::uint64_t>> acked;
    std::map<int, std::string> form_digest;
    std::map<int, std::string> form_key;

    for (int life = 0; life < 4; ++life) {
        std::map<int, std::uint64_t> next;
        for (int i = 0; i < 2; ++i) {
            kiosks[static_cast<std::size_t>(i)].move_to(hall.ports());
            const auto welcome =
                welcomed(kiosks[static_cast<std::size_t>(i)], hall.exam.roster[static_cast<std::size_t>(i)]);
            next[i] = welcome.next_sequence;
            // Everything acknowledged in earlier lives is there, nothing is invented.
            std::map<std::string, std::uint64_t> highest;
            for (const std::uint64_t sequence : acked[i]) {
                auto& best = highest[fmt::format("{}-{}", i == 0 ? 'A' : 'B', 1 + sequence % 5)];
                best = std::max(best, sequence);
            }
            for (const auto& [item, sequence] : highest) {
                ASSERT_TRUE(welcome.saved.contains(item));
                EXPECT_GE(welcome.saved.at(item).sequence, sequence);
            }
            for (const auto& [item, saved] : welcome.saved) {
                EXPECT_EQ(saved.response, engine::Response{fmt::format("{}", saved.sequence)});
            }
            EXPECT_EQ(form_digest.try_emplace(i, welcome.form_digest).first->second, welcome.form_digest)
                << "the same sealed form";
            const auto started = kiosks[static_cast<std::size_t>(i)].receive_kind<StartedMessage>();
            ASSERT_TRUE(started);
            EXPECT_EQ(form_key.try_emplace(i, started->form_key).first->second, started->form_key)
                << "and the same key";
        }
        std::vector<std::thread> candidates;
        std::array<std::set<std::uint64_t>, 2> taken;
        for (std::size_t i = 0; i < 2; ++i) {
            candidates.emplace_back(
                [&, i] { taken[i] = answer_until_killed(kiosks[i], next[static_cast<int>(i)], i == 0 ? 'A' : 'B'); });
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{50 + random() % 500});
        hall.kill_process();
        for (auto& candidate : candidates) { candidate.join(); }
        for (int i = 0; i < 2; ++i) { acked[i].merge(taken[static_cast<std::size_t>(i)]); }

        const auto begin = std::chrono::steady_clock::now();
        ASSERT_TRUE(hall.start_process());
        const auto back = std::chrono::steady_clock::now() - begin;
        RecordProperty(fmt::format("restart_{}_ms", life),
                       static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(back).count()));
    }
    EXPECT_GT(acked[0].size() + acked[1].size(), 20U);
    EXPECT_EQ(hall.end_process(), 0);
}

class HallStartTest : public testing::Test {
protected:
    std::string start_failure()
    {
        const auto started = RunningHall::start(hall.directory, {});
        return started ? "started"
                       : fmt::format("{}: {}", vault::to_text(started.error().code), started.error().detail);
    }
    void tamper(const std::filesystem::path& file, std::string_view key_name, const std::string& sql)
    {
        auto database = vault::Database::open(file, hall.directory.database_key(key_name).value());
        ASSERT_TRUE(database);
        database->execute(sql.c_str());
    }
    TestHall hall;
};

TEST_F(HallStartTest, NeedsAPackage)
{
    EXPECT_TRUE(start_failure().starts_with("not_found")) << start_failure();
}

TEST_F(HallStartTest, StopsCleanlyAndComesBackWithThePaperOpen)
{
    hall.take_in();
    hall.start();
    hall.open();
    Kiosk kiosk = hall.kiosk(1);
    ASSERT_EQ(kiosk.open_line(), 101);
    hall.stop();
    EXPECT_FALSE(kiosk.receive());
    EXPECT_EQ(kiosk.close_code(), 1001);
    hall.start();
    EXPECT_EQ(hall.phase(), "opened");
    kiosk.move_to(hall.ports());
    welcomed(kiosk, hall.exam.roster[0]);
    EXPECT_TRUE(kiosk.get("/v1/form").starts_with("HTTP/1.1 200"));
}

TEST_F(HallStartTest, SealsFormsAgainThatWereDamagedOnDisk)
{
    hall.take_in();
    hall.start();
    hall.open();
    hall.stop();
    const auto forms = hall.directory.sitting_folder(hall.exam.package_id) / "forms";
    ASSERT_TRUE(std::filesystem::remove(forms / "T0001.sealed"));
    ASSERT_TRUE(vault::write_file_durably(forms / "T0002.sealed", crypto::bytes_of("damaged"), true));
    hall.start();
    Kiosk kiosk = hall.kiosk(2);
    const auto welcome = welcomed(kiosk, hall.exam.roster[1]);
    const std::string answer = kiosk.get("/v1/form");
    const std::string form = answer.substr(answer.find("\r\n\r\n") + 4);
    EXPECT_EQ(crypto::blake2b(crypto::bytes_of(form)).hex(), welcome.form_digest);
    hall.stop();
    hall.start(); // what was recorded then holds now
    EXPECT_EQ(hall.phase(), "opened");

    // A picture alone: one that nobody could open, then none at all.
    for (const bool removed : {false, true}) {
        hall.stop();
        for (const auto& file : std::filesystem::directory_iterator{forms}) {
            if (file.path().extension() != ".picture") { continue; }
            if (removed) {
                std::filesystem::remove(file.path());
            } else {
                ASSERT_TRUE(vault::write_file_durably(file.path(), crypto::bytes_of("damaged"), true));
            }
        }
        hall.start();
        Kiosk later = hall.kiosk(2);
        welcomed(later, hall.exam.roster[1]);
        const std::string fetched = later.get("/v1/form");
        const std::string covered = fetched.substr(fetched.find("\r\n\r\n") + 4);
        const auto cover = engine::read_form_cover(crypto::bytes_of(covered)).value();
        ASSERT_EQ(cover.pictures.size(), 1U);
        const std::string picture = later.get("/v1/pictures/" + crypto::to_hex(cover.pictures[0].digest));
        EXPECT_EQ(crypto::blake2b(crypto::bytes_of(picture.substr(picture.find("\r\n\r\n") + 4))).bytes,
                  cover.pictures[0].digest);
    }
}

TEST_F(HallStartTest, RefusesAJournalThatWasChangedOrPutBackJ4)
{
    hall.take_in();
    const auto journal = hall.directory.journal_file(hall.exam.package_id);
    const auto early = vault::read_file(journal, 1 << 24).value();
    hall.start();
    hall.open();
    hall.stop();
    const auto late = vault::read_file(journal, 1 << 24).value();

    ASSERT_TRUE(vault::write_file_durably(journal, early, true));
    EXPECT_NE(start_failure().find("older journal was put back"), std::string::npos) << start_failure();

    ASSERT_TRUE(vault::write_file_durably(journal, late, true));
    tamper(journal, hall.exam.package_id, "UPDATE journal SET payload = '{\"kind\":\"note\"}' WHERE number = 2");
    EXPECT_NE(start_failure().find("record 2"), std::string::npos) << start_failure();

    crypto::Bytes flipped = late;
    flipped[late.size() / 2] ^= std::byte{4};
    ASSERT_TRUE(vault::write_file_durably(journal, flipped, true));
    EXPECT_NE(start_failure(), "started");

    ASSERT_TRUE(vault::write_file_durably(journal, late, true));
    EXPECT_EQ(start_failure(), "started");
}

TEST_F(HallStartTest, RefusesAnotherPackageInItsPlace)
{
    hall.take_in();
    const auto place = hall.directory.package_file(hall.exam.package_id);
    const SealedExam other = hall.site.seal(batch_around(wall_now() + 1h, 2h), 2);
    std::filesystem::copy_file(other.package, place, std::filesystem::copy_options::overwrite_existing);
    EXPECT_TRUE(start_failure().starts_with("authentication_failed")) << start_failure();
}

TEST_F(HallStartTest, RefusesToRunTwice)
{
    hall.take_in();
    hall.start();
    EXPECT_TRUE(start_failure().starts_with("conflict")) << start_failure();
}

TEST_F(HallStartTest, NeedsItsOwnMachineIdentityForTheKeptKeys)
{
    hall.take_in();
    hall.start();
    hall.open();
    hall.stop();
    // The disk of this hall in another machine: same files, another identity.
    std::filesystem::remove(hall.directory.folder() / "hall.pvid");
    ASSERT_TRUE(
        vault::Identity::generate("hall-301").save(hall.directory.folder() / "hall.pvid", vault::FilePermissions{}));
    EXPECT_TRUE(start_failure().starts_with("wrong_host")) << start_failure();
}

TEST_F(HallStartTest, FinishesADestructionThatWasInterrupted)
{
    hall.take_in();
    hall.start();
    hall.open();
    hall.must(HttpMethod::post, "/v1/end", R"({"reason":"取消"})");
    hall.must(HttpMethod::post, "/v1/seal");
    hall.stop();
    // As if killed between the record and the destruction.
    const auto journal = hall.directory.journal_file(hall.exam.package_id);
    tamper(journal, hall.exam.package_id, "INSERT INTO kept VALUES ('keys', x'00')");
    tamper(hall.directory.register_file(), "register", "UPDATE packages SET stage = 1");
    EXPECT_TRUE(start_failure().starts_with("not_found")) << start_failure();
    auto database = vault::Database::open(journal, hall.directory.database_key(hall.exam.package_id).value());
    ASSERT_TRUE(database);
    auto kept = database->prepare("SELECT count(*) FROM kept");
    ASSERT_TRUE(kept.step());
    EXPECT_EQ(kept.integer(0), 0);
}

TEST_F(HallStartTest, KeepsNoKeyOrPaperInTheClearOnDiskP14)
{
    hall.take_in();
    hall.start();
    hall.open();
    Kiosk kiosk = hall.kiosk(1);
    welcomed(kiosk, hall.exam.roster[0]);
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{hall.directory.folder()}) {
        if (!entry.is_regular_file()) { continue; }
        ++files;
        const std::string bytes = crypto::text_of(vault::read_file(entry.path(), 1 << 26).value());
        EXPECT_EQ(bytes.find("甲乙丙"), std::string::npos) << entry.path();
        EXPECT_EQ(bytes.find("考生1"), std::string::npos) << entry.path();
        const auto mode = std::filesystem::status(entry.path()).permissions();
        const bool secret = entry.path().extension() == ".key" || entry.path().extension() == ".pvid" ||
                            entry.path().extension() == ".db" || entry.path().extension() == ".pem" ||
                            entry.path().extension() == ".sealed";
        if (secret) { EXPECT_EQ(mode & std::filesystem::perms{077}, std::filesystem::perms::none) << entry.path(); }
    }
    EXPECT_GT(files, 12U);
}

} // namespace
} // namespace papervault::server::test
