#include "cli/blueprint_file.hpp"
#include "cli/commands.hpp"
#include "cli/session.hpp"

#include <papervault/engine/assembly.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/vault/bank.hpp>
#include <papervault/vault/files.hpp>

#include <fmt/format.h>

namespace papervault::vault::cli {

Result<engine::Blueprint> read_blueprint(const std::filesystem::path& file)
{
    const auto text = read_text_file(file, 1 << 20);
    if (!text) { return std::unexpected{text.error()}; }
    const auto value = engine::parse_json(*text, {});
    if (!value) { return refuse(VaultError::malformed, file.string() + ": " + value.error().detail); }
    auto blueprint = engine::blueprint_from_json(*value);
    if (!blueprint) { return refuse(VaultError::malformed, file.string() + ": " + blueprint.error().detail); }
    return std::move(*blueprint);
}

Result<Report> run(const CheckBlueprint& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto blueprint = read_blueprint(command.blueprint);
    if (!blueprint) { return std::unexpected{blueprint.error()}; }
    const auto snapshot = ItemBank{session->vault}.snapshot();
    if (!snapshot) { return std::unexpected{snapshot.error()}; }
    if (const auto plan = engine::FormDrawer::compile(snapshot->pool, *blueprint); !plan) {
        return refuse(VaultError::infeasible, plan.error().detail);
    }
    return Report{
        {{"feasible", true}, {"items", snapshot->pool.size()}, {"snapshot", snapshot->digest.hex()}},
        fmt::format("{}\n", say("按题库数量，组卷计划书可以满足。", "By counting, the bank can meet this blueprint."))};
}

} // namespace papervault::vault::cli
