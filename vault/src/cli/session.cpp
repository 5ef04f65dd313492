#include "cli/session.hpp"

#include <papervault/vault/files.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

namespace papervault::vault::cli {
namespace {

constexpr std::size_t passphrase_bytes_max = 1024;
bool english = false;

/// Reads one line from the terminal without showing it.
Result<crypto::SecretBuffer> ask(std::string_view prompt)
{
    const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (terminal < 0) {
        return refuse(VaultError::wrong_passphrase_or_key,
                      "no terminal to ask for the passphrase on; use --passphrase-file or --key-file");
    }
    struct Restore {
        int descriptor;
        termios before{};
        bool changed = false;
        ~Restore()
        {
            if (changed) { tcsetattr(descriptor, TCSAFLUSH, &before); }
            ::close(descriptor);
        }
    } restore{terminal};
    if (tcgetattr(terminal, &restore.before) == 0) {
        termios silent = restore.before;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        restore.changed = tcsetattr(terminal, TCSAFLUSH, &silent) == 0;
    }
    if (::write(terminal, prompt.data(), prompt.size()) < 0) {
        return refuse(VaultError::storage_failed, "the terminal can't be written");
    }
    crypto::SecretBuffer line{passphrase_bytes_max};
    std::size_t length = 0;
    for (;;) {
        char c = 0;
        const auto got = ::read(terminal, &c, 1);
        if (got <= 0 || c == '\n') { break; }
        if (length == line.size_bytes()) {
            return refuse(VaultError::malformed, "the passphrase is longer than 1024 bytes");
        }
        line.expose()[length++] = static_cast<std::byte>(c);
    }
    std::ignore = ::write(terminal, "\n", 1);
    return crypto::SecretBuffer::copy_of(std::span{line.expose()}.first(length));
}

Result<crypto::SecretBuffer> passphrase_from(const std::filesystem::path& file)
{
    auto bytes = read_file(file, passphrase_bytes_max);
    if (!bytes) { return std::unexpected{bytes.error()}; }
    std::size_t length = bytes->size();
    while (length > 0 && ((*bytes)[length - 1] == std::byte{'\n'} || (*bytes)[length - 1] == std::byte{'\r'})) {
        --length;
    }
    crypto::SecretBuffer passphrase = crypto::SecretBuffer::copy_of(crypto::ByteView{*bytes}.first(length));
    crypto::wipe(*bytes);
    if (length == 0) { return refuse(VaultError::malformed, file.string() + " holds no passphrase"); }
    return passphrase;
}

struct Headline {
    VaultError code;
    std::string_view chinese, english;
};
constexpr std::array headlines{
    Headline{VaultError::not_found, "找不到", "not found"},
    Headline{VaultError::already_exists, "已经存在", "exists already"},
    Headline{VaultError::malformed, "格式有误", "malformed"},
    Headline{VaultError::wrong_passphrase_or_key, "口令或密钥文件不正确", "wrong passphrase or key file"},
    Headline{VaultError::authentication_failed, "密钥不符或数据被改动", "wrong key or altered data"},
    Headline{VaultError::signature_invalid, "签名无效", "signature invalid"},
    Headline{VaultError::release_time_not_reached, "未到开启时间", "release time not reached"},
    Headline{VaultError::expired, "已过有效期", "expired"},
    Headline{VaultError::quorum_incomplete, "人数不足，不能开启", "quorum incomplete"},
    Headline{VaultError::share_invalid, "份额无效", "share invalid"},
    Headline{VaultError::wrong_host, "不是为本考场封装的", "sealed for another hall"},
    Headline{VaultError::wrong_batch, "批次不符", "another batch"},
    Headline{VaultError::already_used, "试卷已使用过", "already used"},
    Headline{VaultError::not_permitted, "无此权限", "not permitted"},
    Headline{VaultError::conflict, "当前状态不允许", "not possible now"},
    Headline{VaultError::infeasible, "题库不能满足组卷计划书", "blueprint can't be met"},
    Headline{VaultError::chain_broken, "记录链不符", "the record does not fit"},
    Headline{VaultError::engine_mismatch, "计算结果与封装时不符", "this program computes something else"},
    Headline{VaultError::suite_refused, "不接受该密码算法套件", "suite not accepted"},
    Headline{VaultError::withdrawn, "试卷包已撤回", "package withdrawn"},
    Headline{VaultError::storage_failed, "存储失败", "storage failed"},
};

} // namespace

engine::Instant wall_clock()
{
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

void choose_language(std::string_view option)
{
    if (option == "en" || option == "zh") {
        english = option == "en";
        return;
    }
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe): before any thread starts
        if (value != nullptr && *value != '\0') {
            english = std::string_view{value}.starts_with("en");
            return;
        }
    }
}

std::string_view say(std::string_view chinese, std::string_view english_text)
{
    return english ? english_text : chinese;
}

std::string headline(VaultError code)
{
    for (const Headline& each : headlines) {
        if (each.code == code) { return std::string{say(each.chinese, each.english)}; }
    }
    return std::string{to_text(code)};
}

Result<Protection> protection_of(const Login& login, bool twice)
{
    if (login.key_file && login.passphrase_file) {
        return refuse(VaultError::conflict, "give either --passphrase-file or --key-file, not both");
    }
    if (login.key_file) { return Protection{KeyFile{*login.key_file}}; }
    if (login.passphrase_file) {
        auto passphrase = passphrase_from(*login.passphrase_file);
        if (!passphrase) { return std::unexpected{passphrase.error()}; }
        return Protection{Passphrase{std::move(*passphrase)}};
    }
    auto first = ask(say("口令：", "Passphrase: "));
    if (!first) { return std::unexpected{first.error()}; }
    if (twice) {
        const auto second = ask(say("再输入一次：", "Once more: "));
        if (!second) { return std::unexpected{second.error()}; }
        if (!crypto::equal_in_constant_time(*first, *second)) {
            return refuse(VaultError::wrong_passphrase_or_key, "the two passphrases differ; nothing was changed");
        }
    }
    if (twice && first->size_bytes() < 8) {
        return refuse(VaultError::malformed, "a passphrase has at least 8 characters");
    }
    return Protection{Passphrase{std::move(*first)}};
}

Result<Identity> unlock(const Login& login)
{
    if (auto card = Identity::card_of_file(login.identity); !card) { return std::unexpected{card.error()}; }
    auto protection = protection_of(login, false);
    if (!protection) { return std::unexpected{protection.error()}; }
    return Identity::open(login.identity, *protection);
}

Result<Session> open_vault(const VaultLogin& login)
{
    auto who = unlock(login.who);
    if (!who) { return std::unexpected{who.error()}; }
    auto vault = OfficeVault::open(login.vault, *who);
    if (!vault) { return std::unexpected{vault.error()}; }
    return Session{std::move(*who), std::move(*vault)};
}

std::function<void(std::size_t, std::size_t)> progress_line(std::string_view what)
{
    if (::isatty(STDERR_FILENO) == 0) { return {}; }
    return [name = std::string{what}](std::size_t done, std::size_t all) {
        std::fprintf(stderr, "\r%s %zu/%zu ", name.c_str(), done, all);
        if (done == all) { std::fputs("\r\x1b[K", stderr); }
        std::fflush(stderr);
    };
}

} // namespace papervault::vault::cli
