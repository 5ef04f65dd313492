#pragma once

#include "cli/commands.hpp"

#include <cstdint>

/// Items and tests of QTI, without a vault: scoring of cases, checks, tests.
namespace papervault::vault::cli {

struct ScoreQtiCases {
    File items; ///< Items are read from inside this folder only.
    File cases;
    std::uint64_t seed = 0;
};
struct CheckQti {
    std::vector<File> files;
};
struct ScoreQtiTest {
    File test;
    std::optional<File> items; ///< Instead of the test's own folder.
    File responses;
    std::string weight;
    std::uint64_t seed = 0;
};

struct QtiToBank {
    std::vector<File> files;
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

} // namespace papervault::vault::cli
