#include "print/printed_form.hpp"

#include <papervault/vault/local_time.hpp>

#include <algorithm>

namespace papervault::vault::print {
namespace {

/// Groups of eight: what people read to each other.
std::string grouped(const std::string& hex)
{
    std::string text;
    for (std::size_t n = 0; n < hex.size(); n += 8) { text += (n == 0 ? "" : " ") + hex.substr(n, 8); }
    return text;
}

PrintedForm::Code package_code(const std::string& package_id, const std::string& digest)
{
    return {"试卷包摘要", "papervault:package:" + package_id + ":" + digest};
}

} // namespace

PrintedForm handover_form(const Handover& handover)
{
    const std::string text = encode(handover);
    const std::string digest = crypto::blake2b("papervault.handover.v1", {crypto::bytes_of(text)}).hex();
    const std::string package_digest = handover.package_digest.hex();
    PrintedForm form{
        .title = "试卷交接单",
        .subtitle = handover.occupation + "　" + std::to_string(handover.level) + " 级　批次 " + handover.batch_id,
        .fields = {{"试卷包编号", handover.package_id},
                   {"试卷包摘要", grouped(package_digest)},
                   {"职业（工种）、等级", handover.occupation + "，" + std::to_string(handover.level) + " 级"},
                   {"数量",
                    std::to_string(handover.forms) + " 份试卷，" + std::to_string(handover.candidates) + " 名考生"},
                   {"交方", handover.giver.name + "（" + handover.giver.id() + "）"},
                   {"交出时间", local_time(handover.given_at)},
                   {"接方", handover.taker.name + "（" + handover.taker.id() + "）"},
                   {"接收时间", handover.taken_at ? local_time(*handover.taken_at) : "（待接方核对签名）"},
                   {"电子签名", handover.taker_signature ? "双方均已签名" : "交方已签名，接方未签名"}},
        .tables = {},
        .checks = {"职业（工种）、等级与试卷包一致", "数量一致", "封装完好，摘要一致"},
        .signatures = {"交方签字：" + handover.giver.name, "接方签字：" + handover.taker.name},
        .codes = {package_code(handover.package_id, package_digest),
                  {"交接单摘要", "papervault:handover:" + handover.package_id + ":" + digest}},
        .footer = "交接单 " + digest.substr(0, 16),
        .date = handover.taken_at.value_or(handover.given_at),
        .lies = false};
    return form;
}

PrintedForm opening_form(const PackageReader& package)
{
    const PackageHeader& header = package.header();
    const std::string digest = package.digest().hex();
    PrintedForm::Table forms{
        .heading = {"试卷", "题数", "分值", "试卷摘要"}, .widths = {0.16, 0.1, 0.1, 0.64}, .rows = {}};
    for (const FormSummary& each : header.forms) {
        forms.rows.push_back({each.id + (each.spare ? "（备用）" : ""), std::to_string(each.items),
                              each.points.to_string(), grouped(each.digest.hex())});
    }
    std::string sealers;
    for (const IdentityCard& card : header.sealers) { sealers += (sealers.empty() ? "" : "、") + card.name; }
    std::string custodians;
    for (const QuorumMember& member : header.custody.members) {
        custodians += (custodians.empty() ? "" : "、") + member.card.name;
    }
    return {.title = "试卷拆封确认表",
            .subtitle =
                header.batch.title + "　" + header.batch.occupation + "　" + std::to_string(header.batch.level) + " 级",
            .fields = {{"试卷包编号", header.package_id},
                       {"试卷包摘要", grouped(digest)},
                       {"批次", header.batch.id},
                       {"考点、考场", header.batch.site + "　" + header.batch.hall},
                       {"考试时间", local_time(header.batch.starts_at) + " 至 " + local_time(header.batch.ends_at)},
                       {"最早开启时间", local_time(header.batch.opens_at)},
                       {"应考人数", std::to_string(header.candidates)},
                       {"封装人", sealers + "，" + local_time(header.sealed_at)},
                       {"保管人", custodians + "（须 " + std::to_string(header.custody.threshold) + " 人到场）"}},
            .tables = {std::move(forms)},
            .checks = {"屏幕所示试卷包编号、摘要与本表一致", "批次、职业（工种）、等级、场次一致",
                       "两名封装人签名有效，未见拆封迹象", "如有不符：不得开启，立即报告，并记为事件"},
            .signatures = {"主考签字", "监考员签字", "应考人员见证一", "应考人员见证二"},
            .codes = {package_code(header.package_id, digest)},
            .footer = "拆封确认表 " + header.package_id.substr(0, 16),
            .date = header.sealed_at,
            .lies = false};
}

PrintedForm destruction_form(const std::string& office, const std::vector<DestructionRecord>& records,
                             engine::Instant date)
{
    PrintedForm::Table table{
        .heading = {"日期", "批次", "类别", "名称", "原因", "方式", "提出人", "批准执行人", "状态"},
        .widths = {0.11, 0.09, 0.07, 0.15, 0.14, 0.2, 0.08, 0.09, 0.07},
        .rows = {}};
    std::string all;
    for (const DestructionRecord& record : records) {
        const bool done = record.state == "destroyed";
        table.rows.push_back({local_time(record.confirmed_at.value_or(record.proposed_at)).substr(0, 10),
                              record.batch_id, record.category == RecordCategory::paper ? "试卷" : "电子记录",
                              record.occupation + " " + std::to_string(record.level) + " 级 " + record.name,
                              record.reason, record.method, record.proposer,
                              record.confirmer.empty() ? "（待批准）" : record.confirmer,
                              done ? "已销毁" : (record.confirmed_at ? "执行中" : "已提出")});
        all += encode(record) + "\n";
    }
    const std::string digest = crypto::blake2b("papervault.destruction-ledger.v1", {crypto::bytes_of(all)}).hex();
    return {.title = "销毁台账",
            .subtitle = office,
            .fields = {},
            .tables = {std::move(table)},
            .checks = {},
            .signatures = {"销毁人签字", "监销人签字", "负责人签字"},
            .codes = {{"台账摘要", "papervault:destruction-ledger:" + std::to_string(records.size()) + ":" + digest}},
            .footer = "销毁台账 " + digest.substr(0, 16),
            .date = date,
            .lies = true};
}

} // namespace papervault::vault::print
