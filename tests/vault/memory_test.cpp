// K5: what was secret is not in the memory of a process of ours any more once it has been used.
#include "vault/ceremony.hpp"
#include "vault/expect.hpp"
#include "vault/temporary_folder.hpp"

#include <papervault/crypto/random.hpp>
#include <papervault/vault/files.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <set>

#include <sys/wait.h>

namespace papervault::vault::test {
namespace {

struct Outcome {
    int exit_code = -1;
    std::set<std::string> found;
    std::uint64_t searched = 0;
    std::string output;
};

class MemoryTest : public testing::TestWithParam<crypto::Suite> {
protected:
    MemoryTest()
    {
        const auto now = time_of(inside_window);
        const std::string canary = crypto::to_hex(crypto::random_bytes(24)); // 48 characters
        const Contents contents{
            {"paper", "一、单项选择题 " + canary + " 甲 乙 丙"}, {"key", "answers"}, {"roster", ""}};
        const SealedPackage sealed = seal(people, contents, folder.path());
        const PackageReader package = open_package(sealed.file);
        const std::string passphrase = crypto::to_hex(crypto::random_bytes(12));
        write("passphrase", passphrase);
        EXPECT_THAT(people.custodians[0].save(folder / "custodian.pvid",
                                              Passphrase{crypto::SecretBuffer::copy_of(crypto::bytes_of(passphrase))},
                                              {.operations = 1, .memory_kib = 8 * 1024}),
                    Succeeds());
        EXPECT_THAT(people.hall.save(folder / "hall.pvid", FilePermissions{}), Succeeds());
        write("share.json",
              encode(give_share(package, LockSet::hall, people.custodians[1], people.hall.card(), now).value()));
        write("release.json",
              encode(issue_release(package.header(), sealed.release_share, people.office, now).value()));
        write("now", std::string{inside_window});

        const auto keys = open_for_hall(package, people, sealed.release_share);
        add("paper_text", crypto::bytes_of(canary));
        add("passphrase", crypto::bytes_of(passphrase));
        add("paper_key", keys.find("paper")->expose());
        add("roster_key", keys.find("roster")->expose());
        add("release_share", sealed.release_share.expose());
        for (const auto& [name, identity] : {std::pair{"custodian", &people.custodians[0]}, {"hall", &people.hall}}) {
            const auto secret = identity->secret();
            add(std::string{name} + "_signing_seed", secret.expose().first(32));
            add(std::string{name} + "_box_seed", secret.expose().subspan(32));
        }
        write("needles", needles);
    }

    void write(const std::string& name, const std::string& text)
    {
        EXPECT_THAT(write_file_durably(folder / name, crypto::bytes_of(text), true), Succeeds());
    }
    /// Masked, so that the child does not bring into its memory what it looks for.
    void add(const std::string& name, crypto::ByteView bytes)
    {
        crypto::Bytes masked(bytes.begin(), bytes.end());
        for (std::byte& b : masked) { b ^= std::byte{0xa5}; }
        needles += name + " " + crypto::to_hex(masked) + "\n";
        names.insert(name);
    }
    [[nodiscard]] Outcome run(const std::string& mode) const
    {
        // What a sanitizer puts aside is no memory of the program's.
        const std::string command =
            "ASAN_OPTIONS=\"$ASAN_OPTIONS:quarantine_size_mb=0:thread_local_quarantine_size_kb=0\" " PAPERVAULT_BIN_DIR
            "/memory_child " +
            folder.path().string() + " " + mode + " 2>&1";
        Outcome outcome;
        FILE* pipe = ::popen(command.c_str(), "r");
        if (pipe == nullptr) { return outcome; }
        std::array<char, 512> line{};
        while (std::fgets(line.data(), line.size(), pipe) != nullptr) {
            outcome.output += line.data();
            std::array<char, 64> name{};
            unsigned long long bytes = 0;
            if (std::sscanf(line.data(), "FOUND %63s", name.data()) == 1) { outcome.found.insert(name.data()); }
            if (std::sscanf(line.data(), "SEARCHED %llu", &bytes) == 1) { outcome.searched = bytes; }
        }
        const int status = ::pclose(pipe);
        outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        return outcome;
    }

    TemporaryFolder folder;
    People people{2, 2, GetParam()};
    std::string needles;
    std::set<std::string> names;
};

TEST_P(MemoryTest, K5_NoKeyPassphraseOrPaperIsLeftAfterUse)
{
    const Outcome outcome = run("used");
    ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
    EXPECT_GT(outcome.searched, 1U << 20) << "the search has looked at the whole process";
    EXPECT_TRUE(outcome.found.empty()) << outcome.output;
}

TEST_P(MemoryTest, TheSearchFindsWhatIsInUse)
{
    const Outcome outcome = run("open");
    ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
    EXPECT_TRUE(outcome.found.contains("paper_key")) << outcome.output;
    EXPECT_TRUE(outcome.found.contains("paper_text")) << outcome.output;
    EXPECT_TRUE(outcome.found.contains("release_share")) << outcome.output;
    EXPECT_FALSE(outcome.found.contains("passphrase")) << "gone as soon as the identity is open: " << outcome.output;
}

TEST_P(MemoryTest, TheSearchFindsACarelessCopy)
{
    const Outcome outcome = run("planted");
    ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
    EXPECT_EQ(outcome.found, std::set<std::string>{"paper_text"}) << outcome.output;
}

std::string suite_name(const testing::TestParamInfo<crypto::Suite>& suite)
{
    return std::string{crypto::to_text(suite.param)};
}
INSTANTIATE_TEST_SUITE_P(Suites, MemoryTest, testing::Values(crypto::Suite::pv1, crypto::Suite::gm1), suite_name);

} // namespace
} // namespace papervault::vault::test
