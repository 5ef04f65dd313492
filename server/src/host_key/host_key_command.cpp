#include "host_key/host_key_command.hpp"

#include "commands.hpp"
#include "hall/hall_directory.hpp"
#include "texts.hpp"

#include <papervault/engine/json.hpp>

#include <fmt/format.h>

#include <cstdio>

namespace papervault::server {

std::string_view host_key_word(vault::ProtectionKind kind) noexcept
{
    return kind == vault::ProtectionKind::machine ? "tpm2" : "file";
}

std::string_view host_key_text(vault::ProtectionKind kind) noexcept
{
    return kind == vault::ProtectionKind::machine
               ? "在本机 TPM 中，目录复制到别处不能使用 in this machine's TPM; a copy of the folder is useless "
                 "elsewhere"
               : "在文件中，靠文件权限保护 in a file, protected by its permissions alone";
}

int run(const StatusCommand& command)
{
    const auto refused = [&command](const vault::VaultFailure& failure) {
        if (command.json) {
            fmt::print("{}\n", engine::canonical_json(boost::json::object{{"error", vault::to_text(failure.code)},
                                                                          {"detail", failure.detail}}));
        }
        fmt::print(stderr, "papervault-server: {}\n", hall_failure_text(failure, vault::language_of({})));
        return exit_refused;
    };
    const auto hall = HallDirectory::open(command.dir);
    if (!hall) { return refused(hall.error()); }
    const auto kind = hall->identity_protection();
    if (!kind) { return refused(kind.error()); }
    const auto identity = hall->identity(); // the question is whether it opens here and now
    if (!identity) { return refused(identity.error()); }
    const std::string id = identity->card().id();
    const std::string& name = hall->settings().name;
    if (command.json) {
        fmt::print(
            "{}\n",
            engine::canonical_json(boost::json::object{
                {"hall", name}, {"id", id}, {"host_key", host_key_word(*kind)}, {"tpm_support", built_with_tpm()}}));
    } else {
        fmt::print("考场 hall {} (machine {})\n考场密钥 the hall's key: {}\n", name, id, host_key_text(*kind));
    }
    std::fflush(stdout);
    return exit_done;
}

} // namespace papervault::server
