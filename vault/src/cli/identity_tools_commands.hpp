#pragma once

#include "cli/commands.hpp"

/// Identities on paper and on tokens.
namespace papervault::vault::cli {

/// Sheets of words, on the terminal one by one or as files to print.
struct WriteSheets {
    Login who;
    int needed = 2;
    int sheets = 3;
    std::optional<File> sheet_passphrase_file;
    std::optional<File> out;    ///< A folder; else on the terminal.
    std::string format = "pdf"; ///< "pdf" or "txt".
};
struct RecoverIdentity {
    std::optional<File> card;
    std::string name, id; ///< As printed on the sheets, where there is no card.
    std::string suite = "pv1";
    std::vector<File> sheets; ///< Text files; none: they are typed at the terminal.
    std::optional<File> sheet_passphrase_file;
    bool asks_passphrase = false;
    File out;
    Login protection;
};
/// The same identity under another protection, in another file.
struct ProtectIdentity {
    Login who;
    Login protection;
    File out;
};
struct ListTokens {
    File module;
};

[[nodiscard]] Result<Report> run(const WriteSheets& command);
[[nodiscard]] Result<Report> run(const RecoverIdentity& command);
[[nodiscard]] Result<Report> run(const ProtectIdentity& command);
[[nodiscard]] Result<Report> run(const ListTokens& command);

} // namespace papervault::vault::cli
