#include "program/commands.hpp"
#include "window/window.hpp"

#include <papervault/client/state_folder.hpp>

#include <fmt/format.h>

#include <cstdio>

namespace papervault::client {

int run(const WindowCommand& command)
{
    const auto hall = endpoint_from_text(command.addresses.hall);
    const auto enrolment = endpoint_from_text(command.addresses.enrolment);
    for (const auto* endpoint : {&hall, &enrolment}) {
        if (!*endpoint) {
            fmt::print(stderr, "papervault-kiosk: {}\n", endpoint->error().detail);
            return 2;
        }
    }
    if (command.enrol_again) {
        if (const auto forgotten = StateFolder{command.state}.forget(command.seat); !forgotten) {
            fmt::print(stderr, "papervault-kiosk: {}\n", forgotten.error().detail);
            return 1;
        }
    }
    return run_window({.hall = *hall,
                       .enrolment = *enrolment,
                       .seat = command.seat,
                       .state = command.state,
                       .fullscreen = command.full_screen,
                       .allow_findings = command.allow_findings,
                       .language = command.language == "en" ? Language::english : Language::chinese});
}

} // namespace papervault::client
