#pragma once

#include <papervault/vault/error.hpp>

#include <gmock/gmock.h>

#include <ostream>

namespace papervault::vault {

inline void PrintTo(VaultError code, std::ostream* out)
{
    *out << to_text(code);
}
inline void PrintTo(const VaultFailure& failure, std::ostream* out)
{
    *out << to_text(failure.code) << " (" << failure.detail << ")";
}

namespace test {

/// The result holds a value.
MATCHER(Succeeds, "")
{
    if (!arg.has_value()) { *result_listener << to_text(arg.error().code) << ": " << arg.error().detail; }
    return arg.has_value();
}

/// The result is this refusal.
MATCHER_P(RefusesWith, code, std::string{"refuses with "} + std::string{to_text(code)})
{
    if (arg.has_value()) {
        *result_listener << "it was accepted";
        return false;
    }
    *result_listener << to_text(arg.error().code) << ": " << arg.error().detail;
    return arg.error().code == code;
}

/// The result is this refusal, and its detail contains the text.
MATCHER_P2(RefusesNaming, code, text, std::string{"refuses with "} + std::string{to_text(code)} + " naming " + text)
{
    if (arg.has_value()) {
        *result_listener << "it was accepted";
        return false;
    }
    *result_listener << to_text(arg.error().code) << ": " << arg.error().detail;
    return arg.error().code == code && arg.error().detail.find(text) != std::string::npos;
}

} // namespace test
} // namespace papervault::vault
