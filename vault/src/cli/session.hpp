#pragma once

#include "cli/commands.hpp"

#include <papervault/engine/batch.hpp>
#include <papervault/vault/identity.hpp>
#include <papervault/vault/local_time.hpp>
#include <papervault/vault/office.hpp>
#include <papervault/vault/texts.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace papervault::vault::cli {

/// The only place of the command line that reads the clock.
[[nodiscard]] engine::Instant wall_clock();

/// Chinese unless the locale (LC_ALL, LC_MESSAGES, LANG) or --lang says English.
void choose_language(std::string_view option);
[[nodiscard]] std::string_view say(std::string_view chinese, std::string_view english);
[[nodiscard]] Language language();

/// What shall protect a new identity file: key file, token, or a passphrase from its file or typed twice at the
/// terminal.
[[nodiscard]] Result<Protection> protection_for_new(const Login& login);
[[nodiscard]] Result<Identity> unlock(const Login& login);

struct Session {
    Identity who;
    OfficeVault vault;
};
[[nodiscard]] Result<Session> open_vault(const VaultLogin& login);

/// A line on the terminal's stderr that says how far the work is; nothing where stderr is no terminal.
[[nodiscard]] std::function<void(std::size_t done, std::size_t all)> progress_line(std::string_view what);

} // namespace papervault::vault::cli
