#pragma once

#include <papervault/engine/batch.hpp>

#include <string>

namespace papervault::vault {

/// "2026-11-21 16:00:05", in the zone of this machine (TZ, /etc/localtime): for people. Records and formats have UTC.
[[nodiscard]] std::string local_time(engine::Instant instant);

} // namespace papervault::vault
