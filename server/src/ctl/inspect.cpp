#include "ctl/inspect.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/local_time.hpp>

#include <fmt/format.h>

#include <array>
#include <istream>
#include <ostream>

namespace papervault::server {
namespace {

using vault::Result;

/// Eight digits at a time, as they are read out and as the printed sheet has them.
std::string grouped(const std::string& hex)
{
    std::string text;
    for (std::size_t at = 0; at < hex.size(); at += 8) { text += (at == 0 ? "" : " ") + hex.substr(at, 8); }
    return text;
}

enum class Word { yes, no, ended };

Word ask(std::string_view question, std::istream& in, std::ostream& out)
{
    for (std::string line;;) {
        out << question << " [是 y / 否 n] " << std::flush;
        if (!std::getline(in, line)) { return Word::ended; }
        if (line == "y" || line == "Y" || line == "yes" || line == "是" || line == "对") { return Word::yes; }
        if (line == "n" || line == "N" || line == "no" || line == "否" || line == "不") { return Word::no; }
    }
}

std::optional<std::string> ask_what(std::istream& in, std::ostream& out)
{
    for (std::string line;;) {
        out << "哪里不符？ What does not agree? " << std::flush;
        if (!std::getline(in, line)) { return std::nullopt; }
        if (!line.empty()) { return line; }
    }
}

std::string text_at(const boost::json::object& object, std::string_view name)
{
    const auto* member = object.if_contains(name);
    return member != nullptr && member->is_string() ? std::string{member->get_string()} : std::string{};
}

} // namespace

Result<ShownInspection> shown_inspection(const boost::json::value& answer)
{
    const auto* object = answer.if_object();
    const auto* facts = object == nullptr ? nullptr : object->if_contains("facts");
    if (facts == nullptr) { return vault::refuse(vault::VaultError::malformed, "the hall shows no seal"); }
    auto read = vault::seal_facts_from_json(*facts, "facts");
    if (!read) { return std::unexpected{read.error()}; }
    return ShownInspection{.facts = std::move(*read), .round = text_at(*object, "round")};
}

bool is_stopped(const boost::json::value& answer)
{
    return answer.is_object() && text_at(answer.get_object(), "state") == "stopped";
}

std::string facts_text(const vault::SealFacts& facts)
{
    std::string text = fmt::format("试卷包 package    {}\n摘要 digest       {}\n批次 batch        {}  {}\n",
                                   facts.package_id, grouped(facts.package_digest.hex()), facts.batch_id, facts.title);
    text += fmt::format("职业 occupation   {}，级别 level {}，科目 subject {}\n", facts.occupation, facts.level,
                        facts.subject);
    text += fmt::format("考点考场 place    {} / {}，服务器 machine {}\n", facts.site, facts.hall, facts.machine);
    for (const std::string& sealer : facts.sealers) { text += fmt::format("封装人 sealed by   {}\n", sealer); }
    text += fmt::format("封装时间 sealed at {}\n", vault::local_time(facts.sealed_at));
    if (facts.rewraps > 0) {
        text += fmt::format("改封 rewrapped    {} 次 times, signed by both sealers\n", facts.rewraps);
    }
    text += fmt::format("数量 counts       试卷 forms {}（备用 spare {}），试题 items {}，考生 candidates {}\n",
                        facts.forms, facts.spare_forms, facts.items, facts.candidates);
    return text;
}

std::string inspection_text(const boost::json::value& answer)
{
    const auto* object = answer.if_object();
    if (object == nullptr) { return {}; }
    std::string text;
    if (const auto* witnesses = object->if_contains("witnesses"); witnesses != nullptr && witnesses->is_array()) {
        for (const auto& each : witnesses->get_array()) {
            if (!each.is_object()) { continue; }
            text += fmt::format("见证人已签 signed  {} ({})\n", text_at(each.get_object(), "name"),
                                text_at(each.get_object(), "id"));
        }
    }
    const std::string state = text_at(*object, "state");
    if (state == "passed") {
        text += "密封查验完成 the inspection is complete\n下一步 next: ctl share, ctl release, ctl open";
    } else if (state == "stopped") {
        const auto* incident = object->if_contains("incident");
        if (incident != nullptr && incident->is_object()) {
            text += fmt::format("事件 incident {}: {}\n", text_at(incident->get_object(), "id"),
                                text_at(incident->get_object(), "reason"));
        }
        const std::string file = text_at(*object, "file");
        if (!file.empty()) { text += fmt::format("报告 report: {}\n", file); }
        text +=
            "试卷包不得开启：把 outbox 中的报告交给发卷方，由其决定 the package stays closed: give the report in the "
            "outbox to the office, which decides\n发卷方答复后 when it has answered: ctl release --file FILE";
    } else {
        text += "须由两名见证人查验并签名 two witnesses look and sign\n下一步 next: ctl inspect --as WITNESS.pvid "
                "--key-file FILE (or --passphrase-file)";
    }
    return text;
}

std::optional<std::string> ask_witness(const vault::SealFacts& facts, std::istream& in, std::ostream& out)
{
    constexpr std::array<std::string_view, 5> questions{
        "1. 摘要与交接单（拆封确认表）上的相同？ Is the digest the one on the hand-over or the printed sheet?",
        "2. 两名封装人、封装时间无误？ Are the two sealers and the time of sealing as they should be?",
        "3. 批次、职业、级别、科目、考场与本场一致？ Are batch, occupation, level, subject and hall those of this "
        "sitting?",
        "4. 试卷、试题、考生数量一致？ Are the numbers of forms, items and candidates right?",
        "5. 未见拆封或异常迹象？ Is there no other sign that somebody has opened or changed it?"};
    out << facts_text(facts) << "请逐项核对 please compare, one thing at a time:\n";
    for (const std::string_view question : questions) {
        const Word word = ask(question, in, out);
        if (word == Word::ended) { return std::nullopt; }
        if (word == Word::yes) { continue; }
        auto what = ask_what(in, out);
        if (!what) { return std::nullopt; }
        const Word sure = ask(fmt::format("将签名报告不符，试卷包不得开启：“{}”。确定？ You are going to sign that it "
                                          "does not agree; the package stays closed. Sure?",
                                          *what),
                              in, out);
        return sure == Word::yes ? what : std::nullopt;
    }
    const Word sure =
        ask("将签名确认以上各项相符。确定？ You are going to sign that all of this agrees. Sure?", in, out);
    return sure == Word::yes ? std::optional{std::string{}} : std::nullopt;
}

} // namespace papervault::server
