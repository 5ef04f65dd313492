#include "formula_symbols.hpp"

#include <algorithm>
#include <array>

namespace papervault::engine::formula {
namespace {

using enum FormulaNode::Role;

// Sorted by name (byte order): looked up by halving.
constexpr std::array symbols{
    Symbol{"Delta", "Δ"},
    Symbol{"Gamma", "Γ"},
    Symbol{"Lambda", "Λ"},
    Symbol{"Leftarrow", "⇐", relation},
    Symbol{"Leftrightarrow", "⇔", relation},
    Symbol{"Omega", "Ω"},
    Symbol{"Phi", "Φ"},
    Symbol{"Pi", "Π"},
    Symbol{"Psi", "Ψ"},
    Symbol{"Rightarrow", "⇒", relation},
    Symbol{"Sigma", "Σ"},
    Symbol{"Theta", "Θ"},
    Symbol{"Xi", "Ξ"},
    Symbol{"alpha", "α", ordinary, true},
    Symbol{"angle", "∠"},
    Symbol{"approx", "≈", relation},
    Symbol{"ast", "∗", operation},
    Symbol{"because", "∵", relation},
    Symbol{"beta", "β", ordinary, true},
    Symbol{"bigcap", "⋂", large},
    Symbol{"bigcup", "⋃", large},
    Symbol{"bigvee", "⋁", large},
    Symbol{"bigwedge", "⋀", large},
    Symbol{"blacksquare", "■"},
    Symbol{"bot", "⊥"},
    Symbol{"bullet", "•", operation},
    Symbol{"cap", "∩", operation},
    Symbol{"cdot", "⋅", operation},
    Symbol{"cdots", "⋯"},
    Symbol{"checkmark", "✓"},
    Symbol{"chi", "χ", ordinary, true},
    Symbol{"circ", "∘", operation},
    Symbol{"colon", ":", punctuation},
    Symbol{"complement", "∁"},
    Symbol{"cong", "≅", relation},
    Symbol{"cup", "∪", operation},
    Symbol{"dagger", "†", operation},
    Symbol{"degree", "°"},
    Symbol{"delta", "δ", ordinary, true},
    Symbol{"diamond", "⋄", operation},
    Symbol{"div", "÷", operation},
    Symbol{"dots", "…"},
    Symbol{"downarrow", "↓", relation},
    Symbol{"ell", "ℓ"},
    Symbol{"emptyset", "∅"},
    Symbol{"epsilon", "ϵ", ordinary, true},
    Symbol{"equiv", "≡", relation},
    Symbol{"eta", "η", ordinary, true},
    Symbol{"exists", "∃"},
    Symbol{"forall", "∀"},
    Symbol{"gamma", "γ", ordinary, true},
    Symbol{"ge", "≥", relation},
    Symbol{"geq", "≥", relation},
    Symbol{"geqslant", "⩾", relation},
    Symbol{"gg", "≫", relation},
    Symbol{"gt", ">", relation},
    Symbol{"hbar", "ℏ"},
    Symbol{"in", "∈", relation},
    Symbol{"infty", "∞"},
    Symbol{"int", "∫", large},
    Symbol{"iota", "ι", ordinary, true},
    Symbol{"kappa", "κ", ordinary, true},
    Symbol{"lambda", "λ", ordinary, true},
    Symbol{"langle", "⟨", opening},
    Symbol{"lbrace", "{", opening},
    Symbol{"lbrack", "[", opening},
    Symbol{"lceil", "⌈", opening},
    Symbol{"ldots", "…"},
    Symbol{"le", "≤", relation},
    Symbol{"leftarrow", "←", relation},
    Symbol{"leftrightarrow", "↔", relation},
    Symbol{"leq", "≤", relation},
    Symbol{"leqslant", "⩽", relation},
    Symbol{"lfloor", "⌊", opening},
    Symbol{"ll", "≪", relation},
    Symbol{"longrightarrow", "⟶", relation},
    Symbol{"lt", "<", relation},
    Symbol{"mapsto", "↦", relation},
    Symbol{"mid", "∣", relation},
    Symbol{"mp", "∓", operation},
    Symbol{"mu", "μ", ordinary, true},
    Symbol{"nabla", "∇"},
    Symbol{"ne", "≠", relation},
    Symbol{"neg", "¬"},
    Symbol{"neq", "≠", relation},
    Symbol{"notin", "∉", relation},
    Symbol{"nu", "ν", ordinary, true},
    Symbol{"odot", "⊙", operation},
    Symbol{"oint", "∮", large},
    Symbol{"omega", "ω", ordinary, true},
    Symbol{"oplus", "⊕", operation},
    Symbol{"otimes", "⊗", operation},
    Symbol{"parallel", "∥", relation},
    Symbol{"partial", "∂"},
    Symbol{"perp", "⊥", relation},
    Symbol{"phi", "ϕ", ordinary, true},
    Symbol{"pi", "π", ordinary, true},
    Symbol{"pm", "±", operation},
    Symbol{"prime", "′"},
    Symbol{"prod", "∏", large},
    Symbol{"propto", "∝", relation},
    Symbol{"psi", "ψ", ordinary, true},
    Symbol{"rangle", "⟩", closing},
    Symbol{"rbrace", "}", closing},
    Symbol{"rbrack", "]", closing},
    Symbol{"rceil", "⌉", closing},
    Symbol{"rfloor", "⌋", closing},
    Symbol{"rho", "ρ", ordinary, true},
    Symbol{"rightarrow", "→", relation},
    Symbol{"rightleftharpoons", "⇌", relation},
    Symbol{"setminus", "∖", operation},
    Symbol{"sigma", "σ", ordinary, true},
    Symbol{"sim", "∼", relation},
    Symbol{"simeq", "≃", relation},
    Symbol{"square", "□"},
    Symbol{"star", "⋆", operation},
    Symbol{"subset", "⊂", relation},
    Symbol{"subseteq", "⊆", relation},
    Symbol{"subsetneq", "⊊", relation},
    Symbol{"sum", "∑", large},
    Symbol{"supset", "⊃", relation},
    Symbol{"supseteq", "⊇", relation},
    Symbol{"tau", "τ", ordinary, true},
    Symbol{"therefore", "∴", relation},
    Symbol{"theta", "θ", ordinary, true},
    Symbol{"times", "×", operation},
    Symbol{"to", "→", relation},
    Symbol{"top", "⊤"},
    Symbol{"triangle", "△"},
    Symbol{"uparrow", "↑", relation},
    Symbol{"varepsilon", "ε", ordinary, true},
    Symbol{"varnothing", "∅"},
    Symbol{"varphi", "φ", ordinary, true},
    Symbol{"vee", "∨", operation},
    Symbol{"vert", "|"},
    Symbol{"wedge", "∧", operation},
    Symbol{"xi", "ξ", ordinary, true},
    Symbol{"zeta", "ζ", ordinary, true},
    Symbol{"{", "{", opening},
    Symbol{"|", "‖"},
    Symbol{"}", "}", closing},
};
static_assert(std::ranges::is_sorted(symbols, {}, &Symbol::name));

constexpr std::array<std::string_view, 26> functions{
    "Pr",  "arccos", "arcsin", "arctan", "arg", "cos", "cosh", "cot", "csc", "deg", "det", "dim", "exp",
    "gcd", "inf",    "lg",     "lim",    "ln",  "log", "max",  "min", "mod", "sec", "sin", "sup", "tan"};
constexpr std::array<std::string_view, 7> with_limits{"det", "inf", "lim", "max", "min", "sup", "Pr"};

struct Accent {
    std::string_view name, mark;
};
constexpr std::array accents{
    Accent{"bar", "¯"},
    Accent{"ddot", "¨"},
    Accent{"dot", "˙"},
    Accent{"hat", "^"},
    Accent{"overarc", "⌒"},
    Accent{"overline", "¯"},
    Accent{"overrightarrow", "→"},
    Accent{"tilde", "~"},
    Accent{"underline", "_"},
    Accent{"vec", "→"},
    Accent{"widehat", "^"},
    Accent{"widetilde", "~"},
    Accent{"overparen", "⌒"},
};

} // namespace

const Symbol* find_symbol(std::string_view name) noexcept
{
    const auto found = std::ranges::lower_bound(symbols, name, {}, &Symbol::name);
    return found != symbols.end() && found->name == name ? &*found : nullptr;
}

bool is_function(std::string_view name) noexcept
{
    return std::ranges::find(functions, name) != functions.end();
}

bool takes_limits(std::string_view name) noexcept
{
    return std::ranges::find(with_limits, name) != with_limits.end();
}

std::string_view accent_of(std::string_view name) noexcept
{
    const auto found = std::ranges::find(accents, name, &Accent::name);
    return found == accents.end() ? std::string_view{} : found->mark;
}

} // namespace papervault::engine::formula
