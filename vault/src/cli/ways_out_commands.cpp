#include "cli/ways_out_commands.hpp"

#include "cli/documents.hpp"
#include "cli/session.hpp"

#include <papervault/vault/packages.hpp>

#include <fmt/format.h>

namespace papervault::vault::cli {
namespace {

Result<Rewrap> read_rewrap(const File& file)
{
    const auto text = read_text_file(file, document_bytes_max);
    if (!text) { return std::unexpected{text.error()}; }
    return decode_rewrap(*text);
}

Result<PackageReader> open_with(const File& file, const std::vector<File>& earlier)
{
    auto package = PackageReader::open(file, every_suite);
    if (!package) { return package; }
    for (const File& each : earlier) {
        const auto rewrap = read_rewrap(each);
        if (!rewrap) { return std::unexpected{rewrap.error()}; }
        if (auto applied = package->apply(*rewrap); !applied) { return std::unexpected{applied.error()}; }
    }
    return package;
}

/// Exactly one of the two cards.
Result<NewHolder> holder_of(const MakeRewrap& command)
{
    if (command.host_card.empty() == command.custodian_card.empty()) {
        return refuse(VaultError::malformed, "give the card of the new hall (--host) or of the new custodian");
    }
    const auto card = read_card(command.host_card.empty() ? command.custodian_card : command.host_card);
    if (!card) { return std::unexpected{card.error()}; }
    if (!command.host_card.empty()) { return NewHolder{NewHost{*card}}; }
    if (command.share_index < 1 || command.share_index > 255) {
        return refuse(VaultError::malformed, "--share is the number of the custodian whose place he takes, from 1");
    }
    return NewHolder{NewCustodian{static_cast<std::uint8_t>(command.share_index), *card}};
}

std::string holder_text(const NewHolder& holder)
{
    if (const auto* host = std::get_if<NewHost>(&holder)) {
        return fmt::format("{} {}", say("新考场服务器", "new hall"), host->card.name);
    }
    const auto& custodian = std::get<NewCustodian>(holder);
    return fmt::format("{} {}: {}", say("保管份额", "custodian's share"), custodian.share_index, custodian.card.name);
}

Result<Report> rewrap_report(const Rewrap& rewrap, const File& out, std::string_view next)
{
    if (auto written = write_document(out, encode(rewrap)); !written) { return std::unexpected{written.error()}; }
    return Report{{{"package", rewrap.package_id}, {"number", rewrap.number}, {"file", out.string()}},
                  fmt::format("{} {} → {}\n{} {}\n{}\n", say("改封", "rewrap"), rewrap.number,
                              holder_text(rewrap.holder), say("理由：", "reason:"), rewrap.reason, next)};
}

} // namespace

Result<Report> run(const WithdrawPackage& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto withdrawal = PackageRegister{session->vault}.withdraw(command.package, command.reason, wall_clock());
    if (!withdrawal && withdrawal.error().code == VaultError::quorum_incomplete) {
        return Report{{{"package", command.package}, {"state", "withdrawing"}},
                      fmt::format("{}\n", say("开启授权已停止。须由另一人再次执行本命令，撤回方才生效。",
                                              "The release is stopped. Another officer has to give this command, "
                                              "too; then the withdrawal is final."))};
    }
    if (!withdrawal) { return std::unexpected{withdrawal.error()}; }
    if (auto written = write_document(command.out, encode(*withdrawal)); !written) {
        return std::unexpected{written.error()};
    }
    return Report{{{"package", withdrawal->package_id}, {"state", "withdrawn"}, {"file", command.out.string()}},
                  fmt::format("{} {}\n{} hall ctl release --file {}\n", say("已撤回：", "Withdrawn:"),
                              withdrawal->package_id, say("告知考场：", "Tell the hall:"), command.out.string())};
}

Result<Report> run(const ReplacePackage& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto replaced =
        PackageRegister{session->vault}.replace(command.package, command.spare, command.reason, wall_clock());
    if (!replaced && replaced.error().code == VaultError::quorum_incomplete) {
        return Report{
            {{"package", command.package}, {"spare", command.spare}, {"state", "proposed"}},
            fmt::format("{}\n", say("已提议。须由另一人再次执行本命令，方才生效。",
                                    "Proposed. Another officer has to give this command, too; then it is final."))};
    }
    if (!replaced) { return std::unexpected{replaced.error()}; }
    return Report{{{"package", command.package}, {"spare", command.spare}, {"state", "replaced"}},
                  fmt::format("{} → {}\n", command.package, command.spare)};
}

Result<Report> run(const GiveRecoveryHalf& command)
{
    const auto who = unlock(command.who);
    if (!who) { return std::unexpected{who.error()}; }
    const auto package = PackageReader::open(command.package, every_suite);
    if (!package) { return std::unexpected{package.error()}; }
    const auto part = give_recovery_half(*package, *who, wall_clock());
    if (!part) { return std::unexpected{part.error()}; }
    if (auto written = write_document(command.out, encode(*part)); !written) {
        return std::unexpected{written.error()};
    }
    return Report{
        {{"package", part->package_id}, {"receiver", part->receiver_id}, {"file", command.out.string()}},
        fmt::format("{} {}\n", say("交给另一封装人，仅其可用：", "For the other sealer alone:"), command.out.string())};
}

Result<Report> run(const MakeRewrap& command)
{
    const auto who = unlock(command.who);
    if (!who) { return std::unexpected{who.error()}; }
    const auto holder = holder_of(command);
    if (!holder) { return std::unexpected{holder.error()}; }
    const auto package = open_with(command.package, command.earlier);
    if (!package) { return std::unexpected{package.error()}; }
    const auto text = read_text_file(command.half, document_bytes_max);
    if (!text) { return std::unexpected{text.error()}; }
    const auto half = decode_recovery_part(*text);
    if (!half) { return std::unexpected{half.error()}; }
    const auto rewrap = make_rewrap(*package, *half, *who, *holder, command.reason, wall_clock());
    if (!rewrap) { return std::unexpected{rewrap.error()}; }
    return rewrap_report(
        *rewrap, command.out,
        say("须由另一封装人确认：package rewrap-confirm", "The other sealer has to confirm: package rewrap-confirm"));
}

Result<Report> run(const ConfirmRewrap& command)
{
    const auto who = unlock(command.who);
    if (!who) { return std::unexpected{who.error()}; }
    const auto package = open_with(command.package, command.earlier);
    if (!package) { return std::unexpected{package.error()}; }
    const auto made = read_rewrap(command.rewrap);
    if (!made) { return std::unexpected{made.error()}; }
    const auto confirmed = confirm_rewrap(*made, *package, *who);
    if (!confirmed) { return std::unexpected{confirmed.error()}; }
    return rewrap_report(*confirmed, command.out,
                         say("登记：package rewrap-enter；考场：hall take-in --rewrap",
                             "Enter it: package rewrap-enter; at the hall: hall take-in --rewrap"));
}

Result<Report> run(const EnterRewrap& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto rewrap = read_rewrap(command.rewrap);
    if (!rewrap) { return std::unexpected{rewrap.error()}; }
    if (auto entered = PackageRegister{session->vault}.enter_rewrap(*rewrap, wall_clock()); !entered) {
        return std::unexpected{entered.error()};
    }
    return Report{
        {{"package", rewrap->package_id}, {"number", rewrap->number}},
        fmt::format("{} {}: {}\n", say("改封已登记", "rewrap entered"), rewrap->number, holder_text(rewrap->holder))};
}

} // namespace papervault::vault::cli
