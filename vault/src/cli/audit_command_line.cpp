#include "cli/command_tree.hpp"

namespace papervault::vault::cli {
namespace {

void add_reading(CommandTree& tree, CLI::App* parent)
{
    CLI::App* app = parent;
    auto verify = tree.command<VerifyAudit>(
        app, "verify",
        "逐条核查：保密库全部，或仅凭导出的记录 / check a vault's whole chain, or an exported ledger alone");
    CommandTree::add_vault_or_files(app, verify->login);
    app->add_option("--checkpoint", verify->checkpoints, "自己留存的检查点 / checkpoint that you kept; repeat");
    app->add_option("--ledger", verify->ledger, "导出的目录（不需保密库）/ exported folder instead of a vault");
    app->add_option("--office", verify->office_card, "机构名片（自己留存的）/ the office's card that you kept");
    app->add_option("--kept-ledger", verify->kept_ledger,
                    "以前导出的 ledger.jsonl / an older export: findings are exact");
    app = parent;
    auto show = tree.command<ShowLedger>(app, "show", "查看记录 / show entries");
    CommandTree::add_vault(app, show->login);
    app->add_option("--from", show->from, "起始序号 / first entry")->capture_default_str();
    app->add_option("--count", show->count, "条数 / how many")->capture_default_str();
    app = parent;
    auto out =
        tree.command<ExportLedger>(app, "export", "导出记录与检查点 / export entries and checkpoint for a supervisor");
    CommandTree::add_vault(app, out->login);
    app->add_option("--out", out->out, "目录 / folder to write")->required();
    app = parent;
    auto story = tree.command<TellStory>(app, "story", "一份试卷的一生 / one paper's life in sentences");
    CommandTree::add_vault_or_files(app, story->login);
    app->add_option("package", story->package, "试卷包编号 / package id")->required();
    app->add_option("--ledger", story->ledger, "导出的目录（不需保密库）/ exported folder instead of a vault");
    app->add_option("--html", story->html, "写出带图的网页 / page with a diagram to write");
}

void add_witnessing(CommandTree& tree, CLI::App* parent)
{
    CLI::App* app = parent;
    auto checkpoint = tree.command<MakeCheckpoint>(
        app, "checkpoint", "给见证人的检查点与一致性证明 / checkpoint with a consistency proof, for a witness");
    CommandTree::add_vault(app, checkpoint->login);
    app->add_option("--since", checkpoint->since, "见证人上次签过的检查点 / the note that the witness has signed last");
    app->add_option("--out", checkpoint->out, "文件 / file to write")->required();
    app = parent;
    auto witness = tree.command<WitnessCheckpoint>(
        app, "witness", "核对一致性后签名见证 / check that nothing was changed, then sign as a witness");
    CommandTree::add_login(app, witness->who);
    app->add_option("--request", witness->request, "检查点文件 / file of 'audit checkpoint'")->required();
    app->add_option("--office", witness->office_card, "机构名片（自己留存的）/ the office's card that you kept")
        ->required();
    app->add_option("--kept", witness->kept, "自己留存的检查点，核对后更新 / your kept note; replaced after the check")
        ->required();
    app->add_flag("--first", witness->first, "第一次见证，尚无留存 / the first time: nothing was kept before");
    app = parent;
    auto keep = tree.command<KeepCosigned>(app, "keep", "收存见证签名 / store witnesses' signatures in the vault");
    CommandTree::add_vault(app, keep->login);
    app->add_option("note", keep->notes, "见证人签过的检查点 / cosigned notes; repeat")->required();
    app = parent;
    auto prove = tree.command<ProveEntry>(app, "prove", "一条记录的证明 / prove that an entry is in the ledger");
    CommandTree::add_vault(app, prove->login);
    app->add_option("entry", prove->entry, "记录序号 / number of the entry")->required();
    app->add_option("--checkpoint", prove->checkpoint, "用此检查点（如有见证）/ under this note, with its witnesses");
    app->add_option("--out", prove->out, "文件（.tlog-proof）/ file to write")->required();
    app = parent;
    auto check = tree.command<CheckProof>(app, "check-proof", "核对证明，不需保密库 / check a proof, without a vault");
    app->add_option("file", check->proof, "证明 / proof")->required();
    app->add_option("--office", check->office_card, "机构名片 / the office's card")->required();
    app->add_option("--witness", check->witness_cards, "见证人名片 / card of a witness; repeat");
    app->add_option("--witnesses-needed", check->witnesses_needed, "至少几名见证人 / how many must have signed")
        ->capture_default_str();
    app = parent;
    auto key = tree.command<ShowNoteKey>(app, "note-key", "见证人的公钥（vkey）/ a witness's key for other tools");
    app->add_option("card", key->card, "名片 / card")->required();
}

} // namespace

void add_audit_commands(CommandTree& tree)
{
    CLI::App* parent = tree.group("audit", "记录与核查 / the record and its verification");
    add_reading(tree, parent);
    add_witnessing(tree, parent);
}

} // namespace papervault::vault::cli
