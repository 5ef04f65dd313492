#pragma once

#include <string>
#include <string_view>
#include <vector>

/// The TeX of formulas in content, read into a tree that printers lay out: the part of TeX that school and vocational
/// papers use. Reading never fails: what is not known is kept as text, so that a proof-reader sees it.
namespace papervault::engine {

struct FormulaNode;
using FormulaRow = std::vector<FormulaNode>;

struct FormulaNode {
    enum class Kind {
        symbol,   ///< `text`, one character or a name such as "sin".
        text,     ///< `text` as it stands, upright, with its spaces.
        row,      ///< parts[0]
        fraction, ///< parts[0] over parts[1]
        binomial, ///< the same without a line, in round brackets
        root,     ///< parts[0] under the root; parts[1], if any, is the degree.
        scripts,  ///< parts[0] with parts[1] below (may be empty) and parts[2] above (may be empty)
        accent,   ///< parts[0] under `text`: one of "¯" "→" "^" "~" "˙" "¨" "⌒"; or over "_".
        fence,    ///< parts[0] between `text` and `closing`, which grow with it and may be empty.
        table,    ///< rows × columns cells in parts, row by row; `text` has one of "l", "c", "r" a column.
        space,    ///< `width` in eighteenths of an em; may be negative.
    };
    /// How a symbol stands to its neighbours.
    enum class Role { ordinary, operation, relation, opening, closing, punctuation, large, function };
    enum class Style { italic, upright, bold, bold_italic };

    Kind kind = Kind::symbol;
    std::string text{};
    std::string closing{};
    Role role = Role::ordinary;
    Style style = Style::upright;
    int width = 0;
    std::size_t columns = 0; ///< Of a table.
    /// Scripts stand above and below the base (∑ in a displayed formula, lim, stacked relations).
    bool limits = false;
    std::vector<FormulaRow> parts{};
};

/// Deeper nesting than this is kept as text.
inline constexpr int formula_depth_max = 40;

[[nodiscard]] FormulaRow parse_formula(std::string_view tex);

} // namespace papervault::engine
