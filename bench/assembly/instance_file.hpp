#pragma once

#include <string>
#include <string_view>

namespace papervault::assembly_bench {

/// A text file, or one packed with gzip (by its first bytes). @throws std::runtime_error
[[nodiscard]] std::string read_text_file(const std::string& path);
void write_text_file(const std::string& path, std::string_view text);

/// CPU time of this process, user and system, in seconds.
[[nodiscard]] double cpu_seconds();
/// Since some moment in the past, in seconds.
[[nodiscard]] double wall_seconds();

} // namespace papervault::assembly_bench
