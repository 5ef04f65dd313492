#pragma once

#include "print/typesetter.hpp"

#include <papervault/vault/preview.hpp>

#include <map>
#include <string>
#include <vector>

namespace papervault::vault::print {

/// Lines that should not be parted where a page can hold them.
struct Group {
    Lines lines;
    double space_before = 0;
    bool keeps_with_next = false; ///< A heading.
};

/// What a mark of spacing.hpp is on paper: characters further apart by this part of their size, 0.06 points in text …
inline constexpr double line_spacing_mark = 0.006;
/// … and so many points between an item and the one before it, more or less than gap_before_item.
inline constexpr double gap_mark = 0.6;
inline constexpr double gap_before_item = 5;

/// The lines of every stem, by item, as lay_out_form() sets them.
[[nodiscard]] std::map<std::string, std::vector<TextLength>, std::less<>>
stem_lengths(const Typesetter& typesetter, const engine::Form& form, double width);

/// What stands under an item when keys are asked for; empty without a key.
[[nodiscard]] engine::Content key_content(const PaperPreview& preview, const engine::Item& item);
/// "3": the item's number over the whole paper, as the candidate's page counts.
[[nodiscard]] std::vector<Group> lay_out_form(const Typesetter& typesetter, const PaperPreview& preview,
                                              const engine::Form& form, double width);
/// Two forms beside each other, section by section, item by item. An item that both have is marked.
[[nodiscard]] std::vector<Group> lay_out_side_by_side(const Typesetter& typesetter, const PaperPreview& preview,
                                                      double width);

} // namespace papervault::vault::print
