#include "cli/policy_commands.hpp"
#include "cli/session.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/batch_policies.hpp>
#include <papervault/vault/files.hpp>

#include <fmt/format.h>

namespace papervault::vault::cli {
namespace {

constexpr std::size_t policy_bytes_max = 64 << 10;

std::string rules_text(const BatchPolicy& policy)
{
    const auto language = say("zh", "en") == "en" ? engine::Language::english : engine::Language::chinese;
    std::string text;
    for (const std::string& sentence : sentences(policy, language)) { text += "  " + sentence + "\n"; }
    return text;
}

boost::json::object policy_json(const std::string& batch, const BatchPolicy& policy)
{
    return {{"batch", batch}, {"policy", to_json(policy)}, {"digest", digest_of(policy).hex()}};
}

/// The members that were named on the command line, over those of the file.
Result<BatchPolicy> policy_of(const ProposePolicy& command)
{
    boost::json::object members{{"format", "papervault-batch-policy"}, {"version", 1}};
    if (command.file) {
        const auto text = read_text_file(*command.file, policy_bytes_max);
        if (!text) { return std::unexpected{text.error()}; }
        const auto value = engine::parse_json(*text, {});
        if (!value || !value->is_object()) {
            return refuse(VaultError::malformed, command.file->string() + ": not a JSON object");
        }
        members = value->get_object();
    }
    const auto name = [](boost::json::object& into, std::string_view member, const std::string& given) {
        if (!given.empty()) { into[member] = given; }
    };
    name(members, "multiple_rule", command.multiple);
    name(members, "order_rule", command.order);
    name(members, "match_rule", command.match);
    name(members, "fill_rule", command.fill);
    name(members, "true_false_penalty", command.penalty);
    if (command.floor == "item") { members.erase("floor"); }
    if (command.floor == "paper") { members["floor"] = "paper"; }
    if (command.places) {
        members["rounding_places"] = *command.places;
        members["half_even"] = command.half_even;
    } else if (command.half_even) {
        return refuse(VaultError::malformed, "--half-even: of which places? --round says it");
    }
    if (!command.excellent.empty() || !command.good.empty() || !command.pass.empty()) {
        auto* given = members.if_contains("bands");
        boost::json::object bands =
            given != nullptr && given->is_object() ? given->get_object() : boost::json::object{};
        name(bands, "excellent", command.excellent);
        name(bands, "good", command.good);
        name(bands, "pass", command.pass);
        members["bands"] = std::move(bands);
    }
    return batch_policy_from_json(members);
}

} // namespace

Result<Report> run(const ShowPolicy& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto record = BatchPolicyRegister{session->vault}.find(command.batch);
    if (!record) { return std::unexpected{record.error()}; }
    Report report;
    report.json = policy_json(command.batch, record->policy);
    report.json["proposer"] = record->proposer;
    report.json["approver"] = record->approver;
    report.json["holds"] = record->holds();
    report.json["sealed"] = record->is_sealed;
    report.text = fmt::format("{} {}\n{}  {} {}\n", say("批次", "Batch"), command.batch, rules_text(record->policy),
                              say("摘要", "digest"), digest_of(record->policy).hex());
    if (record->proposer.empty()) {
        report.text +=
            fmt::format("  {}\n", say("未另定，按默认办法。", "Nobody has set one: these are the defaults."));
    } else {
        report.text +=
            fmt::format("  {} {}; {} {}\n", say("提出", "proposed by"), record->proposer, say("批准", "approved by"),
                        record->approver.empty() ? say("（待批准）", "(nobody yet)") : record->approver);
    }
    if (record->is_sealed) {
        report.text +=
            fmt::format("  {}\n", say("试卷已封装，不能再改。", "The paper is sealed: it does not change any more."));
    }
    return report;
}

Result<Report> run(const ProposePolicy& command)
{
    const auto policy = policy_of(command);
    if (!policy) { return std::unexpected{policy.error()}; }
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    if (auto done = BatchPolicyRegister{session->vault}.propose(command.batch, *policy, command.reason, wall_clock());
        !done) {
        return std::unexpected{done.error()};
    }
    return Report{policy_json(command.batch, *policy),
                  fmt::format("{} {}\n{}  {} {}\n  {}\n", say("批次", "Batch"), command.batch, rules_text(*policy),
                              say("摘要", "digest"), digest_of(*policy).hex(),
                              say("待另一人批准：batch policy-approve", "Another officer is to approve it: "
                                                                        "batch policy-approve"))};
}

Result<Report> run(const ApprovePolicy& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto policy = BatchPolicyRegister{session->vault}.approve(command.batch, command.digest, wall_clock());
    if (!policy) { return std::unexpected{policy.error()}; }
    return Report{policy_json(command.batch, *policy),
                  fmt::format("{} {} {}\n{}", say("已批准：批次", "Approved: batch"), command.batch,
                              say("的评分办法", ""), rules_text(*policy))};
}

} // namespace papervault::vault::cli
