#include "cli/command_tree.hpp"
#include "cli/ways_out_commands.hpp"

namespace papervault::vault::cli {

void add_ways_out(CommandTree& tree, CLI::App* package)
{
    CLI::App* app = package;
    auto withdraw = tree.command<WithdrawPackage>(
        app, "withdraw", "撤回，两人先后执行（V8）/ withdraw, by two officers one after the other (V8)");
    CommandTree::add_vault(app, withdraw->login);
    app->add_option("--package", withdraw->package, "试卷包编号 / package id")->required();
    app->add_option("--reason", withdraw->reason, "理由 / reason")->required();
    app->add_option("--out", withdraw->out, "交给考场的撤回令 / the order for the hall, to write")->required();
    app = package;
    auto replace = tree.command<ReplacePackage>(
        app, "replace", "以备用包代替已撤回的，两人先后执行 / a spare for a withdrawn one, by two officers");
    CommandTree::add_vault(app, replace->login);
    app->add_option("--package", replace->package, "已撤回的 / the withdrawn one")->required();
    app->add_option("--spare", replace->spare, "备用的 / the spare")->required();
    app->add_option("--reason", replace->reason, "理由 / reason")->required();
    app = package;
    auto half = tree.command<GiveRecoveryHalf>(
        app, "recovery-half", "封装人把恢复密钥的一半交给另一封装人 / a sealer's half of the recovery key");
    CommandTree::add_login(app, half->who);
    app->add_option("--package", half->package, "试卷包 / package")->required();
    app->add_option("--out", half->out, "文件 / file to write")->required();
    app = package;
    auto rewrap = tree.command<MakeRewrap>(
        app, "rewrap", "把一把锁改封给他人，不见试卷 / give a lock to somebody else, without seeing the paper");
    CommandTree::add_login(app, rewrap->who);
    app->add_option("--package", rewrap->package, "试卷包 / package")->required();
    app->add_option("--half", rewrap->half, "另一封装人的一半 / the other sealer's half")->required();
    app->add_option("--earlier", rewrap->earlier, "先前的改封，按序 / earlier rewraps, in order; repeat");
    auto* host = app->add_option("--host", rewrap->host_card, "新考场服务器的身份卡 / card of the new hall");
    auto* custodian =
        app->add_option("--custodian", rewrap->custodian_card, "新保管人的身份卡 / card of the new custodian");
    custodian->excludes(host);
    app->add_option("--share", rewrap->share_index, "接替第几号保管人 / whose place he takes, from 1")
        ->needs(custodian);
    app->add_option("--reason", rewrap->reason, "理由 / reason")->required();
    app->add_option("--out", rewrap->out, "文件 / file to write")->required();
    app = package;
    auto confirm =
        tree.command<ConfirmRewrap>(app, "rewrap-confirm", "另一封装人核对并签名 / the other sealer checks and signs");
    CommandTree::add_login(app, confirm->who);
    app->add_option("--package", confirm->package, "试卷包 / package")->required();
    app->add_option("--rewrap", confirm->rewrap, "改封文件 / the rewrap")->required();
    app->add_option("--earlier", confirm->earlier, "先前的改封，按序 / earlier rewraps, in order; repeat");
    app->add_option("--out", confirm->out, "文件 / file to write")->required();
    app = package;
    auto enter = tree.command<EnterRewrap>(app, "rewrap-enter", "登记改封 / enter a rewrap in the vault");
    CommandTree::add_vault(app, enter->login);
    app->add_option("--rewrap", enter->rewrap, "改封文件 / the rewrap")->required();
}

} // namespace papervault::vault::cli
