#include "cli/commands.hpp"
#include "cli/session.hpp"

#include <papervault/engine/assembly.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/vault/bank.hpp>
#include <papervault/vault/draws.hpp>
#include <papervault/vault/files.hpp>

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

Result<engine::Blueprint> read_blueprint(const File& file)
{
    const auto text = read_text_file(file, 1 << 20);
    if (!text) { return std::unexpected{text.error()}; }
    const auto value = engine::parse_json(*text, {});
    if (!value) { return refuse(VaultError::malformed, file.string() + ": " + value.error().detail); }
    auto blueprint = engine::blueprint_from_json(*value);
    if (!blueprint) { return refuse(VaultError::malformed, file.string() + ": " + blueprint.error().detail); }
    return std::move(*blueprint);
}

Report describe(const DrawRecord& record)
{
    boost::json::array contributions;
    std::string text = fmt::format("{} {}  [{}]\n", say("抽卷", "Draw"), record.id, to_text(record.state));
    for (const DrawContribution& each : record.contributions) {
        contributions.push_back({{"officer", each.officer_id},
                                 {"name", each.officer_name},
                                 {"commitment", each.commitment},
                                 {"value", each.value}});
        const std::string_view state = !each.value.empty()        ? say("已揭示", "revealed")
                                       : !each.commitment.empty() ? say("已承诺", "committed")
                                                                  : say("未承诺", "not committed");
        text += fmt::format("  {} ({}): {}\n", each.officer_name, each.officer_id, state);
    }
    boost::json::array forms;
    for (const engine::DrawnForm& form : record.forms) {
        std::size_t items = 0;
        for (const auto& section : form.sections) { items += section.size(); }
        forms.push_back({{"form", form.id}, {"items", items}});
        text += fmt::format("  {} {}: {} {}\n", say("卷", "form"), form.id, items, say("题", "items"));
    }
    if (!record.seed.empty()) {
        text +=
            fmt::format("  {} {}\n  {} {}\n", say("种子", "seed"), record.seed, say("摘要", "digest"), record.digest);
    }
    return {{{"draw", record.id},
             {"state", to_text(record.state)},
             {"contributions", contributions},
             {"forms", forms},
             {"snapshot", record.snapshot_digest},
             {"seed", record.seed},
             {"digest", record.digest}},
            text};
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

Result<Report> run(const CheckBlueprint& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto blueprint = read_blueprint(command.blueprint);
    if (!blueprint) { return std::unexpected{blueprint.error()}; }
    const auto snapshot = ItemBank{session->vault}.snapshot();
    if (!snapshot) { return std::unexpected{snapshot.error()}; }
    if (const auto plan = engine::FormDrawer::compile(snapshot->pool, *blueprint); !plan) {
        return refuse(VaultError::infeasible, plan.error().detail);
    }
    return Report{
        {{"feasible", true}, {"items", snapshot->pool.size()}, {"snapshot", snapshot->digest.hex()}},
        fmt::format("{}\n", say("按题库数量，组卷计划书可以满足。", "By counting, the bank can meet this blueprint."))};
}

Result<Report> run(const OpenDraw& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto blueprint = read_blueprint(command.blueprint);
    if (!blueprint) { return std::unexpected{blueprint.error()}; }
    std::vector<std::string> ids;
    for (const std::string& given : command.officers) {
        // An id, or the card of the officer.
        const auto card = read_card(given);
        ids.push_back(card ? card->id() : given);
    }
    DrawRegister draws{session->vault};
    const auto id = draws.open(*blueprint, ids, wall_clock());
    if (!id) { return std::unexpected{id.error()}; }
    const auto record = draws.find(*id);
    if (!record) { return std::unexpected{record.error()}; }
    return describe(*record);
}

Result<Report> commit_to_draw(const ContributeToDraw& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    DrawRegister draws{session->vault};
    if (auto done = draws.commit(command.draw, session->who, command.secret, wall_clock()); !done) {
        return std::unexpected{done.error()};
    }
    const auto record = draws.find(command.draw);
    if (!record) { return std::unexpected{record.error()}; }
    return describe(*record);
}

Result<Report> reveal_to_draw(const ContributeToDraw& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    DrawRegister draws{session->vault};
    if (auto done = draws.reveal(command.draw, session->who, command.secret, wall_clock()); !done) {
        return std::unexpected{done.error()};
    }
    const auto record = draws.find(command.draw);
    if (!record) { return std::unexpected{record.error()}; }
    return describe(*record);
}

Result<Report> run_draw(const DrawById& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto record = DrawRegister{session->vault}.run(command.draw, wall_clock());
    if (!record) { return std::unexpected{record.error()}; }
    return describe(*record);
}

Result<Report> verify_draw(const DrawById& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto record = DrawRegister{session->vault}.verify(command.draw);
    if (!record) { return std::unexpected{record.error()}; }
    Report report = describe(*record);
    report.json["verified"] = true;
    report.text += fmt::format(
        "{}\n", say("重抽结果一致，满足组卷计划书。", "Drawn again with the same result; the blueprint is met."));
    return report;
}

Result<Report> show_draw(const DrawById& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto record = DrawRegister{session->vault}.find(command.draw);
    if (!record) { return std::unexpected{record.error()}; }
    return describe(*record);
}

} // namespace papervault::vault::cli
