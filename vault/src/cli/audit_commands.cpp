#include "cli/commands.hpp"
#include "cli/session.hpp"

#include <papervault/vault/audit.hpp>
#include <papervault/vault/files.hpp>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace papervault::vault::cli {

Result<Report> run(const VerifyAudit& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    std::vector<std::string> kept;
    for (const File& file : command.checkpoints) {
        auto text = read_text_file(file, 64 * 1024);
        if (!text) { return std::unexpected{text.error()}; }
        kept.push_back(std::move(*text));
    }
    const auto audit = verify_vault(session->vault, kept, {});
    if (!audit) { return std::unexpected{audit.error()}; }
    boost::json::array findings;
    std::string text;
    for (const AuditFinding& finding : audit->findings) {
        findings.push_back({{"subject", finding.subject}, {"good", finding.good}, {"detail", finding.detail}});
        text += fmt::format("  {} {}: {}\n", finding.good ? "✓" : "✗", finding.subject, finding.detail);
    }
    if (!audit->good()) {
        const AuditFinding& first = audit->findings.back();
        return refuse(VaultError::chain_broken, first.subject + ": " + first.detail);
    }
    return Report{{{"good", true}, {"entries", audit->entries}, {"findings", findings}},
                  text + fmt::format("{} ({} {})\n",
                                     say("记录链完整，各项相符。", "The chain is whole and everything fits."),
                                     audit->entries, say("条记录", "entries"))};
}

Result<Report> run(const ShowLedger& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    boost::json::array listed;
    std::string text;
    for (const std::string& each : session->vault.ledger().texts(command.from, command.count)) {
        const auto entry = decode_ledger_entry(each);
        if (!entry) { return std::unexpected{entry.error()}; }
        listed.push_back({{"index", entry->index},
                          {"time", engine::to_text(entry->time)},
                          {"actor", entry->actor.name},
                          {"action", entry->action},
                          {"subject", entry->subject}});
        text += fmt::format("{:>5}  {}  {:<12} {:<20} {}\n", entry->index, local_time(entry->time), entry->actor.name,
                            entry->action, boost::json::serialize(entry->subject).substr(0, 120));
    }
    return Report{{{"entries", listed}}, text};
}

Result<Report> run(const ExportLedger& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    std::error_code error;
    std::filesystem::create_directories(command.out, error);
    if (error) { return refuse(VaultError::storage_failed, command.out.string() + ": " + error.message()); }
    std::string lines;
    for (const std::string& each : session->vault.ledger().texts(0, INT64_MAX)) { lines += each + "\n"; }
    const auto note = session->vault.write_checkpoint();
    if (!note) { return std::unexpected{note.error()}; }
    for (const auto& [name, text] :
         {std::pair<const char*, std::string_view>{"ledger.jsonl", lines}, {"ledger.checkpoint", *note}}) {
        if (auto written = write_file_durably(command.out / name, crypto::bytes_of(text), true, 0644); !written) {
            return std::unexpected{written.error()};
        }
    }
    if (auto card = write_file_durably(
            command.out / "office.card.json",
            crypto::bytes_of(boost::json::serialize(to_json(session->vault.office_identity().card()))), true, 0644);
        !card) {
        return std::unexpected{card.error()};
    }
    return Report{
        {{"folder", command.out.string()}},
        fmt::format("{} {}\n{}\n", say("已导出：", "Exported:"), command.out.string(),
                    say("请把检查点存放在别处：以后可用它证明记录没有被删改。",
                        "Keep the checkpoint elsewhere: later it proves that nothing was removed or altered."))};
}

} // namespace papervault::vault::cli
