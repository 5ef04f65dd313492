#pragma once

#include "print/typesetter.hpp"

#include <papervault/vault/preview.hpp>

#include <string>
#include <vector>

namespace papervault::vault::print {

/// Lines that should not be parted where a page can hold them.
struct Group {
    Lines lines;
    double space_before = 0;
    bool keeps_with_next = false; ///< A heading.
};

/// What stands under an item when keys are asked for; empty without a key.
[[nodiscard]] engine::Content key_content(const PaperPreview& preview, const engine::Item& item);
/// "3": the item's number over the whole paper, as the candidate's page counts.
[[nodiscard]] std::vector<Group> lay_out_form(const Typesetter& typesetter, const PaperPreview& preview,
                                              const engine::Form& form, double width);
/// Two forms beside each other, section by section, item by item. An item that both have is marked.
[[nodiscard]] std::vector<Group> lay_out_side_by_side(const Typesetter& typesetter, const PaperPreview& preview,
                                                      double width);

} // namespace papervault::vault::print
