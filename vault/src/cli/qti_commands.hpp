#pragma once

#include "cli/command_tree.hpp"

#include <cstdint>

/// Items and tests of QTI, without a vault: scoring of cases, checks, tests.
namespace papervault::vault::cli {

struct ScoreQtiCases {
    File items; ///< A folder or zip archive; nothing outside it is read.
    File cases;
    std::uint64_t seed = 0;
};
struct CheckQti {
    std::vector<File> files; ///< Files of QTI, and packages.
};
struct ScoreQtiTest {
    File test;                 ///< A file, or a package.
    std::string inside;        ///< Which test of a package; empty for the only one.
    std::optional<File> items; ///< Instead of the test's own folder or package.
    File responses;
    std::string weight;
    std::uint64_t seed = 0;
};

struct QtiToBank {
    std::vector<File> files; ///< Items, and packages of items.
    std::string knowledge_point;
    File out; ///< JSONL as `bank import` reads it.
};
struct BankToQti {
    File items; ///< JSONL or CSV, docs/item-format.md.
    File out;   ///< Folder; one file an item.
};

[[nodiscard]] Result<Report> run(const ScoreQtiCases& command);
[[nodiscard]] Result<Report> run(const CheckQti& command);
[[nodiscard]] Result<Report> run(const ScoreQtiTest& command);
[[nodiscard]] Result<Report> run(const QtiToBank& command);
[[nodiscard]] Result<Report> run(const BankToQti& command);

/// `qti …`.
void add_qti_commands(CommandTree& tree);

} // namespace papervault::vault::cli
