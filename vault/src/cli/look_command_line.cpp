#include "cli/command_tree.hpp"
#include "cli/session.hpp"
#include "cli/shares.hpp"

#include <papervault/vault/results.hpp>

#include <fmt/format.h>

namespace papervault::vault::cli {
namespace {

struct LookAtBatch {
    VaultLogin login;
    std::string package;
    std::vector<File> shares;
};

boost::json::value number(const std::optional<double>& value)
{
    return value ? boost::json::value(*value) : boost::json::value(nullptr);
}

boost::json::object to_json(const engine::FormTally& form)
{
    boost::json::array items;
    for (const engine::ItemTally& item : form.items) {
        items.push_back({{"item", item.item},
                         {"points_max", item.points_max.to_string()},
                         {"p", item.difficulty},
                         {"pbis_corrected", number(item.corrected_point_biserial)},
                         {"unanswered", item.unanswered},
                         {"awaiting_person", item.awaiting_person}});
    }
    return {{"form", form.form},           {"candidates", form.candidates},
            {"mean", form.mean},           {"sd", number(form.deviation)},
            {"alpha", number(form.alpha)}, {"items", std::move(items)}};
}

std::string to_text(const engine::FormTally& form)
{
    const auto shown = [](const std::optional<double>& value) {
        return value ? fmt::format("{:.3f}", *value) : std::string{"-"};
    };
    std::string text =
        fmt::format("\n{} {}: {} {}, {} {:.2f}, SD {}, alpha {}\n", say("卷", "form"), form.form, form.candidates,
                    say("人", "candidates"), say("平均", "mean"), form.mean, shown(form.deviation), shown(form.alpha));
    text += fmt::format("{:<24} {:>8} {:>7} {:>7} {:>7}\n", say("题", "item"), say("分值", "points"), "p", "pbis",
                        say("未答", "blank"));
    for (const engine::ItemTally& item : form.items) {
        text += fmt::format("{:<24} {:>8} {:>7.3f} {:>7} {:>7}\n", item.item, item.points_max.to_string(),
                            item.difficulty, shown(item.corrected_point_biserial), item.unanswered);
    }
    return text;
}

Result<Report> run(const LookAtBatch& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto shares = read_shares(command.shares);
    if (!shares) { return std::unexpected{shares.error()}; }
    const auto look = ResultRegister{session->vault}.look(command.package, session->who, *shares, wall_clock());
    if (!look) { return std::unexpected{look.error()}; }
    boost::json::array forms;
    std::string text = fmt::format("{}: {} {}. {}\n", say("试评（不存档）", "Look (nothing is stored)"), look->present,
                                   say("人", "candidates"),
                                   say("未经两套评分核对，不是成绩", "By one implementation alone: no scores"));
    for (const engine::FormTally& form : look->tally.forms) {
        if (form.candidates == 0) { continue; }
        forms.push_back(to_json(form));
        text += to_text(form);
    }
    return Report{{{"package", command.package},
                   {"candidates", look->candidates},
                   {"present", look->present},
                   {"forms", std::move(forms)}},
                  text};
}

} // namespace

void add_look_command(CommandTree& tree, CLI::App* grade)
{
    CLI::App* app = grade;
    auto look = tree.command<LookAtBatch>(
        app, "look", "评分前看题目统计，不存档 / totals and item statistics before grading; stores nothing",
        [](const LookAtBatch& command) { return run(command); });
    CommandTree::add_vault(app, look->login);
    app->add_option("--package", look->package, "试卷包编号 / package id")->required();
    app->add_option("--share", look->shares, "其他阅卷人的份额 / shares of the other graders; repeat")->required();
}

} // namespace papervault::vault::cli
