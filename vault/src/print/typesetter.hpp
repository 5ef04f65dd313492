#pragma once

#include "print/flow.hpp"
#include "print/formula_box.hpp"

#include <papervault/engine/content.hpp>
#include <papervault/vault/bank.hpp>

#include <pango/pango.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace papervault::vault::print {

struct TextLook {
    double size = 10.5; ///< 五号.
    bool bold = false;
    double red = 0, green = 0, blue = 0;
    bool centred = false;
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
    [[nodiscard]] Lines content(const engine::Content& content, double width, const TextLook& look) const;
    /// Of one line without a break; nothing for tables, pictures and several paragraphs.
    [[nodiscard]] std::optional<double> width_in_one_line(const engine::Content& content, const TextLook& look) const;

private:
    struct Laid;
    [[nodiscard]] std::shared_ptr<Laid> lay(const engine::Runs& runs, double width, const TextLook& look) const;
    [[nodiscard]] Lines paragraph(const engine::Runs& runs, double width, const TextLook& look) const;
    [[nodiscard]] Lines table(const engine::Table& table, double width, const TextLook& look) const;
    [[nodiscard]] Lines image(const engine::Image& image, double width, const TextLook& look) const;

    PangoContext* context_;
    FormulaSetter formulas_;
    const Pictures* pictures_;
};

} // namespace papervault::vault::print
