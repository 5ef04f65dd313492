#include "program/commands.hpp"

#include <papervault/crypto/init.hpp>

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>

namespace client = papervault::client;

namespace {

void add_addresses(CLI::App& command, client::HallAddresses& addresses)
{
    command.set_help_flag("-h,--help", "这页说明 This help");
    command.add_option("--hall", addresses.hall, "考场端口 The hall's port, HOST:PORT")->required();
    command.add_option("--enrol", addresses.enrolment, "登记端口 The hall's enrolment port, HOST:PORT")->required();
}

CLI::App& add_window(CLI::App& app, client::WindowCommand& window)
{
    CLI::App& command = *app.add_subcommand("window", "考试机窗口 The candidate's window");
    add_addresses(command, window.addresses);
    command.add_option("--seat", window.seat, "座位号 Seat number")->required()->check(CLI::Range(1, 9999));
    command.add_option("--state", window.state, "证书目录 Folder of this seat's key and certificate; nothing else")
        ->required();
    command.add_option("--language", window.language, "Language of the first screen")
        ->check(CLI::IsMember({"zh", "en"}))
        ->capture_default_str();
    command.add_flag("--fullscreen", window.full_screen, "全屏 Take the whole screen");
    command.add_flag("--enrol-again", window.enrol_again, "重新登记 Forget the certificate and enrol anew");
    command.add_flag("--allow-findings", window.allow_findings,
                     "允许调试等 Start in spite of a debugger, a preloaded library, …; for tests and demonstrations");
    return command;
}

CLI::App& add_headless(CLI::App& app, client::HeadlessCommand& headless)
{
    CLI::App& command =
        *app.add_subcommand("headless", "模拟考生 Imaginary candidates, for rehearsals, tests and load");
    add_addresses(command, headless.addresses);
    command.add_option("--plan", headless.plan, "计划 JSONL, a candidate a line")->required()->check(CLI::ExistingFile);
    auto* seats = command.add_option("--seats", headless.seats, "Only these seats of the plan: 1-30, 7, 1-10,15");
    command.add_option("--ticket", headless.ticket, "Only this candidate of the plan")->excludes(seats);
    command.add_option("--state", headless.state, "Folder that keeps the seats' certificates");
    command.add_option("--codes-out", headless.codes_out, "CSV of seats and enrolment codes");
    command.add_option("--sheets-out", headless.sheets_out, "JSONL of what is durable at the end, a candidate a line");
    command.add_option("--pace", headless.pace_seconds, "Seconds between two answers; 0: as fast as they are durable")
        ->check(CLI::Range(0.0, 3600.0))
        ->capture_default_str();
    command.add_option("--spread", headless.spread_seconds, "Candidates begin within so many seconds")
        ->check(CLI::Range(0.0, 3600.0))
        ->capture_default_str();
    command.add_option("--rounds", headless.rounds, "Each answers the plan so often; the last round is the plan's")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    auto* stop_after = command.add_option("--stop-after", headless.stop_after,
                                          "Close the line after so many answers, without handing in");
    stop_after->check(CLI::Range(1, 1'000'000));
    command.add_flag("--stay", headless.stay, "Stay to the end of time instead of handing in")->excludes(stop_after);
    command.add_flag("--until-signal", headless.until_signal, "Answer, then wait for SIGTERM and close the line");
    command.add_flag("--json", headless.json, "The summary as JSON, in the last line");
    command.add_flag("--verbose", headless.verbose, "What happens on the lines, on standard error");
    return command;
}

} // namespace

int main(int argument_count, char** arguments)
try {
    papervault::crypto::initialise();
    CLI::App app{"考试机 The kiosk of an exam hall", "papervault-kiosk"};
    app.require_subcommand(1);
    client::WindowCommand window;
    client::HeadlessCommand headless;
    const CLI::App& window_command = add_window(app, window);
    add_headless(app, headless);
    CLI11_PARSE(app, argument_count, arguments);
    return window_command.parsed() ? client::run(window) : client::run(headless);
} catch (const std::exception& error) {
    std::fprintf(stderr, "papervault-kiosk: %s\n", error.what());
    return 1;
}
