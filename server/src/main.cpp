#include "commands.hpp"

#include <papervault/crypto/init.hpp>
#include <papervault/engine/batch.hpp>

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <functional>

namespace engine = papervault::engine;
namespace server = papervault::server;

namespace {

using Chosen = std::function<int()>;

CLI::App& add(CLI::App& group, const char* name, const char* help)
{
    CLI::App& command = *group.add_subcommand(name, help);
    command.set_help_flag("-h,--help", "这页说明 This help");
    return command;
}

void add_hall_commands(CLI::App& hall, Chosen& chosen)
{
    static server::InitCommand init;
    CLI::App& init_command =
        add(hall, "init", "建立考场 Make a new hall: identity, certificate authority, keys, settings");
    init_command.add_option("--dir", init.dir, "考场目录 The hall's folder (new)")->required();
    init_command
        .add_option("--name", init.name, "考场名，与批次中一致 The hall's name as batches have it, e.g. hall-301")
        ->required();
    init_command.add_option("--address", init.address, "监听地址 IP address to listen on")->capture_default_str();
    init_command.add_option("--names", init.names, "服务器证书的其他名称 Further names or addresses of this server")
        ->delimiter(',');
    init_command.add_option("--hall-port", init.hall_port, "考场端口 0 = any free one")
        ->check(CLI::Range(0, 65535))
        ->capture_default_str();
    init_command.add_option("--enrol-port", init.enrolment_port, "登记端口 0 = any free one")
        ->check(CLI::Range(0, 65535))
        ->capture_default_str();
    init_command.add_option("--seats", init.seats_max, "机位数 Seats; more than 30 (E10) only for rehearsals")
        ->check(CLI::Range(1, engine::seats_max))
        ->capture_default_str();
    init_command.add_flag("--seal-automatically", init.seal_automatically,
                          "结束后自动封存答案 Seal the answers as soon as the sitting has ended");
    init_command
        .add_option("--suites", init.suites,
                    "接受的算法套件 Suites of packages that are taken in, e.g. gm1; without pv1 the machine's own keys "
                    "are gm1's")
        ->delimiter(',')
        ->check(CLI::IsMember({"pv1", "gm1"}))
        ->capture_default_str();
    init_command
        .add_option(
            "--tpm", init.tpm,
            "考场密钥放入 TPM Keep the hall's own key in the machine's TPM: auto (where there is one), require, off")
        ->check(CLI::IsMember({"auto", "require", "off"}))
        ->capture_default_str();
    init_command.add_option("--tcti", init.tcti, "How to reach the TPM (default: device:/dev/tpmrm0)");
    init_command.add_flag("--json", init.json, "Machine-readable output");
    init_command.callback([&chosen] { chosen = [] { return server::run(init); }; });

    static server::StatusCommand status;
    CLI::App& status_command =
        add(hall, "status", "考场与其密钥 The hall, and whether its own key opens here and is in the TPM");
    status_command.add_option("--dir", status.dir, "考场目录 The hall's folder")->required();
    status_command.add_flag("--json", status.json, "Machine-readable output");
    status_command.callback([&chosen] { chosen = [] { return server::run(status); }; });

    static server::StaffCommand staff;
    CLI::App& staff_command = add(hall, "staff", "发放监考证书 Issue a certificate to a person of the staff");
    staff_command.add_option("--dir", staff.dir, "考场目录 The hall's folder")->required();
    staff_command.add_option("--name", staff.name, "姓名 The person's name, as the journal shall show it")->required();
    staff_command.add_option("--out", staff.out,
                             "Certificate and key in one PEM file (default: staff/NAME.pem in the hall's folder)");
    staff_command.add_flag("--json", staff.json, "Machine-readable output");
    staff_command.callback([&chosen] { chosen = [] { return server::run(staff); }; });

    static server::KnowCommand know;
    CLI::App& know_command =
        add(hall, "know",
            "登记发卷方与封卷人 Name the office and the sealers whose packages may be taken in, and no others");
    know_command.add_option("--dir", know.dir, "考场目录 The hall's folder")->required();
    know_command.add_option("--card", know.cards, "身份卡 Their cards (.card.json); compare the ids with their owners")
        ->required()
        ->check(CLI::ExistingFile);
    know_command.add_flag("--json", know.json, "Machine-readable output");
    know_command.callback([&chosen] { chosen = [] { return server::run(know); }; });

    static server::WitnessCommand witness;
    CLI::App& witness_command = add(hall, "witness",
                                    "指定拆封见证人 Name people who may witness the inspection of a seal, and no "
                                    "others; without --card: list them");
    witness_command.add_option("--dir", witness.dir, "考场目录 The hall's folder")->required();
    witness_command.add_option("--card", witness.cards, "身份卡 Their cards (.card.json)")->check(CLI::ExistingFile);
    witness_command.add_flag("--json", witness.json, "Machine-readable output");
    witness_command.callback([&chosen] { chosen = [] { return server::run(witness); }; });

    static server::TakeInCommand take_in;
    CLI::App& take_in_command = add(hall, "take-in", "接收试卷包 Take a sealed package in, with its hand-over");
    take_in_command.add_option("--dir", take_in.dir, "考场目录 The hall's folder")->required();
    take_in_command.add_option("--package", take_in.package, "试卷包 The sealed package (.pvp)")
        ->required()
        ->check(CLI::ExistingFile);
    take_in_command.add_option("--handover", take_in.handover, "交接单 The hand-over as the giver signed it (.json)")
        ->required()
        ->check(CLI::ExistingFile);
    take_in_command.add_option("--rewrap", take_in.rewraps, "改封文件 A rewrap that both sealers have signed; repeat")
        ->check(CLI::ExistingFile);
    take_in_command.add_option(
        "--taker", take_in.taker,
        "接收人身份 Identity of the person it is handed to (.pvid); default: the hall's machine");
    auto* passphrase = take_in_command.add_option("--taker-passphrase-file", take_in.taker_passphrase_file,
                                                  "File with the person's passphrase (mode 0600)");
    auto* key_file = take_in_command.add_option("--taker-key-file", take_in.taker_key_file, "The person's key file")
                         ->excludes(passphrase);
    auto* token = take_in_command
                      .add_option("--taker-token", take_in.taker_token,
                                  "令牌驱动 The person's token: its PKCS#11 module; a PIN pad asks for the PIN itself")
                      ->excludes(passphrase)
                      ->excludes(key_file);
    take_in_command.add_option("--taker-pin-file", take_in.taker_pin_file, "File with its PIN (mode 0600)")
        ->needs(token);
    take_in_command.add_flag("--json", take_in.json, "Machine-readable output");
    take_in_command.callback([&chosen] { chosen = [] { return server::run(take_in); }; });

    static server::ServeCommand serve;
    CLI::App& serve_command =
        add(hall, "serve", "运行考场服务器 Run the hall's server until SIGTERM; prints its ports when ready");
    serve_command.add_option("--dir", serve.dir, "考场目录 The hall's folder")->required();
    serve_command.add_option("--hall-port", serve.hall_port, "Instead of the settings'; 0 = any free one")
        ->check(CLI::Range(0, 65535));
    serve_command.add_option("--enrol-port", serve.enrolment_port, "Instead of the settings'; 0 = any free one")
        ->check(CLI::Range(0, 65535));
    serve_command.add_option("--package", serve.package, "试卷包编号 Which package, when several are waiting");
    serve_command.add_flag("--json", serve.json, "Machine-readable output");
    serve_command.callback([&chosen] { chosen = [] { return server::run(serve); }; });

    static server::VerifyCommand verify;
    CLI::App& verify_command = add(hall, "verify", "核对考场日志 Check the journals' pages and hash chains, offline");
    verify_command.add_option("--dir", verify.dir, "考场目录 The hall's folder")->required();
    verify_command.add_option("--package", verify.package, "Only this sitting");
    verify_command.add_flag("--json", verify.json, "Machine-readable output");
    verify_command.callback([&chosen] { chosen = [] { return server::run(verify); }; });
}

void add_ctl_commands(CLI::App& hall, Chosen& chosen)
{
    static server::CtlCommand ctl;
    using What = server::CtlCommand::What;
    CLI::App& group = add(hall, "ctl", "考场指挥 Orders to the running hall, as a person of the staff");
    group.add_option("--dir", ctl.dir, "考场目录 The hall's folder")->required();
    group.add_option("--staff", ctl.staff,
                     "Certificate file of `hall staff` (default: the only one in the hall's folder)");
    group.add_flag("--json", ctl.json, "Machine-readable output");
    group.require_subcommand(1);
    const auto order = [&](const char* name, What what, const char* help) -> CLI::App& {
        CLI::App& command = add(group, name, help);
        command.add_flag("--json", ctl.json, "Machine-readable output");
        command.callback([&chosen, what] {
            ctl.what = what;
            chosen = [] { return server::run(ctl); };
        });
        return command;
    };
    order("status", What::status, "考场状态 Phase, locks, seats, answers");
    order("enrolments", What::enrolments, "待确认机位 Machines that wait for their certificate");

    CLI::App& confirm =
        order("confirm", What::confirm, "确认机位 Confirm machines: the code must be the one on the kiosk's screen");
    auto* seat = confirm.add_option("--seat", ctl.seat, "机位 Seat");
    auto* code = confirm.add_option("--code", ctl.code, "屏幕上的代码 Code on its screen, e.g. K7QF-3M2P")->needs(seat);
    auto* list = confirm.add_option("--file", ctl.file, "机位,代码 每行一个 Lines of seat,code")
                     ->check(CLI::ExistingFile)
                     ->excludes(seat);
    confirm.callback([&chosen, code, list] {
        if (code->empty() && list->empty()) { throw CLI::RequiredError{"--seat with --code, or --file"}; }
        ctl.what = What::confirm;
        chosen = [] { return server::run(ctl); };
    });

    CLI::App& refuse = order("refuse", What::refuse, "拒绝机位 Refuse the machines that wait for a seat");
    refuse.add_option("--seat", ctl.seat, "机位 Seat")->required();
    CLI::App& share = order("share", What::share, "交入保管人份额 Give a custodian's share to the hall");
    share.add_option("--file", ctl.file, "份额文件 The share, sealed to this hall")
        ->required()
        ->check(CLI::ExistingFile);
    CLI::App& release = order("release", What::release, "交入放行令 Give the office's release to the hall");
    auto* release_file =
        release.add_option("--file", ctl.file, "放行、撤回或事件答复文件 The release, a withdrawal, or a clearance")
            ->check(CLI::ExistingFile);
    auto* spoken = release.add_flag("--spoken", ctl.spoken,
                                    "口令放行（键入）The release as a code that was read out; asks for it");
    release_file->excludes(spoken);
    release.require_option(1, 0);
    CLI::App& inspect =
        order("inspect", What::inspect,
              "拆封前查验密封（两名见证人）Inspect the seal before the opening; two witnesses, one after the "
              "other. Without --as: shows what they will see");
    auto* witness = inspect.add_option("--as", ctl.witness, "见证人身份 The witness's identity (.pvid)");
    auto* passphrase = inspect.add_option("--passphrase-file", ctl.passphrase_file, "File with the passphrase (0600)");
    inspect.add_option("--key-file", ctl.key_file, "The witness's key file")->excludes(passphrase);
    auto* agrees = inspect.add_flag("--confirm", ctl.confirmed, "全部相符，不再询问 Everything agrees; asks nothing");
    inspect.add_option("--mismatch", ctl.mismatch, "不符之处，停止开启 What does not agree: stops the opening")
        ->needs(witness)
        ->excludes(agrees);
    agrees->needs(witness);
    order("open", What::open, "开启试卷 Open the paper; all locks must have been given");
    CLI::App& move = order("move", What::move, "换机 Let a candidate go on at another seat");
    move.add_option("--ticket", ctl.ticket, "准考证号 Ticket")->required();
    move.add_option("--seat", ctl.seat, "新机位 The new seat")->required();
    move.add_option("--reason", ctl.reason, "原因 Why")->required();
    move.add_option("--by", ctl.by, "决定人 Who decided, if not the holder of the certificate");
    CLI::App& end = order("end", What::end, "立即结束考试 End the sitting now, for everybody");
    end.add_option("--reason", ctl.reason, "原因 Why")->required();
    end.add_option("--by", ctl.by, "决定人 Who decided, if not the holder of the certificate");
    order("seal", What::seal, "封存答案 Seal the answers for the office and destroy the keys; after the end");
}

} // namespace

int main(int argc, char** argv)
{
    std::signal(SIGPIPE, SIG_IGN); // a peer that goes is an error like others
    CLI::App app{"papervault-server: 考场服务器 the exam site's server"};
    app.set_help_flag("-h,--help", "这页说明 This help");
    app.require_subcommand(1);
    CLI::App& hall = add(app, "hall", "考场 The hall: take packages in, run a sitting, send answers home");
    hall.require_subcommand(1);
    Chosen chosen;
    add_hall_commands(hall, chosen);
    add_ctl_commands(hall, chosen);
    CLI11_PARSE(app, argc, argv);
    try {
        papervault::crypto::initialise();
        return chosen();
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "错误 error: %s\n", failure.what());
        return server::exit_refused;
    }
}
