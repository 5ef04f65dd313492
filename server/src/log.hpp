#pragma once

#include <string_view>

namespace papervault::server {

enum class LogLevel { info, warning, error };

/// One line on standard error: time, level, text, with control characters escaped so that nobody can forge a line.
/// Never give it answers, keys or anything else that the paper's readers only may see. Any thread.
void log_line(LogLevel level, std::string_view text);

} // namespace papervault::server
