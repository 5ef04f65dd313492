#include "cli/commands.hpp"
#include "cli/session.hpp"
#include "rehearsal/rehearsal.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/files.hpp>
#include <papervault/vault/results.hpp>

#include <fmt/format.h>

namespace papervault::vault::cli {
namespace {

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
    return Report{{{"package", answers->package_id},
                   {"batch", answers->batch_id},
                   {"sheets", answers->sheets.size()},
                   {"present", present},
                   {"responses", responses},
                   {"journal_records", answers->journal_records},
                   {"journal_head", answers->journal_head.hex()}},
                  fmt::format("{} {}: {} {}, {} {}, {} {}\n", say("答卷已接收", "Answers taken in"), answers->batch_id,
                              answers->sheets.size(), say("份", "sheets"), present, say("人到考", "present"), responses,
                              say("题作答", "responses"))};
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
    const auto score = ResultRegister{session->vault}.explain(command.package, session->who, *shares, command.ticket,
                                                              command.item, wall_clock());
    if (!score) { return std::unexpected{score.error()}; }
    return Report{{{"ticket", command.ticket},
                   {"item", score->item_id},
                   {"points", score->points.to_string()},
                   {"points_max", score->points_max.to_string()},
                   {"reason", score->reason}},
                  fmt::format("{} {}: {}/{}\n  {}\n", command.ticket, score->item_id, score->points.to_string(),
                              score->points_max.to_string(), score->reason)};
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
