#pragma once

#include <papervault/crypto/secret_buffer.hpp>
#include <papervault/vault/error.hpp>

#include <filesystem>
#include <string_view>

/// The terminal of the person in front of it, whatever standard input and output are. What is typed here is secret.
namespace papervault::vault::cli {

enum class Echo { off, on };

/// Reads one line, without its end. @param without  What to use where there is no terminal: "--pin-file".
/// @return not_found (no terminal, or its end), malformed (longer than 1024 bytes), storage_failed.
[[nodiscard]] Result<crypto::SecretBuffer> ask_terminal(std::string_view prompt, Echo echo, std::string_view without);
/// Shows a text on the terminal only. @return not_found, storage_failed.
[[nodiscard]] Result<void> show_on_terminal(crypto::ByteView text, std::string_view without);

/// The first line of a file with a passphrase or PIN, without its end. @return malformed for an empty one.
[[nodiscard]] Result<crypto::SecretBuffer> secret_from_file(const std::filesystem::path& file);

} // namespace papervault::vault::cli
