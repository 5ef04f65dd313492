// The hall's own key in a TPM 2.0: swtpm, which is a whole TPM in software, reached as a machine's TPM is.
#include "hall/hall_directory.hpp"
#include "host_key/tpm.hpp"
#include "server/support/exam_site.hpp"
#include "support/outcome.hpp"

#include <papervault/crypto/random.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/vault/files.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace papervault::server::test {
namespace {

using papervault::test::Outcome;
using papervault::test::outcome_of;

using testing::HasSubstr;
using vault::VaultError;

constexpr const char* swtpm_program = "/usr/bin/swtpm";

#define SKIP_WITHOUT_TPM()                                                                                             \
    if (!built_with_tpm()) { GTEST_SKIP() << "NOT TESTED: built without TPM support (Debian package libtss2-dev)"; }   \
    if (::access(swtpm_program, X_OK) != 0) { GTEST_SKIP() << "NOT TESTED: swtpm is not installed"; }

/// A listening socket's port and the next one, both free a moment ago.
int two_free_ports()
{
    const auto bound = [](int port) {
        const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        const bool free = ::bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                          ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0;
        return std::pair{listener, free ? int{ntohs(address.sin_port)} : 0};
    };
    for (int attempt = 0; attempt < 50; ++attempt) {
        const auto [first, port] = bound(0);
        const auto [second, next] = bound(port + 1);
        ::close(first);
        ::close(second);
        if (port != 0 && next == port + 1) { return port; }
    }
    throw std::runtime_error{"no two free ports side by side"};
}

/// One machine's TPM: another state is another machine.
class SoftTpm {
public:
    explicit SoftTpm(std::filesystem::path state) : state_{std::move(state)}
    {
        std::filesystem::create_directories(state_);
        start();
    }
    SoftTpm(const SoftTpm&) = delete;
    SoftTpm& operator=(const SoftTpm&) = delete;
    ~SoftTpm() { stop(); }

    void stop()
    {
        if (process_ <= 0) { return; }
        ::kill(process_, SIGTERM);
        ::waitpid(process_, nullptr, 0);
        process_ = -1;
    }
    void start()
    {
        for (int attempt = 0; attempt < 5; ++attempt) {
            port_ = two_free_ports();
            std::vector<std::string> arguments{swtpm_program,
                                               "socket",
                                               "--tpm2",
                                               "--tpmstate",
                                               "dir=" + state_.string(),
                                               "--server",
                                               fmt::format("type=tcp,port={},bindaddr=127.0.0.1", port_),
                                               "--ctrl",
                                               fmt::format("type=tcp,port={},bindaddr=127.0.0.1", port_ + 1),
                                               "--flags",
                                               "startup-clear"};
            std::vector<char*> pointers;
            for (std::string& each : arguments) { pointers.push_back(each.data()); }
            pointers.push_back(nullptr);
            if (::posix_spawn(&process_, swtpm_program, nullptr, nullptr, pointers.data(), environ) != 0) {
                throw std::runtime_error{"swtpm does not start"};
            }
            if (answers()) { return; }
            stop(); // somebody took a port in between
        }
        throw std::runtime_error{"swtpm does not answer"};
    }
    [[nodiscard]] std::string tcti() const { return fmt::format("swtpm:host=127.0.0.1,port={}", port_); }

private:
    [[nodiscard]] bool answers() const
    {
        for (int i = 0; i < 400; ++i) {
            int status = 0;
            if (::waitpid(process_, &status, WNOHANG) != 0) { return false; }
            if (const auto tpm = open_tpm(tcti())) { return true; }
            std::this_thread::sleep_for(std::chrono::milliseconds{25});
        }
        return false;
    }
    std::filesystem::path state_;
    pid_t process_ = -1;
    int port_ = 0;
};

class TpmTest : public testing::Test {
protected:
    void SetUp() override
    {
        SKIP_WITHOUT_TPM();
        tpm.emplace(folder / "machine-1");
    }
    [[nodiscard]] HallSettings settings(const SoftTpm& machine) const
    {
        return {.name = "hall-301", .tpm = machine.tcti()};
    }
    /// The hall's folder as it is when its disk is in another machine: the same settings, another TPM behind them.
    void point_to(const std::filesystem::path& hall, const SoftTpm& machine) const
    {
        auto json = engine::parse_json(vault::read_text_file(hall / "hall.json", 1 << 16).value(), {}).value();
        json.as_object()["tpm"] = machine.tcti();
        ASSERT_TRUE(vault::write_file_durably(hall / "hall.json", crypto::bytes_of(engine::canonical_json(json) + "\n"),
                                              true, 0644));
    }

    TemporaryFolder folder;
    std::optional<SoftTpm> tpm;
};

TEST_F(TpmTest, GivesAKeyBackOnThisMachineAlsoAfterItWasSwitchedOff)
{
    const crypto::SecretBuffer key = crypto::random_secret(32);
    const auto sealed = open_tpm(tpm->tcti()).value()->seal(key);
    ASSERT_TRUE(sealed) << sealed.error().detail;
    EXPECT_LE(sealed->size(), vault::machine_sealed_bytes_max);
    EXPECT_EQ(crypto::text_of(*sealed).find(crypto::text_of(key.expose())), std::string::npos);
    for (int i = 0; i < 5; ++i) { // nothing is left behind in the TPM, which has little room
        const auto again = open_tpm(tpm->tcti()).value()->unseal(*sealed);
        ASSERT_TRUE(again) << again.error().detail;
        EXPECT_TRUE(crypto::equal_in_constant_time(*again, key));
    }
    tpm->stop();
    EXPECT_FALSE(open_tpm(tpm->tcti())) << "a TPM that is not there";
    tpm->start();
    const auto restarted = open_tpm(tpm->tcti()).value()->unseal(*sealed);
    ASSERT_TRUE(restarted) << restarted.error().detail;
    EXPECT_TRUE(crypto::equal_in_constant_time(*restarted, key));
}

TEST_F(TpmTest, AnotherMachineAndAlteredBytesAreRefused)
{
    const crypto::SecretBuffer key = crypto::random_secret(32);
    const crypto::Bytes sealed = open_tpm(tpm->tcti()).value()->seal(key).value();
    SoftTpm other{folder / "machine-2"};
    const auto elsewhere = open_tpm(other.tcti()).value()->unseal(sealed);
    ASSERT_FALSE(elsewhere);
    EXPECT_EQ(elsewhere.error().code, VaultError::wrong_host);
    EXPECT_THAT(elsewhere.error().detail, HasSubstr("copied from another machine"));
    const auto here = open_tpm(tpm->tcti()).value();
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, sealed.size() / 2, sealed.size() - 1}) {
        EXPECT_FALSE(here->unseal(crypto::ByteView{sealed}.first(size))) << size;
    }
    for (std::size_t at = 0; at < sealed.size(); at += 7) {
        crypto::Bytes altered = sealed;
        altered[at] ^= std::byte{1};
        const auto opened = here->unseal(altered);
        EXPECT_TRUE(!opened || crypto::equal_in_constant_time(*opened, key)) << at;
        EXPECT_FALSE(opened) << "byte " << at;
    }
    crypto::Bytes longer = sealed;
    longer.push_back(std::byte{0});
    EXPECT_FALSE(here->unseal(longer));
    EXPECT_TRUE(here->unseal(sealed)) << "refusals change nothing";
}

TEST_F(TpmTest, AHallKeepsItsKeyInTheTpmAndACopyOfItsFolderIsUseless)
{
    const auto hall = HallDirectory::create(folder / "hall", settings(*tpm), {}, TpmUse::require);
    ASSERT_TRUE(hall) << hall.error().detail;
    EXPECT_EQ(hall->identity_protection().value(), vault::ProtectionKind::machine);
    const auto identity = hall->identity();
    ASSERT_TRUE(identity) << identity.error().detail;
    EXPECT_EQ(identity->card(), vault::read_card(folder / "hall/hall.card.json").value());
    EXPECT_FALSE(vault::Identity::open(folder / "hall/hall.pvid", vault::FilePermissions{})) << "not without the TPM";

    std::filesystem::copy(folder / "hall", folder / "copy", std::filesystem::copy_options::recursive);
    SoftTpm other{folder / "machine-2"};
    point_to(folder / "copy", other);
    const auto copied = HallDirectory::open(folder / "copy").value().identity();
    ASSERT_FALSE(copied);
    EXPECT_EQ(copied.error().code, VaultError::wrong_host);
    point_to(folder / "copy", *tpm);
    EXPECT_TRUE(HallDirectory::open(folder / "copy").value().identity()) << "a restored backup on the same machine";

    std::filesystem::permissions(folder / "hall/hall.pvid", std::filesystem::perms{0640});
    const auto readable = hall->identity();
    ASSERT_FALSE(readable);
    EXPECT_EQ(readable.error().code, VaultError::not_permitted) << "the file's mode still counts";
}

TEST_F(TpmTest, OpensAPackageThatIsSealedForIt)
{
    const auto hall = HallDirectory::create(folder / "hall", settings(*tpm), {}, TpmUse::automatic);
    ASSERT_TRUE(hall) << hall.error().detail;
    ExamSite site{folder.path(), vault::read_card(folder / "hall/hall.card.json").value()};
    const auto now = wall_now();
    const SealedExam exam = site.seal(batch_around(now + std::chrono::minutes{30}, std::chrono::hours{1}), 2);
    const auto package = vault::PackageReader::open(exam.package);
    ASSERT_TRUE(package);
    auto opening = vault::HallOpening::begin(*package, hall->identity().value());
    ASSERT_TRUE(opening);
    for (const int custodian : {0, 1}) {
        ASSERT_TRUE(opening->add_share(vault::decode_share_part(site.share(exam, custodian)).value()));
    }
    ASSERT_TRUE(opening->add_release(vault::decode_release(site.release(exam, now)).value()));
    const auto keys = opening->open(now);
    ASSERT_TRUE(keys) << keys.error().detail;
    EXPECT_TRUE(package->read("paper", *keys));
}

TEST(HostKeyTest, WithoutATpmAutomaticMeansAFileAndRequireIsRefused)
{
    const TemporaryFolder folder;
    const HallSettings settings{.name = "hall-301", .tpm = "device:/nonexistent/tpm"};
    const auto required = HallDirectory::create(folder / "required", settings, {}, TpmUse::require);
    ASSERT_FALSE(required);
    EXPECT_EQ(required.error().code, VaultError::storage_failed);
    EXPECT_FALSE(std::filesystem::exists(folder / "required/hall.json"));
    const auto automatic = HallDirectory::create(folder / "automatic", settings, {}, TpmUse::automatic);
    ASSERT_TRUE(automatic) << automatic.error().detail;
    EXPECT_EQ(automatic->identity_protection().value(), vault::ProtectionKind::file_permissions);
    EXPECT_TRUE(automatic->identity());
}

TEST(HostKeyTest, HallsOfEarlierReleasesOpenAsBefore)
{
    const TemporaryFolder folder;
    ASSERT_TRUE(HallDirectory::create(folder / "hall", {.name = "hall-301"}, {}));
    auto json = engine::parse_json(vault::read_text_file(folder / "hall/hall.json", 1 << 16).value(), {}).value();
    EXPECT_EQ(json.as_object().erase("tpm"), 1U);
    ASSERT_TRUE(vault::write_file_durably(folder / "hall/hall.json",
                                          crypto::bytes_of(engine::canonical_json(json) + "\n"), true, 0644));
    const auto hall = HallDirectory::open(folder / "hall");
    ASSERT_TRUE(hall) << hall.error().detail;
    EXPECT_EQ(hall->settings().tpm, default_tcti);
    EXPECT_TRUE(hall->identity());
}

Outcome run(const std::string& arguments)
{
    return outcome_of(std::string{PAPERVAULT_BIN_DIR "/papervault-server "} + arguments + " 2>&1");
}

TEST_F(TpmTest, TheProgramSaysWhereTheKeyIsAndRefusesACopy)
{
    const std::string dir = (folder / "hall").string();
    const Outcome made =
        run(fmt::format("hall init --dir {} --name hall-301 --tpm require --tcti {} --json", dir, tpm->tcti()));
    ASSERT_EQ(made.exit_code, 0) << made.output;
    EXPECT_THAT(made.output, HasSubstr(R"("host_key":"tpm2")"));
    const Outcome status = run(fmt::format("hall status --dir {}", dir));
    EXPECT_EQ(status.exit_code, 0) << status.output;
    EXPECT_THAT(status.output, HasSubstr("in this machine's TPM"));

    const SoftTpm other{folder / "machine-2"};
    point_to(folder / "hall", other);
    const Outcome copied = run(fmt::format("hall status --dir {} --json", dir));
    EXPECT_EQ(copied.exit_code, 1);
    EXPECT_THAT(copied.output, HasSubstr(R"("error":"wrong_host")"));
    EXPECT_THAT(copied.output, HasSubstr("另一台机器"));
    const Outcome serve = run(fmt::format("hall serve --dir {}", dir));
    EXPECT_EQ(serve.exit_code, 1);
    EXPECT_THAT(serve.output, HasSubstr("另一台机器"));

    const Outcome plain = run(fmt::format("hall init --dir {}-2 --name hall-302 --tpm off --json", dir));
    EXPECT_EQ(plain.exit_code, 0) << plain.output;
    EXPECT_THAT(plain.output, HasSubstr(R"("host_key":"file")"));
    EXPECT_EQ(run(fmt::format("hall init --dir {}-3 --name hall-303 --tpm perhaps", dir)).exit_code != 0, true);
}

} // namespace
} // namespace papervault::server::test
