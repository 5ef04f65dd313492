#include "cli/command_tree.hpp"
#include "cli/incident_commands.hpp"

namespace papervault::vault::cli {

void add_incidents(CommandTree& tree, CLI::App* package)
{
    CLI::App* app = package;
    auto enter = tree.command<EnterIncident>(
        app, "incident-enter", "登记考场报告的事件，开启授权即停 / enter what a hall reports; the release stops");
    CommandTree::add_vault(app, enter->login);
    app->add_option("file", enter->incident, "考场写出的事件文件 / the incident as the hall wrote it")->required();
    app = package;
    auto clear = tree.command<ClearIncident>(
        app, "incident-clear",
        "准许考场重新查验后继续，两人先后执行 / let the hall go on with a new inspection, by two officers");
    CommandTree::add_vault(app, clear->login);
    app->add_option("--package", clear->package, "试卷包编号 / package id")->required();
    app->add_option("--incident", clear->incident, "事件编号 / id of the incident")->required();
    app->add_option("--reason", clear->reason, "理由 / reason")->required();
    app->add_option("--out", clear->out, "交给考场的文件 / the word for the hall, to write")->required();
}

} // namespace papervault::vault::cli
