#include "cli/blueprint_file.hpp"
#include "cli/commands.hpp"
#include "cli/session.hpp"

#include <papervault/vault/certificate.hpp>
#include <papervault/vault/draws.hpp>
#include <papervault/vault/files.hpp>

#include <fmt/format.h>

namespace papervault::vault::cli {
namespace {

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
    if (!record.beacon_source.empty()) {
        text += fmt::format("  {} {}: {}\n", say("公开值", "public value"), record.beacon_source,
                            record.beacon.empty() ? say("待公布", "awaited") : std::string_view{record.beacon});
    }
    boost::json::array forms;
    for (const engine::DrawnForm& form : record.forms) {
        std::size_t items = 0;
        for (const auto& section : form.sections) { items += section.size(); }
        forms.push_back({{"form", form.id}, {"items", items}});
        text += fmt::format("  {} {}: {} {}\n", say("卷", "form"), form.id, items, say("题", "items"));
    }
    boost::json::object json{
        {"draw", record.id},   {"state", to_text(record.state)}, {"contributions", contributions},
        {"forms", forms},      {"method", record.method},        {"snapshot", record.snapshot_digest},
        {"seed", record.seed}, {"digest", record.digest}};
    if (!record.beacon_source.empty()) {
        json["beacon_source"] = record.beacon_source;
        json["beacon"] = record.beacon;
    }
    if (record.loft.forms > 0) {
        json["candidates_forms"] = record.loft.forms;
        json["root"] = record.loft.root;
        text += fmt::format("  {} {}\n  {} {}\n", record.loft.forms, say("份一人一卷", "candidates' forms"),
                            say("默克尔根", "Merkle root"), record.loft.root);
    }
    if (!record.seed.empty()) {
        text += fmt::format("  {} {}\n  {} {}\n  {} {}\n", say("种子", "seed"), record.seed, say("方法", "method"),
                            record.method, say("摘要", "digest"), record.digest);
    }
    return {std::move(json), text};
}

Result<Report> described(const Result<DrawRecord>& record)
{
    if (!record) { return std::unexpected{record.error()}; }
    return describe(*record);
}

} // namespace

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
    const auto id = draws.open(*blueprint, ids, wall_clock(), command.beacon_source);
    if (!id) { return std::unexpected{id.error()}; }
    return described(draws.find(*id));
}

Result<Report> commit_to_draw(const ContributeToDraw& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    DrawRegister draws{session->vault};
    if (auto done = draws.commit(command.draw, session->who, command.secret, wall_clock()); !done) {
        return std::unexpected{done.error()};
    }
    return described(draws.find(command.draw));
}

Result<Report> reveal_to_draw(const ContributeToDraw& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    DrawRegister draws{session->vault};
    if (auto done = draws.reveal(command.draw, session->who, command.secret, wall_clock()); !done) {
        return std::unexpected{done.error()};
    }
    return described(draws.find(command.draw));
}

Result<Report> run(const RunDraw& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    DrawRegister draws{session->vault};
    return described(command.forms == 0 ? draws.run(command.draw, wall_clock(), command.beacon)
                                        : draws.run_loft(command.draw, command.forms, wall_clock(), command.beacon,
                                                         progress_line(say("抽卷", "drawing"))));
}

Result<Report> verify_draw(const DrawById& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    DrawRegister draws{session->vault};
    const auto record = command.form.empty() ? draws.verify(command.draw, progress_line(say("核对", "verifying")))
                                             : draws.verify_form(command.draw, command.form);
    if (!record) { return std::unexpected{record.error()}; }
    Report report = describe(*record);
    report.json["verified"] = true;
    if (!command.form.empty()) {
        report.json["verified_form"] = command.form;
        report.text += fmt::format(
            "{} {}: {}\n", say("卷", "Form"), command.form,
            say("重抽结果一致，满足组卷计划书。", "drawn again with the same result; the blueprint is met."));
        return report;
    }
    report.text += fmt::format(
        "{}\n", say("重抽结果一致，满足组卷计划书。", "Drawn again with the same result; the blueprint is met."));
    return report;
}

Result<Report> run(const CertifyDraw& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto certificate =
        certify(session->vault, command.draw, command.with_keys, wall_clock(), progress_line(say("核对", "verifying")));
    if (!certificate) { return std::unexpected{certificate.error()}; }
    const std::string json_text = to_json_text(*certificate);
    boost::json::object json{{"draw", command.draw}, {"certificate", digest_of(*certificate)}};
    std::string text = fmt::format("{} {}\n", say("平行性证书", "Certificate of parallelism"), digest_of(*certificate));
    for (const FormFigures& form : certificate->forms) {
        text += fmt::format("  {} {}: {} {}, {} {:.2f} ± {:.2f}\n", say("卷", "form"), form.form_id,
                            say("难度", "difficulty"), form.mean_difficulty.to_string(),
                            say("预期得分", "expected score"), form.expected_score, form.score_spread);
    }
    const auto write = [&](const char* name, const std::optional<File>& file,
                           const std::string& content) -> Result<void> {
        if (!file) { return {}; }
        if (auto written = write_file_durably(*file, crypto::bytes_of(content), false, 0644); !written) {
            return written;
        }
        json[name] = file->string();
        text += fmt::format("{}\n", file->string());
        return {};
    };
    if (auto written = write("html", command.html, to_html(*certificate)); !written) {
        return std::unexpected{written.error()};
    }
    if (auto written = write("json", command.json_file, json_text); !written) {
        return std::unexpected{written.error()};
    }
    return Report{json, text};
}

Result<Report> show_draw(const DrawById& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    return described(DrawRegister{session->vault}.find(command.draw));
}

Result<Report> run(const ListDraws& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    DrawRegister draws{session->vault};
    const auto ids = draws.list();
    if (!ids) { return std::unexpected{ids.error()}; }
    boost::json::array rows;
    std::string text;
    for (const std::string& id : *ids) {
        const auto record = draws.find(id);
        if (!record) { return std::unexpected{record.error()}; }
        rows.push_back({{"draw", id}, {"state", to_text(record->state)}, {"title", record->blueprint.title}});
        text += fmt::format("{}  [{}]  {}\n", id, to_text(record->state), record->blueprint.title);
    }
    return Report{{{"draws", rows}}, text};
}

} // namespace papervault::vault::cli
