#include <papervault/client/page.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace papervault::client {
namespace {

struct Notice {
    std::string_view code, chinese, english;
};

constexpr std::array notices{
    Notice{"hall_unreachable", "暂时连接不上考场服务器，正在重试。",
           "The hall server cannot be reached; trying again."},
    Notice{"hall_not_trusted", "考场服务器的证书与登记时的不一致。请监考员处理。",
           "The hall server's certificate is not the one of the enrolment. Please call the invigilator."},
    Notice{"certificate_refused", "考场不认本机的登记证书。请监考员重新登记本机。",
           "The hall does not accept this machine's certificate. Please enrol the machine again."},
    Notice{"enrolment_refused", "监考员没有同意本机登记。", "The invigilator refused this machine's enrolment."},
    Notice{"too_many_enrolments", "等待登记的考试机太多，稍后自动重试。",
           "Too many machines wait for enrolment; trying again."},
    Notice{"seat_out_of_range", "本考场没有这个座位号。请监考员检查本机的设置。",
           "This hall has no such seat. Please check the settings of this machine."},
    Notice{"state_folder", "本机不能保存登记证书。请技术人员处理。",
           "This machine cannot keep its certificate. Please call the technician."},
    Notice{"paper_not_open", "试卷还没有启封。启封后自动登录，请稍候。",
           "The paper has not been opened yet. You will be signed in as soon as it is."},
    Notice{"already_signed_in", "该考生已在其他考试机登录，正在重试。",
           "This candidate is signed in at another machine; trying again."},
    Notice{"too_many_tries", "登录次数过多，请稍候。", "Too many tries; please wait."},
    Notice{"identity_not_confirmed", "身份信息有误。请举手，由监考员核对。",
           "The details were not right. Please raise your hand for the invigilator."},
    Notice{"candidate_moved", "该考生已换到其他座位。", "The candidate has moved to another seat."},
    Notice{"not_on_this_seat", "该考生已换到其他座位。", "The candidate has moved to another seat."},
    Notice{"answer_refused", "有一题的答案考场没有接受，请检查。",
           "The hall did not take one of your answers; please check."},
    Notice{"answers_too_late", "最后的答案在考试结束后才送到，没有计入。",
           "Your last answers arrived after the end and do not count."},
    Notice{"seat_replaced", "本座位已由另一台考试机接替。", "Another machine has taken over this seat."},
    Notice{"enrolled_elsewhere", "本座位已登记另一台考试机。", "Another machine was enrolled for this seat."},
    Notice{"wrong_seat", "本机登记的座位号与设置不一致。", "This machine was enrolled for another seat."},
    Notice{"other_package", "考场已换成另一场考试，本机还有没送出的答案。请勿关机。",
           "The hall has another exam now, and this machine holds answers not yet sent. Do not switch it off."},
    Notice{"form_damaged", "试卷不能启封。请监考员处理。", "The paper cannot be opened. Please call the invigilator."},
    Notice{"receipt_mismatch", "考场给出的回执码与本机算出的不一致。请勿离开，由监考员处理。",
           "The hall's receipt is not the one worked out here. Please stay and call the invigilator."},
    Notice{"protocol", "本机与考场服务器的版本不一致。请技术人员处理。",
           "This machine and the hall server do not speak the same version. Please call the technician."},
    Notice{"second_display", "检测到第二个显示器。请拔掉后继续。",
           "A second display is connected. Remove it to go on."},
    Notice{"debugger", "检测到调试程序。请监考员处理。", "A debugger was found. Please call the invigilator."},
};

constexpr std::array<std::string_view, 5> levels_chinese{"一级/高级技师", "二级/技师", "三级/高级工", "四级/中级工",
                                                         "五级/初级工"};
constexpr std::array<std::string_view, 5> levels_english{"Level 1", "Level 2", "Level 3", "Level 4", "Level 5"};

} // namespace

std::string notice_text(std::string_view code, Language language)
{
    const auto found = std::ranges::find(notices, code, &Notice::code);
    if (found != notices.end()) { return std::string{language == Language::english ? found->english : found->chinese}; }
    return language == Language::english ? fmt::format("Please raise your hand. (Code: {})", code)
                                         : fmt::format("请举手示意监考员。（代码：{}）", code);
}

std::string_view level_text(int level, Language language) noexcept
{
    const auto& levels = language == Language::english ? levels_english : levels_chinese;
    return level >= 1 && level <= 5 ? levels[static_cast<std::size_t>(level - 1)] : std::string_view{};
}

} // namespace papervault::client
