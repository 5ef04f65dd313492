#include "cli/commands.hpp"
#include "cli/cosigned_notes.hpp"
#include "cli/session.hpp"

#include <papervault/vault/audit.hpp>
#include <papervault/vault/files.hpp>
#include <papervault/vault/ledger_check.hpp>
#include <papervault/vault/signed_note.hpp>
#include <papervault/vault/story.hpp>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace papervault::vault::cli {
namespace {

constexpr std::size_t ledger_bytes_max = 1ULL << 30;

Result<std::vector<std::string>> read_lines(const File& file)
{
    const auto text = read_text_file(file, ledger_bytes_max);
    if (!text) { return std::unexpected{text.error()}; }
    std::vector<std::string> lines;
    std::string_view rest = *text;
    while (!rest.empty()) {
        const auto end = std::min(rest.find('\n'), rest.size());
        lines.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return lines;
}

Result<Report> verify_exported(const VerifyAudit& command)
{
    const auto lines = read_lines(*command.ledger / "ledger.jsonl");
    if (!lines) { return std::unexpected{lines.error()}; }
    // A card that came with the ledger proves nothing by itself; a kept checkpoint or card must fit it.
    const bool own_card = command.office_card.has_value();
    const auto office = read_card(own_card ? *command.office_card : *command.ledger / "office.card.json");
    if (!office) { return std::unexpected{office.error()}; }
    const auto note = read_text_file(*command.ledger / "ledger.checkpoint", note_bytes_max);
    if (!note) { return std::unexpected{note.error()}; }
    const auto presented = verify_checkpoint(*note, office->sign_key);
    if (!presented) { return std::unexpected{presented.error()}; }
    KeptEvidence kept;
    for (const File& file : command.checkpoints) {
        const auto text = read_text_file(file, note_bytes_max);
        if (!text) { return std::unexpected{text.error()}; }
        auto checkpoint = verify_checkpoint(*text, office->sign_key);
        if (!checkpoint) { return refuse(checkpoint.error().code, file.string() + ": " + checkpoint.error().detail); }
        if (checkpoint->origin != presented->origin) {
            return refuse(VaultError::wrong_batch, file.string() + " is of another vault: " + checkpoint->origin);
        }
        kept.checkpoints.push_back(std::move(*checkpoint));
    }
    if (command.kept_ledger) {
        auto older = read_lines(*command.kept_ledger);
        if (!older) { return std::unexpected{older.error()}; }
        kept.entries = std::move(*older);
    }
    if (const auto damage = find_ledger_damage(*lines, *presented, kept)) {
        return refuse(VaultError::chain_broken, damage->detail);
    }
    const bool anything_kept = own_card || !kept.checkpoints.empty() || !kept.entries.empty();
    std::string text =
        fmt::format("{} {} {}\n", say("记录链完整：", "The chain is whole:"), lines->size(), say("条记录", "entries"));
    if (!anything_kept) {
        text +=
            fmt::format("{}\n", say("注意：没有给出自己留存的检查点或名片，只能证明这份记录自身一致。",
                                    "Mind: no kept checkpoint or card was given, so this only shows that the ledger is "
                                    "consistent in itself."));
    }
    return Report{{{"good", true},
                   {"entries", lines->size()},
                   {"root", presented->root.hex()},
                   {"checkpoints", kept.checkpoints.size()},
                   {"compared_with_kept", anything_kept}},
                  text};
}

} // namespace

Result<Report> run(const VerifyAudit& command)
{
    if (command.ledger) { return verify_exported(command); }
    if (command.login.vault.empty() || command.login.who.identity.empty()) {
        return refuse(VaultError::malformed, "give --vault and --as, or --ledger with an exported folder");
    }
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    std::vector<std::string> kept;
    for (const File& file : command.checkpoints) {
        auto text = read_text_file(file, 64 * 1024);
        if (!text) { return std::unexpected{text.error()}; }
        kept.push_back(std::move(*text));
    }
    auto cosigned = kept_notes(command.login.vault);
    if (!cosigned) { return std::unexpected{cosigned.error()}; }
    kept.insert(kept.end(), cosigned->begin(), cosigned->end());
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
    const File card_file = command.out / "office.card.json";
    std::filesystem::remove(card_file, error);
    if (auto card = write_card(session->vault.office_identity().card(), card_file); !card) {
        return std::unexpected{card.error()};
    }
    return Report{
        {{"folder", command.out.string()}},
        fmt::format("{} {}\n{}\n", say("已导出：", "Exported:"), command.out.string(),
                    say("请把检查点存放在别处：以后可用它证明记录没有被删改。",
                        "Keep the checkpoint elsewhere: later it proves that nothing was removed or altered."))};
}

Result<Report> run(const TellStory& command)
{
    Result<std::vector<std::string>> lines = std::vector<std::string>{};
    if (command.ledger) {
        lines = read_lines(*command.ledger / "ledger.jsonl");
    } else {
        if (command.login.vault.empty() || command.login.who.identity.empty()) {
            return refuse(VaultError::malformed, "give --vault and --as, or --ledger with an exported folder");
        }
        auto session = open_vault(command.login);
        if (!session) { return std::unexpected{session.error()}; }
        lines = session->vault.ledger().texts(0, INT64_MAX);
    }
    if (!lines) { return std::unexpected{lines.error()}; }
    const auto entries = verify_chain(*lines);
    if (!entries) { return std::unexpected{entries.error()}; }
    const bool english = say("zh", "en") == "en";
    const auto story = tell_story(*entries, command.package, english ? StoryLanguage::english : StoryLanguage::chinese);
    if (!story) { return std::unexpected{story.error()}; }
    if (command.html) {
        const std::string page = to_html(*story);
        if (auto written = write_file_durably(*command.html, crypto::bytes_of(page), false); !written) {
            return std::unexpected{written.error()};
        }
    }
    return Report{to_json(*story), to_text(*story)};
}

} // namespace papervault::vault::cli
