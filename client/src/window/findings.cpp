#include "window/findings.hpp"

#include <papervault/crypto/init.hpp>

#include <cstdlib>
#include <fstream>
#include <string_view>

namespace papervault::client {
namespace {

constexpr std::size_t locked_memory_bytes = 8 * 1024 * 1024;

bool is_set(const char* name)
{
    const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe): before any thread starts
    return value != nullptr && *value != '\0';
}

bool is_traced()
{
    std::ifstream status{"/proc/self/status"};
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("TracerPid:")) { return line.find_first_of("123456789") != std::string::npos; }
    }
    return false;
}

bool runs_under_a_hypervisor()
{
    std::ifstream processors{"/proc/cpuinfo"};
    for (std::string line; std::getline(processors, line);) {
        if (line.starts_with("flags")) { return line.find(" hypervisor") != std::string::npos; }
    }
    return false;
}

} // namespace

std::vector<Finding> look_at_machine()
{
    std::vector<Finding> found;
    if (is_traced()) { found.push_back({"a debugger is attached", true}); }
    for (const char* name : {"LD_PRELOAD", "LD_AUDIT"}) {
        if (is_set(name)) { found.push_back({std::string{name} + " is set", true}); }
    }
    for (const char* name : {"WEBKIT_INSPECTOR_SERVER", "WEBKIT_INSPECTOR_HTTP_SERVER"}) {
        if (is_set(name)) { found.push_back({std::string{name} + " is set", true}); }
    }
    if (runs_under_a_hypervisor()) { found.push_back({"this is a virtual machine", false}); }
    if (!crypto::memory_can_be_locked(locked_memory_bytes)) {
        found.push_back({"memory can't be locked (RLIMIT_MEMLOCK): the paper could be swapped out", false});
    }
    return found;
}

} // namespace papervault::client
