// Any bytes as a package: opened, inspected, refused or not, but never a crash.
#include "memory_file.hpp"

#include <papervault/vault/package.hpp>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const MemoryFile file{data, size};
    if (const auto package = papervault::vault::PackageReader::open(file.path())) {
        std::ignore = package->verify_digests(); // what is damaged inside is no crash either
        if (package->header().sealers.size() != 2) { std::abort(); }
    }
    return 0;
}
