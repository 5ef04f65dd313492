#pragma once

#include <papervault/vault/retention.hpp>

#include <boost/json/array.hpp>

namespace papervault::vault {

void sign_as_proposer(DestructionRecord& record, const Identity& who);
void sign_as_confirmer(DestructionRecord& record, const Identity& who);

/// The same day so many months later, or the last day of that month; the same time of day, UTC.
[[nodiscard]] engine::Instant months_after(engine::Instant from, int months);

/// Overwrites, removes and makes durable every file of the category in the package's record folder. What is gone
/// already is no error. @return Name, digest and size of each as it was.
[[nodiscard]] Result<boost::json::array> list_files(const std::filesystem::path& folder, RecordCategory category);
[[nodiscard]] Result<void> erase_files(const std::filesystem::path& folder, RecordCategory category);

} // namespace papervault::vault
