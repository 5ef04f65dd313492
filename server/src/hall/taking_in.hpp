#pragma once

#include "hall/hall_directory.hpp"

#include <papervault/engine/batch.hpp>
#include <papervault/vault/identity.hpp>

#include <filesystem>
#include <string>

namespace papervault::server {

struct TakeInRequest {
    std::filesystem::path package;
    std::filesystem::path handover;         ///< As the giver signed it.
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
/// @return signature_invalid, authentication_failed, wrong_host, wrong_batch, expired, already_used, malformed,
///         storage_failed.
[[nodiscard]] vault::Result<TakenIn> take_in_package(const HallDirectory& hall, const TakeInRequest& request);

} // namespace papervault::server
