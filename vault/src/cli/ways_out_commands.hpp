#pragma once

#include "cli/commands.hpp"

/// The lawful ways out when something breaks, each by two persons: withdrawal and the spare in its place (V8), another
/// host or custodian for a lock.
namespace papervault::vault::cli {

struct WithdrawPackage {
    VaultLogin login;
    std::string package, reason;
    File out;
};
struct ReplacePackage {
    VaultLogin login;
    std::string package, spare, reason;
};
struct GiveRecoveryHalf {
    Login who;
    File package, out;
};
struct MakeRewrap {
    Login who;
    File package, half, out;
    std::vector<File> earlier;
    File host_card, custodian_card;
    int share_index = 0; ///< 1 to 255: whose place the new custodian takes.
    std::string reason;
};
struct ConfirmRewrap {
    Login who;
    File package, rewrap, out;
    std::vector<File> earlier;
};
struct EnterRewrap {
    VaultLogin login;
    File rewrap;
};

[[nodiscard]] Result<Report> run(const WithdrawPackage& command);
[[nodiscard]] Result<Report> run(const ReplacePackage& command);
[[nodiscard]] Result<Report> run(const GiveRecoveryHalf& command);
[[nodiscard]] Result<Report> run(const MakeRewrap& command);
[[nodiscard]] Result<Report> run(const ConfirmRewrap& command);
[[nodiscard]] Result<Report> run(const EnterRewrap& command);

} // namespace papervault::vault::cli
