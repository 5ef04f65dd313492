#pragma once

#include <string>

/// What the program can be asked to do; filled from the command line.
namespace papervault::client {

struct HallAddresses {
    std::string hall;
    std::string enrolment;
};

struct HeadlessCommand {
    HallAddresses addresses;
    std::string plan;
    std::string seats;  ///< "1-30", "7", "1-10,15"; empty: all of the plan.
    std::string ticket; ///< Only this one.
    std::string state;
    std::string codes_out;
    std::string sheets_out;
    double pace_seconds = 0;
    double spread_seconds = 0;
    int rounds = 1;
    int stop_after = 0; ///< 0: not.
    bool stay = false;
    bool until_signal = false;
    bool json = false;
    bool verbose = false;
};
/// @return The program's exit code: 0 good, 1 somebody lost something, 2 wrong use.
[[nodiscard]] int run(const HeadlessCommand& command);

struct WindowCommand {
    HallAddresses addresses;
    int seat = 0;
    std::string state;
    std::string language = "zh";
    bool full_screen = false;
    bool allow_findings = false;
    bool enrol_again = false;
};
/// @return 0 closed by a signal, 1 could not start, 2 wrong use, 3 refused because of findings.
[[nodiscard]] int run(const WindowCommand& command);

} // namespace papervault::client
