// papervault identity … and custody give with a token, run as the program that people run.
#include "support/outcome.hpp"
#include "vault/ceremony.hpp"
#include "vault/expect.hpp"
#include "vault/soft_token.hpp"

#include <papervault/crypto/random.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/vault/files.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>

#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

namespace papervault::vault::test {
namespace {

using papervault::test::Outcome;
using papervault::test::outcome_of;

using testing::HasSubstr;

constexpr const char* program = PAPERVAULT_BIN_DIR "/papervault";

class IdentityCommandTest : public testing::Test {
protected:
    IdentityCommandTest()
    {
        overwrite(folder / "passphrase", crypto::bytes_of("开考前夜的长口令\n"));
        overwrite(folder / "key", crypto::random_bytes(32)); // opens at once, unlike a passphrase
    }

    [[nodiscard]] std::string at(const std::string& name) const { return (folder / name).string(); }
    void write(const std::string& name, std::string_view text) const
    {
        overwrite(folder / name, crypto::bytes_of(text));
    }

    /// Arguments are ours and have no spaces, so the shell is safe. Without a terminal.
    [[nodiscard]] static Outcome run(const std::string& arguments)
    {
        return outcome_of(fmt::format("setsid -w {} --lang en {} 2>&1 </dev/null", program, arguments));
    }
    /// At a terminal of its own, where `typed` is typed ahead.
    [[nodiscard]] static Outcome run_at_terminal(std::vector<std::string> arguments, const std::string& typed)
    {
        Outcome outcome;
        int terminal = -1;
        const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
        if (child == 0) {
            std::vector<char*> pointers{const_cast<char*>(program), const_cast<char*>("--lang"),
                                        const_cast<char*>("en")};
            for (std::string& each : arguments) { pointers.push_back(each.data()); }
            pointers.push_back(nullptr);
            ::execv(program, pointers.data());
            ::_exit(127);
        }
        if (child < 0) { return outcome; }
        // Line by line, each when the program asks: a terminal holds only so much that nobody has read.
        std::size_t next = 0;
        std::array<char, 4096> piece{};
        for (;;) {
            const auto got = ::read(terminal, piece.data(), piece.size());
            if (got <= 0) { break; }
            outcome.output.append(piece.data(), static_cast<std::size_t>(got));
            if (next < typed.size() && (outcome.output.ends_with("> ") || outcome.output.ends_with(": "))) {
                const auto end = std::min(typed.find('\n', next) + 1, typed.size());
                if (::write(terminal, typed.data() + next, end - next) < 0) { break; }
                next = end;
            }
        }
        ::close(terminal);
        int status = 0;
        ::waitpid(child, &status, 0);
        outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        return outcome;
    }

    /// A custodian with a key file, and his sheets 1 to 3 as text in the folder.
    std::string make_sheets()
    {
        EXPECT_EQ(
            run(fmt::format("identity new --name 保管人甲 --out {} --key-file {}", at("a.pvid"), at("key"))).exit_code,
            0);
        const Outcome made = run(fmt::format("identity sheets --as {} --key-file {} --out {} --format txt --json",
                                             at("a.pvid"), at("key"), folder.path().string()));
        EXPECT_EQ(made.exit_code, 0) << made.output;
        return Identity::card_of_file(folder / "a.pvid").value().id();
    }
    [[nodiscard]] std::string sheet(const std::string& id, int number) const
    {
        return at(fmt::format("sheet-{}-{}-of-3.txt", id, number));
    }

    TemporaryFolder folder;
};

TEST_F(IdentityCommandTest, AnIdentityComesBackFromTwoOfThreeSheets)
{
    const std::string id = make_sheets();
    EXPECT_EQ(std::filesystem::status(sheet(id, 1)).permissions(), std::filesystem::perms{0600});
    const Outcome by_card =
        run(fmt::format("identity recover --card {} --sheet {} --sheet {} --out {} --key-file {} --json",
                        at("a.card.json"), sheet(id, 3), sheet(id, 1), at("back.pvid"), at("key")));
    EXPECT_EQ(by_card.exit_code, 0) << by_card.output;
    EXPECT_EQ(Identity::card_of_file(folder / "back.pvid").value(), Identity::card_of_file(folder / "a.pvid").value());
    const Outcome by_print =
        run(fmt::format("identity recover --name 保管人甲 --id {} --sheet {} --sheet {} --out {} --key-file {}", id,
                        sheet(id, 1), sheet(id, 2), at("printed.pvid"), at("key")));
    EXPECT_EQ(by_print.exit_code, 0) << by_print.output;

    const Outcome few = run(fmt::format("identity recover --card {} --sheet {} --out {} --key-file {}",
                                        at("a.card.json"), sheet(id, 1), at("few.pvid"), at("key")));
    EXPECT_EQ(few.exit_code, 1);
    EXPECT_THAT(few.output, HasSubstr("too few sheets: 1 / 2"));
    const Outcome twice = run(fmt::format("identity recover --card {} --sheet {} --sheet {} --out {} --key-file {}",
                                          at("a.card.json"), sheet(id, 2), sheet(id, 2), at("few.pvid"), at("key")));
    EXPECT_EQ(twice.exit_code, 1);
    EXPECT_THAT(twice.output, HasSubstr("sheet 2 was given already"));
    EXPECT_FALSE(std::filesystem::exists(folder / "few.pvid"));
}

TEST_F(IdentityCommandTest, SaysWhichWordIsWrong)
{
    const std::string id = make_sheets();
    std::string words = read_text_file(sheet(id, 1), 4096).value();
    const auto second = words.find(' ') + 1;
    const auto third = words.find(' ', second);
    const std::string right = words.substr(second, third - second);
    const auto recover = [&](const std::string& text) {
        write("typed.txt", text);
        return run(fmt::format("identity recover --card {} --sheet {} --sheet {} --out {} --key-file {}",
                               at("a.card.json"), at("typed.txt"), sheet(id, 2), at("back.pvid"), at("key")));
    };
    const Outcome unknown = recover(std::string{words}.replace(second, right.size(), right + "x"));
    EXPECT_EQ(unknown.exit_code, 1);
    EXPECT_THAT(unknown.output, HasSubstr("word 2 is not in the list; it looks like: " + right));
    const Outcome other =
        recover(std::string{words}.replace(second, right.size(), right == "academic" ? "acid" : "academic"));
    EXPECT_EQ(other.exit_code, 1);
    EXPECT_THAT(other.output, HasSubstr("checksum"));
    EXPECT_THAT(other.output, HasSubstr("most likely it is word 2"));
    EXPECT_EQ(recover(words).exit_code, 0);
}

TEST_F(IdentityCommandTest, SheetsAreTypedAtTheTerminalAndAWrongOneIsAskedForAgain)
{
    const std::string id = make_sheets();
    const std::string first = read_text_file(sheet(id, 1), 4096).value();
    const std::string third = read_text_file(sheet(id, 3), 4096).value();
    const auto half = third.find(' ', third.size() / 2);
    const std::string typed =
        "acadmic " + first + "\n\n" + first + "\n\n" + third.substr(0, half) + "\n" + third.substr(half + 1) + "\n\n";
    const Outcome recovered = run_at_terminal(
        {"identity", "recover", "--card", at("a.card.json"), "--out", at("back.pvid"), "--key-file", at("key")}, typed);
    EXPECT_EQ(recovered.exit_code, 0) << recovered.output;
    EXPECT_THAT(recovered.output, HasSubstr("at most 59 words"));
    EXPECT_EQ(Identity::card_of_file(folder / "back.pvid").value(), Identity::card_of_file(folder / "a.pvid").value());
}

TEST_F(IdentityCommandTest, SheetsAreShownOneByOneAndClearedFromTheScreen)
{
    make_sheets();
    const Outcome shown =
        run_at_terminal({"identity", "sheets", "--as", at("a.pvid"), "--key-file", at("key")}, "\n\n\n");
    EXPECT_EQ(shown.exit_code, 0) << shown.output;
    EXPECT_THAT(shown.output, HasSubstr("Sheet of words 3 / 3"));
    EXPECT_THAT(shown.output, HasSubstr("59. "));
    EXPECT_THAT(shown.output, HasSubstr("\x1b[3J")) << "not in the terminal's memory either";
    const Outcome nowhere = run(fmt::format("identity sheets --as {} --key-file {}", at("a.pvid"), at("key")));
    EXPECT_EQ(nowhere.exit_code, 1);
    EXPECT_THAT(nowhere.output, HasSubstr("no terminal"));
}

class TokenCommandTest : public IdentityCommandTest {
protected:
    void SetUp() override
    {
        SKIP_WITHOUT_SOFTHSM();
        hsm.emplace();
        hsm->make_token("custodian-1");
        write("pin", SoftHsm::pin + "\n");
        write("wrong-pin", "000000");
    }
    [[nodiscard]] std::string token(const std::string& pin = "pin") const
    {
        return fmt::format("--token {} --pin-file {}", SoftHsm::module.string(), at(pin));
    }
    std::optional<SoftHsm> hsm;
};

TEST_F(TokenCommandTest, ListsTokens)
{
    const Outcome listed = run(fmt::format("identity tokens --token {}", SoftHsm::module.string()));
    EXPECT_EQ(listed.exit_code, 0);
    EXPECT_THAT(listed.output, HasSubstr("custodian-1"));
    EXPECT_THAT(listed.output, HasSubstr("ready"));
    EXPECT_EQ(run("identity tokens --token /nonexistent.so").exit_code, 1);
}

TEST_F(TokenCommandTest, ACustodianGivesHisPartWithHisToken)
{
    const Outcome made =
        run(fmt::format("identity new --name 保管人甲 --out {} {} --json", at("custodian.pvid"), token()));
    ASSERT_EQ(made.exit_code, 0) << made.output;
    People people{3, 2};
    auto custodian = Identity::open(folder / "custodian.pvid", SoftHsm::login());
    ASSERT_THAT(custodian, Succeeds());
    people.custodians[1] = std::move(*custodian);
    const SealedPackage sealed = seal(people, small_contents(), folder.path());
    ASSERT_THAT(write_card(people.hall.card(), folder / "hall.card.json"), Succeeds());
    const std::string give = fmt::format("custody give --as {} --package {} --to {} --out {} ", at("custodian.pvid"),
                                         sealed.file.string(), at("hall.card.json"), at("part.json"));

    const Outcome without = run(give);
    EXPECT_EQ(without.exit_code, 1);
    EXPECT_THAT(without.output, HasSubstr("custodian-1")) << "says which token";
    const Outcome wrong = run(give + token("wrong-pin"));
    EXPECT_EQ(wrong.exit_code, 1);
    EXPECT_THAT(wrong.output, HasSubstr("wrong PIN"));
    EXPECT_FALSE(std::filesystem::exists(folder / "part.json"));
    const Outcome given = run(give + token());
    ASSERT_EQ(given.exit_code, 0) << given.output;

    const PackageReader package = open_package(sealed.file);
    const auto now = time_of(inside_window);
    auto opening = HallOpening::begin(package, people.hall).value();
    const auto part = decode_share_part(read_text_file(folder / "part.json", 1 << 16).value());
    ASSERT_THAT(part, Succeeds());
    ASSERT_THAT(opening.add_share(*part), Succeeds());
    ASSERT_THAT(
        opening.add_share(give_share(package, LockSet::hall, people.custodians[0], people.hall.card(), now).value()),
        Succeeds());
    ASSERT_THAT(opening.add_release(issue_release(package.header(), sealed.release_share, people.office, now).value()),
                Succeeds());
    EXPECT_THAT(opening.open(now), Succeeds());

    hsm->remove_tokens();
    const Outcome pulled = run(give + token());
    EXPECT_EQ(pulled.exit_code, 1);
    EXPECT_THAT(pulled.output, HasSubstr("no token is plugged in"));
}

TEST_F(TokenCommandTest, AnIdentityMovesFromAKeyFileToATokenAndOnToAPassphrase)
{
    make_sheets();
    const Outcome onto =
        run(fmt::format("identity protect --as {} --key-file {} --out {} --new-token {} --new-pin-file {}",
                        at("a.pvid"), at("key"), at("b.pvid"), SoftHsm::module.string(), at("pin")));
    ASSERT_EQ(onto.exit_code, 0) << onto.output;
    EXPECT_EQ(Identity::protection_of_file(folder / "b.pvid").value(), ProtectionKind::token);
    const Outcome back = run(fmt::format("identity protect --as {} {} --out {} --new-passphrase-file {}", at("b.pvid"),
                                         token(), at("c.pvid"), at("passphrase")));
    ASSERT_EQ(back.exit_code, 0) << back.output;
    EXPECT_EQ(Identity::card_of_file(folder / "c.pvid").value(), Identity::card_of_file(folder / "a.pvid").value());
}

TEST_F(TokenCommandTest, ThePinIsAskedForAtTheTerminal)
{
    ASSERT_EQ(run(fmt::format("identity new --name 保管人甲 --out {} {}", at("a.pvid"), token())).exit_code, 0);
    const Outcome asked =
        run_at_terminal({"identity", "protect", "--as", at("a.pvid"), "--token", SoftHsm::module.string(), "--out",
                         at("b.pvid"), "--new-passphrase-file", at("passphrase")},
                        SoftHsm::pin + "\n");
    EXPECT_EQ(asked.exit_code, 0) << asked.output;
    EXPECT_THAT(asked.output, HasSubstr("PIN of token custodian-1"));
    EXPECT_THAT(asked.output, testing::Not(HasSubstr(SoftHsm::pin))) << "not shown";
}

} // namespace
} // namespace papervault::vault::test
