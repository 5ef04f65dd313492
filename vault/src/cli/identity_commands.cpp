#include "cli/commands.hpp"
#include "cli/session.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/files.hpp>

#include <fmt/format.h>

namespace papervault::vault::cli {
namespace {

/// "FILE=manager,sealer": an identity file or a card, and its roles.
Result<Officer> officer_from(const std::string& text)
{
    const auto equals = text.rfind('=');
    if (equals == std::string::npos || equals == 0) {
        return refuse(VaultError::malformed, "'" + text + "': an officer is given as CARD=role,role");
    }
    const File file{text.substr(0, equals)};
    auto card = read_card(file);
    if (!card) { card = Identity::card_of_file(file); }
    if (!card) { return std::unexpected{card.error()}; }
    auto roles = roles_from_text(std::string_view{text}.substr(equals + 1));
    if (!roles) { return std::unexpected{roles.error()}; }
    return Officer{std::move(*card), std::move(*roles)};
}

} // namespace

Result<Report> run(const NewIdentity& command)
{
    auto protection = protection_for_new(command.protection);
    if (!protection) { return std::unexpected{protection.error()}; }
    const auto suite = crypto::suite_from_text(command.suite);
    if (!suite) { return refuse(VaultError::malformed, "'" + command.suite + "' is no suite; suites: pv1, gm1"); }
    const Identity identity = Identity::generate(command.name, *suite);
    if (auto saved = identity.save(command.out, *protection); !saved) { return std::unexpected{saved.error()}; }
    File card = command.card.value_or(File{command.out}.replace_extension(".card.json"));
    if (auto saved = write_card(identity.card(), card); !saved) { return std::unexpected{saved.error()}; }
    return Report{{{"name", command.name},
                   {"id", identity.card().id()},
                   {"identity", command.out.string()},
                   {"card", card.string()}},
                  fmt::format("{} {} ({})\n  {}\n  {}\n", say("已建立身份：", "Identity made:"), command.name,
                              identity.card().id(), command.out.string(), card.string())};
}

Result<Report> run(const ShowIdentity& command)
{
    auto card = Identity::card_of_file(command.file);
    if (!card) { card = read_card(command.file); }
    if (!card) { return std::unexpected{card.error()}; }
    return Report{{{"name", card->name}, {"id", card->id()}, {"card", to_json(*card)}},
                  fmt::format("{} ({})\n", card->name, card->id())};
}

Result<Report> run(const MakeKeyFile& command)
{
    if (auto made = make_key_file(command.out); !made) { return std::unexpected{made.error()}; }
    return Report{{{"key_file", command.out.string()}},
                  fmt::format("{} {}\n{}\n", say("已生成密钥文件：", "Key file made:"), command.out.string(),
                              say("请存放在随身的介质上，与身份文件分开保管。",
                                  "Keep it on a medium you carry, apart from the identity file."))};
}

Result<Report> run(const InitVault& command)
{
    auto founder = unlock(command.founder);
    if (!founder) { return std::unexpected{founder.error()}; }
    std::vector<Officer> officers;
    for (const std::string& text : command.officers) {
        auto officer = officer_from(text);
        if (!officer) { return std::unexpected{officer.error()}; }
        officers.push_back(std::move(*officer));
    }
    const auto vault = OfficeVault::create(command.vault, command.name, officers, *founder, wall_clock());
    if (!vault) { return std::unexpected{vault.error()}; }
    const File office_card = command.vault / "office.card.json";
    if (auto written = write_card(vault->office_identity().card(), office_card); !written) {
        return std::unexpected{written.error()};
    }
    std::string text =
        fmt::format("{} {} ({})\n", say("保密库已建立：", "Vault made:"), command.vault.string(), vault->vault_id());
    for (const Officer& officer : officers) {
        text += fmt::format("  {} [{}]\n", officer.card.name, to_text(officer.roles));
    }
    return Report{{{"vault", command.vault.string()},
                   {"vault_id", vault->vault_id()},
                   {"officers", officers.size()},
                   {"office_card", office_card.string()}},
                  text};
}

Result<Report> run(const AddOfficer& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    auto officer = officer_from(command.officer);
    if (!officer) { return std::unexpected{officer.error()}; }
    if (auto added = session->vault.add_officer(*officer, session->who, wall_clock()); !added) {
        return std::unexpected{added.error()};
    }
    return Report{{{"officer", officer->card.name}, {"id", officer->card.id()}, {"roles", to_text(officer->roles)}},
                  fmt::format("{} {} [{}]\n", say("已加入：", "Added:"), officer->card.name, to_text(officer->roles))};
}

Result<Report> run(const VaultStatus& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    OfficeVault& vault = session->vault;
    const std::uint64_t entries = vault.ledger().size();
    boost::json::array listed;
    std::string text =
        fmt::format("{} ({})\n{} {}\n", vault.name(), vault.vault_id(), say("记录条数：", "Ledger entries:"), entries);
    for (const Officer& officer : vault.officers()) {
        listed.push_back({{"name", officer.card.name}, {"id", officer.card.id()}, {"roles", to_text(officer.roles)}});
        text += fmt::format("  {} {} [{}]\n", officer.card.id(), officer.card.name, to_text(officer.roles));
    }
    return Report{
        {{"name", vault.name()}, {"vault_id", vault.vault_id()}, {"ledger_entries", entries}, {"officers", listed}},
        text};
}

} // namespace papervault::vault::cli
