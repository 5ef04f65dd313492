#pragma once

#include <papervault/crypto/bytes.hpp>
#include <papervault/vault/error.hpp>
#include <papervault/vault/preview.hpp>

namespace papervault::vault::print {

/// A4 pages, upright for one form and lying for two: title, sections, items, page numbers, and on every page who had it
/// printed and when. The same input gives the same bytes on one machine (its fonts play a part).
/// @return storage_failed when cairo can't write.
[[nodiscard]] Result<crypto::Bytes> to_pdf(const PaperPreview& preview);

} // namespace papervault::vault::print
