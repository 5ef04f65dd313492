#pragma once

#include "cli/command_tree.hpp"

#include <optional>
#include <string>

/// How a batch is scored and judged: proposed by one officer, approved by another, fixed when its paper is sealed.
namespace papervault::vault::cli {

struct ShowPolicy {
    VaultLogin login;
    std::string batch;
};
struct ProposePolicy {
    VaultLogin login;
    std::string batch;
    std::string reason;
    std::optional<File> file; ///< JSON; what is named beside it goes before it.
    /// As in the file; empty for what is not named.
    std::string multiple, order, match, fill, penalty, floor, excellent, good, pass;
    std::optional<int> places;
    bool half_even = false;
};
struct ApprovePolicy {
    VaultLogin login;
    std::string batch;
    std::string digest;
};

[[nodiscard]] Result<Report> run(const ShowPolicy& command);
[[nodiscard]] Result<Report> run(const ProposePolicy& command);
[[nodiscard]] Result<Report> run(const ApprovePolicy& command);

/// `batch policy`, `batch policy-set`, `batch policy-approve`.
void add_policy_commands(CommandTree& tree, CLI::App* batches);

} // namespace papervault::vault::cli
