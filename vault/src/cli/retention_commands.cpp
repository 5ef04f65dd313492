#include "cli/commands.hpp"
#include "cli/session.hpp"

#include <papervault/vault/files.hpp>
#include <papervault/vault/retention.hpp>

#include <fmt/format.h>

namespace papervault::vault::cli {
namespace {

std::string_view name_of(RecordCategory category)
{
    return category == RecordCategory::paper ? say("试卷", "paper") : say("电子记录", "records");
}

boost::json::object describe(const DestructionRecord& record)
{
    boost::json::object json{{"destruction", record.id},
                             {"package", record.package_id},
                             {"batch", record.batch_id},
                             {"category", to_text(record.category)},
                             {"name", record.name},
                             {"reason", record.reason},
                             {"method", record.method},
                             {"proposer", record.proposer},
                             {"proposed_at", engine::to_text(record.proposed_at)},
                             {"state", record.state}};
    if (record.confirmed_at) {
        json["confirmer"] = record.confirmer;
        json["confirmed_at"] = engine::to_text(*record.confirmed_at);
    }
    return json;
}

} // namespace

Result<Report> run(const ShowRetention& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    RetentionRegister retention{session->vault};
    const auto policy = retention.policy();
    if (!policy) { return std::unexpected{policy.error()}; }
    const auto all = retention.status();
    if (!all) { return std::unexpected{all.error()}; }
    boost::json::array rows;
    std::string text = fmt::format("{} {} / {} {}\n", say("保存期（月）：试卷", "Months: papers"), policy->paper_months,
                                   say("电子记录", "records"), policy->records_months);
    for (const RetentionStatus& each : *all) {
        boost::json::array holds;
        for (const Hold& hold : each.holds) {
            holds.push_back({{"hold", hold.id}, {"reason", hold.reason}, {"by", hold.placed_by}});
        }
        boost::json::object row{{"package", each.package_id},
                                {"batch", each.batch_id},
                                {"category", to_text(each.category)},
                                {"due_at", each.due_at ? boost::json::value{engine::to_text(*each.due_at)} : nullptr},
                                {"holds", holds}};
        text += fmt::format("{}  {}  {}  {} {}", each.package_id, each.batch_id, name_of(each.category),
                            say("不早于", "not before"), each.due_at ? local_time(*each.due_at) : "—");
        for (const Hold& hold : each.holds) {
            text += fmt::format("  [{} {}: {}]", say("暂停", "hold"), hold.id, hold.reason);
        }
        if (each.destruction) {
            row["destruction"] = describe(*each.destruction);
            text +=
                fmt::format("  [{} {} {}]", each.destruction->state, each.destruction->id, each.destruction->proposer);
        }
        rows.push_back(std::move(row));
        text += "\n";
    }
    text += fmt::format("{}\n", say("证书名册：永久保存", "Register of certificates: for ever"));
    return Report{
        {{"paper_months", policy->paper_months}, {"records_months", policy->records_months}, {"packages", rows}}, text};
}

Result<Report> run(const SetRetentionPolicy& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto text = read_text_file(command.policy, 4096);
    if (!text) { return std::unexpected{text.error()}; }
    const auto policy = decode_retention_policy(*text);
    if (!policy) { return std::unexpected{policy.error()}; }
    if (auto set = RetentionRegister{session->vault}.set_policy(*policy, wall_clock()); !set) {
        return std::unexpected{set.error()};
    }
    return Report{
        {{"paper_months", policy->paper_months}, {"records_months", policy->records_months}},
        fmt::format("{} {} / {}\n", say("保存期（月）：", "Months:"), policy->paper_months, policy->records_months)};
}

Result<Report> run(const PlaceHold& command)
{
    if (command.all == !command.package.empty()) {
        return refuse(VaultError::malformed, "say what is held: --package ID or --all");
    }
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto id =
        RetentionRegister{session->vault}.hold(command.all ? "*" : command.package, command.reason, wall_clock());
    if (!id) { return std::unexpected{id.error()}; }
    return Report{{{"hold", *id}}, fmt::format("{} {}\n", say("已暂停销毁：", "Hold placed:"), *id)};
}

Result<Report> lift_hold(const CloseById& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    if (auto done = RetentionRegister{session->vault}.lift(command.id, command.reason, wall_clock()); !done) {
        return std::unexpected{done.error()};
    }
    return Report{{{"hold", command.id}}, fmt::format("{} {}\n", say("已解除：", "Lifted:"), command.id)};
}

Result<Report> run(const ProposeDestruction& command)
{
    const auto category = destructible_category(command.category);
    if (!category) { return std::unexpected{category.error()}; }
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto record = RetentionRegister{session->vault}.propose(command.package, *category, command.reason,
                                                                  session->who, wall_clock());
    if (!record) { return std::unexpected{record.error()}; }
    return Report{describe(*record),
                  fmt::format("{} {}\n  {}\n", say("已提出销毁：", "Proposed:"), record->id,
                              say("须由另一人批准执行（retention destroy）；此前可以撤回。",
                                  "Another person confirms it (retention destroy); until then it can be taken back."))};
}

Result<Report> withdraw_proposal(const CloseById& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    if (auto done = RetentionRegister{session->vault}.withdraw(command.id, command.reason, wall_clock()); !done) {
        return std::unexpected{done.error()};
    }
    return Report{{{"destruction", command.id}}, fmt::format("{} {}\n", say("已撤回：", "Taken back:"), command.id)};
}

Result<Report> run(const ConfirmDestruction& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto record = RetentionRegister{session->vault}.destroy(command.id, session->who, wall_clock());
    if (!record) { return std::unexpected{record.error()}; }
    return Report{describe(*record),
                  fmt::format("{} {} ({}, {} + {})\n", say("已销毁：", "Destroyed:"), record->package_id,
                              name_of(record->category), record->proposer, record->confirmer)};
}

} // namespace papervault::vault::cli
