#include "cli/command_tree.hpp"

namespace papervault::vault::cli {
namespace {

void add_draw(CLI::App* app, VaultLogin& login, std::string& draw)
{
    CommandTree::add_vault(app, login);
    app->add_option("--draw", draw, "抽卷编号 / id of the draw")->required();
}

void add_contribution(CLI::App* app, ContributeToDraw& options)
{
    add_draw(app, options.login, options.draw);
    app->add_option("--secret", options.secret, "自己保管的随机数文件 / file with one's own value, sealed to oneself")
        ->required();
}

void add_beacon(CLI::App* app, RunDraw& options)
{
    app->add_option("--beacon", options.beacon,
                    "开始抽卷时约定的公开值 / the public value that was named when the draw was opened");
}

void add_blueprints(CommandTree& tree)
{
    CLI::App* parent = tree.group("blueprint", "组卷计划书 / blueprints");
    CLI::App* app = parent;
    auto check = tree.command<CheckBlueprint>(app, "check", "检查题库能否满足 / can the bank meet it?");
    CommandTree::add_vault(app, check->login);
    app->add_option("file", check->blueprint, "组卷计划书 / blueprint (JSON or YAML, docs/blueprint-format.md)")
        ->required();
    app = parent;
    auto explain = tree.command<ExplainBlueprint>(app, "explain", "解释各栏目 / what every field means");
    app->add_option("field", explain->field, "栏目，如 sections.scopes / field");
    app = parent;
    auto tables = tree.command<BlueprintFromTables>(
        app, "from-xlsx", "由结构表和细目表生成 / build one from a structure table and a specification table");
    app->add_option("file", tables->xlsx, "工作簿 / workbook (.xlsx)")->required();
    app->add_option("--out", tables->out, "写到文件 / file to write; else shown");
}

void add_drawing(CommandTree& tree, CLI::App* parent)
{
    CLI::App* app = parent;
    auto open = tree.command<OpenDraw>(app, "open", "开始一次抽卷 / open a draw");
    CommandTree::add_vault(app, open->login);
    app->add_option("--blueprint", open->blueprint, "组卷计划书 / blueprint")->required();
    app->add_option("--officer", open->officers, "共同产生种子的人（名片或编号）/ officers who make the seed; repeat")
        ->required();
    app->add_option(
        "--beacon", open->beacon_source,
        "另加的公开值：来源与期号，现在还没有人知道 / a public value, not known yet, joins the seed: which one");
    app = parent;
    auto commit = tree.command<ContributeToDraw>(app, "commit", "承诺 / commit to a random value",
                                                 [](const auto& c) { return commit_to_draw(c); });
    add_contribution(app, *commit);
    app = parent;
    auto reveal = tree.command<ContributeToDraw>(app, "reveal", "揭示 / reveal it",
                                                 [](const auto& c) { return reveal_to_draw(c); });
    add_contribution(app, *reveal);
    app = parent;
    auto run = tree.command<RunDraw>(app, "run", "抽卷 / draw the forms");
    add_draw(app, run->login, run->draw);
    add_beacon(app, *run);
    app = parent;
    auto loft = tree.command<RunDraw>(app, "loft", "一人一卷：每名考生抽一份 / draw a form for each candidate");
    add_draw(app, loft->login, loft->draw);
    app->add_option("--forms", loft->forms, "份数 / how many, up to 100,000")
        ->required()
        ->check(CLI::Range(1, 100'000));
    add_beacon(app, *loft);
    app = parent;
    auto verify = tree.command<DrawById>(app, "verify", "重抽并核对 / draw again and compare",
                                         [](const auto& c) { return verify_draw(c); });
    add_draw(app, verify->login, verify->draw);
    app->add_option("--form", verify->form, "只核对一份 / only this form");
    app = parent;
    auto show = tree.command<DrawById>(app, "show", "查看 / show", [](const auto& c) { return show_draw(c); });
    add_draw(app, show->login, show->draw);
    app = parent;
    auto list = tree.command<ListDraws>(app, "list", "全部抽卷 / all draws");
    CommandTree::add_vault(app, list->login);
}

void add_preview(CLI::App* app, PreviewDraw& options)
{
    add_draw(app, options.login, options.draw);
    app->add_option("--html", options.html, "写出网页 / web page to write");
    app->add_option("--pdf", options.pdf, "写出 PDF / PDF to write");
    app->add_flag("--with-keys", options.with_keys, "连同答案（须有答案权限）/ with keys; needs the right to them");
    app->add_option("--purpose", options.purpose, "用途（登记）/ purpose, registered (B5)")->required();
}

void add_reading(CommandTree& tree, CLI::App* parent)
{
    CLI::App* app = parent;
    auto preview = tree.command<PreviewDraw>(app, "preview", "校对稿 / a form as a readable paper");
    add_preview(app, *preview);
    app->add_option("--form", preview->forms, "卷 / form")->required()->expected(1);
    app = parent;
    auto compare = tree.command<PreviewDraw>(app, "compare", "两卷对照 / two forms side by side");
    add_preview(app, *compare);
    app->add_option("--form", compare->forms, "卷，给两次 / form; give it twice")->required()->expected(2);
    app = parent;
    auto certify = tree.command<CertifyDraw>(app, "certify", "平行性证书 / certificate of parallelism");
    add_draw(app, certify->login, certify->draw);
    app->add_option("--html", certify->html, "写出网页 / web page to write");
    app->add_option("--json-file", certify->json_file, "写出 JSON / JSON to write");
    app->add_flag("--with-keys", certify->with_keys,
                  "统计答案字母（须有答案权限）/ count key letters; needs the right");
    app = parent;
    auto proof = tree.command<ProofForm>(
        app, "proof", "校对签认，不得由抽卷人 / mark a form as proof-read; not by the one who drew (B7)");
    add_draw(app, proof->login, proof->draw);
    app->add_option("--form", proof->form, "卷 / form")->required();
    auto* clean = app->add_flag("--clean", proof->clean, "无误 / everything is in order");
    app->add_option("--finding", proof->findings, "题号=问题，可多次 / ITEM=what is wrong; repeat")->excludes(clean);
    app = parent;
    auto proofs = tree.command<ListProofs>(app, "proofs", "校对记录 / proof-reading marks");
    add_draw(app, proofs->login, proofs->draw);
}

} // namespace

void add_draw_commands(CommandTree& tree)
{
    add_blueprints(tree);
    CLI::App* draw = tree.group("draw", "抽卷 / drawing papers");
    add_drawing(tree, draw);
    add_reading(tree, draw);
}

} // namespace papervault::vault::cli
