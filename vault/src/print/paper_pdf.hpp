#pragma once

#include <papervault/crypto/bytes.hpp>
#include <papervault/vault/error.hpp>
#include <papervault/vault/preview.hpp>

namespace papervault::vault::print {

/// A4 pages, upright for one form and lying for two: title, sections, items, page numbers, and on every page who had it
/// printed and when. The same input gives the same bytes on one machine (its fonts play a part).
/// @return storage_failed when cairo can't write.
[[nodiscard]] Result<crypto::Bytes> to_pdf(const PaperPreview& preview);

/// Lengths of the lines of the stems as to_pdf() prints one form without marks. Fonts play a part: measure on the
/// machine that printed the copies.
/// @param by_ruler  What is black, as a ruler measures it; else from the first character's place to the end of the
/// last.
[[nodiscard]] NominalLengths stem_lengths(const engine::Form& form, bool by_ruler);

} // namespace papervault::vault::print
