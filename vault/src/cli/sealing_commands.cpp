#include "cli/commands.hpp"
#include "cli/documents.hpp"
#include "cli/session.hpp"

#include <papervault/vault/golden.hpp>
#include <papervault/vault/package.hpp>

#include <fmt/format.h>

namespace papervault::vault::cli {

Result<Report> run(const RehearsePackage& command)
{
    const auto reader = PackageReader::open(command.package, every_suite);
    if (!reader) { return std::unexpected{reader.error()}; }
    if (auto rehearsed = rehearse(*reader); !rehearsed) { return std::unexpected{rehearsed.error()}; }
    const PackageHeader& header = reader->header();
    boost::json::object methods;
    for (const EngineMethod& method : engine_methods()) { methods[method.name] = method.version; }
    return Report{{{"package", header.package_id},
                   {"sealed_by", header.engine_version},
                   {"suite", crypto::to_text(header.suite)},
                   {"methods", std::move(methods)},
                   {"sample", "reproduced"},
                   {"paper", "checked when the hall opens it"},
                   {"scores", "checked when the graders open the key"}},
                  fmt::format("{} {}\n  {} {} · {} {}\n  {}\n", say("试卷包", "Package"), header.package_id,
                              say("封装程序", "sealed by"), header.engine_version, say("算法套件", "suite"),
                              crypto::to_text(header.suite),
                              say("本机程序能重现样卷的排序、计分与回执。试卷与答案的核对在启封与阅卷时进行。",
                                  "This program reproduces the sample's orders, scores and receipt. The paper's own "
                                  "vectors are checked at the opening, the key's when it is graded."))};
}

Result<Report> run(const AcceptSuites& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    crypto::SuiteSet accepted{};
    for (const std::string& name : command.accepted) {
        const auto suite = crypto::suite_from_text(name);
        if (!suite) { return refuse(VaultError::malformed, "'" + name + "' is no suite; suites: pv1, gm1"); }
        accepted.insert(*suite);
    }
    if (!command.accepted.empty()) {
        if (auto done = session->vault.accept_suites(accepted, wall_clock()); !done) {
            return std::unexpected{done.error()};
        }
    }
    boost::json::array listed;
    std::string text{say("接受的算法套件：", "Accepted suites:")};
    for (const crypto::Suite suite : crypto::all_suites) {
        if (!session->vault.accepted_suites().contains(suite)) { continue; }
        listed.push_back(boost::json::string{crypto::to_text(suite)});
        text += fmt::format(" {}", crypto::to_text(suite));
    }
    boost::json::object json{{"accepted", listed}};
    if (command.card) {
        const auto office = session->vault.office_identity(crypto::Suite::gm1);
        if (!office) { return std::unexpected{office.error()}; }
        if (auto written = write_card((*office)->card(), *command.card); !written) {
            return std::unexpected{written.error()};
        }
        json["card"] = command.card->string();
    }
    return Report{std::move(json), text + "\n"};
}

} // namespace papervault::vault::cli
