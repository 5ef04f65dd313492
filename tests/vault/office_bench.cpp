#include "vault/office_bench.hpp"

#include "vault/journal_of.hpp"

#include <papervault/crypto/init.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/engine/sitting.hpp>
#include <papervault/vault/files.hpp>
#include <papervault/vault/proofs.hpp>

#include <stdexcept>

namespace papervault::vault::test {
namespace {

template <class T>
T must(Result<T> result)
{
    if (!result) { throw std::runtime_error{std::string{to_text(result.error().code)} + ": " + result.error().detail}; }
    if constexpr (!std::is_void_v<T>) { return std::move(*result); }
}

} // namespace

engine::Instant at(std::string_view text)
{
    return engine::instant_from_text(text).value();
}

OfficeBench::OfficeBench(crypto::Suite keys) : suite{keys}
{
    crypto::initialise();
    const std::vector<Officer> officers{{chen.card(), {Role::manager, Role::key_keeper}},
                                        {lin.card(), {Role::manager}},
                                        {wang.card(), {Role::sealer, Role::key_keeper}},
                                        {zhao.card(), {Role::sealer}},
                                        {fa.card(), {Role::releaser}},
                                        {grader.card(), {Role::grader}},
                                        {du.card(), {Role::supervisor}}};
    auto vault = must(OfficeVault::create(vault_folder(), "示范站", officers, chen, at(morning)));
    if (suite != crypto::Suite::pv1) { must(vault.accept_suites({suite}, at(morning))); }
}

OfficeVault OfficeBench::as(const Identity& who) const
{
    return must(OfficeVault::open(vault_folder(), who));
}

std::filesystem::path OfficeBench::write(const std::string& name, std::string_view text) const
{
    must(write_file_durably(folder / name, crypto::bytes_of(text), true));
    return folder / name;
}

void OfficeBench::import_items() const
{
    std::string lines;
    for (int n = 1; n <= 24; ++n) {
        lines += R"({"id":"I-)" + std::to_string(n) + R"(","type":"single","knowledge_point":")" +
                 (n % 2 == 0 ? "1.1" : "1.2") + R"(","stem":"题干 )" + std::to_string(n) +
                 R"(","options":["甲","乙","丙"],"answer":["A"],"difficulty":0.7})"
                 "\n";
    }
    OfficeVault vault = as(chen);
    must(ItemBank{vault}.import_file(write("items.jsonl", lines), BadRows::refuse_all, true, at(morning)));
}

engine::Blueprint OfficeBench::blueprint()
{
    engine::Blueprint blueprint;
    blueprint.title = "理论试卷";
    blueprint.sections = {{"一、单项选择题",
                           "每题 2 分",
                           engine::ItemType::single_choice,
                           5,
                           engine::Decimal::from_integer(2),
                           {{"1.1", 2, 3}}}};
    blueprint.total_points = engine::Decimal::from_integer(10);
    blueprint.difficulty_target = engine::Decimal::parse("0.7").value();
    blueprint.difficulty_tolerance = engine::Decimal::parse("0.05").value();
    return blueprint;
}

std::string OfficeBench::ready_draw(const engine::Blueprint& wanted, const std::string& beacon_source) const
{
    std::string id;
    {
        OfficeVault vault = as(chen);
        id = must(DrawRegister{vault}.open(wanted, {chen.card().id(), lin.card().id()}, at(morning), beacon_source));
    }
    for (const auto step : {&DrawRegister::commit, &DrawRegister::reveal}) {
        for (const Identity* who : {&chen, &lin}) {
            OfficeVault vault = as(*who);
            DrawRegister draws{vault};
            must((draws.*step)(id, *who, folder / (id + who->card().id()), at(morning)));
        }
    }
    return id;
}

std::string OfficeBench::draw(const engine::Blueprint& wanted) const
{
    const std::string id = ready_draw(wanted);
    {
        OfficeVault vault = as(chen);
        must(DrawRegister{vault}.run(id, at(morning)));
    }
    OfficeVault vault = as(lin);
    for (const char* form : {"A", "B", "S1"}) { must(ProofRegister{vault}.mark(id, form, {}, at(morning))); }
    return id;
}

void OfficeBench::create_batch(const std::string& id) const
{
    create_batch_at(id, at("2026-11-21T10:00:00Z"));
}

void OfficeBench::create_batch_at(const std::string& id, engine::Instant starts_at) const
{
    engine::Batch batch;
    batch.id = id;
    batch.occupation = "化工总控工";
    batch.occupation_code = "6-11-01-03";
    batch.level = 4;
    batch.subject = "理论知识";
    batch.title = "理论知识考试";
    batch.site = "示范考点";
    batch.hall = "hall-301";
    batch.opens_at = starts_at - std::chrono::hours{1};
    batch.starts_at = starts_at;
    batch.ends_at = starts_at + std::chrono::minutes{90};
    batch.expires_at = starts_at + std::chrono::hours{4};
    const std::vector<engine::Candidate> roster{{"2026110001", "张三", "123X", 1, "-"},
                                                {"2026110002", "李四", "1234", 2, "-"},
                                                {"2026110003", "王五", "5678", 3, "-"}};
    OfficeVault vault = as(chen);
    must(PackageRegister{vault}.create_batch(batch, roster, at(morning)));
}

SealPlan OfficeBench::plan(const std::string& draw_id, const std::string& batch, const std::string& draft) const
{
    return {.batch_id = batch,
            .draw_id = draw_id,
            .hall = hall_card,
            .custodians = {first_custodian.card(), second_custodian.card()},
            .custody_threshold = 2,
            .graders = {grader.card(), second_grader.card()},
            .graders_threshold = 2,
            .second_sealer = zhao.card(),
            .draft = folder / draft};
}

std::string OfficeBench::seal(const std::string& draw_id, const std::string& batch) const
{
    std::string id;
    {
        OfficeVault vault = as(wang);
        id = must(PackageRegister{vault}.seal(plan(draw_id, batch, batch + ".draft"), wang, at(morning))).package_id;
    }
    OfficeVault vault = as(zhao);
    must(PackageRegister{vault}.countersign(folder / (batch + ".draft"), zhao, folder / (batch + ".pvp"), at(morning)));
    return id;
}

std::filesystem::path OfficeBench::answers(const std::string& package_id) const
{
    return answers(package_id,
                   [](int candidate, const engine::FormItem&) { return engine::Response{candidate == 1 ? "A" : "B"}; });
}

std::filesystem::path OfficeBench::answers(const std::string& package_id, const Respond& respond) const
{
    OfficeVault vault = as(chen);
    PackageRegister packages{vault};
    const PackageReader reader = must(packages.reader(package_id));
    const PackageRecord record = must(packages.find(package_id));
    const DrawRecord draw = must(DrawRegister{vault}.find(record.draw_id));
    const std::vector<engine::Form> forms = must(DrawRegister{vault}.forms(draw));
    AnswersFile file;
    file.package_id = package_id;
    file.package_digest = reader.digest();
    file.batch_id = record.batch_id;
    file.hall_id = hall.card().id();
    file.started_at = at("2026-11-21T10:00:00Z");
    file.ended_at = at("2026-11-21T11:30:00Z");
    file.sealed_at = at("2026-11-21T11:31:00Z");
    for (int n = 1; n <= 3; ++n) {
        AnswerSheet sheet;
        sheet.ticket = "202611000" + std::to_string(n);
        sheet.form_id = forms.front().id;
        sheet.seat = n;
        if (n < 3) {
            sheet.phase = engine::CandidatePhase::handed_in;
            engine::CandidateState state;
            state.candidate.ticket = sheet.ticket;
            state.candidate.form_id = sheet.form_id;
            for (const auto& section : forms.front().sections) {
                for (const auto& entry : section.items) {
                    sheet.responses[entry.item.id] = respond(n, entry);
                    state.answers[entry.item.id].response = sheet.responses[entry.item.id];
                }
            }
            sheet.receipt = receipt_of(engine::sheet_text(state, package_id));
        }
        file.sheets.push_back(std::move(sheet));
    }
    write_journal(file);
    const auto target = folder / (package_id + ".pva");
    must(seal_answers(file, hall, reader.header().office, target));
    return target;
}

SharePart OfficeBench::grader_share(const std::string& package_id) const
{
    OfficeVault vault = as(grader);
    const PackageReader reader = must(PackageRegister{vault}.reader(package_id));
    return must(give_share(reader, LockSet::graders, second_grader, reader.header().office, at(afternoon)));
}

std::string OfficeBench::up_to_report() const
{
    import_items();
    const std::string draw_id = draw();
    create_batch();
    std::string package_id = seal(draw_id);
    const auto file = answers(package_id);
    const std::vector<SharePart> shares{grader_share(package_id)};
    OfficeVault vault = as(grader);
    ResultRegister results{vault};
    must(results.import_answers(file, at(afternoon)));
    must(results.grade(package_id, grader, shares, {}, at(afternoon)));
    must(results.write_report(package_id, folder / "report", at(afternoon)));
    return package_id;
}

} // namespace papervault::vault::test
