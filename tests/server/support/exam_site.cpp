#include "server/support/exam_site.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/files.hpp>
#include <papervault/vault/golden.hpp>

#include <fmt/format.h>

#include <cstdlib>
#include <stdexcept>

namespace papervault::server::test {
namespace {

template <class Expected>
auto must(Expected result)
{
    if (!result) { throw std::runtime_error{result.error().detail}; }
    if constexpr (!std::is_void_v<typename Expected::value_type>) { return std::move(*result); }
}

engine::FormItem item_of(const std::string& id, int number, int items, std::string_view canary)
{
    engine::FormItem form_item;
    engine::Item& item = form_item.item;
    item.id = id;
    item.knowledge_point = "1.1";
    item.difficulty = must(engine::Decimal::parse("0.7"));
    const std::string picture = number == 1 ? "\n\n![泵](media/pump.svg)" : "";
    item.stem = must(engine::parse_content(fmt::format("{} 第 {} 题{}", canary, id, picture)));
    item.type = number == items ? engine::ItemType::short_answer : engine::ItemType::single_choice;
    if (item.type == engine::ItemType::single_choice) {
        for (const char* option : {"A", "B", "C", "D"}) {
            item.options.push_back(
                {.id = option, .content = must(engine::parse_content(fmt::format("选项 {}", option)))});
        }
    }
    form_item.points = engine::Decimal::from_integer(1);
    return form_item;
}

template <class Range>
std::string json_array(const Range& values)
{
    boost::json::array array;
    for (const auto& value : values) { array.push_back(engine::to_json(value)); }
    return engine::canonical_json(array);
}

} // namespace

TemporaryFolder::TemporaryFolder()
{
    std::string pattern = (std::filesystem::temp_directory_path() / "papervault-hall-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) { throw std::runtime_error{"no temporary folder"}; }
    path_ = pattern;
}

TemporaryFolder::~TemporaryFolder()
{
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

engine::Instant wall_now()
{
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

engine::Batch batch_around(engine::Instant starts_at, std::chrono::milliseconds length, std::string id)
{
    engine::Batch batch;
    batch.id = std::move(id);
    batch.occupation = "化工总控工";
    batch.occupation_code = "6-11-01-03";
    batch.level = 4;
    batch.subject = "理论知识";
    batch.title = "化工总控工四级 理论知识";
    batch.site = "第一考点";
    batch.hall = "hall-301";
    batch.starts_at = starts_at;
    batch.ends_at = starts_at + length;
    batch.opens_at = starts_at - std::chrono::hours{1};
    batch.expires_at = batch.ends_at + std::chrono::hours{1};
    batch.policy.entry_opens_before = std::chrono::hours{1};
    batch.policy.late_entry_until = std::chrono::duration_cast<std::chrono::seconds>(length);
    batch.policy.hand_in_from_before_end = std::chrono::duration_cast<std::chrono::seconds>(length);
    batch.policy.reminders = {};
    return batch;
}

std::vector<engine::Candidate> roster_of(int candidates)
{
    std::vector<engine::Candidate> roster;
    for (int i = 1; i <= candidates; ++i) {
        roster.push_back({.ticket = fmt::format("T{:04}", i),
                          .name = fmt::format("考生{}", i),
                          .id_tail = fmt::format("{:03}X", i),
                          .seat = i,
                          .form_id = i % 2 == 1 ? "A" : "B"});
    }
    return roster;
}

engine::Form form_of(std::string id, int items, std::string_view canary)
{
    engine::Form form{.id = id, .title = "试卷 " + id, .sections = {}};
    engine::FormSection section{.title = "一、单项选择题", .note = "每题 1 分", .items = {}};
    for (int number = 1; number <= items; ++number) {
        section.items.push_back(item_of(fmt::format("{}-{}", id, number), number, items, canary));
    }
    form.sections.push_back(std::move(section));
    return form;
}

ExamSite::ExamSite(std::filesystem::path folder, vault::IdentityCard hall)
    : folder_{std::move(folder)}, hall_{std::move(hall)}
{
    for (const char* name : {"保管人甲", "保管人乙", "保管人丙"}) {
        custodians.push_back(vault::Identity::generate(name));
    }
    for (const char* name : {"阅卷甲", "阅卷乙"}) { graders.push_back(vault::Identity::generate(name)); }
}

SealedExam ExamSite::seal(const engine::Batch& batch, int candidates, int items, std::string_view canary)
{
    const std::vector<engine::Form> forms{form_of("A", items, canary), form_of("B", items, canary)};
    const auto roster = roster_of(candidates);
    const std::string paper = json_array(forms);
    const std::string roster_text = json_array(roster);
    const std::string media = engine::canonical_json(boost::json::object{
        {"media/pump.svg", {{"type", "image/svg+xml"}, {"base64", crypto::to_base64(crypto::bytes_of("<svg/>"))}}}});
    const std::string key = "[]";
    vault::SealRequest request{.batch = batch,
                               .snapshot_digest = {},
                               .draw_digest = {},
                               .forms = {},
                               .candidates = candidates,
                               .hall = hall_,
                               .office = office.card(),
                               .custodians = {},
                               .custody_threshold = 2,
                               .graders = {},
                               .graders_threshold = 2,
                               .second_sealer = second_sealer.card(),
                               .compartments = {},
                               .now = std::min(wall_now(), batch.opens_at)};
    for (const engine::Form& form : forms) {
        request.forms.push_back({.id = form.id,
                                 .digest = crypto::blake2b(crypto::bytes_of(engine::form_identity_text(form))),
                                 .items = static_cast<int>(form.item_count()),
                                 .points = form.points(),
                                 .spare = false});
    }
    for (const auto& custodian : custodians) { request.custodians.push_back(custodian.card()); }
    for (const auto& grader : graders) { request.graders.push_back(grader.card()); }
    const auto add = [&request](std::string name, vault::LockSet locks, const std::string& text) {
        request.compartments.push_back({.name = std::move(name), .locks = locks, .plaintext = crypto::bytes_of(text)});
    };
    add("paper", vault::LockSet::hall, paper);
    add("roster", vault::LockSet::hall, roster_text);
    add("media", vault::LockSet::hall, media);
    const std::string vectors = vault::golden_orders(forms);
    add("vectors", vault::LockSet::hall, vectors);
    add("key", vault::LockSet::graders, key);
    const std::string name = fmt::format("package-{}", ++packages_);
    auto draft = must(vault::seal_package(request, first_sealer, folder_ / (name + ".draft")));
    must(vault::countersign_package(folder_ / (name + ".draft"), second_sealer, folder_ / (name + ".pvp")));
    return {.package = folder_ / (name + ".pvp"),
            .package_id = draft.header.package_id,
            .release_share = std::move(draft.release_share),
            .roster = roster};
}

std::filesystem::path ExamSite::handover(const SealedExam& exam, const vault::IdentityCard& taker)
{
    const auto package = must(vault::PackageReader::open(exam.package));
    const auto text = vault::encode(vault::give_package(package, office, taker, wall_now()));
    const auto file = folder_ / (exam.package.stem().string() + "-" + taker.id() + ".handover.json");
    must(vault::write_file_durably(file, crypto::bytes_of(text), true));
    return file;
}

std::string ExamSite::share(const SealedExam& exam, int custodian) const
{
    const auto package = must(vault::PackageReader::open(exam.package));
    return vault::encode(
        must(vault::give_share(package, vault::LockSet::hall, custodians.at(static_cast<std::size_t>(custodian)),
                               package.header().hall, wall_now())));
}

std::string ExamSite::release(const SealedExam& exam, engine::Instant now) const
{
    const auto package = must(vault::PackageReader::open(exam.package));
    return vault::encode(must(vault::issue_release(package.header(), exam.release_share, office, now)));
}

} // namespace papervault::server::test
