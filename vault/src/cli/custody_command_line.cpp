#include "cli/command_tree.hpp"

namespace papervault::vault::cli {
namespace {

void add_retention(CommandTree& tree)
{
    CLI::App* parent = tree.group("retention", "保存与销毁 / keeping and destroying (V9)");
    CLI::App* app = parent;
    auto status = tree.command<ShowRetention>(app, "status", "各试卷包的保存期 / periods, holds and proposals");
    CommandTree::add_vault(app, status->login);
    app = parent;
    auto policy = tree.command<SetRetentionPolicy>(app, "policy",
                                                   "设定保存期（只能延长）/ set the periods, never below the rule");
    CommandTree::add_vault(app, policy->login);
    app->add_option("file", policy->policy, "papervault-retention (JSON)")->required();
    app = parent;
    auto hold = tree.command<PlaceHold>(app, "hold", "暂停销毁 / place a hold");
    CommandTree::add_vault(app, hold->login);
    auto* package = app->add_option("--package", hold->package, "试卷包编号 / package id");
    app->add_flag("--all", hold->all, "全部 / everything")->excludes(package);
    app->add_option("--reason", hold->reason, "理由 / reason")->required();
    app = parent;
    auto lift =
        tree.command<CloseById>(app, "unhold", "解除暂停 / lift a hold", [](const auto& c) { return lift_hold(c); });
    CommandTree::add_vault(app, lift->login);
    app->add_option("id", lift->id, "编号 / id of the hold")->required();
    app->add_option("--reason", lift->reason, "理由 / reason")->required();
    app = parent;
    auto propose =
        tree.command<ProposeDestruction>(app, "propose", "提出销毁（第一人）/ propose a destruction, first person");
    CommandTree::add_vault(app, propose->login);
    app->add_option("--package", propose->package, "试卷包编号 / package id")->required();
    app->add_option("--category", propose->category, "paper 试卷, records 电子记录")->required();
    app->add_option("--reason", propose->reason, "理由 / reason")->required();
    app = parent;
    auto withdraw = tree.command<CloseById>(app, "withdraw", "撤回销毁申请 / take a proposal back",
                                            [](const auto& c) { return withdraw_proposal(c); });
    CommandTree::add_vault(app, withdraw->login);
    app->add_option("id", withdraw->id, "编号 / id of the proposal")->required();
    app->add_option("--reason", withdraw->reason, "理由 / reason")->required();
    app = parent;
    auto destroy = tree.command<ConfirmDestruction>(app, "destroy",
                                                    "批准并执行销毁（第二人）/ confirm and destroy, second person");
    CommandTree::add_vault(app, destroy->login);
    app->add_option("id", destroy->id, "编号 / id of the proposal")->required();
}

void add_forms(CommandTree& tree)
{
    CLI::App* parent = tree.group("forms", "打印表格 / printable forms");
    CLI::App* app = parent;
    auto handover = tree.command<PrintHandover>(app, "handover", "试卷交接单 / handover sheet");
    app->add_option("--handover", handover->handover, "交接单文件 / handover document")->required();
    app->add_option("--pdf", handover->pdf, "文件 / file to write")->required();
    app = parent;
    auto opening = tree.command<PrintOpening>(app, "opening", "试卷拆封确认表 / seal inspection sheet");
    app->add_option("--package", opening->package, "试卷包 / package")->required();
    app->add_option("--pdf", opening->pdf, "文件 / file to write")->required();
    app = parent;
    auto destructions = tree.command<PrintDestructions>(app, "destruction", "销毁台账 / destruction ledger");
    CommandTree::add_vault(app, destructions->login);
    app->add_option("--pdf", destructions->pdf, "文件 / file to write")->required();
}

void add_tracing(CommandTree& tree)
{
    CLI::App* parent = tree.group("copies", "编号副本 / marked copies");
    CLI::App* app = parent;
    auto issue = tree.command<IssueCopy>(app, "issue", "发出一份可追查的副本 / issue a copy that can be traced");
    CommandTree::add_vault(app, issue->login);
    app->add_option("--draw", issue->draw, "抽卷编号 / draw id")->required();
    app->add_option("--form", issue->form, "卷别 / form")->required();
    app->add_option("--kind", issue->kind, "proof-reader printer custodian other")->required();
    app->add_option("--holder", issue->holder, "持有人 / holder")->required();
    app->add_option("--purpose", issue->purpose, "用途 / purpose")->required();
    app->add_option("--pdf", issue->pdf, "文件 / file to write")->required();
    app->add_option("--html", issue->html, "另写网页 / the same as a page, for a screen");
    app = tree.root();
    auto trace = tree.command<TraceLeak>(app, "trace", "由照片上看到的顺序追查来源 / whose copy was photographed?");
    CommandTree::add_vault(app, trace->login);
    app->add_option("--package", trace->package, "试卷包编号 / package id")->required();
    app->add_option("--seen", trace->seen, "看到的内容（docs/supervisors.md）/ what was read off the photograph")
        ->required();
    app->add_option("--purpose", trace->purpose, "用途（登记）/ purpose, for the record")->required();
    app->add_option("--misread", trace->misread, "看错的可能 / chance of a wrong reading")
        ->check(CLI::Range(0.001, 0.2))
        ->capture_default_str();
    app->add_option("--show", trace->show, "列出几份 / how many to list")->capture_default_str();
}

} // namespace

void add_custody_commands(CommandTree& tree)
{
    add_retention(tree);
    add_forms(tree);
    add_tracing(tree);
}

} // namespace papervault::vault::cli
