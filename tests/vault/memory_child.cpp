// A process of ours that opens an identity, a package and its paper, closes everything and then searches its own
// memory.
//   memory_child FOLDER used|open|planted
// What is searched for comes masked, so that the search itself brings no secret into the memory. Prints one line a
// find.
#include <papervault/crypto/init.hpp>
#include <papervault/vault/custody.hpp>
#include <papervault/vault/files.hpp>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace {

using namespace papervault;
using namespace papervault::vault;

constexpr std::byte mask{0xa5};
constexpr std::size_t piece_bytes = 1 << 20;
constexpr std::uint64_t region_bytes_max = 1ULL << 30; ///< A sanitizer's shadow is larger; it holds no contents.
constexpr crypto::SuiteSet every_suite{crypto::Suite::pv1, crypto::Suite::gm1};

template <class T>
T must(Result<T> result)
{
    if (!result) { throw std::runtime_error{std::string{to_text(result.error().code)} + ": " + result.error().detail}; }
    if constexpr (!std::is_void_v<T>) { return std::move(*result); }
}

struct Needle {
    std::string name;
    crypto::Bytes masked;
};

std::vector<Needle> read_needles(const std::filesystem::path& file)
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

std::vector<Region> regions()
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
bool contains(std::span<const std::byte> bytes, const crypto::Bytes& masked)
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

/// @return Bytes that were searched.
std::uint64_t search(const std::vector<Needle>& needles)
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

/// Everything that is secret while it is in use.
struct InUse {
    Identity custodian;
    Identity hall;
    HallOpening opening;
    CompartmentKeys keys;
    crypto::SecretBuffer paper;
};

/// As the command line reads it.
crypto::SecretBuffer read_passphrase(const std::filesystem::path& file)
{
    crypto::Bytes bytes = must(read_file(file, passphrase_bytes_max));
    crypto::SecretBuffer text = crypto::SecretBuffer::copy_of(bytes);
    crypto::wipe(bytes);
    return text;
}

InUse use(const std::filesystem::path& folder, engine::Instant now)
{
    Identity custodian =
        must(Identity::open(folder / "custodian.pvid", Passphrase{read_passphrase(folder / "passphrase"), false}));
    Identity hall = must(Identity::open(folder / "hall.pvid", FilePermissions{}));
    const PackageReader package = must(PackageReader::open(folder / "package.pvp", every_suite));
    HallOpening opening = must(HallOpening::begin(package, hall));
    must(opening.add_share(must(give_share(package, LockSet::hall, custodian, hall.card(), now))));
    must(opening.add_share(must(decode_share_part(must(read_text_file(folder / "share.json", 1 << 16))))));
    must(opening.add_release(must(decode_release(must(read_text_file(folder / "release.json", 1 << 16))))));
    CompartmentKeys keys = must(opening.open(now));
    crypto::SecretBuffer paper = must(package.read("paper", keys));
    return {.custodian = std::move(custodian),
            .hall = std::move(hall),
            .opening = std::move(opening),
            .keys = std::move(keys),
            .paper = std::move(paper)};
}

} // namespace

int main(int argc, char** argv)
{
    try {
        if (argc != 3) { throw std::runtime_error{"memory_child FOLDER used|open|planted"}; }
        crypto::initialise();
        const std::filesystem::path folder{argv[1]};
        const std::string_view mode{argv[2]};
        const auto now = must([&]() -> Result<engine::Instant> {
            const auto instant = engine::instant_from_text(must(read_text_file(folder / "now", 64)));
            if (!instant) { return refuse(VaultError::malformed, "now"); }
            return *instant;
        }());
        const std::vector<Needle> needles = read_needles(folder / "needles");
        std::uint64_t searched = 0;
        if (mode == "open") {
            const InUse in_use = use(folder, now);
            searched = search(needles);
        } else {
            {
                const InUse in_use = use(folder, now);
            }
            std::string* planted = nullptr;
            if (mode == "planted") { // somebody's careless copy
                planted = new std::string(needles.front().masked.size(), '\0');
                std::ranges::transform(needles.front().masked, planted->begin(),
                                       [](std::byte b) { return static_cast<char>(b ^ mask); });
            }
            searched = search(needles);
            delete planted;
        }
        std::printf("SEARCHED %llu\n", static_cast<unsigned long long>(searched));
        return 0;
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "%s\n", failure.what());
        return 1;
    }
}
