#include "cli/blueprint_file.hpp"
#include "cli/commands.hpp"
#include "cli/session.hpp"

#include <papervault/crypto/random.hpp>
#include <papervault/engine/assembly.hpp>
#include <papervault/engine/diagnosis.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/vault/bank.hpp>
#include <papervault/vault/blueprints.hpp>
#include <papervault/vault/files.hpp>

#include <fmt/format.h>

#include <chrono>

#include <array>

namespace papervault::vault::cli {
namespace {

constexpr std::size_t workbook_bytes_max = 64 << 20;

/// For trial draws, which nobody keeps: the same every time.
class TrialStream final : public engine::RandomStream {
public:
    void fill(std::span<std::byte> out) override { stream_.fill(out); }

private:
    static constexpr std::array<std::byte, 32> seed{};
    crypto::ChaCha20Stream stream_{crypto::ByteView{seed}, "papervault.blueprint.check"};
};

Report describe(const engine::BlueprintDiagnosis& diagnosis)
{
    boost::json::array conflict;
    boost::json::array relaxations;
    std::string text = fmt::format(
        "{}\n", diagnosis.is_smallest
                    ? say("不能满足。不能同时成立的要求（已证明没有更少的一组）：",
                          "It can't be met. These can't hold together, and no fewer constraints are in conflict:")
                    : say("不能满足。不能同时成立的要求（少任何一条即可成立；未证明没有更少的一组）：",
                          "It can't be met. These can't hold together, but any all but one can (that no fewer are in "
                          "conflict was not proved in time):"));
    for (const std::string& each : diagnosis.conflict) {
        conflict.push_back(boost::json::string{each});
        text += fmt::format("  - {}\n", each);
    }
    text += fmt::format("{}\n  {}\n{}\n", say("缺什么：", "What is missing:"), diagnosis.missing,
                        say("放宽其中之一：", "Relaxing one of them:"));
    for (const engine::Relaxation& each : diagnosis.relaxations) {
        relaxations.push_back(
            {{"constraint", each.constraint}, {"change", each.change}, {"clears_all", each.clears_all}});
        text += fmt::format("  - {}: {}{}\n", each.constraint, each.change,
                            each.clears_all ? say("（全部可满足）", " (then all can be met)")
                                            : say("（另有冲突）", " (other conflicts remain)"));
    }
    return {{{"feasible", false},
             {"conflict", conflict},
             {"smallest", diagnosis.is_smallest},
             {"missing", diagnosis.missing},
             {"relaxations", relaxations}},
            text,
            true};
}

} // namespace

Result<engine::Blueprint> read_blueprint(const std::filesystem::path& file)
{
    const auto text = read_text_file(file, 1 << 20);
    if (!text) { return std::unexpected{text.error()}; }
    auto blueprint = blueprint_from_text(*text);
    if (!blueprint) { return refuse(VaultError::malformed, file.string() + ": " + blueprint.error().detail); }
    return blueprint;
}

Result<Report> run(const CheckBlueprint& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto blueprint = read_blueprint(command.blueprint);
    if (!blueprint) { return std::unexpected{blueprint.error()}; }
    const auto snapshot = ItemBank{session->vault}.snapshot(blueprint->rules);
    if (!snapshot) { return std::unexpected{snapshot.error()}; }
    const auto began = std::chrono::steady_clock::now();
    const engine::DiagnosisEffort effort{
        .is_over = [began] { return std::chrono::steady_clock::now() - began > std::chrono::seconds{5}; }};
    const auto diagnosis = engine::diagnose(snapshot->pool, *blueprint, effort);
    if (!diagnosis) { return refuse(VaultError::infeasible, diagnosis.error().detail); }
    if (!diagnosis->feasible) { return describe(*diagnosis); }
    const auto drawer = engine::FormDrawer::compile(snapshot->pool, *blueprint);
    if (!drawer) { return refuse(VaultError::infeasible, drawer.error().detail); }
    TrialStream stream;
    const auto trial = drawer->draw(stream);
    if (!trial) { return refuse(VaultError::infeasible, trial.error().detail); }
    return Report{{{"feasible", true},
                   {"items", snapshot->pool.size()},
                   {"snapshot", snapshot->digest.hex()},
                   {"trial_proposals", trial->proposals}},
                  fmt::format("{} {} {}\n",
                              say("组卷计划书可以满足：试抽一套成功，试了",
                                  "The bank can meet this blueprint; a trial set was drawn with"),
                              trial->proposals, say("次。", "proposals."))};
}

Result<Report> run(const ExplainBlueprint& command)
{
    boost::json::array fields;
    std::string text;
    for (const BlueprintField& field : blueprint_fields()) {
        const bool wanted = command.field.empty() || field.name == command.field ||
                            (field.name.starts_with(command.field) && field.name.size() > command.field.size() &&
                             field.name[command.field.size()] == '.');
        if (!wanted) { continue; }
        fields.push_back({{"field", field.name}, {"zh", field.chinese}, {"en", field.english}});
        text += fmt::format("{:<40} {}\n", field.name, say(field.chinese, field.english));
    }
    if (fields.empty()) {
        return refuse(VaultError::not_found, "no field '" + command.field + "'; without a field all are listed");
    }
    return Report{{{"fields", fields}}, text};
}

Result<Report> run(const BlueprintFromTables& command)
{
    const auto bytes = read_file(command.xlsx, workbook_bytes_max);
    if (!bytes) { return std::unexpected{bytes.error()}; }
    const auto blueprint = blueprint_from_tables(*bytes);
    if (!blueprint) { return refuse(VaultError::malformed, command.xlsx.string() + ": " + blueprint.error().detail); }
    const auto value = to_json(*blueprint);
    const std::string text = engine::canonical_json(value) + "\n";
    if (!command.out) { return Report{value.as_object(), text}; }
    if (auto written = write_file_durably(*command.out, crypto::bytes_of(text), false, 0644); !written) {
        return std::unexpected{written.error()};
    }
    return Report{{{"file", command.out->string()}, {"sections", blueprint->sections.size()}},
                  fmt::format("{} {}\n", say("组卷计划书：", "Blueprint:"), command.out->string())};
}

} // namespace papervault::vault::cli
