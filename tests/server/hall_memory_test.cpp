// K5 in the hall: once the paper is sealed for the kiosks, the hall's process holds no word of it, whatever it was in.
#include "server/support/test_hall.hpp"

#include <papervault/vault/files.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace papervault::server::test {
namespace {

using namespace std::chrono_literals;

/// The child of hall_memory_child.cpp, asked by lines.
class SearchingHall {
public:
    SearchingHall(const std::filesystem::path& hall, const std::filesystem::path& needles)
    {
        // What a sanitizer puts aside is no memory of the program's.
        const char* const given = std::getenv("ASAN_OPTIONS"); // NOLINT(concurrency-mt-unsafe): one thread
        const std::string asan = std::string{"ASAN_OPTIONS="} + (given == nullptr ? "" : given) +
                                 ":quarantine_size_mb=0:thread_local_quarantine_size_kb=0";
        std::array<int, 2> in{};
        std::array<int, 2> out{};
        if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0) { return; }
        const std::string program = PAPERVAULT_BIN_DIR "/hall_memory_child";
        const std::string folder = hall.string();
        const std::string list = needles.string();
        std::vector<char*> environment{const_cast<char*>(asan.c_str())};
        for (char** each = environ; *each != nullptr; ++each) {
            if (!std::string_view{*each}.starts_with("ASAN_OPTIONS=")) { environment.push_back(*each); }
        }
        environment.push_back(nullptr);
        const std::array<const char*, 4> arguments{program.c_str(), folder.c_str(), list.c_str(), nullptr};
        posix_spawn_file_actions_t actions{};
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
        if (::posix_spawn(&process_, program.c_str(), &actions, nullptr, const_cast<char* const*>(arguments.data()),
                          environment.data()) != 0) {
            process_ = -1;
        }
        ::posix_spawn_file_actions_destroy(&actions);
        ::close(in[0]);
        ::close(out[1]);
        to_ = in[1];
        from_ = ::fdopen(out[0], "r");
    }
    SearchingHall(const SearchingHall&) = delete;
    ~SearchingHall()
    {
        ::close(to_);
        if (from_ != nullptr) { std::fclose(from_); }
        if (process_ > 0) { ::waitpid(process_, nullptr, 0); }
    }

    /// @return What it said before "done"; nothing when it has ended.
    std::optional<std::string> wait()
    {
        std::string said;
        std::array<char, 512> line{};
        while (from_ != nullptr && std::fgets(line.data(), line.size(), from_) != nullptr) {
            if (std::string_view{line.data()} == "done\n") { return said; }
            said += line.data();
        }
        return std::nullopt;
    }
    std::string tell(const std::string& command)
    {
        const std::string line = command + "\n";
        if (::write(to_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) { return "gone"; }
        return wait().value_or("gone");
    }
    /// Whether a needle was found; fails the test when the search did not look at the whole process.
    bool finds(std::string& said)
    {
        said = tell("search");
        unsigned long bytes = 0;
        const auto at = said.find("SEARCHED ");
        if (at != std::string::npos) { bytes = std::strtoul(said.c_str() + at + 9, nullptr, 10); }
        EXPECT_GT(bytes, 1UL << 20) << said;
        return said.find("FOUND ") != std::string::npos;
    }

private:
    pid_t process_ = -1;
    int to_ = -1;
    FILE* from_ = nullptr;
};

TEST(HallMemoryTest, K5_NoWordOfThePaperIsLeftAfterTheOpeningNorAfterTheClose)
{
    TestHall hall{2, 1s, 1h};
    hall.take_in();
    std::string masked;
    for (const char c : std::string_view{"甲乙丙 第 "}) { // every stem begins so
        masked += static_cast<char>(static_cast<unsigned char>(c) ^ 0xa5U);
    }
    const std::string needles = "stem " + crypto::to_hex(crypto::bytes_of(masked)) + "\n";
    ASSERT_TRUE(vault::write_file_durably(hall.folder / "needles", crypto::bytes_of(needles), false));
    SearchingHall process{hall.directory.folder(), hall.folder / "needles"};
    ASSERT_TRUE(process.wait()) << "the hall didn't come up";
    std::string said;
    EXPECT_FALSE(process.finds(said)) << "before the opening: " << said;
    hall.open();
    EXPECT_FALSE(process.finds(said)) << "opened and sealed for the kiosks: " << said;

    EXPECT_EQ(process.tell("plant"), "");
    EXPECT_TRUE(process.finds(said)) << "the search finds a careless copy";
    EXPECT_EQ(process.tell("let go"), "");
    EXPECT_FALSE(process.finds(said)) << "memory that is given back is overwritten: " << said;

    hall.wait_for("running");
    hall.must(HttpMethod::post, "/v1/end", R"({"by":"主考","reason":"test"})");
    hall.must(HttpMethod::post, "/v1/seal");
    EXPECT_FALSE(process.finds(said)) << "closed: " << said;
}

} // namespace
} // namespace papervault::server::test
