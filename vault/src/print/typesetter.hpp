#pragma once

#include "print/flow.hpp"
#include "print/formula_box.hpp"

#include <papervault/engine/content.hpp>
#include <papervault/vault/bank.hpp>

#include <pango/pango.h>

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace papervault::vault::print {

struct TextLook {
    double size = 10.5; ///< 五号.
    bool bold = false;
    double red = 0, green = 0, blue = 0;
    bool centred = false;
};

/// A line of text without spacing, in points.
struct TextLength {
    double ink = 0;     ///< From the left edge of what is black to the right one: what a ruler measures.
    double advance = 0; ///< From the place of the first character to the end of the last one's place.
    double gain = 0;    ///< What the spacing adds.
};

/// Makes lines out of content. The context and the pictures outlive the lines.
class Typesetter {
public:
    using Pictures = std::map<std::string, Media, std::less<>>;
    Typesetter(PangoContext* context, const Pictures& pictures)
        : context_{context}, formulas_{context}, pictures_{&pictures}
    {
    }

    [[nodiscard]] Lines text(std::string_view text, double width, const TextLook& look) const;
    /// @param spacing  Of the lines of its paragraphs, one after the other: what each character's place is wider than
    ///                 it would be, in parts of the size. Lines break where they break without it.
    [[nodiscard]] Lines content(const engine::Content& content, double width, const TextLook& look,
                                std::span<const double> spacing = {}) const;
    /// Of the lines of its paragraphs. @param spacing  What their mark would be.
    [[nodiscard]] std::vector<TextLength> lengths(const engine::Content& content, double width, const TextLook& look,
                                                  double spacing) const;
    /// Of one line without a break; nothing for tables, pictures and several paragraphs.
    [[nodiscard]] std::optional<double> width_in_one_line(const engine::Content& content, const TextLook& look) const;

private:
    struct Laid;
    [[nodiscard]] std::shared_ptr<Laid> lay(const engine::Runs& runs, double width, const TextLook& look) const;
    [[nodiscard]] Lines paragraph(const engine::Runs& runs, double width, const TextLook& look,
                                  std::span<const double> spacing = {}) const;
    [[nodiscard]] Lines table(const engine::Table& table, double width, const TextLook& look) const;
    [[nodiscard]] Lines image(const engine::Image& image, double width, const TextLook& look) const;

    PangoContext* context_;
    FormulaSetter formulas_;
    const Pictures* pictures_;
};

} // namespace papervault::vault::print
