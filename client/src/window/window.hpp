#pragma once

#include <papervault/client/hall_link.hpp>
#include <papervault/client/page.hpp>

#include <filesystem>
#include <optional>

namespace papervault::client {

struct WindowOptions {
    Endpoint hall;
    Endpoint enrolment;
    int seat = 0;
    std::filesystem::path state; ///< Key and certificate of the seat; nothing else is ever written.
    bool fullscreen = false;
    /// Start although a debugger, a preloaded library or an inspector was found: tests and demonstrations only.
    bool allow_findings = false;
    Language language = Language::chinese;
};

/// Shows the candidate's page until SIGTERM or SIGINT. @return The program's exit code.
[[nodiscard]] int run_window(const WindowOptions& options);

} // namespace papervault::client
