#include "cli/command_tree.hpp"
#include "cli/commands.hpp"
#include "cli/policy_commands.hpp"
#include "cli/qti_commands.hpp"
#include "cli/session.hpp"

#include <papervault/crypto/init.hpp>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <iostream>

namespace papervault::vault::cli {
namespace {

/// Builds the tree of commands; the one that was typed leaves its action here.
class CommandLine : private CommandTree {
public:
    CommandLine()
    {
        app_.require_subcommand(1);
        app_.set_version_flag("--version", "papervault 0.1.0");
        app_.add_flag("--json", json_, "机器可读输出 / print the report as JSON");
        app_.add_option("--lang", language_, "zh 或 en / language of texts")->check(CLI::IsMember({"zh", "en"}));
        app_.footer("每个命令都有 --help。手册见 docs/。 / Every command has --help; the manuals are in docs/.");
        app_.fallthrough();
        identities();
        vault();
        bank();
        add_draw_commands(*this);
        packages();
        suites();
        results();
        analysis();
        add_qti_commands(*this);
        add_custody_commands(*this);
        add_audit_commands(*this);
    }

    int run(int argc, char** argv)
    {
        try {
            app_.parse(argc, argv);
        } catch (const CLI::ParseError& error) {
            return app_.exit(error) == 0 ? 0 : 2;
        }
        choose_language(language_);
        const auto report = action_();
        if (!report) {
            const VaultFailure& failure = report.error();
            if (json_) {
                const boost::json::object error{{"error", to_text(failure.code)}, {"detail", failure.detail}};
                std::cout << boost::json::serialize(error) << "\n";
            }
            fmt::print(stderr, "papervault: {}\n", failure_text(failure, language()));
            return 1;
        }
        std::cout << (json_ ? boost::json::serialize(report->json) + "\n" : report->text) << std::flush;
        return std::cout.good() && !report->found_fault ? 0 : 1;
    }

private:
    void identities()
    {
        CLI::App* parent = group("identity", "身份与密钥文件 / identities and key files");
        CLI::App* app = parent;
        auto make = command<NewIdentity>(app, "new", "建立一个人的身份文件 / make an identity file");
        app->add_option("--name", make->name, "姓名 / name")->required();
        app->add_option("--out", make->out, "身份文件 / identity file to write")->required();
        app->add_option("--card", make->card, "名片文件（公开）/ card file to write (public)");
        add_protection(app, make->protection);
        app->add_option("--token-key", make->protection.token_key,
                        "令牌中已有的密钥（标签或 id），默认新建 / a P-256 key that the token has (label or id); "
                        "default: makes one");
        app->add_option("--suite", make->suite, "算法套件 pv1 或 gm1（国密）/ suite of the keys")
            ->capture_default_str();
        app = parent;
        auto show = command<ShowIdentity>(app, "show", "显示名片 / show whose it is");
        app->add_option("file", show->file, "身份文件或名片 / identity file or card")->required();
        app = parent;
        add_identity_tools(*this, parent);
        auto key = command<MakeKeyFile>(app, "key-file", "生成密钥文件 / make a key file");
        app->add_option("--out", key->out, "文件 / file to write")->required();
    }

    void vault()
    {
        CLI::App* app = &app_;
        auto init = command<InitVault>(app, "init", "建立保密库 / make an office vault");
        app->add_option("--vault", init->vault, "新目录 / new folder")->required();
        app->add_option("--name", init->name, "机构名称 / name of the office")->required();
        app->add_option(
               "--officer", init->officers,
               "CARD=角色,角色：manager sealer key_keeper releaser grader supervisor / an officer and roles; repeat")
            ->required();
        add_login(app, init->founder);
        app = &app_;
        auto status = command<VaultStatus>(app, "status", "保密库概况 / officers and size of the ledger");
        add_vault(app, status->login);
        app = &app_;
        auto add = command<AddOfficer>(app, "officer-add", "增加人员 / add an officer");
        add_vault(app, add->login);
        app->add_option("--officer", add->officer, "CARD=角色,角色 / card and roles")->required();
    }

    void bank()
    {
        CLI::App* parent = group("bank", "题库 / item bank");
        CLI::App* app = parent;
        auto spec =
            command<LoadSpecification>(app, "specification", "装入鉴定要素细目表 / load the specification table (CSV)");
        add_vault(app, spec->login);
        app->add_option("file", spec->csv, "code,name,weight_percent,importance")->required();
        app = parent;
        auto import =
            command<ImportItems>(app, "import", "导入试题 / import items (JSONL or CSV, docs/item-format.md)");
        add_vault(app, import->login);
        app->add_option("file", import->file, "文件 / file")->required();
        app->add_flag("--all-or-nothing", import->refuse_all,
                      "有一行有误即全部不收 / refuse everything if one row is bad");
        app->add_flag("--create-points", import->create_points,
                      "细目表没有的要素自动建立 / add unknown knowledge points");
        app = parent;
        auto facts = command<LoadFacts>(
            app, "facts",
            "装入题目资料：互斥组、材料、区分度、用时 / load what is known of items beside their content");
        add_vault(app, facts->login);
        app->add_option("file", facts->csv,
                        "id,enemy_set,stimulus,discrimination,seconds,level,cognitive,irt_a,irt_b,irt_c (CSV)")
            ->required();
        app = parent;
        auto report = command<BankReport>(app, "stats", "题库统计 / counts by type and knowledge point");
        add_vault(app, report->login);
        app = parent;
        auto show =
            command<ShowItem>(app, "show", "查看一题（登记用途）/ show one item; the purpose is registered (B5)");
        add_vault(app, show->login);
        app->add_option("id", show->id, "题号 / item id")->required();
        app->add_flag("--with-key", show->with_key, "连同答案 / with its key");
        app->add_option("--purpose", show->purpose, "用途 / purpose")->required();
    }

    void packages()
    {
        CLI::App* batches = group("batch", "批次 / batches");
        CLI::App* app = batches;
        auto batch = command<CreateBatch>(app, "create", "登记批次与考生名册 / enter a batch and its roster");
        add_vault(app, batch->login);
        app->add_option("--batch", batch->batch, "批次（JSON）/ batch")->required();
        app->add_option("--roster", batch->roster, "名册（CSV：ticket,name,id_tail,seat）/ roster")->required();
        add_policy_commands(*this, batches);

        CLI::App* parent = group("package", "试卷包 / sealed packages");
        add_ways_out(*this, parent);
        add_incidents(*this, parent);
        app = parent;
        auto seal = command<SealPackage>(app, "seal", "封装（第一人）/ seal, first sealer");
        add_vault(app, seal->login);
        app->add_option("--batch", seal->batch, "批次 / batch id")->required();
        app->add_option("--draw", seal->draw, "抽卷编号 / draw id")->required();
        app->add_option("--hall", seal->hall_card, "考场服务器名片 / card of the hall server")->required();
        app->add_option("--custodian", seal->custodian_cards, "保管人名片 / custodian's card; repeat")->required();
        app->add_option("--custodians-needed", seal->custody_threshold, "开启所需人数 / how many open")
            ->capture_default_str();
        app->add_option("--grader", seal->grader_cards, "阅卷人名片 / grader's card; repeat")->required();
        app->add_option("--graders-needed", seal->graders_threshold, "开启答案所需人数 / how many open the key")
            ->capture_default_str();
        app->add_option("--second-sealer", seal->second_sealer_card, "第二封装人名片 / card of the second sealer")
            ->required();
        app->add_option("--out", seal->draft, "待签文件 / draft to write")->required();
        app = parent;
        auto sign = command<CountersignPackage>(app, "countersign", "第二人核对并签名 / check and sign, second sealer");
        add_vault(app, sign->login);
        app->add_option("--draft", sign->draft, "待签文件 / draft")->required();
        app->add_option("--out", sign->out, "试卷包 / package to write")->required();
        app = parent;
        auto inspect = command<InspectPackage>(app, "inspect", "查验封装 / look at the seals, without keys");
        app->add_option("file", inspect->package, "试卷包 / package")->required();
        app->add_flag("--full", inspect->full, "核对全部内容摘要 / read every byte and compare the digests");
        app = parent;
        auto rehearse = command<RehearsePackage>(
            app, "rehearse",
            "核对本机程序与封装时一致（不开封）/ does this program compute what the sealing one did? opens nothing");
        app->add_option("file", rehearse->package, "试卷包 / package")->required();
        app = parent;
        auto list = command<ListPackages>(app, "list", "登记簿 / the register");
        add_vault(app, list->login);

        app = &app_;
        auto release = command<IssueRelease>(
            app, "release", "签发开启授权（只在规定时间内）/ issue the release, inside the window only");
        add_vault(app, release->login);
        app->add_option("--package", release->package, "试卷包编号 / package id")->required();
        auto* out = app->add_option("--out", release->out, "文件 / file to write");
        app->add_flag("--spoken", release->spoken, "线路中断时念出的口令 / a code to be read out when the line is down")
            ->excludes(out);

        CLI::App* handover = group("handover", "交接 / handing over");
        app = handover;
        auto give = command<GiveHandover>(app, "give", "交方签名 / the giver signs");
        add_login(app, give->who);
        app->add_option("--package", give->package, "试卷包 / package")->required();
        app->add_option("--to", give->taker_card, "接方名片 / card of the taker")->required();
        app->add_option("--out", give->out, "交接单 / document to write")->required();
        app = handover;
        auto take = command<TakeHandover>(app, "take", "接方核对并签名 / the taker checks and signs");
        add_login(app, take->who);
        app->add_option("--package", take->package, "试卷包 / package")->required();
        app->add_option("--handover", take->handover, "交接单 / document of the giver")->required();
        app->add_option("--out", take->out, "文件 / document to write")->required();
        app = handover;
        auto enter = command<EnterHandover>(app, "enter", "登记交接 / enter a complete handover into the ledger");
        add_vault(app, enter->login);
        app->add_option("--handover", enter->handover, "双方已签的交接单 / document signed by both")->required();

        CLI::App* custody = group("custody", "份额 / shares");
        app = custody;
        auto share = command<GiveShare>(app, "give", "交出自己的份额 / give one's share, sealed to the opener");
        add_login(app, share->who);
        app->add_option("--package", share->package, "试卷包 / package")->required();
        app->add_flag("--graders", share->graders,
                      "阅卷人份额（答案）/ the graders' quorum instead of the custodians'");
        app->add_option("--to", share->opener_card,
                        "开启方名片（核对用）/ card of the opener, compared with the package");
        app->add_option("--out", share->out, "文件 / file to write")->required();
    }

    void suites()
    {
        CLI::App* app = &app_;
        auto suites = command<AcceptSuites>(app, "suites", "接受的算法套件 / suites of algorithms that are accepted");
        add_vault(app, suites->login);
        app->add_option("--accept", suites->accepted, "pv1, gm1；可重复 / repeat; the others are refused");
        app->add_option("--card", suites->card, "写出机构的国密名片 / write the office's card of suite gm1");
    }

    void results()
    {
        CLI::App* answers = group("answers", "答卷 / answers");
        CLI::App* app = answers;
        auto import = command<ImportAnswers>(app, "import", "接收考场答卷 / take in a hall's sealed answers");
        add_vault(app, import->login);
        app->add_option("file", import->answers, "答卷文件 / answers file (.pva)")->required();

        CLI::App* parent = group("grade", "阅卷 / grading");
        app = parent;
        auto grade =
            command<Grade>(app, "run", "阅卷人合议开启答案并评分 / open the key with the graders' quorum and grade");
        add_vault(app, grade->login);
        app->add_option("--package", grade->package, "试卷包编号 / package id")->required();
        app->add_option("--share", grade->shares, "其他阅卷人的份额 / shares of the other graders; repeat")->required();
        app->add_option("--marks", grade->marks,
                        "主观题评分（CSV：ticket,item,points,grader）/ people's marks of open items");
        app = parent;
        auto explain = command<ExplainScore>(app, "explain", "说明一题得分 / why a candidate has these points");
        add_vault(app, explain->login);
        app->add_option("--package", explain->package, "试卷包编号 / package id")->required();
        app->add_option("--share", explain->shares, "其他阅卷人的份额 / shares of the other graders; repeat")
            ->required();
        app->add_option("--ticket", explain->ticket, "准考证号 / ticket")->required();
        app->add_option("--item", explain->item, "题号 / item id")->required();

        app = parent;
        auto propose = command<ProposeCorrection>(
            app, "correct", "提出标准答案更正 / propose a corrected key; another grader approves it");
        add_vault(app, propose->login);
        app->add_option("--package", propose->package, "试卷包编号 / package id")->required();
        app->add_option("--share", propose->shares, "其他阅卷人的份额 / shares of the other graders; repeat")
            ->required();
        app->add_option("--item", propose->item, "题号 / item id")->required();
        app->add_option("--reason", propose->reason, "理由 / reason")->required();
        auto* right = app->add_option("--right", propose->right, "正确选项 / the right options: A,C")->delimiter(',');
        app->add_option("--key", propose->key, "完整答案（JSON）/ a whole key, as item-format.md has it")
            ->excludes(right);
        app = parent;
        auto approve =
            command<ApproveCorrection>(app, "approve", "批准更正 / approve a correction that another proposed");
        add_vault(app, approve->login);
        app->add_option("--correction", approve->number, "更正编号 / number of the correction")->required();
        app = parent;
        auto list = command<ListCorrections>(app, "corrections", "列出更正 / corrections of a package's keys");
        add_vault(app, list->login);
        app->add_option("--package", list->package, "试卷包编号 / package id")->required();
        app = parent;
        auto regrade = command<Regrade>(
            app, "regrade", "按批准的更正重新评分 / grade again what approved corrections touch; before and after");
        add_vault(app, regrade->login);
        app->add_option("--package", regrade->package, "试卷包编号 / package id")->required();
        app->add_option("--share", regrade->shares, "其他阅卷人的份额 / shares of the other graders; repeat")
            ->required();

        add_look_command(*this, parent);

        CLI::App* reports = group("report", "成绩报告 / reports");
        app = reports;
        auto report =
            command<WriteReport>(app, "write", "写出成绩表与分析 / write score table, item analysis, readable report");
        add_vault(app, report->login);
        app->add_option("--package", report->package, "试卷包编号 / package id")->required();
        app->add_option("--out", report->out, "目录 / folder to write")->required();

        CLI::App* rehearsal = group("rehearsal", "演练 / rehearsals");
        app = rehearsal;
        auto plan = command<PlanRehearsal>(
            app, "plan", "为演练批次生成虚拟考生的作答 / answers of imaginary candidates, for rehearsals only");
        add_vault(app, plan->login);
        app->add_option("--batch", plan->batch, "演练批次 / batch, marked as a rehearsal")->required();
        app->add_option("--draw", plan->draw, "抽卷编号 / draw id")->required();
        app->add_option("--seed", plan->seed, "种子（十六进制）/ seed, hex")->required();
        app->add_option("--mean", plan->mean, "能力均值 / mean ability (logits)")->capture_default_str();
        app->add_option("--spread", plan->spread, "能力标准差 / standard deviation")->capture_default_str();
        app->add_option("--out", plan->out, "文件 / file to write (JSONL)")->required();
    }

    void analysis()
    {
        CLI::App* app = &app_;
        auto analyze = command<Analyze>(
            app, "analyze", "作答矩阵的统计分析 / statistics of a matrix of scores or responses (docs/analysis.md)");
        app->add_option("--scored", analyze->scored, "得分矩阵 / scores, candidates by items (CSV)");
        app->add_option("--raw", analyze->raw, "作答矩阵 / responses, candidates by items (CSV)");
        app->add_option("--key", analyze->key, "答案（CSV：item,key）/ keys of --raw");
        app->add_option("--model", analyze->model,
                        "项目反应模型 / IRT calibration: rasch, 2pl, 3pl; nominal (with --raw)")
            ->check(CLI::IsMember({"rasch", "2pl", "3pl", "nominal"}));
        app->add_flag("--similarity", analyze->similarity, "作答雷同 / similar answers of all pairs");
        app->add_flag("--all-pairs", analyze->all_pairs, "输出每一对的指标 / print the indices of every pair (--json)");
        app->add_option("--parameters", analyze->parameters,
                        "项目参数（CSV：a,b,c 或 lambda1…,zeta1…）/ given 3PL or nominal parameters, by item");
        app->add_option("--abilities", analyze->abilities, "能力值（CSV：person,theta）/ given abilities");
        app->add_option("--people", analyze->people,
                        "考场座位（CSV：candidate,form,hall,seat,row,column）/ where candidates sat");
        app->add_option("--times", analyze->times, "作答时刻（秒，矩阵）/ seconds of each answer, a matrix as --raw");
        app->add_option("--orders", analyze->orders,
                        "选项顺序（矩阵，如 CABD）/ authored letters as shown, a matrix; maps --raw back");
        app->add_option("--dossiers", analyze->dossiers, "雷同档案（HTML）/ file for the dossiers of listed pairs");
        app->add_option("--family-error", analyze->family_error, "误标概率 / of any wrong flag (Holm)")
            ->check(CLI::Range(1e-9, 0.5))
            ->capture_default_str();
        app->add_option("--discovery-rate", analyze->discovery_rate,
                        "误列比例 / share of wrong ones among the listed (Benjamini-Hochberg)")
            ->check(CLI::Range(1e-9, 0.5))
            ->capture_default_str();
        app->add_option("--threads", analyze->threads, "线程数 / threads")
            ->check(CLI::Range(1, 256))
            ->capture_default_str();
        app->add_option(
            "--equate", analyze->equate,
            "平行卷的矩阵（与本卷同类）/ matrix of the other form, of the same kind; this form is equated to it");
        app->add_option("--equate-key", analyze->equate_key, "平行卷答案 / keys of --equate");
        app->add_option("--method", analyze->method, "等值方法 / linear, equipercentile, mean-sigma")
            ->check(CLI::IsMember({"linear", "equipercentile", "mean-sigma"}))
            ->capture_default_str();
        app->add_option("--smooth", analyze->smooth, "对数线性平滑次数 / degree of log-linear smoothing")
            ->check(CLI::Range(0, 10))
            ->capture_default_str();
    }

    std::string language_;
    bool json_ = false;
};

} // namespace
} // namespace papervault::vault::cli

int main(int argc, char** argv)
{
    try {
        papervault::crypto::initialise();
        papervault::crypto::forbid_core_dumps();
        return papervault::vault::cli::CommandLine{}.run(argc, argv);
    } catch (const std::exception& error) {
        fmt::print(stderr, "papervault: {}\n", error.what());
        return 3;
    }
}
