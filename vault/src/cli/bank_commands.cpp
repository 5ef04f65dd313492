#include "cli/commands.hpp"
#include "cli/session.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/bank.hpp>

#include <fmt/format.h>

namespace papervault::vault::cli {
namespace {

boost::json::array rejected_rows(const ImportReport& report)
{
    boost::json::array rows;
    for (const RejectedRow& row : report.rejected) {
        rows.push_back({{"line", row.line}, {"id", row.id}, {"reason", row.reason}});
    }
    return rows;
}

} // namespace

Result<Report> run(const LoadSpecification& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto points = ItemBank{session->vault}.load_specification(command.csv, wall_clock());
    if (!points) { return std::unexpected{points.error()}; }
    return Report{{{"points", *points}},
                  fmt::format("{} {}\n", say("细目表要素：", "Points in the specification table:"), *points)};
}

Result<Report> run(const LoadFacts& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto items = ItemBank{session->vault}.load_facts(command.csv, wall_clock());
    if (!items) { return std::unexpected{items.error()}; }
    return Report{{{"items", *items}}, fmt::format("{} {}\n", say("已登记资料的题数：", "Items with facts:"), *items)};
}

Result<Report> run(const ImportItems& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto mode = command.refuse_all ? BadRows::refuse_all : BadRows::keep_good;
    const auto report = ItemBank{session->vault}.import_file(command.file, mode, command.create_points, wall_clock());
    if (!report) { return std::unexpected{report.error()}; }
    boost::json::object ignored;
    for (const auto& [name, count] : report->ignored_members) { ignored[name] = count; }
    std::string text = fmt::format("{}: {} {}, {} {}, {} {}, {} {}, {} {}\n", command.file.filename().string(),
                                   report->rows, say("行", "rows"), report->added, say("题入库", "added"),
                                   report->new_versions, say("题新版本", "new versions"), report->unchanged,
                                   say("题未变", "unchanged"), report->rejected.size(), say("行拒收", "rejected"));
    for (const RejectedRow& row : report->rejected) {
        text += fmt::format("  {} {}{}: {}\n", say("第", "line"), row.line, row.id.empty() ? "" : " (" + row.id + ")",
                            row.reason);
    }
    for (const auto& [name, count] : report->ignored_members) {
        text += fmt::format("  {} '{}' ({})\n", say("未采用的栏目", "ignored member"), name, count);
    }
    if (report->assumed_difficulty > 0) {
        text += fmt::format("  {} {}\n", report->assumed_difficulty,
                            say("题没有难度系数，按 0.70 计", "items without difficulty: 0.70 assumed"));
    }
    return Report{{{"file", command.file.string()},
                   {"rows", report->rows},
                   {"added", report->added},
                   {"new_versions", report->new_versions},
                   {"unchanged", report->unchanged},
                   {"rejected", rejected_rows(*report)},
                   {"ignored_members", ignored},
                   {"assumed_difficulty", report->assumed_difficulty},
                   {"new_knowledge_points", report->new_knowledge_points},
                   {"media", report->media},
                   {"digest", report->digest}},
                  text};
}

Result<Report> run(const BankReport& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    ItemBank bank{session->vault};
    const auto statistics = bank.statistics();
    if (!statistics) { return std::unexpected{statistics.error()}; }
    const auto points = bank.specification();
    if (!points) { return std::unexpected{points.error()}; }
    boost::json::object by_type;
    std::string text =
        fmt::format("{} {}, {} {}, {} {}\n", say("试题", "items"), statistics->items, say("要素", "knowledge points"),
                    statistics->knowledge_points, say("图", "pictures"), statistics->media);
    for (const auto& [type, count] : statistics->by_type) {
        by_type[type] = count;
        text += fmt::format("  {:<10} {}\n", type, count);
    }
    boost::json::array by_point;
    for (const KnowledgePoint& point : *points) {
        const auto found = statistics->by_knowledge_point.find(point.code);
        const std::size_t count = found == statistics->by_knowledge_point.end() ? 0 : found->second;
        by_point.push_back({{"code", point.code},
                            {"name", point.name},
                            {"weight_percent", point.weight_percent.to_string()},
                            {"items", count}});
        text += fmt::format("  {:<6} {:>5}  {}\n", point.code, count, point.name);
    }
    return Report{{{"items", statistics->items},
                   {"media", statistics->media},
                   {"by_type", by_type},
                   {"knowledge_points", by_point}},
                  text};
}

Result<Report> run(const ShowItem& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    ItemBank bank{session->vault};
    const auto item = bank.item(command.id, 0);
    if (!item) { return std::unexpected{item.error()}; }
    boost::json::object json{{"item", to_json(*item)}};
    std::string text = fmt::format("{} v{} [{}] {}\n{}\n", item->id, item->version, engine::to_text(item->type),
                                   item->knowledge_point, engine::plain_text(item->stem));
    for (const engine::Option& option : item->options) {
        text += fmt::format("  {}. {}\n", option.id, engine::plain_text(option.content));
    }
    if (command.with_key) {
        const auto key = bank.key(command.id, item->version);
        if (!key) { return std::unexpected{key.error()}; }
        json["key"] = to_json(*key);
        std::string answer;
        for (const std::string& id : key->correct_options) { answer += id; }
        for (const engine::BlankKey& blank : key->blanks) {
            answer += (answer.empty() ? "" : " ；") + (blank.number          ? blank.number->value.to_string()
                                                       : blank.texts.empty() ? ""
                                                                             : blank.texts.front());
        }
        text += fmt::format("{} {}\n{}\n", say("答案：", "Key:"), answer.empty() ? key->scoring_standard : answer,
                            key->explanation);
    }
    // B5: every look into the bank is registered, with its purpose.
    const auto recorded = session->vault.record(
        command.with_key ? "bank.read_key" : "bank.read", wall_clock(), [&](Database&) -> Result<boost::json::object> {
            return boost::json::object{{"item", command.id}, {"version", item->version}, {"purpose", command.purpose}};
        });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return Report{json, text};
}

} // namespace papervault::vault::cli
