// Any bytes as an identity file or a card. Not unlocked with a passphrase: a minute of Argon2 finds no crash.
#include "memory_file.hpp"

#include <papervault/vault/identity.hpp>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace papervault::vault;
    const MemoryFile file{data, size};
    std::ignore = read_card(file.path());
    const auto card = Identity::card_of_file(file.path());
    if (!card) { return 0; }
    if (!is_identity_name(card->name)) { std::abort(); }
    if (Identity::protection_of_file(file.path()) == ProtectionKind::file_permissions) {
        std::ignore = Identity::open(file.path(), FilePermissions{});
    }
    return 0;
}
