// Stands in for libFuzzer where there is none: feeds every file of the given folders and files to the target once, so
// that each compiler runs the corpus as an ordinary test.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_of(const fs::path& place)
{
    if (!fs::is_directory(place)) { return {place}; }
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator{place}) {
        if (entry.is_regular_file()) { files.push_back(entry.path()); }
    }
    std::ranges::sort(files);
    return files;
}

/// @return False if the file could not be read.
bool replay(const fs::path& file)
{
    std::ifstream stream{file, std::ios::binary};
    const std::vector<char> content{std::istreambuf_iterator<char>{stream}, {}};
    if (!stream.is_open() || stream.bad()) {
        std::fprintf(stderr, "cannot read %s\n", file.c_str());
        return false;
    }
    // A copy of the exact size on the heap, so that the address sanitizer sees reads beyond its end.
    const std::vector<std::uint8_t> input{content.begin(), content.end()};
    std::fprintf(stderr, "%s (%zu bytes)\n", file.c_str(), input.size()); // the last line names the input that crashed
    LLVMFuzzerTestOneInput(input.data(), input.size());
    return true;
}

} // namespace

int main(int argument_count, char** arguments)
try {
    std::size_t replayed = 0;
    for (const std::string_view place : std::span{arguments, static_cast<std::size_t>(argument_count)}.subspan(1)) {
        if (place.empty() || place.starts_with('-')) { continue; } // an option of libFuzzer, or the gap that it left
        for (const fs::path& file : files_of(place)) {
            if (!replay(file)) { return 1; }
            ++replayed;
        }
    }
    std::printf("%zu inputs replayed\n", replayed);
    return replayed == 0 ? 1 : 0; // an empty or misspelt corpus is no passing test
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
