#include "instance_file.hpp"

#include <zlib.h>

#include <array>
#include <chrono>
#include <ctime>
#include <fstream>
#include <stdexcept>

namespace papervault::assembly_bench {

namespace {

constexpr std::size_t text_bytes_max = std::size_t{1} << 30U;

} // namespace

std::string read_text_file(const std::string& path)
{
    const gzFile file = gzopen(path.c_str(), "rb"); // reads files that are not packed as they are
    if (file == nullptr) { throw std::runtime_error{"cannot read " + path}; }
    std::string text;
    std::array<char, 1U << 16U> chunk{};
    int size = 0;
    while ((size = gzread(file, chunk.data(), chunk.size())) > 0 && text.size() <= text_bytes_max) {
        text.append(chunk.data(), static_cast<std::size_t>(size));
    }
    gzclose(file);
    if (size < 0 || text.size() > text_bytes_max) { throw std::runtime_error{"cannot read " + path}; }
    return text;
}

void write_text_file(const std::string& path, std::string_view text)
{
    std::ofstream file{path, std::ios::binary | std::ios::trunc};
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.flush()) { throw std::runtime_error{"cannot write " + path}; }
}

double cpu_seconds()
{
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double wall_seconds()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

} // namespace papervault::assembly_bench
