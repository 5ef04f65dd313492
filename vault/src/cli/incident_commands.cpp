#include "cli/incident_commands.hpp"

#include "cli/documents.hpp"
#include "cli/session.hpp"

#include <papervault/vault/packages.hpp>

#include <fmt/format.h>

namespace papervault::vault::cli {

Result<Report> run(const EnterIncident& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto text = read_text_file(command.incident, document_bytes_max);
    if (!text) { return std::unexpected{text.error()}; }
    const auto incident = decode_incident(*text);
    if (!incident) { return std::unexpected{incident.error()}; }
    if (auto entered = PackageRegister{session->vault}.enter_incident(*incident, wall_clock()); !entered) {
        return std::unexpected{entered.error()};
    }
    return Report{{{"package", incident->package_id},
                   {"incident", incident->id},
                   {"kind", incident->kind},
                   {"reason", incident->reason},
                   {"reported_by", incident->reported_by}},
                  fmt::format("{} {}\n  {}\n  {} {}, {}\n{}\n", say("事件", "Incident"), incident->id, incident->reason,
                              say("报告人：", "reported by"), incident->reported_by, local_time(incident->reported_at),
                              say("该试卷包的开启授权已停止。两人先后执行 package incident-clear 或 package withdraw。",
                                  "Nothing is released for this package. Two officers give: package incident-clear, or "
                                  "package withdraw."))};
}

Result<Report> run(const ClearIncident& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto clearance =
        PackageRegister{session->vault}.clear_incident(command.package, command.incident, command.reason, wall_clock());
    if (!clearance && clearance.error().code == VaultError::quorum_incomplete) {
        return Report{{{"package", command.package}, {"incident", command.incident}, {"state", "proposed"}},
                      fmt::format("{}\n", say("已提议。须由另一人再次执行本命令，方才生效。",
                                              "Proposed. Another officer has to give this command, too; then it is "
                                              "final."))};
    }
    if (!clearance) { return std::unexpected{clearance.error()}; }
    if (auto written = write_document(command.out, encode(*clearance)); !written) {
        return std::unexpected{written.error()};
    }
    return Report{{{"package", clearance->package_id},
                   {"incident", clearance->incident_id},
                   {"state", "cleared"},
                   {"file", command.out.string()}},
                  fmt::format("{} {}\n{} hall ctl release --file {}\n", say("已准许继续：", "Cleared:"),
                              clearance->incident_id, say("告知考场：", "Tell the hall:"), command.out.string())};
}

} // namespace papervault::vault::cli
