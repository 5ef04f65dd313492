#include "cli/commands.hpp"
#include "cli/documents.hpp"
#include "cli/session.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/custody.hpp>
#include <papervault/vault/files.hpp>
#include <papervault/vault/packages.hpp>

#include <fmt/format.h>

namespace papervault::vault::cli {
namespace {

Result<std::vector<IdentityCard>> read_cards(const std::vector<File>& files)
{
    std::vector<IdentityCard> cards;
    for (const File& file : files) {
        auto card = read_card(file);
        if (!card) { return std::unexpected{card.error()}; }
        cards.push_back(std::move(*card));
    }
    return cards;
}

boost::json::object summary(const PackageHeader& header)
{
    boost::json::array forms;
    for (const FormSummary& form : header.forms) {
        forms.push_back({{"form", form.id},
                         {"digest", form.digest.hex()},
                         {"items", form.items},
                         {"points", form.points.to_string()},
                         {"spare", form.spare}});
    }
    boost::json::array compartments;
    for (const Compartment& each : header.compartments) {
        compartments.push_back(
            {{"name", each.name}, {"locks", each.locks == LockSet::hall ? "hall" : "graders"}, {"bytes", each.length}});
    }
    boost::json::array sealers;
    for (const IdentityCard& card : header.sealers) { sealers.push_back(boost::json::string{card.name}); }
    const auto quorum = [](const Quorum& q) {
        boost::json::array members;
        for (const QuorumMember& member : q.members) { members.push_back(boost::json::string{member.card.name}); }
        return boost::json::object{{"threshold", q.threshold}, {"members", members}};
    };
    return {{"package", header.package_id},
            {"batch", to_json(header.batch)},
            {"sealed_at", engine::to_text(header.sealed_at)},
            {"candidates", header.candidates},
            {"forms", forms},
            {"compartments", compartments},
            {"sealers", sealers},
            {"custody", quorum(header.custody)},
            {"graders", quorum(header.graders)},
            {"hall", header.hall.name},
            {"office", header.office.name}};
}

std::string describe(const PackageHeader& header)
{
    std::string text =
        fmt::format("{} {}\n  {} · {} {} · {}\n  {} {} — {}\n", say("试卷包", "Package"), header.package_id,
                    header.batch.title, header.batch.occupation, header.batch.level, header.batch.subject,
                    say("考试时间", "sitting"), local_time(header.batch.starts_at), local_time(header.batch.ends_at));
    text += fmt::format("  {} {} / {}; {} {}\n", say("考点考场", "site and hall"), header.batch.site, header.batch.hall,
                        say("应考", "candidates"), header.candidates);
    for (const FormSummary& form : header.forms) {
        text += fmt::format("  {} {}{}: {} {}, {} {}, {}…\n", say("卷", "form"), form.id,
                            form.spare ? say("（备用）", " (spare)") : "", form.items, say("题", "items"),
                            form.points.to_string(), say("分", "points"), form.digest.hex().substr(0, 16));
    }
    const auto quorum = [&](std::string_view name, const Quorum& q) {
        text += fmt::format("  {} {}/{}:", name, q.threshold, q.members.size());
        for (const QuorumMember& member : q.members) { text += " " + member.card.name; }
        text += "\n";
    };
    quorum(say("保管人", "custodians"), header.custody);
    quorum(say("阅卷人", "graders"), header.graders);
    text += fmt::format("  {}", say("封装签名", "sealed by"));
    for (const IdentityCard& card : header.sealers) { text += " " + card.name; }
    return text + "\n";
}

} // namespace

Result<Report> run(const CreateBatch& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto text = read_text_file(command.batch, document_bytes_max);
    if (!text) { return std::unexpected{text.error()}; }
    const auto value = engine::parse_json(*text, {});
    if (!value) { return refuse(VaultError::malformed, command.batch.string() + ": " + value.error().detail); }
    const auto batch = engine::batch_from_json(*value, "batch");
    if (!batch) { return refuse(VaultError::malformed, command.batch.string() + ": " + batch.error().detail); }
    const auto roster = read_roster(command.roster, batch->policy);
    if (!roster) { return std::unexpected{roster.error()}; }
    if (auto made = PackageRegister{session->vault}.create_batch(*batch, *roster, wall_clock()); !made) {
        return std::unexpected{made.error()};
    }
    return Report{
        {{"batch", batch->id}, {"candidates", roster->size()}},
        fmt::format("{} {}: {} {}\n", say("批次", "Batch"), batch->id, roster->size(), say("名考生", "candidates"))};
}

Result<Report> run(const SealPackage& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    auto hall = read_card(command.hall_card);
    if (!hall) { return std::unexpected{hall.error()}; }
    auto second = read_card(command.second_sealer_card);
    if (!second) { return std::unexpected{second.error()}; }
    auto custodians = read_cards(command.custodian_cards);
    if (!custodians) { return std::unexpected{custodians.error()}; }
    auto graders = read_cards(command.grader_cards);
    if (!graders) { return std::unexpected{graders.error()}; }
    const SealPlan plan{command.batch,
                        command.draw,
                        std::move(*hall),
                        std::move(*custodians),
                        command.custody_threshold,
                        std::move(*graders),
                        command.graders_threshold,
                        std::move(*second),
                        command.draft};
    const auto header = PackageRegister{session->vault}.seal(plan, session->who, wall_clock());
    if (!header) { return std::unexpected{header.error()}; }
    boost::json::object json = summary(*header);
    json["draft"] = command.draft.string();
    return Report{json,
                  describe(*header) + fmt::format("{} {}\n", say("待第二封装人签名：", "Waits for the second sealer:"),
                                                  command.draft.string())};
}

Result<Report> run(const CountersignPackage& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto record =
        PackageRegister{session->vault}.countersign(command.draft, session->who, command.out, wall_clock());
    if (!record) { return std::unexpected{record.error()}; }
    return Report{{{"package", record->id}, {"digest", record->digest}, {"file", command.out.string()}},
                  fmt::format("{} {}\n  {}\n  {} {}\n", say("封装完成：", "Sealed:"), record->id, command.out.string(),
                              say("摘要", "digest"), record->digest)};
}

Result<Report> run(const InspectPackage& command)
{
    const auto reader = PackageReader::open(command.package, every_suite);
    if (!reader) { return std::unexpected{reader.error()}; }
    if (command.full) {
        if (auto intact = reader->verify_digests(); !intact) { return std::unexpected{intact.error()}; }
    }
    boost::json::object json = summary(reader->header());
    json["digest"] = reader->digest().hex();
    json["signatures"] = "valid";
    json["contents"] = command.full ? "intact" : "not read";
    return Report{json, describe(reader->header()) +
                            fmt::format("  {} {}\n  {}\n", say("摘要", "digest"), reader->digest().hex(),
                                        command.full ? say("签名有效，封装完好。", "Signatures valid, contents intact.")
                                                     : say("签名有效。", "Signatures valid."))};
}

Result<Report> run(const ListPackages& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto records = PackageRegister{session->vault}.list();
    if (!records) { return std::unexpected{records.error()}; }
    boost::json::array rows;
    std::string text;
    for (const PackageRecord& record : *records) {
        rows.push_back({{"package", record.id},
                        {"batch", record.batch_id},
                        {"draw", record.draw_id},
                        {"state", record.state},
                        {"digest", record.digest}});
        text += fmt::format("{}  {}  {}  [{}]\n", record.id, record.batch_id, record.draw_id, record.state);
    }
    return Report{{{"packages", rows}}, text};
}

Result<Report> run(const IssueRelease& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    if (command.spoken) {
        const auto code = PackageRegister{session->vault}.release_spoken(command.package, wall_clock());
        if (!code) { return std::unexpected{code.error()}; }
        return Report{{{"package", command.package}, {"code", *code}},
                      fmt::format("{}\n\n    {}\n\n{}\n", say("请念给主考听：", "Read this to the chief invigilator:"),
                                  *code,
                                  say("只对这个考场的这份试卷有效。记录中不留口令。",
                                      "Good for this paper at this hall alone. The record does not hold the code."))};
    }
    if (command.out.empty()) {
        return refuse(VaultError::malformed, "--out FILE or --spoken says how the release travels");
    }
    const auto release = PackageRegister{session->vault}.release(command.package, wall_clock());
    if (!release) { return std::unexpected{release.error()}; }
    if (auto written = write_document(command.out, encode(*release)); !written) {
        return std::unexpected{written.error()};
    }
    return Report{{{"package", release->package_id},
                   {"not_before", engine::to_text(release->not_before)},
                   {"not_after", engine::to_text(release->not_after)},
                   {"file", command.out.string()}},
                  fmt::format("{} {} ({} — {})\n", say("开启授权已签发：", "Release issued:"), command.out.string(),
                              local_time(release->not_before), local_time(release->not_after))};
}

Result<Report> run(const GiveHandover& command)
{
    const auto who = unlock(command.who);
    if (!who) { return std::unexpected{who.error()}; }
    const auto reader = PackageReader::open(command.package, every_suite);
    if (!reader) { return std::unexpected{reader.error()}; }
    if (auto intact = reader->verify_digests(); !intact) { return std::unexpected{intact.error()}; }
    const auto taker = read_card(command.taker_card);
    if (!taker) { return std::unexpected{taker.error()}; }
    const Handover handover = give_package(*reader, *who, *taker, wall_clock());
    if (auto written = write_document(command.out, encode(handover)); !written) {
        return std::unexpected{written.error()};
    }
    return Report{{{"package", handover.package_id},
                   {"giver", who->card().name},
                   {"taker", taker->name},
                   {"file", command.out.string()}},
                  fmt::format("{} {} → {}\n", say("交接单（交方已签）：", "Handover (signed by the giver):"),
                              who->card().name, taker->name)};
}

Result<Report> run(const TakeHandover& command)
{
    const auto who = unlock(command.who);
    if (!who) { return std::unexpected{who.error()}; }
    const auto reader = PackageReader::open(command.package, every_suite);
    if (!reader) { return std::unexpected{reader.error()}; }
    if (auto intact = reader->verify_digests(); !intact) { return std::unexpected{intact.error()}; }
    const auto text = read_text_file(command.handover, document_bytes_max);
    if (!text) { return std::unexpected{text.error()}; }
    const auto given = decode_handover(*text);
    if (!given) { return std::unexpected{given.error()}; }
    const auto taken = take_package(*given, *reader, *who, wall_clock());
    if (!taken) { return std::unexpected{taken.error()}; }
    if (auto written = write_document(command.out, encode(*taken)); !written) {
        return std::unexpected{written.error()};
    }
    return Report{{{"package", taken->package_id},
                   {"giver", taken->giver.name},
                   {"taker", taken->taker.name},
                   {"file", command.out.string()}},
                  fmt::format("{} {} → {}\n", say("交接单（双方已签）：", "Handover (signed by both):"),
                              taken->giver.name, taken->taker.name)};
}

Result<Report> run(const EnterHandover& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto text = read_text_file(command.handover, document_bytes_max);
    if (!text) { return std::unexpected{text.error()}; }
    const auto handover = decode_handover(*text);
    if (!handover) { return std::unexpected{handover.error()}; }
    if (auto entered = PackageRegister{session->vault}.enter_handover(*handover, wall_clock()); !entered) {
        return std::unexpected{entered.error()};
    }
    return Report{{{"package", handover->package_id}, {"giver", handover->giver.name}, {"taker", handover->taker.name}},
                  fmt::format("{} {} → {}\n", say("交接已登记：", "Handover entered:"), handover->giver.name,
                              handover->taker.name)};
}

Result<Report> run(const GiveShare& command)
{
    const auto who = unlock(command.who);
    if (!who) { return std::unexpected{who.error()}; }
    const auto reader = PackageReader::open(command.package, every_suite);
    if (!reader) { return std::unexpected{reader.error()}; }
    // The package names its hall; the office's card is given for the graders' quorum, and both are compared with the
    // package.
    const IdentityCard& expected = command.graders ? reader->header().office : reader->header().hall;
    if (!command.opener_card.empty()) {
        const auto opener = read_card(command.opener_card);
        if (!opener) { return std::unexpected{opener.error()}; }
        if (!(*opener == expected)) {
            return refuse(VaultError::wrong_host, "the package is sealed for " + expected.name + " (" + expected.id() +
                                                      "), not for " + opener->name);
        }
    }
    const auto part =
        give_share(*reader, command.graders ? LockSet::graders : LockSet::hall, *who, expected, wall_clock());
    if (!part) { return std::unexpected{part.error()}; }
    if (auto written = write_document(command.out, encode(*part)); !written) {
        return std::unexpected{written.error()};
    }
    return Report{{{"package", part->package_id},
                   {"giver", who->card().name},
                   {"opener", expected.name},
                   {"file", command.out.string()}},
                  fmt::format("{} {} → {}: {}\n", say("已交出份额：", "Share given:"), who->card().name, expected.name,
                              command.out.string())};
}

} // namespace papervault::vault::cli
