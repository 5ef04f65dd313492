#include "program/commands.hpp"

#include <cstdio>

namespace papervault::client {

int run(const WindowCommand&)
{
    std::fputs("papervault-kiosk: built without WebKitGTK 6.0, so there is no window\n", stderr);
    return 1;
}

} // namespace papervault::client
