#include "cli/policy_commands.hpp"

namespace papervault::vault::cli {
namespace {

void add_rules(CLI::App* app, ProposePolicy& policy)
{
    app->add_option("--multiple", policy.multiple, "多选 / multiple choice")
        ->check(CLI::IsMember({"all_or_nothing", "partial_none_wrong", "proportional"}));
    app->add_option("--fill", policy.fill, "填空 / blanks")->check(CLI::IsMember({"per_part", "all_or_nothing"}));
    app->add_option("--order", policy.order, "排序 / ordering")
        ->check(CLI::IsMember({"all_or_nothing", "adjacent_pairs", "longest_run"}));
    app->add_option("--match", policy.match, "匹配 / matching")->check(CLI::IsMember({"per_part", "all_or_nothing"}));
    app->add_option("--penalty", policy.penalty,
                    "判断答错倒扣的份额，0 至 1，须 --floor paper / share that a wrong true/false costs");
    app->add_option("--floor", policy.floor, "不低于 0 分的是每题或全卷 / what has no less than 0 points")
        ->check(CLI::IsMember({"item", "paper"}));
    app->add_option("--round", policy.places, "总分保留小数位 / places of a total")->check(CLI::Range(0, 6));
    app->add_flag("--half-even", policy.half_even, "四舍六入五成双，默认四舍五入 / half to even instead of half up");
    app->add_option("--pass", policy.pass, "合格线，百分制，默认 60 / pass mark in percent");
    app->add_option("--good", policy.good, "良好线，默认 80 / percent");
    app->add_option("--excellent", policy.excellent, "优秀线，默认 90 / percent");
}

} // namespace

void add_policy_commands(CommandTree& tree, CLI::App* batches)
{
    CLI::App* app = batches;
    auto show = tree.command<ShowPolicy>(app, "policy", "查看评分办法 / how the batch is scored and judged");
    CommandTree::add_vault(app, show->login);
    app->add_option("--batch", show->batch, "批次 / batch id")->required();
    app = batches;
    auto propose = tree.command<ProposePolicy>(
        app, "policy-set",
        "提出评分办法，封装前、待另一人批准 / propose one, before sealing; another officer approves it. What is not "
        "named has its default");
    CommandTree::add_vault(app, propose->login);
    app->add_option("--batch", propose->batch, "批次 / batch id")->required();
    app->add_option("--reason", propose->reason, "理由 / reason")->required();
    app->add_option("--file", propose->file, "评分办法（JSON，docs/scoring.md）/ as a file");
    add_rules(app, *propose);
    app = batches;
    auto approve = tree.command<ApprovePolicy>(app, "policy-approve",
                                               "批准评分办法，另一人 / approve it, another manager or a grader");
    CommandTree::add_vault(app, approve->login);
    app->add_option("--batch", approve->batch, "批次 / batch id")->required();
    app->add_option("--digest", approve->digest,
                    "所阅办法的摘要，至少 8 位 / digest of what was read, 8 digits or more")
        ->required();
}

} // namespace papervault::vault::cli
