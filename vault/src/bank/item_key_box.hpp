#pragma once

#include <papervault/engine/item.hpp>
#include <papervault/vault/bank.hpp>

namespace papervault::vault {

/// An answer key as it rests in the bank: encrypted under the answers key, bound to item and version.
[[nodiscard]] crypto::Bytes seal_item_key(const crypto::SecretBuffer& answers_key, const engine::AnswerKey& key);
[[nodiscard]] Result<engine::AnswerKey> open_item_key(const crypto::SecretBuffer& answers_key, crypto::ByteView sealed,
                                                      std::string_view id, int version);

/// What a stored version is known by, without its key being readable: body and sealed key.
[[nodiscard]] crypto::Digest item_row_digest(std::string_view body, crypto::ByteView sealed_key);
/// Over the row digests of all versions that one import stored, in order of id; stands in the import's ledger entry.
[[nodiscard]] crypto::Digest import_digest(Database& database, std::uint64_t entry);

} // namespace papervault::vault
