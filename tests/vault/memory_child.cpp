// A process of ours that opens an identity, a package and its paper, closes everything and then searches its own
// memory.
//   memory_child FOLDER used|open|planted
// What is searched for comes masked, so that the search itself brings no secret into the memory. Prints one line a
// find.
#include "support/memory_search.hpp"

#include <papervault/crypto/init.hpp>
#include <papervault/vault/custody.hpp>
#include <papervault/vault/files.hpp>

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace papervault;
using namespace papervault::vault;
using test::mask;
using test::Needle;
using test::read_needles;
using test::search;

constexpr crypto::SuiteSet every_suite{crypto::Suite::pv1, crypto::Suite::gm1};

template <class T>
T must(Result<T> result)
{
    if (!result) { throw std::runtime_error{std::string{to_text(result.error().code)} + ": " + result.error().detail}; }
    if constexpr (!std::is_void_v<T>) { return std::move(*result); }
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
