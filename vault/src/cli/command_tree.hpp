#pragma once

#include "cli/commands.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace papervault::vault::cli {

/// The tree of commands: the one that was typed leaves its action here.
class CommandTree {
public:
    using Action = std::function<Result<Report>()>;

    CLI::App* group(const std::string& name, const std::string& help)
    {
        CLI::App* app = app_.add_subcommand(name, help);
        app->require_subcommand(1);
        return app;
    }

    /// For commands without a group.
    CLI::App* root() noexcept { return &app_; }

    /// A command with its options in a shared structure.
    template <class Command>
    std::shared_ptr<Command> command(CLI::App*& parent_to_child, const std::string& name, const std::string& help,
                                     std::function<Result<Report>(const Command&)> act)
    {
        auto options = std::make_shared<Command>();
        parent_to_child = parent_to_child->add_subcommand(name, help);
        parent_to_child->callback(
            [this, options, act = std::move(act)] { action_ = [options, act] { return act(*options); }; });
        return options;
    }
    template <class Command>
    std::shared_ptr<Command> command(CLI::App*& parent_to_child, const std::string& name, const std::string& help)
    {
        return command<Command>(parent_to_child, name, help, [](const Command& options) { return run(options); });
    }

    static void add_login(CLI::App* app, Login& login, const std::string& name = "--as")
    {
        app->add_option(name, login.identity, "身份文件 / identity file (.pvid)")->required();
        add_protection(app, login);
    }
    static void add_protection(CLI::App* app, Login& login)
    {
        app->add_option("--passphrase-file", login.passphrase_file, "口令文件 / file that holds the passphrase");
        app->add_option("--key-file", login.key_file, "密钥文件 / key file");
        auto* token = app->add_option("--token", login.token, "令牌驱动（PKCS#11 模块）/ token: its PKCS#11 module");
        app->add_option("--token-label", login.token_label, "哪个令牌 / which token, if there are several")
            ->needs(token);
        app->add_option("--pin-file", login.pin_file, "PIN 文件 / file that holds the token's PIN")->needs(token);
    }
    static void add_vault(CLI::App* app, VaultLogin& login)
    {
        app->add_option("--vault", login.vault, "保密库目录 / vault folder")->required();
        add_login(app, login.who);
    }

    /// For commands that work on a vault or on exported files.
    static void add_vault_or_files(CLI::App* app, VaultLogin& login)
    {
        app->add_option("--vault", login.vault, "保密库目录 / vault folder");
        app->add_option("--as", login.who.identity, "身份文件 / identity file (.pvid)");
        add_protection(app, login.who);
    }

protected:
    CLI::App app_{"papervault — 试卷保密库 / the exam paper vault"};
    Action action_;
};

/// `blueprint …` and `draw …`.
void add_draw_commands(CommandTree& tree);
/// `audit …`.
void add_audit_commands(CommandTree& tree);
/// `retention …`, `forms …`, `copies …` and `trace`.
void add_custody_commands(CommandTree& tree);

/// `identity sheets`, `identity recover`, `identity protect`, `identity tokens`.
void add_identity_tools(CommandTree& tree, CLI::App* identity);
/// `grade look`.
void add_look_command(CommandTree& tree, CLI::App* grade);

/// `package withdraw`, `package rewrap`, …
void add_ways_out(CommandTree& tree, CLI::App* package);
/// `package incident-enter`, `package incident-clear`
void add_incidents(CommandTree& tree, CLI::App* package);

} // namespace papervault::vault::cli
