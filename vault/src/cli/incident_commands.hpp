#pragma once

#include "cli/commands.hpp"

/// What a hall reports before the opening, and the two officers who let it go on (V6).
namespace papervault::vault::cli {

struct EnterIncident {
    VaultLogin login;
    File incident;
};
struct ClearIncident {
    VaultLogin login;
    std::string package, incident, reason;
    File out;
};

[[nodiscard]] Result<Report> run(const EnterIncident& command);
[[nodiscard]] Result<Report> run(const ClearIncident& command);

} // namespace papervault::vault::cli
