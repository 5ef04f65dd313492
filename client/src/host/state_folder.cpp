#include <papervault/client/state_folder.hpp>

#include <papervault/crypto/certificate.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace papervault::client {
namespace {

constexpr std::size_t file_bytes_max = 64 * 1024;
constexpr std::string_view key_end = "-----END PRIVATE KEY-----\n";
constexpr std::string_view certificate_end = "-----END CERTIFICATE-----\n";

class Descriptor {
public:
    explicit Descriptor(int number) noexcept : number_{number} {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor()
    {
        if (number_ >= 0) { ::close(number_); }
    }
    [[nodiscard]] int get() const noexcept { return number_; }
    [[nodiscard]] bool good() const noexcept { return number_ >= 0; }

private:
    int number_;
};

std::unexpected<ClientFailure> failed(std::string_view what, const std::filesystem::path& file)
{
    return refuse(ClientError::storage_failed, fmt::format("{} {}: {}", what, file.string(), std::strerror(errno)));
}

/// Cuts the text behind the first `end` off the front; empty if there is none.
std::string_view take_through(std::string_view& text, std::string_view end)
{
    const std::size_t at = text.find(end);
    if (at == std::string_view::npos) { return {}; }
    const std::string_view taken = text.substr(0, at + end.size());
    text.remove_prefix(taken.size());
    return taken;
}

bool write_all(int descriptor, crypto::ByteView bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) { continue; }
        if (written <= 0) { return false; }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return true;
}

Result<void> sync_folder(const std::filesystem::path& folder)
{
    const Descriptor descriptor{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!descriptor.good() || ::fsync(descriptor.get()) != 0) { return failed("sync", folder); }
    return {};
}

} // namespace

std::filesystem::path StateFolder::file_of(int seat) const
{
    return folder_ / fmt::format("seat-{:02}.pem", seat);
}

Result<std::optional<KioskIdentity>> StateFolder::load(int seat) const
{
    const auto file = file_of(seat);
    const Descriptor descriptor{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
    if (!descriptor.good()) {
        if (errno == ENOENT) { return std::optional<KioskIdentity>{}; }
        return failed("open", file);
    }
    struct stat status{};
    if (::fstat(descriptor.get(), &status) != 0) { return failed("look at", file); }
    if (!S_ISREG(status.st_mode) || (status.st_mode & 077) != 0) {
        return refuse(ClientError::storage_failed, fmt::format("{}: others may read it", file.string()));
    }
    if (status.st_size <= 0 || static_cast<std::size_t>(status.st_size) > file_bytes_max) {
        return refuse(ClientError::malformed, fmt::format("{}: no identity", file.string()));
    }
    crypto::SecretBuffer content{static_cast<std::size_t>(status.st_size)};
    std::size_t filled = 0;
    while (filled < content.size_bytes()) {
        const auto rest = content.expose().subspan(filled);
        const ssize_t got = ::read(descriptor.get(), rest.data(), rest.size());
        if (got < 0 && errno == EINTR) { continue; }
        if (got <= 0) { return failed("read", file); }
        filled += static_cast<std::size_t>(got);
    }
    const auto view = content.expose();
    std::string_view rest{reinterpret_cast<const char*>(view.data()), view.size()};
    const std::string_view key = take_through(rest, key_end);
    const std::string_view certificate = take_through(rest, certificate_end);
    const std::string_view authority = take_through(rest, certificate_end);
    if (key.empty() || certificate.empty() || authority.empty() || !rest.empty()) {
        return refuse(ClientError::malformed, fmt::format("{}: no identity", file.string()));
    }
    const auto name = crypto::certificate_name(certificate);
    if (!name || name->role != "kiosk" || name->name != fmt::format("seat-{:02}", seat)) {
        return refuse(ClientError::malformed, fmt::format("{}: not this seat's certificate", file.string()));
    }
    return KioskIdentity{.key_pem = crypto::SecretBuffer::copy_of(crypto::bytes_of(key)),
                         .certificate_pem = std::string{certificate},
                         .authority_pem = std::string{authority}};
}

Result<void> StateFolder::store(int seat, const KioskIdentity& identity) const
{
    std::error_code problem;
    const bool made = std::filesystem::create_directories(folder_, problem);
    if (problem) {
        return refuse(ClientError::storage_failed, fmt::format("make {}: {}", folder_.string(), problem.message()));
    }
    if (made) { std::filesystem::permissions(folder_, std::filesystem::perms::owner_all, problem); }

    const auto file = file_of(seat);
    auto new_file = file;
    new_file += ".new";
    if (::unlink(new_file.c_str()) != 0 && errno != ENOENT) { return failed("remove", new_file); }
    {
        const Descriptor descriptor{::open(new_file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
        if (!descriptor.good()) { return failed("make", new_file); }
        const bool written = write_all(descriptor.get(), identity.key_pem.expose()) &&
                             write_all(descriptor.get(), crypto::bytes_of(identity.certificate_pem)) &&
                             write_all(descriptor.get(), crypto::bytes_of(identity.authority_pem));
        if (!written || ::fsync(descriptor.get()) != 0) { return failed("write", new_file); }
    }
    if (::rename(new_file.c_str(), file.c_str()) != 0) { return failed("rename", new_file); }
    return sync_folder(folder_);
}

Result<void> StateFolder::forget(int seat) const
{
    if (::unlink(file_of(seat).c_str()) != 0) {
        if (errno == ENOENT) { return {}; }
        return failed("remove", file_of(seat));
    }
    return sync_folder(folder_);
}

} // namespace papervault::client
