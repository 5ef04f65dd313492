#include "server/support/exam_site.hpp"
#include "server/support/test_hall.hpp"
#include "support/outcome.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/files.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include <sys/wait.h>

namespace papervault::server::test {
namespace {

using papervault::test::Outcome;
using papervault::test::outcome_of;

using namespace std::chrono_literals;

/// Runs the real program; arguments are ours, so the shell is safe. @param typed  What feeds it: "printf … | ".
Outcome run(const std::string& arguments, const std::string& typed = {})
{
    return outcome_of(typed + PAPERVAULT_BIN_DIR "/papervault-server " + arguments + " 2>&1");
}

boost::json::value json_of(const Outcome& outcome)
{
    auto value = engine::parse_json(outcome.output, {.bytes_max = 1 << 20, .depth_max = 16});
    EXPECT_TRUE(value) << outcome.output;
    return value ? *value : boost::json::value{boost::json::object{}};
}

TEST(CommandLineTest, ExplainsItself)
{
    EXPECT_EQ(run("--help").exit_code, 0);
    for (const char* command : {"init", "staff", "know", "witness", "take-in", "serve", "verify", "ctl", "ctl confirm",
                                "ctl inspect", "ctl move", "ctl seal"}) {
        const Outcome help = run(fmt::format("hall {} --help", command));
        EXPECT_EQ(help.exit_code, 0) << command;
        const bool useful =
            help.output.find("--dir") != std::string::npos || help.output.find("--json") != std::string::npos;
        EXPECT_TRUE(useful) << command << '\n' << help.output;
    }
    EXPECT_NE(run("hall nonsense").exit_code, 0);
    EXPECT_NE(run("hall init").exit_code, 0);
    const Outcome nowhere = run("hall ctl --dir /nonexistent status");
    EXPECT_EQ(nowhere.exit_code, 1);
    EXPECT_NE(nowhere.output.find("hall init"), std::string::npos) << "says what to do";
}

TEST(CommandLineTest, RunsAWholeSitting)
{
    const TemporaryFolder folder;
    const std::string dir = (folder / "hall").string();
    const Outcome made =
        run(fmt::format("hall init --dir {} --name hall-301 --hall-port 0 --enrol-port 0 --json", dir));
    ASSERT_EQ(made.exit_code, 0) << made.output;
    EXPECT_EQ(run(fmt::format("hall init --dir {} --name hall-301", dir)).exit_code, 1) << "once";
    const auto card = vault::read_card(std::string{json_of(made).at("card").as_string()});
    ASSERT_TRUE(card);
    EXPECT_EQ(run(fmt::format("hall staff --dir {} --name 主考甲", dir)).exit_code, 0);

    ExamSite site{folder.path(), *card};
    const SealedExam exam = site.seal(batch_around(wall_now() + 1h, 2h), 2);
    const auto office = folder / "office.card.json";
    ASSERT_TRUE(vault::write_card(site.office.card(), office));
    ASSERT_TRUE(vault::write_card(site.first_sealer.card(), folder / "s1.json"));
    ASSERT_TRUE(vault::write_card(site.second_sealer.card(), folder / "s2.json"));
    EXPECT_EQ(run(fmt::format("hall know --dir {} --card {} {} {}", dir, office.string(), (folder / "s1.json").string(),
                              (folder / "s2.json").string()))
                  .exit_code,
              0);
    const auto chief = vault::Identity::generate("主考甲");
    ASSERT_TRUE(chief.save(folder / "chief.pvid",
                           vault::Passphrase{crypto::SecretBuffer::copy_of(crypto::bytes_of("开考密码"))},
                           {.operations = 1, .memory_kib = 8 * 1024}));
    ASSERT_TRUE(vault::write_file_durably(folder / "passphrase", crypto::bytes_of("开考密码\n"), false));
    const std::string take =
        fmt::format("hall take-in --dir {} --package {} --handover {} --taker {} --taker-passphrase-file {} --json",
                    dir, exam.package.string(), site.handover(exam, chief.card()).string(),
                    (folder / "chief.pvid").string(), (folder / "passphrase").string());
    const Outcome taken = run(take);
    ASSERT_EQ(taken.exit_code, 0) << taken.output;
    EXPECT_EQ(json_of(taken).at("batch").as_string(), "2026-11-HG4-01");
    EXPECT_EQ(run(take).exit_code, 1);

    const auto pid_file = (folder / "pid").string();
    const std::string serve =
        fmt::format(PAPERVAULT_BIN_DIR "/papervault-server hall serve --dir {} > {} 2>&1 & echo $! > {}", dir,
                    (folder / "serve.log").string(), pid_file);
    ASSERT_EQ(std::system(serve.c_str()), 0);
    Outcome status;
    for (int i = 0; i < 200 && status.exit_code != 0; ++i) {
        std::this_thread::sleep_for(50ms);
        status = run(fmt::format("hall ctl --dir {} status --json", dir));
    }
    ASSERT_EQ(status.exit_code, 0) << status.output;
    EXPECT_EQ(json_of(status).at("phase").as_string(), "prepared");

    // Enrol two seats from a list; a wrong code stays out.
    const auto run_json =
        engine::parse_json(vault::read_text_file(folder / "hall/run.json", 1 << 16).value(), {}).value();
    const Ports ports{.hall = static_cast<std::uint16_t>(run_json.at("hall_port").as_int64()),
                      .enrolment = static_cast<std::uint16_t>(run_json.at("enrolment_port").as_int64())};
    Kiosk one{ports, 1};
    Kiosk two{ports, 2};
    const std::string codes = fmt::format("# seat,code\n1,{}\r\n2,AAAA-AAAA\n", one.ask_enrolment());
    two.ask_enrolment();
    ASSERT_TRUE(vault::write_file_durably(folder / "codes.csv", crypto::bytes_of(codes), false));
    EXPECT_NE(run(fmt::format("hall ctl --dir {} enrolments", dir)).output.find("127.0.0.1"), std::string::npos);
    const Outcome confirmed =
        run(fmt::format("hall ctl --dir {} confirm --file {} --json", dir, (folder / "codes.csv").string()));
    EXPECT_EQ(confirmed.exit_code, 1);
    EXPECT_TRUE(json_of(confirmed).at("seats").at(0).at("confirmed").as_bool());
    EXPECT_FALSE(json_of(confirmed).at("seats").at(1).at("confirmed").as_bool());
    EXPECT_EQ(one.poll_enrolment(), 200);
    EXPECT_EQ(two.poll_enrolment(), 202);
    EXPECT_EQ(run(fmt::format("hall ctl --dir {} refuse --seat 2", dir)).exit_code, 0);
    EXPECT_EQ(two.poll_enrolment(), 403);

    ASSERT_TRUE(vault::write_file_durably(folder / "share0", crypto::bytes_of(site.share(exam, 0)), false));
    ASSERT_TRUE(vault::write_file_durably(folder / "share1", crypto::bytes_of(site.share(exam, 1)), false));
    ASSERT_TRUE(vault::write_file_durably(folder / "release", crypto::bytes_of(site.release(exam, wall_now())), false));
    // The seal: shown to anybody, signed by two who are named; guided, and refused to a stranger.
    const Outcome uninspected = run(fmt::format("hall ctl --dir {} open", dir));
    EXPECT_EQ(uninspected.exit_code, 1);
    EXPECT_EQ(uninspected.output.find("inspection_incomplete"), std::string::npos) << "a word for machines";
    EXPECT_NE(uninspected.output.find("ctl inspect"), std::string::npos) << uninspected.output;
    for (const char* name : {"w1", "w2", "stranger"}) {
        const auto identity = vault::Identity::generate(name);
        ASSERT_TRUE(identity.save(folder / (std::string{name} + ".pvid"), vault::FilePermissions{}));
        ASSERT_TRUE(vault::write_card(identity.card(), folder / (std::string{name} + ".json")));
    }
    const std::string files = folder.path().string();
    EXPECT_EQ(run(fmt::format("hall witness --dir {} --card {}/w1.json {}/w2.json", dir, files, files)).exit_code, 0);
    const Outcome shown = run(fmt::format("hall ctl --dir {} inspect", dir));
    EXPECT_EQ(shown.exit_code, 0) << shown.output;
    for (const char* fact : {"2026-11-HG4-01", "化工总控工", "封卷人甲", "封卷人乙", "candidates 2", "forms 2"}) {
        EXPECT_NE(shown.output.find(fact), std::string::npos) << fact << '\n' << shown.output;
    }
    const std::string inspect = fmt::format("hall ctl --dir {} inspect --as {}/", dir, files);
    EXPECT_NE(run(inspect + "stranger.pvid --confirm").output.find("无此权限"), std::string::npos);
    const Outcome first = run(inspect + "w1.pvid", "printf 'y\\ny\\ny\\ny\\ny\\ny\\n' | ");
    EXPECT_EQ(first.exit_code, 0) << first.output;
    EXPECT_EQ(run(inspect + "w2.pvid", "printf 'y\\nn\\n' | ").exit_code, 1) << "he was not sure: nothing is signed";
    EXPECT_NE(run(inspect + "w1.pvid --confirm").output.find("已签名"), std::string::npos);
    const Outcome second = run(inspect + "w2.pvid --confirm --json");
    EXPECT_EQ(second.exit_code, 0) << second.output;
    EXPECT_EQ(json_of(second).at("state").as_string(), "passed");
    const Outcome early = run(fmt::format("hall ctl --dir {} open", dir));
    EXPECT_EQ(early.exit_code, 1);
    EXPECT_NE(early.output.find("已到 0 份，需要 2 份"), std::string::npos) << early.output;
    for (const char* order : {"share --file {1}/share0", "share --file {1}/share1", "release --file {1}/release",
                              "open", "move --ticket T0002 --seat 9 --reason 电源", "end --reason 取消", "seal"}) {
        const Outcome done =
            run(fmt::format(fmt::runtime(fmt::format("hall ctl --dir {{0}} {}", order)), dir, folder.path().string()));
        EXPECT_EQ(done.exit_code, 0) << order << ": " << done.output;
    }
    EXPECT_EQ(
        std::system(fmt::format("kill -TERM $(cat {}) && while kill -0 $(cat {}) 2>/dev/null; do sleep 0.05; done",
                                pid_file, pid_file)
                        .c_str()),
        0);

    const Outcome verified = run(fmt::format("hall verify --dir {} --json", dir));
    EXPECT_EQ(verified.exit_code, 0) << verified.output;
    EXPECT_EQ(json_of(verified).at("sittings").at(0).at("phase").as_string(), "sealed");
    crypto::Bytes journal =
        vault::read_file(folder.path() / "hall/sittings" / exam.package_id / "journal.db", 1 << 24).value();
    journal[journal.size() / 2] ^= std::byte{1};
    ASSERT_TRUE(
        vault::write_file_durably(folder.path() / "hall/sittings" / exam.package_id / "journal.db", journal, true));
    EXPECT_EQ(run(fmt::format("hall verify --dir {}", dir)).exit_code, 1);
}

} // namespace
} // namespace papervault::server::test
