#include "story/sentences.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>

namespace papervault::vault {
namespace {

using enum StoryPhase;

constexpr std::array sentences{
    Sentence{"vault.init", archive, "{actor} 建立了保密库“{name}”。", "{actor} made the vault \"{name}\"."},
    Sentence{"officer.add", archive, "{actor} 增加了人员 {card.name}（{roles}）。",
             "{actor} added {card.name} ({roles})."},
    Sentence{"policy.suites", archive, "{actor} 设定本站接受的密码算法套件：{accepted}。",
             "{actor} set the suites of algorithms that this office accepts: {accepted}."},
    Sentence{"bank.specification", bank, "{actor} 装入了鉴定要素细目表，{points} 个鉴定点。",
             "{actor} loaded the specification table, {points} points."},
    Sentence{"bank.import", bank,
             "{actor} 从 {file} 导入试题：新增 {added} 题，新版本 {new_versions} 题，拒收 {rejected} 行。",
             "{actor} imported items from {file}: {added} new, {new_versions} new versions, {rejected} rows refused."},
    Sentence{"bank.read", bank, "{actor} 查看了试题 {item}，用途：{purpose}。",
             "{actor} looked at item {item}, for: {purpose}."},
    Sentence{"bank.read_key", bank, "{actor} 查看了试题 {item} 及答案，用途：{purpose}。",
             "{actor} looked at item {item} with its key, for: {purpose}."},
    Sentence{"bank.facts", bank, "{actor} 登记了 {items} 道试题的使用与统计数据。",
             "{actor} entered what is known of {items} items beside their content."},
    Sentence{"draw.open", drawing, "{actor} 开始抽卷 {draw}，由 {officers} 共同产生种子。",
             "{actor} opened draw {draw}; {officers} make its seed."},
    Sentence{"draw.commit", drawing, "{actor} 对自己的随机数作出承诺 {commitment}。",
             "{actor} committed to a random value: {commitment}."},
    Sentence{"draw.reveal", drawing, "{actor} 揭示了种子的一部分 {value}。",
             "{actor} revealed a part of the seed: {value}."},
    Sentence{"draw.run", drawing, "{actor} 用种子 {seed} 抽出 {forms} 份试卷，抽卷摘要 {digest}。",
             "{actor} drew {forms} forms with the seed {seed}; digest of the draw {digest}."},
    Sentence{"draw.loft", drawing, "{actor} 为每名考生抽出试卷，共 {forms} 份，摘要 {digest}。",
             "{actor} drew a form for each candidate, {forms} in all; digest {digest}."},
    Sentence{"draw.preview", drawing, "{actor} 查看了 {forms} 卷清样，用途：{purpose}。",
             "{actor} looked at the proof of form {forms}, for: {purpose}."},
    Sentence{"draw.preview_with_keys", drawing, "{actor} 查看了 {forms} 卷清样及答案，用途：{purpose}。",
             "{actor} looked at the proof of form {forms} with its keys, for: {purpose}."},
    Sentence{"draw.certificate", drawing, "{actor} 写出平行性证书，摘要 {certificate}。",
             "{actor} wrote the certificate of parallelism; its digest {certificate}."},
    Sentence{"draw.proof", drawing, "{actor} 校对了 {form} 卷，发现问题 {findings} 处。",
             "{actor} proof-read form {form}: {findings} findings."},
    Sentence{"copy.issue", drawing, "{actor} 向 {holder}（{kind}）发出 {form} 卷的编号副本 {copy}。",
             "{actor} gave {holder} ({kind}) the marked copy {copy} of form {form}."},
    Sentence{"copy.trace", archive, "{actor} 追查泄露来源，比对了 {copies} 份副本，用途：{purpose}。",
             "{actor} traced a leak among {copies} copies, for: {purpose}."},
    Sentence{"batch.create", sealing, "{actor} 登记了批次 {batch.id}（{batch.title}），考生 {candidates} 人。",
             "{actor} entered batch {batch.id} ({batch.title}) of {candidates} candidates."},
    Sentence{"batch.policy.propose", sealing, "{actor} 为批次 {batch} 提出评分办法（摘要 {digest}），理由：{reason}。",
             "{actor} proposed how batch {batch} is scored (digest {digest}), because: {reason}."},
    Sentence{"batch.policy.approve", sealing, "{actor} 批准了批次 {batch} 的评分办法（摘要 {digest}）。",
             "{actor} approved how batch {batch} is scored (digest {digest})."},
    Sentence{"rehearsal.plan", sealing, "{actor} 为演练批次 {batch} 生成虚拟作答。",
             "{actor} planned imaginary answers for the rehearsal {batch}."},
    Sentence{"package.seal", sealing, "{actor} 作为第一封装人封装了试卷包，待 {second_sealer.name} 签名。",
             "{actor} sealed the package as the first sealer; {second_sealer.name} is to sign."},
    Sentence{"package.countersign", sealing, "{actor} 作为第二封装人核对并签名，试卷包摘要 {digest}。",
             "{actor} checked and signed as the second sealer; digest of the package {digest}."},
    Sentence{
        "package.withdraw.propose", custody, "{actor} 申请撤回试卷包，开启授权即停；待另一人确认。原因：{reason}。",
        "{actor} asked to withdraw the package; its release stopped at once, another officer is to confirm. Because: "
        "{reason}."},
    Sentence{"package.withdraw", custody, "{actor} 撤回了试卷包，原因：{reason}。",
             "{actor} withdrew the package, because: {reason}."},
    Sentence{
        "package.replace.propose", custody,
        "{actor} 提议以备用试卷包 {spare} 代替已撤回的试卷包；待另一人确认。原因：{reason}。",
        "{actor} proposed the spare package {spare} for the withdrawn one; another officer is to confirm. Because: "
        "{reason}."},
    Sentence{"package.replace", custody, "{actor} 以备用试卷包 {spare} 代替已撤回的试卷包，原因：{reason}。",
             "{actor} put the spare package {spare} in the place of the withdrawn one, because: {reason}."},
    Sentence{"package.rewrap", custody,
             "{actor} 登记了第 {number} 次改封（{lock}）：改由 {holder.name} 持有，两名封装人签名，原因：{reason}。",
             "{actor} entered rewrap {number} ({lock}), signed by both sealers: {holder.name} holds it now, because: "
             "{reason}."},
    Sentence{"release.speak", custody, "{actor} 以口令方式发出了开启授权（记录不含口令）。",
             "{actor} gave the release by voice; the record does not hold the code."},
    Sentence{"package.handover", custody, "试卷包由 {giver.name} 交给 {taker.name}，双方核对并签名；{actor} 登记。",
             "{giver.name} handed the package to {taker.name}; both checked and signed. Entered by {actor}."},
    Sentence{"release.issue", custody, "{actor} 签发了开启授权，有效期 {not_before} 至 {not_after}。",
             "{actor} issued the release, valid from {not_before} to {not_after}."},
    Sentence{
        "package.inspect", sitting,
        "考场拆封前当众查验密封，{witnesses} 见证并签名，所见与封装一致（{at}）；{actor} 登记。",
        "Before the opening the seal was inspected in public; {witnesses} signed that it agrees ({at}). Entered by "
        "{actor}."},
    Sentence{"package.open", sitting,
             "{actor} 登记：考场于 {at} 开启了试卷包，份额由 {givers} 给出；拆封前查验：{inspected}。",
             "{actor} entered that the hall opened the package at {at} with the shares of {givers}; seal inspected "
             "before: {inspected}."},
    Sentence{
        "package.incident", sitting, "{actor} 登记了事件 {incident}：{reason}（{reported_by} 报告），试卷包不得开启。",
        "{actor} entered incident {incident}: {reason} (reported by {reported_by}); the package may not be opened."},
    Sentence{"package.incident.propose", sitting,
             "{actor} 提议准许考场继续（事件 {incident}）；待另一人确认。理由：{reason}。",
             "{actor} proposed that the hall may go on after incident {incident}; another officer is to confirm. "
             "Because: {reason}."},
    Sentence{"package.incident.clear", sitting, "{actor} 准许考场重新查验后继续（事件 {incident}），理由：{reason}。",
             "{actor} let the hall go on, with a new inspection, after incident {incident}, because: {reason}."},
    Sentence{"answers.import", sitting, "{actor} 接收了考场答卷 {sheets} 份，记录链 {journal_records} 条。",
             "{actor} took in {sheets} answer sheets and a journal of {journal_records} records."},
    Sentence{"grade.open_key", grading, "{graders} 合议开启了答案与评分标准（{actor} 操作）。",
             "{graders} opened the keys together (done by {actor})."},
    Sentence{"grade.run", grading, "{actor} 评分：{candidates} 人，成绩摘要 {digest}。",
             "{actor} graded {candidates} candidates; digest of the scores {digest}."},
    Sentence{"grade.correction.propose", grading, "{actor} 提出更正试题 {item} 的答案，理由：{reason}。",
             "{actor} proposed to correct the key of item {item}, because: {reason}."},
    Sentence{"grade.correction.approve", grading, "{actor} 批准了试题 {item} 的答案更正。",
             "{actor} approved the corrected key of item {item}."},
    Sentence{"grade.regrade", grading, "{actor} 重新评分：{candidates} 人，其中 {changed} 人成绩有变。",
             "{actor} graded {candidates} candidates again; {changed} scores changed."},
    Sentence{"report.write", publication, "{actor} 写出成绩报告：{files}。", "{actor} wrote the report: {files}."},
    Sentence{"retention.policy", archive,
             "{actor} 设定保存期：试卷 {paper_months} 个月，电子记录 {records_months} 个月。",
             "{actor} set the periods: papers {paper_months} months, records {records_months} months."},
    Sentence{"retention.hold", archive, "{actor} 暂停销毁，理由：{reason}。",
             "{actor} placed a hold, because: {reason}."},
    Sentence{"retention.unhold", archive, "{actor} 解除暂停销毁，理由：{reason}。",
             "{actor} lifted a hold, because: {reason}."},
    Sentence{"destruction.propose", archive, "{actor} 提出销毁（{category}），理由：{reason}。",
             "{actor} proposed to destroy ({category}), because: {reason}."},
    Sentence{"destruction.withdraw", archive, "{actor} 撤回了销毁申请 {destruction}，理由：{reason}。",
             "{actor} took the proposal {destruction} back, because: {reason}."},
    Sentence{"destruction.confirm", archive,
             "{actor} 批准并执行销毁（{category}），由 {proposer} 提出，方式：{method}。",
             "{actor} confirmed and carried out the destruction ({category}) that {proposer} proposed: {method}."},
    Sentence{"destruction.done", archive, "销毁完成（{category}）：{files} 个文件；{actor} 登记。",
             "The destruction ({category}) is complete: {files} files. Entered by {actor}."},
};

std::string shown(const boost::json::value& value, const KnownPeople& people)
{
    if (value.is_string()) {
        std::string text{value.get_string()};
        const auto person = people.find(text);
        return person == people.end() ? text : person->second + " (" + text + ")";
    }
    if (value.is_array()) {
        std::string text;
        for (const auto& element : value.get_array()) {
            const auto* object = element.if_object();
            const auto* form = object == nullptr ? nullptr : object->if_contains("form");
            text += (text.empty() ? "" : "、") + shown(form == nullptr ? element : *form, people);
        }
        return text;
    }
    if (value.is_object()) {
        std::string text;
        for (const auto& member : value.get_object()) {
            text += (text.empty() ? "" : "、") + std::string{member.key()};
        }
        return text;
    }
    if (value.is_bool()) { return value.get_bool() ? "✓" : "✗"; }
    return boost::json::serialize(value);
}

std::string member(const boost::json::object& subject, std::string_view path, const KnownPeople& people)
{
    const auto dot = path.find('.');
    const auto* value = subject.if_contains(path.substr(0, dot));
    if (value == nullptr) { return "—"; }
    if (dot == std::string_view::npos) { return shown(*value, people); }
    return value->is_object() ? member(value->get_object(), path.substr(dot + 1), people) : "—";
}

} // namespace

const Sentence* sentence_of(std::string_view action) noexcept
{
    const auto found = std::ranges::find(sentences, action, &Sentence::action);
    return found == sentences.end() ? nullptr : &*found;
}

StoryPhase phase_of(std::string_view action) noexcept
{
    if (const Sentence* known = sentence_of(action)) { return known->phase; }
    const std::string_view area = action.substr(0, action.find('.'));
    if (area == "bank") { return bank; }
    if (area == "draw") { return drawing; }
    if (area == "package" || area == "custody" || area == "release") { return custody; }
    if (area == "answers" || area == "hall") { return sitting; }
    if (area == "grade" || area == "score" || area == "review") { return grading; }
    if (area == "report" || area == "results" || area == "certificate") { return publication; }
    if (area == "retention" || area == "destruction" || area == "archive") { return archive; }
    return other;
}

std::string fill_in(std::string_view text, const LedgerEntry& entry, StoryLanguage language, const KnownPeople& people)
{
    std::string out;
    while (!text.empty()) {
        const auto open = text.find('{');
        const auto close = text.find('}', open);
        if (close == std::string_view::npos) { break; }
        out += text.substr(0, open);
        const std::string_view name = text.substr(open + 1, close - open - 1);
        std::string value = name == "actor" ? entry.actor.name : member(entry.subject, name, people);
        if (language == StoryLanguage::english) {
            for (std::size_t at = 0; (at = value.find("、", at)) != std::string::npos; at += 2) {
                value.replace(at, std::string_view{"、"}.size(), ", ");
            }
        }
        out += value;
        text.remove_prefix(close + 1);
    }
    return out + std::string{text};
}

} // namespace papervault::vault
