#pragma once

#include <papervault/engine/formula.hpp>

#include <cairo/cairo.h>
#include <pango/pango.h>

#include <functional>

namespace papervault::vault::print {

/// Something that stands on a baseline; in points.
struct Box {
    double width = 0;
    double ascent = 0;
    double descent = 0;
    std::function<void(cairo_t*, double x, double baseline)> draw;
};

/// Lays formulas out by the habits of textbooks: fractions on the axis, scripts at seven tenths, brackets that grow.
class FormulaSetter {
public:
    /// @param context  Outlives the setter and its boxes.
    explicit FormulaSetter(PangoContext* context);

    [[nodiscard]] Box set(const engine::FormulaRow& row, double size) const;

private:
    [[nodiscard]] Box row(const engine::FormulaRow& row, double size) const;
    [[nodiscard]] Box node(const engine::FormulaNode& node, double size) const;
    [[nodiscard]] Box symbol(const engine::FormulaNode& node, double size) const;
    [[nodiscard]] Box glyphs(const std::string& text, double size, engine::FormulaNode::Style style) const;
    [[nodiscard]] Box fraction(const engine::FormulaNode& node, double size, bool has_line) const;
    [[nodiscard]] Box root(const engine::FormulaNode& node, double size) const;
    [[nodiscard]] Box scripts(const engine::FormulaNode& node, double size) const;
    [[nodiscard]] Box stacked(Box base, Box below, Box above, double size) const;
    [[nodiscard]] Box accent(const engine::FormulaNode& node, double size) const;
    [[nodiscard]] Box fence(Box inner, const std::string& opening, const std::string& closing, double size) const;
    [[nodiscard]] Box delimiter(const std::string& text, double ascent, double descent, double size) const;
    [[nodiscard]] Box table(const engine::FormulaNode& node, double size) const;

    PangoContext* context_;
    bool has_mathematical_letters_;
};

} // namespace papervault::vault::print
