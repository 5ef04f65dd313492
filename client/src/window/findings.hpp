#pragma once

#include <string>
#include <vector>

namespace papervault::client {

/// Something about the machine that a kiosk can see but not prevent (THREATS C4, C7).
struct Finding {
    std::string what;
    bool serious = false; ///< A kiosk does not start with it.
};

/// Debugger, preloaded library, web inspector, virtual machine, memory that may be swapped. Linux.
[[nodiscard]] std::vector<Finding> look_at_machine();

} // namespace papervault::client
