#include "cli/session.hpp"

#include "cli/terminal.hpp"

#include <fmt/format.h>

#include <cstdio>

#include <unistd.h>

namespace papervault::vault::cli {
namespace {

bool english = false;

Result<Protection> passphrase_protection(const Login& login, bool is_new)
{
    constexpr std::string_view without = "--passphrase-file, --key-file / --token";
    if (login.passphrase_file) {
        auto passphrase = secret_from_file(*login.passphrase_file);
        if (!passphrase) { return std::unexpected{passphrase.error()}; }
        return Protection{Passphrase{std::move(*passphrase)}};
    }
    auto first = ask_terminal(say("口令：", "Passphrase: "), Echo::off, without);
    if (!first) { return std::unexpected{first.error()}; }
    if (is_new) {
        const auto second = ask_terminal(say("再输入一次：", "Once more: "), Echo::off, without);
        if (!second) { return std::unexpected{second.error()}; }
        if (!crypto::equal_in_constant_time(*first, *second)) {
            return refuse(VaultError::wrong_passphrase_or_key, "the two passphrases differ; nothing was changed");
        }
        if (first->size_bytes() < 8) { return refuse(VaultError::malformed, "a passphrase has at least 8 characters"); }
    }
    return Protection{Passphrase{std::move(*first)}};
}

/// The token is looked for before its PIN is asked for, so that nobody types a PIN for nothing or into the wrong one.
Result<Protection> token_protection(const Login& login, const std::optional<TokenHint>& wanted)
{
    const auto found = find_token(*login.token, wanted, login.token_label);
    if (!found) { return std::unexpected{found.error()}; }
    Token token{.module = *login.token, .label = login.token_label, .key = login.token_key, .pin = std::nullopt};
    if (login.pin_file) {
        auto pin = secret_from_file(*login.pin_file);
        if (!pin) { return std::unexpected{pin.error()}; }
        token.pin = std::move(*pin);
    } else if (!found->pin_pad) {
        const std::string_view warning =
            found->pin_final_try ? say("（只剩最后一次！）", " (the last try before it locks!)") : "";
        auto pin = ask_terminal(
            fmt::format("{} {} ({}){}: ", say("令牌 PIN", "PIN of token"), found->label, found->serial, warning),
            Echo::off, "--pin-file");
        if (!pin) { return std::unexpected{pin.error()}; }
        token.pin = std::move(*pin);
    }
    return Protection{std::move(token)};
}

/// @param wanted  The token of an existing file; nothing for a new one, or a file without a token.
Result<Protection> protection_of(const Login& login, const std::optional<TokenHint>& wanted, bool is_new)
{
    const int ways = (login.key_file ? 1 : 0) + (login.passphrase_file ? 1 : 0) + (login.token ? 1 : 0);
    if (ways > 1) {
        return refuse(VaultError::conflict, "give one of --passphrase-file, --key-file and --token, not several");
    }
    if (login.key_file) { return Protection{KeyFile{*login.key_file}}; }
    if (login.token) { return token_protection(login, wanted); }
    return passphrase_protection(login, is_new);
}

} // namespace

engine::Instant wall_clock()
{
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

void choose_language(std::string_view option)
{
    english = language_of(option) == Language::english;
}

Language language()
{
    return english ? Language::english : Language::chinese;
}

std::string_view say(std::string_view chinese, std::string_view english_text)
{
    return english ? english_text : chinese;
}

Result<Protection> protection_for_new(const Login& login)
{
    return protection_of(login, std::nullopt, true);
}

Result<Identity> unlock(const Login& login)
{
    const auto kind = Identity::protection_of_file(login.identity);
    if (!kind) { return std::unexpected{kind.error()}; }
    const auto token = Identity::token_of_file(login.identity);
    if (!token) { return std::unexpected{token.error()}; }
    if (*kind == ProtectionKind::token && !login.token) {
        return refuse(
            VaultError::token_not_found,
            fmt::format("{} {} ({}): --token MODULE",
                        say("此身份由令牌保护，请用 --token 指明其驱动；令牌：",
                            "this identity is on a token; name its PKCS#11 module with --token; the token is"),
                        (*token)->label, (*token)->serial));
    }
    if (*kind == ProtectionKind::machine) {
        return refuse(
            VaultError::not_permitted,
            std::string{say("此身份只能由考场服务器本机使用", "this identity is for its own machine's server only")});
    }
    auto protection = protection_of(login, *token, false);
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
