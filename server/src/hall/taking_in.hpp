#pragma once

#include "hall/hall_directory.hpp"

#include <papervault/engine/batch.hpp>
#include <papervault/vault/identity.hpp>

#include <filesystem>
#include <papervault/vault/package.hpp>

#include <string>
#include <vector>

namespace papervault::server {

struct TakeInRequest {
    std::filesystem::path package;
    std::filesystem::path handover;                  ///< As the giver signed it.
    std::vector<std::filesystem::path> rewraps = {}; ///< That both sealers have signed, in order of their numbers.
    const vault::Identity* taker = nullptr; ///< The person the hand-over is made out to; nothing: the hall's machine.
    engine::Instant now;
};
struct TakenIn {
    std::string package_id;
    std::string batch_id;
    crypto::Digest digest;
    std::string giver;
    std::string taker;
    int candidates = 0;
    int forms = 0;
    std::filesystem::path handover; ///< Signed by both; for the giver.
};

/// Takes a sealed package into the hall: checks signatures, digests, host, hall, hand-over and register, copies it and
/// begins the sitting's journal. All of it durable, or nothing of it in the register.
/// Also that this program reproduces the package's golden sample, and that its suite is accepted here.
/// @return engine_mismatch, suite_refused, signature_invalid, authentication_failed, wrong_host, wrong_batch, expired,
/// already_used, malformed,
///         storage_failed.
[[nodiscard]] vault::Result<TakenIn> take_in_package(const HallDirectory& hall, const TakeInRequest& request);

/// A package that is in the hall: of an accepted suite, with the rewraps that came with it applied.
[[nodiscard]] vault::Result<vault::PackageReader> open_taken_package(const HallDirectory& hall,
                                                                     std::string_view package_id);

} // namespace papervault::server
