#include "texts/sentences.hpp"

#include <array>

namespace papervault::vault {
namespace {

constexpr std::array sentences{
    Translation{"the seed is not complete: every officer must commit, then reveal (state: {})",
                "种子尚未完成：每名人员须先承诺、后揭示（状态：{}）"},
    Translation{"not every officer has committed yet; who reveals early lets the last one choose",
                "还有人未承诺；过早揭示会让最后一人有机会挑选"},
    Translation{"{} is not one of the officers who make the seed of this draw", "{} 不是本次抽卷的种子人员"},
    Translation{"you have committed to this draw already", "您已对本次抽卷作过承诺"},
    Translation{"you have revealed already", "您已揭示"},
    Translation{"{} is damaged", "{} 已损坏"},
    Translation{"{} is not your secret of this draw", "{} 不是您在本次抽卷中的密值"},
    Translation{"the value is not the one {} committed to", "所揭示的值与 {} 承诺的不符"},
    Translation{"the seed needs 2 to 8 different officers, so that nobody chooses the paper alone",
                "种子需要 2 至 8 名不同人员，使任何人都不能独自定卷"},
    Translation{"no officer has the id {}", "没有编号为 {} 的人员"},
    Translation{"this draw has been run; a paper is drawn once", "本次抽卷已执行；试卷只抽一次"},
    Translation{"this draw names no public value; it must be named when the draw is opened, or the last one to speak "
                "could choose it",
                "本次抽卷未约定公开值；须在开立时约定，否则最后一人可以挑选"},
    Translation{"this draw waits for the public value: {}", "本次抽卷还在等待公开值：{}"},
    Translation{"the public value is one line of at most 200 bytes", "公开值为一行，不超过 200 字节"},
    Translation{"the beacon is named in one line of at most 200 bytes", "公开值的来源用一行说明，不超过 200 字节"},
    Translation{"another process has run this draw", "另一个程序已执行本次抽卷"},
    Translation{"there is no draw '{}'", "没有抽卷“{}”"},
    Translation{"draw {} has not been run yet", "抽卷 {} 尚未执行"},
    Translation{"draw {} has no form '{}'", "抽卷 {} 没有卷“{}”"},
    Translation{"draw {} has a form for each candidate; they are drawn again one by one",
                "抽卷 {} 为一人一卷，可逐份重抽"},
    Translation{"draw {} has the forms 1 to {}, not '{}'", "抽卷 {} 有第 1 至 {} 份卷，没有“{}”"},
    Translation{"draw {} was made by the method '{}'; this program knows '{}' and can't repeat it",
                "抽卷 {} 的方法是“{}”；本程序只有“{}”，不能重抽"},
    Translation{"draw {}: {}", "抽卷 {}：{}"},
    Translation{"form {}: {}", "卷 {}：{}"},
    Translation{"candidates' forms: 1 to {}", "一人一卷：1 至 {} 份"},
    Translation{"form {} has no item '{}'", "卷 {} 没有试题“{}”"},
    Translation{"{} is neither manager nor sealer", "{} 既不是题库管理也不是封装人"},
    Translation{"{} has drawn these forms; somebody else proof-reads them (B7)", "试卷由 {} 抽取，须由他人校对（B7）"},
    Translation{"form {} of draw {} has not been proof-read: 'papervault draw proof' (B7)",
                "抽卷 {1} 的卷 {0} 尚未校对：请执行 papervault draw proof（B7）"},
    Translation{"form {} has {} findings of {}, the first: {}", "卷 {0} 有 {2} 提出的 {1} 处问题，第一处：{3}"},
    Translation{"the mark on form {} is not for this content", "卷 {} 的校对记录与其内容不符"},
    Translation{"more than 500 findings", "问题超过 500 处"},
    Translation{"a finding says in 1 to 1,000 bytes what is wrong", "每处问题用 1 至 1000 字节说明"},
    Translation{"either --clean, or at least one --finding ITEM=TEXT", "请给 --clean，或至少一个 --finding 试题=说明"},
    Translation{"'{}' is not ITEM=TEXT", "“{}”不是 试题=说明 的形式"},
    Translation{"{} neither makes papers nor supervises it (manager, sealer or supervisor)",
                "{} 既不出卷也不督导（需题库管理、封装人或督导）"},
    Translation{"{} neither makes papers nor supervises it", "{} 既不出卷也不督导"},
    Translation{"a look into a paper needs a purpose of at most 500 bytes (B5)",
                "查看试卷须写明用途，不超过 500 字节（B5）"},
    Translation{"one form, or two to be compared", "给一份卷，或两份以作比较"},
    Translation{"draw {} is sealed in package {}; nobody opens a sealed paper (V3)",
                "抽卷 {} 已封入试卷包 {}；已封试卷任何人不得打开（V3）"},
    Translation{"say where to write: --html FILE, --pdf FILE, or both", "请指明输出：--html 文件、--pdf 文件，或两者"},
    Translation{"{}: more than {} scopes", "{}：范围超过 {} 个"},
    Translation{"{}: not a knowledge point such as 2.1", "{}：不是 2.1 这样的知识点"},
    Translation{"{}: named twice", "{}：出现两次"},
    Translation{"{}: counts are from 0 to {}", "{}：数目为 0 至 {}"},
    Translation{"{}: at least {}, but at most {}", "{}：至少 {}，却至多 {}"},
    Translation{"{}: at least {} of {} items", "{}：至少 {}，而总共 {} 题"},
    Translation{"{}: at most {}, but there are {} items", "{}：至多 {}，而有 {} 题"},
    Translation{"{}: count is from 1 to {}", "{}：题数为 1 至 {}"},
    Translation{"{}: points_each is more than 0 and at most {}", "{}：每题分值大于 0 且不超过 {}"},
    Translation{"total_points: the sections give {} = {}, but total_points is {}",
                "total_points：各部分合计 {} = {}，而总分为 {}"},
    Translation{"difficulty: target and tolerance are from 0 to 1", "难度的目标与允差为 0 至 1"},
    Translation{"forms.parallel: from 1 to {}", "平行卷为 1 至 {} 份"},
    Translation{"forms.spare: from 0 to {}", "备用卷为 0 至 {} 份"},
    Translation{"forms.overlap_max: from 0 to {}", "允许重复题数为 0 至 {}"},
    Translation{"{}: excluded as well", "{}：同时又被排除"},
    Translation{"{}: no section {}", "{}：没有第 {} 部分"},
    Translation{"no form meets all constraints", "没有满足全部约束的卷"},
    Translation{"no form meets all counts and sums", "没有满足全部数目与总和的卷"},
    Translation{"no form was found", "没有找到可行的卷"},
    Translation{"the required items alone break the rule {}", "必选题本身已违反规则 {}"},
    Translation{"copies are issued by a manager or a sealer", "编号副本由题库管理或封装人发出"},
    Translation{"a copy is for a proof-reader, printer, custodian or other", "副本发给校对、印刷、保管或其他人"},
    Translation{"{} has copy {} of this form already; a second one would blur the trace",
                "{} 已有此卷的副本 {}；再发一份会使追查不清"},
    Translation{"a trace needs a purpose", "追查须写明用途"},
    Translation{"observation: nothing was seen", "观察记录：没有可用内容"},
    Translation{"observation: more than 64 KiB", "观察记录超过 64 KiB"},
    Translation{"observation, line {}: {}", "观察记录第 {} 行：{}"},
};

} // namespace

std::span<const Translation> sentences_of_draws() noexcept
{
    return sentences;
}

} // namespace papervault::vault
