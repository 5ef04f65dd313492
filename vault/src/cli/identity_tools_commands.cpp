#include "cli/identity_tools_commands.hpp"

#include "cli/session.hpp"
#include "cli/terminal.hpp"
#include "print/printed_form.hpp"

#include <papervault/vault/files.hpp>
#include <papervault/vault/paper_backup.hpp>

#include <fmt/format.h>

namespace papervault::vault::cli {
namespace {

constexpr std::string_view without_terminal = "--sheet / --out";

Result<crypto::SecretBuffer> sheet_passphrase(const std::optional<File>& file)
{
    if (!file) { return crypto::SecretBuffer{0}; }
    return secret_from_file(*file);
}

/// One wide column of numbered words: what a person copies by hand.
crypto::SecretBuffer numbered(crypto::ByteView words)
{
    constexpr std::size_t a_line = 5;
    crypto::SecretBuffer text{words.size() * 8};
    std::size_t length = 0;
    const auto put = [&](std::string_view piece) {
        for (const char c : piece) { text.expose()[length++] = static_cast<std::byte>(c); }
    };
    std::size_t number = 0;
    for (std::size_t at = 0; at < words.size();) {
        const bool first = number % a_line == 0;
        put(fmt::format("{}{:>4}. ", first ? "\n" : "  ", ++number));
        std::size_t width = 0;
        for (; at < words.size() && words[at] != std::byte{' '}; ++at, ++width) { text.expose()[length++] = words[at]; }
        ++at;
        for (; width < 8; ++width) { put(" "); }
    }
    put("\n");
    return crypto::SecretBuffer::copy_of(text.expose().first(length));
}

Result<void> show(const WriteSheets& command, const IdentityCard& card, const std::vector<PaperSheet>& sheets)
{
    for (const PaperSheet& sheet : sheets) {
        const std::string heading =
            fmt::format("\x1b[2J\x1b[H{} ({}) {}\n{} {} / {}; {} {}\n", card.name, card.id(),
                        crypto::to_text(card.suite()), say("助记词纸，第", "Sheet of words"), sheet.number,
                        command.sheets, say("恢复需要张数：", "needed to recover:"), command.needed);
        if (auto shown = show_on_terminal(crypto::bytes_of(heading), without_terminal); !shown) { return shown; }
        if (auto shown = show_on_terminal(numbered(sheet.words.expose()).expose(), without_terminal); !shown) {
            return shown;
        }
        const auto next =
            ask_terminal(say("\n抄写并核对后按回车，屏幕将清空：", "\nCopy and compare it, then press Enter; "
                                                                   "the screen is cleared: "),
                         Echo::off, without_terminal);
        if (!next) { return std::unexpected{next.error()}; }
    }
    return show_on_terminal(crypto::bytes_of("\x1b[2J\x1b[3J\x1b[H"), without_terminal);
}

Result<crypto::Bytes> file_of(const WriteSheets& command, const IdentityCard& card, const PaperSheet& sheet)
{
    if (command.format == "txt") { return crypto::Bytes{sheet.words.expose().begin(), sheet.words.expose().end()}; }
    auto form =
        print::identity_sheet_form(card, {.number = sheet.number, .of = command.sheets, .needed = command.needed},
                                   sheet.words.expose(), wall_clock());
    auto pdf = print::to_pdf(form);
    print::wipe(form);
    return pdf;
}

/// The files' names, for the report.
Result<std::vector<std::string>> write(const WriteSheets& command, const IdentityCard& card,
                                       const std::vector<PaperSheet>& sheets)
{
    std::error_code error;
    if (!std::filesystem::is_directory(*command.out, error)) {
        return refuse(VaultError::not_found, command.out->string() + " is no folder");
    }
    std::vector<std::string> names;
    for (const PaperSheet& sheet : sheets) {
        auto bytes = file_of(command, card, sheet);
        if (!bytes) { return std::unexpected{bytes.error()}; }
        const File file =
            *command.out / fmt::format("sheet-{}-{}-of-{}.{}", card.id(), sheet.number, command.sheets, command.format);
        auto written = write_file_durably(file, *bytes, false);
        crypto::wipe(*bytes);
        if (!written) { return std::unexpected{written.error()}; }
        names.push_back(file.string());
    }
    return names;
}

/// What is wrong with a sheet, for the person who has it before him.
VaultFailure explained(VaultFailure failure, crypto::ByteView words)
{
    std::string help;
    for (const crypto::UnknownWord& unknown : crypto::unknown_mnemonic_words(words)) {
        std::string nearest;
        for (const std::string_view word : unknown.nearest) {
            nearest += fmt::format("{}{}", nearest.empty() ? "" : say("、", ", "), word);
        }
        help += fmt::format("\n  {} {}{}{}{}", say("第", "word"), unknown.number,
                            say(" 个词不在词表中", " is not in the list"),
                            nearest.empty() ? "" : say("，相近的是：", "; it looks like: "), nearest);
    }
    if (help.empty() && failure.code == VaultError::malformed) {
        if (const auto number = crypto::suspicious_mnemonic_word(words)) {
            help = fmt::format("\n  {} {}{}", say("很可能错在第", "most likely it is word"), *number, say(" 个词", ""));
        }
    }
    failure.detail += help;
    return failure;
}

Result<void> read_sheets(PaperRecovery& recovery, const std::vector<File>& files)
{
    for (const File& file : files) {
        auto bytes = read_file(file, crypto::mnemonic_text_bytes_max);
        if (!bytes) { return std::unexpected{bytes.error()}; }
        const auto words = crypto::SecretBuffer::copy_of(*bytes);
        crypto::wipe(*bytes);
        if (auto added = recovery.add(words.expose()); !added) {
            auto failure = explained(added.error(), words.expose());
            failure.detail = file.string() + ": " + failure.detail;
            return std::unexpected{std::move(failure)};
        }
    }
    return {};
}

/// Lines until an empty one.
Result<crypto::SecretBuffer> type_sheet(std::string_view prompt)
{
    if (auto shown = show_on_terminal(crypto::bytes_of(prompt), without_terminal); !shown) {
        return std::unexpected{shown.error()};
    }
    crypto::SecretBuffer words{crypto::mnemonic_text_bytes_max};
    std::size_t length = 0;
    for (;;) {
        const auto line = ask_terminal("> ", Echo::on, without_terminal);
        if (!line) { return std::unexpected{line.error()}; }
        if (line->size_bytes() == 0 && length > 0) { break; }
        if (length + line->size_bytes() + 1 > words.size_bytes()) {
            return refuse(VaultError::malformed, "that is more than a sheet");
        }
        for (const std::byte c : line->expose()) { words.expose()[length++] = c; }
        words.expose()[length++] = std::byte{' '};
    }
    return crypto::SecretBuffer::copy_of(words.expose().first(length));
}

Result<void> type_sheets(PaperRecovery& recovery)
{
    while (!recovery.complete()) {
        const std::string prompt = fmt::format(
            "\n{} {}{}\n", say("第", "Sheet"), recovery.given() + 1,
            recovery.needed() == 0 ? std::string{say(" 张：输入全部单词，可分多行，空行结束",
                                                     ": type all its words, on as many lines as you like; an "
                                                     "empty line ends it")}
                                   : fmt::format(" / {}", recovery.needed()));
        const auto words = type_sheet(prompt);
        if (!words) { return std::unexpected{words.error()}; }
        auto added = recovery.add(words->expose());
        if (added) { continue; }
        const auto failure = explained(added.error(), words->expose());
        const std::string answer = failure_text(failure, language()) + "\n";
        if (auto shown = show_on_terminal(crypto::bytes_of(answer), without_terminal); !shown) { return shown; }
    }
    return {};
}

Result<ExpectedIdentity> expected_by(const RecoverIdentity& command)
{
    if (command.card) {
        const auto card = read_card(*command.card);
        if (!card) { return std::unexpected{card.error()}; }
        return expect_card(*card);
    }
    if (command.name.empty()) {
        return refuse(VaultError::malformed, "give the identity's card (--card), or --name and --id from the sheets");
    }
    const auto suite = crypto::suite_from_text(command.suite);
    if (!suite) { return refuse(VaultError::malformed, "'" + command.suite + "' is no suite; suites: pv1, gm1"); }
    return ExpectedIdentity{.name = command.name, .id = command.id, .suite = *suite};
}

Report file_report(std::string_view chinese, std::string_view english, const Identity& identity, const File& file)
{
    return {{{"name", identity.card().name}, {"id", identity.card().id()}, {"identity", file.string()}},
            fmt::format("{} {} ({})\n  {}\n", say(chinese, english), identity.card().name, identity.card().id(),
                        file.string())};
}

std::string state_of(const TokenInfo& token)
{
    if (token.pin_locked) { return std::string{say("PIN 已锁定", "PIN locked")}; }
    if (token.pin_final_try) { return std::string{say("PIN 只剩最后一次", "one PIN try left")}; }
    if (token.pin_count_low) { return std::string{say("PIN 曾输错", "wrong PINs counted")}; }
    if (!token.has_pin) { return std::string{say("未设 PIN", "no PIN yet")}; }
    return std::string{token.can_agree ? say("可用", "ready") : say("不支持 ECDH", "knows no ECDH")};
}

} // namespace

Result<Report> run(const WriteSheets& command)
{
    const auto identity = unlock(command.who);
    if (!identity) { return std::unexpected{identity.error()}; }
    const auto passphrase = sheet_passphrase(command.sheet_passphrase_file);
    if (!passphrase) { return std::unexpected{passphrase.error()}; }
    const auto sheets = write_on_paper(*identity, command.needed, command.sheets, *passphrase);
    if (!sheets) { return std::unexpected{sheets.error()}; }
    const IdentityCard& card = identity->card();
    boost::json::array files;
    std::string text = fmt::format("{} {} ({}): {} / {}\n", say("助记词纸", "Sheets of words of"), card.name, card.id(),
                                   command.needed, command.sheets);
    if (command.out) {
        const auto written = write(command, card, *sheets);
        if (!written) { return std::unexpected{written.error()}; }
        for (const std::string& file : *written) {
            files.push_back(boost::json::string{file});
            text += "  " + file + "\n";
        }
        text +=
            fmt::format("{}\n", say("打印后请销毁这些文件；每张交给不同的人，或分处存放。",
                                    "Destroy these files once they are printed; keep each sheet with another person or "
                                    "in another place."));
    } else if (auto shown = show(command, card, *sheets); !shown) {
        return std::unexpected{shown.error()};
    }
    return Report{{{"name", card.name},
                   {"id", card.id()},
                   {"needed", command.needed},
                   {"sheets", command.sheets},
                   {"files", files}},
                  text};
}

Result<Report> run(const RecoverIdentity& command)
{
    const auto expected = expected_by(command);
    if (!expected) { return std::unexpected{expected.error()}; }
    PaperRecovery recovery;
    auto read = command.sheets.empty() ? type_sheets(recovery) : read_sheets(recovery, command.sheets);
    if (!read) { return std::unexpected{read.error()}; }
    auto passphrase = command.asks_passphrase ? ask_terminal(say("助记词的口令：", "Passphrase of the sheets: "),
                                                             Echo::off, "--sheet-passphrase-file")
                                              : sheet_passphrase(command.sheet_passphrase_file);
    if (!passphrase) { return std::unexpected{passphrase.error()}; }
    if (!recovery.complete()) {
        return refuse(VaultError::quorum_incomplete, fmt::format("{} {} / {}", say("助记词纸不够：", "too few sheets:"),
                                                                 recovery.given(), recovery.needed()));
    }
    const auto identity = recovery.recover(*expected, *passphrase);
    if (!identity) { return std::unexpected{identity.error()}; }
    const auto protection = protection_for_new(command.protection);
    if (!protection) { return std::unexpected{protection.error()}; }
    if (auto saved = identity->save(command.out, *protection); !saved) { return std::unexpected{saved.error()}; }
    return file_report("已恢复身份：", "Identity recovered:", *identity, command.out);
}

Result<Report> run(const ProtectIdentity& command)
{
    const auto identity = unlock(command.who);
    if (!identity) { return std::unexpected{identity.error()}; }
    const auto protection = protection_for_new(command.protection);
    if (!protection) { return std::unexpected{protection.error()}; }
    if (auto saved = identity->save(command.out, *protection); !saved) { return std::unexpected{saved.error()}; }
    auto report = file_report("已写入新文件：", "Written as a new file:", *identity, command.out);
    report.text += fmt::format(
        "{} {}\n", say("试用新文件无误后，请销毁旧文件：", "Destroy the old file once the new one has been tried:"),
        command.who.identity.string());
    return report;
}

Result<Report> run(const ListTokens& command)
{
    const auto tokens = list_tokens(command.module);
    if (!tokens) { return std::unexpected{tokens.error()}; }
    boost::json::array listed;
    std::string text;
    for (const TokenInfo& token : *tokens) {
        listed.push_back({{"label", token.label},
                          {"serial", token.serial},
                          {"manufacturer", token.manufacturer},
                          {"model", token.model},
                          {"has_pin", token.has_pin},
                          {"pin_pad", token.pin_pad},
                          {"pin_count_low", token.pin_count_low},
                          {"pin_final_try", token.pin_final_try},
                          {"pin_locked", token.pin_locked},
                          {"can_unlock_identities", token.can_agree}});
        text += fmt::format("{} ({}) {} {}: {}\n", token.label, token.serial, token.manufacturer, token.model,
                            state_of(token));
    }
    if (tokens->empty()) { text = fmt::format("{}\n", say("没有插入令牌", "no token is plugged in")); }
    return Report{{{"tokens", listed}}, text};
}

} // namespace papervault::vault::cli
