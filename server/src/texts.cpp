#include "texts.hpp"

#include <array>

namespace papervault::server {
namespace {

constexpr std::array sentences{
    vault::Translation{"every sitting of this hall is over and sealed; take in the next package",
                       "本考场的考试均已结束并封存；请接收下一个试卷包"},
    vault::Translation{"there is no package to serve; take one in first: papervault-server hall take-in --help",
                       "没有可用的试卷包；请先接收：papervault-server hall take-in --help"},
    vault::Translation{"several packages are waiting; choose one with --package:{}",
                       "有几个试卷包在等待；请用 --package 选定：{}"},
    vault::Translation{"record {} that the hall's register knows is missing: an older or another journal was put back",
                       "考场登记簿所知的第 {} 条记录不见了：放回了旧的或另一份日志"},
    vault::Translation{"journal record {} is not the one that the hall's register knows",
                       "日志第 {} 条与考场登记簿不符"},
    vault::Translation{
        "the journal ends at record {}, but the hall's register knows record {}: an older journal was put back",
        "日志止于第 {} 条，而考场登记簿知道第 {} 条：放回了旧日志"},
    vault::Translation{"the journal is not of this package", "日志不属于本试卷包"},
    vault::Translation{"the package in the hall's folder is another one than was taken in",
                       "考场文件夹中的试卷包不是接收的那一个"},
    vault::Translation{"this sitting is over and sealed; take in the next package",
                       "本场考试已结束并封存；请接收下一个试卷包"},
    vault::Translation{
        "there is no staff certificate in {}; make one with: papervault-server hall staff --dir {} --name 主考",
        "{} 中没有考务证书；请建立：papervault-server hall staff --dir {} --name 主考"},
    vault::Translation{"several people have a certificate here; say who you are with --staff FILE",
                       "这里有几个人的证书；请用 --staff 文件 说明您是谁"},
    vault::Translation{"the hall's answer is no JSON: {}", "考场服务器的回答不是 JSON：{}"},
    vault::Translation{"{} has no certificate and key", "{} 没有证书和密钥"},
    vault::Translation{"the hall has never run; start it with: papervault-server hall serve",
                       "考场服务器从未启动；请启动：papervault-server hall serve"},
    vault::Translation{"{} line {}: write seat,code", "{} 第 {} 行：请写 座位,登记码"},
    vault::Translation{"there is no such enrolment", "没有这个登记申请"},
    vault::Translation{"the enrolment is decided already", "登记申请已有结论"},
    vault::Translation{"the code on the kiosk's screen is another one: somebody may stand between kiosk and hall",
                       "终端屏幕上的登记码不同：终端与考场之间可能有人冒充"},
    vault::Translation{"{} is a hall already", "{} 已经是考场"},
    vault::Translation{"a hall's name has 1 to 64 bytes of printable text", "考场名称为 1 至 64 字节的可打印文字"},
    vault::Translation{"{} is no hall; make one with: papervault-server hall init --dir {} --name …",
                       "{} 不是考场；请建立：papervault-server hall init --dir {} --name …"},
    vault::Translation{"the office has withdrawn this package; it is never opened", "机构已撤回本试卷包，永不开启"},
    vault::Translation{"the paper was opened, but its keys are not here any more", "试卷曾开启，但密钥已不在此"},
    vault::Translation{"the kept keys are damaged or of another machine", "所存密钥已损坏或属于另一台机器"},
    vault::Translation{"the kept keys are cut short", "所存密钥不完整"},
    vault::Translation{"the hall's register is of a newer version", "考场登记簿来自更新的版本"},
    vault::Translation{"this package is in the hall already ({}) for batch {}", "本试卷包已在考场（{}），批次 {}"},
    vault::Translation{"the hall has another package for batch {}: {}", "考场已有批次 {} 的另一试卷包：{}"},
    vault::Translation{"the hall's register doesn't know this package", "考场登记簿中没有本试卷包"},
    vault::Translation{"batch {} is for hall {}, this is {}", "批次 {} 属于考场 {}，这里是 {}"},
    vault::Translation{"batch {} has {} candidates, this hall {} seats", "批次 {} 有 {} 名考生，本考场有 {} 个座位"},
    vault::Translation{"{} has a journal that the hall's register doesn't know; don't remove it, report it",
                       "{} 中有考场登记簿不知道的日志；请勿删除，立即上报"},
    vault::Translation{"the package changed while it was copied", "复制时试卷包发生了变化"},
    vault::Translation{"journal damaged after record {}: {}", "日志在第 {} 条之后已损坏：{}"},
    vault::Translation{"journal file damaged: {}", "日志文件已损坏：{}"},
    vault::Translation{"{} is in use by another process; stop that one first", "{} 正被另一个程序使用；请先停止它"},
    vault::Translation{"nobody answers at {} port {}; is the hall running?", "{} 端口 {} 无应答；考场服务器在运行吗？"},
    vault::Translation{"there is no host {}", "没有主机 {}"},
    vault::Translation{"the other end is not a hall", "对方不是考场服务器"},
    vault::Translation{"{} is no IP address", "{} 不是 IP 地址"},
    vault::Translation{"the server's certificate or key: {}", "服务器证书或密钥：{}"},
    vault::Translation{"can't listen on {} port {}: {}", "无法在 {} 端口 {} 监听：{}"},
    vault::Translation{"no such command", "没有这个命令"},
    vault::Translation{"the hall shows no seal", "考场没有可查验的密封"},
    vault::Translation{"the hall's clock says {}, but {} signed the release at {}; set the machine's clock right and "
                       "start the hall again",
                       "考场的时钟是 {}，而 {} 于 {} 签发了授权；请校准时钟后重新启动考场服务器"},
    vault::Translation{"{} ({}) is not named as a witness of this hall; the site names one with: papervault-server "
                       "hall witness --card",
                       "{}（{}）不是本考场指定的见证人；请先指定：papervault-server hall witness --card"},
    vault::Translation{"{} has a key of {}, who is a witness already", "{} 与已指定的见证人 {} 用同一把密钥"},
    vault::Translation{"{} is not there", "没有 {}"},
    vault::Translation{"the answers are sealed already", "答卷已经封存"},
    vault::Translation{"the paper is being inspected, opened or sealed just now", "正在查验、开启或封存，请稍候"},
    vault::Translation{"the paper is being opened or sealed just now", "正在开启或封存，请稍候"},
    vault::Translation{"the sitting has not ended yet", "考试尚未结束"},
    vault::Translation{"nobody has been shown the seal yet: ctl inspect", "还没有人查看密封：请先执行 ctl inspect"},
    vault::Translation{"there is no incident that could be cleared", "没有可解除的异常"},
    vault::Translation{"seats are 1 to {}", "座位号为 1 至 {}"},
    vault::Translation{"another machine was enrolled for this seat", "该座位已登记另一台终端"},
    vault::Translation{"too many machines are waiting", "等待登记的终端太多"},
    vault::Translation{
        "the seal is inspected by two witnesses before the paper is opened, and {} of them signed: ctl inspect",
        "开启前须由两名见证人查验密封，已签名 {} 名：请执行 ctl inspect"},
    vault::Translation{
        "incident {} was reported ({}); only the office lets the hall go on: give it the report, then its answer with: "
        "ctl release --file",
        "已上报异常 {}（{}）；只有机构能让考场继续：请把报告交给机构，再用 ctl release --file 导入其答复"},
    // What the TPM says stands behind "TPM: ".
    vault::Translation{"this machine's TPM does not open the hall's key: the folder was copied from another machine, "
                       "or the TPM was cleared",
                       "本机的 TPM 解不开考场密钥：目录是从另一台机器复制来的，或 TPM 已被清除"},
    vault::Translation{"this program was built without TPM support (libtss2-dev)",
                       "本程序编译时没有 TPM 支持（libtss2-dev）"},
    vault::Translation{"can't be reached ({}): {}", "不能连接（{}）：{}"},
    vault::Translation{"does not answer ({}): {}", "没有应答（{}）：{}"},
    vault::Translation{"the key can't be sealed: {}", "不能封存密钥：{}"},
    vault::Translation{"the sealed key can't be written: {}", "不能写出封存的密钥：{}"},
    vault::Translation{"the sealed key can't be loaded: {}", "不能装入封存的密钥：{}"},
    vault::Translation{"the key can't be unsealed: {}", "不能解封密钥：{}"},
    vault::Translation{"its storage key can't be made (the owner's password must be empty): {}",
                       "不能生成存储密钥（所有者口令须为空）：{}"},
    vault::Translation{"no session: {}", "不能建立会话：{}"},
    vault::Translation{"no encrypted session: {}", "不能建立加密会话：{}"},
};

/// The hall's own words for refusals, which machines read; people are told what they mean.
constexpr std::array hall_words{"already_sealed",
                                "busy",
                                "clock_wrong",
                                "code_differs",
                                "enrolled_anew",
                                "enrolment_refused",
                                "form_unavailable",
                                "incident_open",
                                "inspection_incomplete",
                                "inspection_not_begun",
                                "no_answer",
                                "no_incident",
                                "not_signed_in",
                                "seat_out_of_range",
                                "too_many_enrolments"};

} // namespace

std::span<const vault::Translation> sentences_of_the_hall() noexcept
{
    return sentences;
}

std::string_view without_hall_word(std::string_view detail) noexcept
{
    for (const std::string_view word : hall_words) {
        if (detail.starts_with(word) && detail.substr(word.size()).starts_with(": ")) {
            return detail.substr(word.size() + 2);
        }
    }
    return detail;
}

std::string hall_failure_text(const vault::VaultFailure& failure, vault::Language language)
{
    const vault::VaultFailure shown{failure.code, std::string{without_hall_word(failure.detail)}};
    return vault::failure_text(shown, language, sentences_of_the_hall());
}

} // namespace papervault::server
