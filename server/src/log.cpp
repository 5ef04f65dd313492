#include "log.hpp"

#include <papervault/engine/batch.hpp>

#include <fmt/format.h>

#include <chrono>
#include <string>

#include <unistd.h>

namespace papervault::server {
namespace {

constexpr std::size_t text_bytes_max = 2000;

std::string_view word(LogLevel level)
{
    switch (level) {
    case LogLevel::info: return "info";
    case LogLevel::warning: return "warning";
    case LogLevel::error: return "error";
    }
    return "error";
}

} // namespace

void log_line(LogLevel level, std::string_view text)
{
    const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    std::string line = fmt::format("{} {} ", engine::to_text(now), word(level));
    unsigned char before = 0;
    for (const char c : text.substr(0, text_bytes_max)) {
        const auto byte = static_cast<unsigned char>(c);
        const bool control = byte < 0x20 || byte == 0x7f || (before == 0xc2 && byte < 0xa0); // C1 in UTF-8 too
        before = byte;
        if (control) {
            line += fmt::format("\\x{:02x}", byte);
        } else {
            line += c;
        }
    }
    line += '\n';
    // One write for one line: lines of several threads don't mix. A log that can't be written stops nothing.
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

} // namespace papervault::server
