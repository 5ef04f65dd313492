#include "cli/commands.hpp"
#include "cli/session.hpp"
#include "cli/shares.hpp"
#include "rehearsal/rehearsal.hpp"
#include "results/sitting_entries.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/files.hpp>
#include <papervault/vault/packages.hpp>
#include <papervault/vault/results.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace papervault::vault::cli {

Result<std::vector<SharePart>> read_shares(const std::vector<File>& files)
{
    std::vector<SharePart> shares;
    for (const File& file : files) {
        const auto text = read_text_file(file, 1 << 20);
        if (!text) { return std::unexpected{text.error()}; }
        auto share = decode_share_part(*text);
        if (!share) { return refuse(share.error().code, file.string() + ": " + share.error().detail); }
        shares.push_back(std::move(*share));
    }
    return shares;
}

namespace {

boost::json::object to_json(const KeyCorrection& correction)
{
    return {{"correction", correction.number},
            {"package", correction.package_id},
            {"item", correction.item_id},
            {"reason", correction.reason},
            {"proposer", correction.proposer},
            {"approver", correction.approver},
            {"before", engine::to_json(correction.before)},
            {"after", engine::to_json(correction.after)}};
}

/// Whether the journal has the two witnesses' words in front of the opening.
Result<bool> was_inspected(OfficeVault& vault, const AnswersFile& answers)
{
    const auto package = PackageRegister{vault}.reader(answers.package_id);
    if (!package) { return std::unexpected{package.error()}; }
    const auto entries = sitting_entries(answers, *package);
    if (!entries) { return std::unexpected{entries.error()}; }
    return std::ranges::any_of(*entries, [](const SittingEntry& entry) {
        const auto* inspected = entry.subject.if_contains("inspected");
        return inspected != nullptr && inspected->is_bool() && inspected->get_bool();
    });
}

} // namespace

Result<Report> run(const ImportAnswers& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto answers = ResultRegister{session->vault}.import_answers(command.answers, wall_clock());
    if (!answers) { return std::unexpected{answers.error()}; }
    std::size_t present = 0;
    std::size_t responses = 0;
    for (const AnswerSheet& sheet : answers->sheets) {
        present += sheet.phase == engine::CandidatePhase::absent ? 0 : 1;
        responses += sheet.responses.size();
    }
    const auto inspected = was_inspected(session->vault, *answers);
    if (!inspected) { return std::unexpected{inspected.error()}; }
    const std::string_view warning =
        *inspected ? std::string_view{}
                   : say("注意：记录中没有开启前的密封查验（V6）。\n",
                         "Mind: the journal has no inspection of the seal before the opening (V6).\n");
    return Report{{{"package", answers->package_id},
                   {"batch", answers->batch_id},
                   {"seal_inspected", *inspected},
                   {"sheets", answers->sheets.size()},
                   {"present", present},
                   {"responses", responses},
                   {"journal_records", answers->journal_records},
                   {"journal_head", answers->journal_head.hex()}},
                  fmt::format("{} {}: {} {}, {} {}, {} {}\n{}", say("答卷已接收", "Answers taken in"),
                              answers->batch_id, answers->sheets.size(), say("份", "sheets"), present,
                              say("人到考", "present"), responses, say("题作答", "responses"), warning)};
}

Result<Report> run(const Grade& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto shares = read_shares(command.shares);
    if (!shares) { return std::unexpected{shares.error()}; }
    PersonMarks marks;
    if (command.marks) {
        auto read = read_marks(*command.marks);
        if (!read) { return std::unexpected{read.error()}; }
        marks = std::move(*read);
    }
    const auto results =
        ResultRegister{session->vault}.grade(command.package, session->who, *shares, marks, wall_clock());
    if (!results) { return std::unexpected{results.error()}; }
    std::size_t present = 0;
    int awaiting = 0;
    engine::Decimal total;
    for (const CandidateResult& result : *results) {
        present += result.present ? 1 : 0;
        awaiting += result.awaiting_person;
        if (result.present) { total += result.points; }
    }
    const double mean = present == 0 ? 0.0 : total.to_double() / static_cast<double>(present);
    std::string text = fmt::format("{}: {} {}, {} {:.2f}\n", say("评分完成", "Graded"), present,
                                   say("人", "candidates"), say("平均", "mean"), mean);
    if (awaiting > 0) {
        text += fmt::format(
            "  {} {}\n", awaiting,
            say("道主观题待人工评分，成绩为暂定", "open items await a person's mark; the points are provisional"));
    }
    return Report{{{"package", command.package},
                   {"candidates", results->size()},
                   {"present", present},
                   {"awaiting_person", awaiting},
                   {"mean", fmt::format("{:.4f}", mean)}},
                  text};
}

Result<Report> run(const ExplainScore& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto shares = read_shares(command.shares);
    if (!shares) { return std::unexpected{shares.error()}; }
    const bool is_english = say("zh", "en") == "en";
    const auto why = ResultRegister{session->vault}.explain(
        command.package, session->who, *shares, command.ticket, command.item,
        is_english ? engine::Language::english : engine::Language::chinese, wall_clock());
    if (!why) { return std::unexpected{why.error()}; }
    const engine::ItemScore& score = why->score;
    return Report{{{"ticket", command.ticket},
                   {"item", score.item_id},
                   {"response", why->response},
                   {"key", why->key},
                   {"rule", why->rule},
                   {"outcome", why->outcome},
                   {"points", score.points.to_string()},
                   {"points_max", score.points_max.to_string()},
                   {"reason", score.reason}},
                  fmt::format("{} {}: {}/{}\n  {}{}\n  {}{}\n  {}{}\n  {}{}\n", command.ticket, score.item_id,
                              score.points.to_string(), score.points_max.to_string(), say("作答：", "response: "),
                              why->response, say("标准答案：", "key: "), why->key, say("规则：", "rule: "), why->rule,
                              say("得分：", "points: "), why->outcome)};
}

Result<Report> run(const ProposeCorrection& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto shares = read_shares(command.shares);
    if (!shares) { return std::unexpected{shares.error()}; }
    std::optional<engine::AnswerKey> whole;
    if (command.key) {
        const auto text = read_text_file(*command.key, 1 << 20);
        if (!text) { return std::unexpected{text.error()}; }
        const auto value = engine::parse_json(*text, {});
        if (!value) { return refuse(VaultError::malformed, command.key->string() + ": " + value.error().detail); }
        auto key = engine::answer_key_from_json(*value, command.key->string());
        if (!key) { return refuse(VaultError::malformed, key.error().detail); }
        whole = std::move(*key);
    } else if (command.right.empty()) {
        return refuse(VaultError::malformed, "--right or --key is needed");
    }
    const auto correction = ResultRegister{session->vault}.propose_correction(
        command.package, command.item, session->who, *shares,
        [&](engine::AnswerKey key) -> Result<engine::AnswerKey> {
            if (whole) { return *whole; }
            key.correct_options = command.right;
            return key;
        },
        command.reason, wall_clock());
    if (!correction) { return std::unexpected{correction.error()}; }
    return Report{to_json(*correction),
                  fmt::format("{} {}: {}\n", say("已提出更正", "Correction proposed"), correction->number,
                              say("由另一名阅卷人批准", "another grader approves it"))};
}

Result<Report> run(const ApproveCorrection& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto correction = ResultRegister{session->vault}.approve_correction(command.number, wall_clock());
    if (!correction) { return std::unexpected{correction.error()}; }
    return Report{to_json(*correction),
                  fmt::format("{} {} ({}): {}\n", say("已批准更正", "Correction approved"), correction->number,
                              correction->item_id,
                              say("请重新评分（grade regrade）", "grade again with 'grade regrade'"))};
}

Result<Report> run(const ListCorrections& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto corrections = ResultRegister{session->vault}.corrections(command.package);
    if (!corrections) { return std::unexpected{corrections.error()}; }
    boost::json::array listed;
    std::string text;
    for (const KeyCorrection& each : *corrections) {
        listed.push_back(to_json(each));
        text += fmt::format("{} {} {} → {}: {}\n", each.number, each.item_id, each.proposer,
                            each.approver.empty() ? say("待批准", "not approved yet") : std::string_view{each.approver},
                            each.reason);
    }
    return Report{{{"package", command.package}, {"corrections", std::move(listed)}}, text};
}

Result<Report> run(const Regrade& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto shares = read_shares(command.shares);
    if (!shares) { return std::unexpected{shares.error()}; }
    const auto regrading = ResultRegister{session->vault}.regrade(command.package, session->who, *shares, wall_clock());
    if (!regrading) { return std::unexpected{regrading.error()}; }
    boost::json::array candidates;
    std::string text =
        fmt::format("{}: {} {}, {} {}\n", say("重新评分完成", "Graded again"), regrading->candidates.size(),
                    say("人", "candidates"), regrading->changed, say("人总分有变化", "with another total"));
    for (const ScoreChange& change : regrading->candidates) {
        boost::json::array items;
        for (const ScoreChange::Item& item : change.items) {
            items.push_back(
                {{"item", item.id}, {"before", item.before.to_string()}, {"after", item.after.to_string()}});
        }
        candidates.push_back({{"ticket", change.ticket},
                              {"before", change.before.to_string()},
                              {"after", change.after.to_string()},
                              {"items", std::move(items)}});
        text += fmt::format("  {} {} → {}\n", change.ticket, change.before.to_string(), change.after.to_string());
    }
    boost::json::array applied(regrading->corrections.begin(), regrading->corrections.end());
    return Report{{{"package", command.package},
                   {"corrections", std::move(applied)},
                   {"changed", regrading->changed},
                   {"candidates", std::move(candidates)}},
                  text};
}

Result<Report> run(const WriteReport& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto files = ResultRegister{session->vault}.write_report(command.package, command.out, wall_clock());
    if (!files) { return std::unexpected{files.error()}; }
    boost::json::array listed;
    std::string text = fmt::format("{}\n", say("成绩报告：", "Report:"));
    for (const File& file : *files) {
        listed.push_back(boost::json::string{file.string()});
        text += "  " + file.string() + "\n";
    }
    return Report{{{"package", command.package}, {"files", listed}}, text};
}

Result<Report> run(const PlanRehearsal& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto batch = PackageRegister{session->vault}.batch(command.batch);
    if (!batch) { return std::unexpected{batch.error()}; }
    const auto draw = DrawRegister{session->vault}.find(command.draw);
    if (!draw) { return std::unexpected{draw.error()}; }
    const crypto::Digest seed = crypto::blake2b("papervault.rehearsal.seed.v1", {crypto::bytes_of(command.seed)});
    const auto plan =
        plan_rehearsal(session->vault, *batch, *draw, seed, {.mean = command.mean, .spread = command.spread});
    if (!plan) { return std::unexpected{plan.error()}; }
    if (auto written = write_file_durably(command.out, crypto::bytes_of(*plan), false); !written) {
        return std::unexpected{written.error()};
    }
    const auto recorded =
        session->vault.record("rehearsal.plan", wall_clock(), [&](Database&) -> Result<boost::json::object> {
            return boost::json::object{
                {"batch", command.batch}, {"draw", command.draw}, {"candidates", batch->roster.size()}};
        });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return Report{{{"file", command.out.string()}, {"candidates", batch->roster.size()}},
                  fmt::format("{} {} ({} {})\n", say("演练作答：", "Rehearsal answers:"), command.out.string(),
                              batch->roster.size(), say("名虚拟考生", "imaginary candidates"))};
}

} // namespace papervault::vault::cli
