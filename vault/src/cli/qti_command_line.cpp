#include "cli/qti_commands.hpp"

namespace papervault::vault::cli {
namespace {

void add_qti_scoring(CommandTree& tree, CLI::App* parent)
{
    CLI::App* app = parent;
    auto score = tree.command<ScoreQtiCases>(
        app, "score",
        "逐行评分，每行打印一个 JSON / score lines {\"id\",\"item\",\"responses\"} or "
        "{\"id\",\"expression_xml\",…}; print {\"id\",\"outcomes\"}, {\"id\",\"value\"} or {\"id\",\"error\"}");
    app->add_option("--items", score->items,
                    "试题目录或内容包，只读其中的文件 / folder or zip of the items; nothing outside it is read")
        ->required();
    app->add_option("--cases", score->cases, "作答（JSONL）/ cases")->required();
    app->add_option("--seed", score->seed, "随机模板的种子 / seed of items with random parts")->capture_default_str();
    app = parent;
    auto check = tree.command<CheckQti>(
        app, "check", "检查试题、试卷文件或内容包 / what a file or package is, and what is wrong with it");
    app->add_option("file", check->files, "文件、目录或内容包 / files, folders, packages")->required();
    app = parent;
    auto test = tree.command<ScoreQtiTest>(
        app, "test-score",
        "整卷评分 / score a test; lines {\"id\",\"responses\":{ITEM:{RESPONSE:…}}}, one JSON line each");
    app->add_option("--test", test->test, "试卷文件或内容包 / the assessmentTest, or a package")->required();
    app->add_option("--inside", test->inside, "内容包中的试卷文件 / which test of the package");
    app->add_option("--items", test->items,
                    "试题目录，默认为试卷所在目录 / folder of the items; default: the test's own");
    app->add_option("--responses", test->responses, "作答（JSONL）/ responses")->required();
    app->add_option("--weight", test->weight, "分项得分所用权重 / weight of the sub-scores");
    app->add_option("--seed", test->seed, "随机模板的种子 / seed of items with random parts")->capture_default_str();
}

void add_qti_exchange(CommandTree& tree, CLI::App* parent)
{
    CLI::App* app = parent;
    auto in = tree.command<QtiToBank>(app, "to-bank",
                                      "QTI 试题转为题库导入文件 / QTI items as a file that bank import reads");
    app->add_option("file", in->files, "QTI 试题文件或内容包 / QTI items, packages")->required();
    app->add_option("--knowledge-point", in->knowledge_point, "知识点代码 / code of the knowledge point")->required();
    app->add_option("--out", in->out, "文件 / file to write (JSONL)")->required();
    app = parent;
    auto out = tree.command<BankToQti>(
        app, "from-bank", "题库导入文件转为 QTI 3.0 试题 / a file of items (docs/item-format.md) as QTI 3.0");
    app->add_option("--items", out->items, "试题文件 / file of items (JSONL or CSV)")->required();
    app->add_option("--out", out->out, "新目录 / new folder to write")->required();
}

} // namespace

void add_qti_commands(CommandTree& tree)
{
    CLI::App* parent = tree.group("qti", "国际标准 QTI 的试题与试卷 / items and tests of QTI 2.x and 3.0");
    add_qti_scoring(tree, parent);
    add_qti_exchange(tree, parent);
}

} // namespace papervault::vault::cli
