#pragma once

// A process searches its own memory, for tests of what is left there after use. What is looked for comes masked, so
// that the search itself brings no secret into the memory.
#include <papervault/crypto/bytes.hpp>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace papervault::test {

inline constexpr std::byte mask{0xa5};
inline constexpr std::size_t piece_bytes = 1 << 20;
inline constexpr std::uint64_t region_bytes_max = 1ULL << 30; ///< A sanitizer's shadow is larger; it holds no contents.

struct Needle {
    std::string name;
    crypto::Bytes masked;
};

inline std::vector<Needle> read_needles(const std::filesystem::path& file)
{
    std::vector<Needle> needles;
    std::ifstream lines{file};
    for (std::string name, hex; lines >> name >> hex;) {
        needles.push_back({.name = name, .masked = crypto::from_hex(hex).value()});
    }
    return needles;
}

struct Region {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::string name;
};

inline std::vector<Region> regions()
{
    std::vector<Region> found;
    std::ifstream maps{"/proc/self/maps"};
    for (std::string line; std::getline(maps, line);) {
        std::istringstream fields{line};
        std::string range, rights, offset, device, inode;
        Region region;
        fields >> range >> rights >> offset >> device >> inode >> region.name;
        if (std::sscanf(range.c_str(), "%lx-%lx", &region.begin, &region.end) != 2) { continue; }
        const bool of_the_kernel =
            region.name == "[vvar]" || region.name == "[vsyscall]" || region.name == "[vvar_vclock]";
        if (rights.starts_with('r') && !of_the_kernel && region.end - region.begin <= region_bytes_max) {
            found.push_back(std::move(region));
        }
    }
    return found;
}

/// Unmasks one byte at a time, so that what is looked for never stands anywhere as a whole.
inline bool contains(std::span<const std::byte> bytes, const crypto::Bytes& masked)
{
    const int first = std::to_integer<int>(masked.front() ^ mask);
    while (bytes.size() >= masked.size()) {
        const auto* found =
            static_cast<const std::byte*>(std::memchr(bytes.data(), first, bytes.size() - masked.size() + 1));
        if (found == nullptr) { return false; }
        if (std::equal(masked.begin(), masked.end(), found, [](std::byte m, std::byte b) { return (m ^ mask) == b; })) {
            return true;
        }
        bytes = bytes.subspan(static_cast<std::size_t>(found - bytes.data()) + 1);
    }
    return false;
}

/// Prints one line a find: "FOUND <name> <region>". @return Bytes that were searched.
inline std::uint64_t search(const std::vector<Needle>& needles)
{
    const int memory = ::open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    if (memory < 0) { throw std::runtime_error{"can't read the own memory"}; }
    std::size_t longest = 0;
    for (const Needle& needle : needles) { longest = std::max(longest, needle.masked.size()); }
    std::vector<std::byte> piece(piece_bytes + longest);
    std::uint64_t searched = 0;
    for (const Region& region : regions()) {
        for (std::uint64_t at = region.begin; at < region.end; at += piece_bytes) {
            const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), region.end - at));
            const ssize_t got = ::pread(memory, piece.data(), wanted, static_cast<off_t>(at));
            if (got <= 0) { break; } // a guard page
            searched += static_cast<std::uint64_t>(got);
            for (const Needle& needle : needles) {
                if (contains(std::span{piece}.first(static_cast<std::size_t>(got)), needle.masked)) {
                    std::printf("FOUND %s %s\n", needle.name.c_str(), region.name.empty() ? "-" : region.name.c_str());
                }
            }
        }
    }
    ::close(memory);
    return searched;
}

} // namespace papervault::test
