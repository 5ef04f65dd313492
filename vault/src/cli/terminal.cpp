#include "cli/terminal.hpp"

#include <papervault/vault/files.hpp>

#include <string>
#include <tuple>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

namespace papervault::vault::cli {
namespace {

constexpr std::size_t line_bytes_max = 1024;

/// /dev/tty, as it was when it goes.
class Terminal {
public:
    Terminal() : descriptor_{::open("/dev/tty", O_RDWR | O_CLOEXEC)} {}
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    ~Terminal()
    {
        if (changed_) { tcsetattr(descriptor_, TCSAFLUSH, &before_); }
        if (descriptor_ >= 0) { ::close(descriptor_); }
    }
    [[nodiscard]] bool is_there() const noexcept { return descriptor_ >= 0; }
    void be_silent()
    {
        if (tcgetattr(descriptor_, &before_) != 0) { return; }
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        changed_ = tcsetattr(descriptor_, TCSAFLUSH, &silent) == 0;
    }
    [[nodiscard]] bool write(crypto::ByteView text) const
    {
        while (!text.empty()) {
            const auto written = ::write(descriptor_, text.data(), text.size());
            if (written <= 0) { return false; }
            text = text.subspan(static_cast<std::size_t>(written));
        }
        return true;
    }
    /// @return False at the end of input.
    [[nodiscard]] bool read(char& c) const { return ::read(descriptor_, &c, 1) == 1; }

private:
    int descriptor_;
    termios before_{};
    bool changed_ = false;
};

std::unexpected<VaultFailure> no_terminal(std::string_view without)
{
    return refuse(VaultError::not_found, "there is no terminal to ask on; use " + std::string{without});
}

} // namespace

Result<crypto::SecretBuffer> ask_terminal(std::string_view prompt, Echo echo, std::string_view without)
{
    Terminal terminal;
    if (!terminal.is_there()) { return no_terminal(without); }
    if (echo == Echo::off) { terminal.be_silent(); }
    if (!terminal.write(crypto::bytes_of(prompt))) {
        return refuse(VaultError::storage_failed, "the terminal can't be written");
    }
    crypto::SecretBuffer line{line_bytes_max};
    std::size_t length = 0;
    for (;;) {
        char c = 0;
        const bool got = terminal.read(c);
        if (!got && length == 0) { return refuse(VaultError::not_found, "nothing was typed"); }
        if (!got || c == '\n') { break; }
        if (length == line.size_bytes()) { return refuse(VaultError::malformed, "a line is at most 1024 bytes"); }
        line.expose()[length++] = static_cast<std::byte>(c);
    }
    if (echo == Echo::off) { std::ignore = terminal.write(crypto::bytes_of("\n")); }
    return crypto::SecretBuffer::copy_of(std::span{line.expose()}.first(length));
}

Result<void> show_on_terminal(crypto::ByteView text, std::string_view without)
{
    const Terminal terminal;
    if (!terminal.is_there()) { return no_terminal(without); }
    if (!terminal.write(text)) { return refuse(VaultError::storage_failed, "the terminal can't be written"); }
    return {};
}

Result<crypto::SecretBuffer> secret_from_file(const std::filesystem::path& file)
{
    auto bytes = read_file(file, line_bytes_max);
    if (!bytes) { return std::unexpected{bytes.error()}; }
    std::size_t length = bytes->size();
    while (length > 0 && ((*bytes)[length - 1] == std::byte{'\n'} || (*bytes)[length - 1] == std::byte{'\r'})) {
        --length;
    }
    crypto::SecretBuffer secret = crypto::SecretBuffer::copy_of(crypto::ByteView{*bytes}.first(length));
    crypto::wipe(*bytes);
    if (length == 0) { return refuse(VaultError::malformed, file.string() + " is empty"); }
    return secret;
}

} // namespace papervault::vault::cli
