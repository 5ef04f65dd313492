#include <papervault/engine/formula.hpp>

#include "formula_scanner.hpp"
#include "formula_symbols.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>

namespace papervault::engine {
namespace {

using Kind = FormulaNode::Kind;
using Role = FormulaNode::Role;
using Style = FormulaNode::Style;

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

FormulaNode symbol(std::string_view text, Role role, Style style)
{
    FormulaNode node;
    node.text = text;
    node.role = role;
    node.style = style;
    return node;
}

FormulaNode as_text(std::string_view text)
{
    FormulaNode node;
    node.kind = Kind::text;
    node.text = text;
    return node;
}

FormulaNode with_parts(Kind kind, std::vector<FormulaRow> parts)
{
    FormulaNode node;
    node.kind = kind;
    node.parts = std::move(parts);
    return node;
}

/// Role of a character that stands for itself.
Role role_of(std::string_view character)
{
    if (character == "+" || character == "-" || character == "*" || character == "/") {
        return character == "/" ? Role::ordinary : Role::operation;
    }
    if (character == "=" || character == "<" || character == ">" || character == ":") { return Role::relation; }
    if (character == "(" || character == "[") { return Role::opening; }
    if (character == ")" || character == "]") { return Role::closing; }
    if (character == "," || character == ";") { return Role::punctuation; }
    return Role::ordinary;
}

class Reader : private formula::Scanner {
public:
    explicit Reader(std::string_view tex) : Scanner{tex} {}

    FormulaRow read()
    {
        FormulaRow row;
        while (!at_end()) {
            FormulaRow more = read_row(Style::italic, Stop::nothing);
            std::ranges::move(more, std::back_inserter(row));
            // A closing brace or \right without its beginning: shown as it stands.
            if (!at_end()) { row.push_back(as_text(take_character())); }
        }
        return row;
    }

private:
    enum class Stop { nothing, brace, right, cell, bracket };

    [[nodiscard]] bool is_stop(Stop stop) const
    {
        if (rest().starts_with('}')) { return true; }
        const std::string_view command = peek_command();
        if (command == "right") { return true; }
        if (command == "end") { return true; }
        if (stop == Stop::cell) { return rest().starts_with('&') || command == "\\"; }
        return stop == Stop::bracket && rest().starts_with(']');
    }

    FormulaRow read_row(Style style, Stop stop)
    {
        FormulaRow row;
        for (skip_spaces(); !at_end() && !is_stop(stop); skip_spaces()) {
            const char c = tex_[at_];
            if (c == '^' || c == '_') {
                add_script(row, style);
            } else if (c == '\'') {
                add_primes(row);
            } else {
                read_one(row, style);
            }
        }
        return row;
    }

    FormulaRow read_argument(Style style)
    {
        skip_spaces();
        if (at_end()) { return {}; }
        if (tex_[at_] == '{') { return read_braced(style); }
        if (is_stop(Stop::cell)) { return {}; }
        FormulaRow row;
        if (is_digit(tex_[at_])) { // TeX takes one digit, not the whole number
            row.push_back(symbol(take_character(), Role::ordinary, Style::upright));
        } else {
            read_one(row, style);
        }
        return row;
    }

    FormulaRow read_braced(Style style)
    {
        if (depth_ >= formula_depth_max) {
            FormulaRow row{as_text(rest())};
            at_ = tex_.size();
            return row;
        }
        ++depth_;
        ++at_;
        FormulaRow row = read_row(style, Stop::brace);
        while (!at_end() && tex_[at_] != '}') { // \right or \end inside braces
            row.push_back(as_text(take_character()));
            FormulaRow more = read_row(style, Stop::brace);
            std::ranges::move(more, std::back_inserter(row));
        }
        if (!at_end()) { ++at_; }
        --depth_;
        return row;
    }

    void add_script(FormulaRow& row, Style style)
    {
        const bool is_above = tex_[at_++] == '^';
        FormulaRow script = read_argument(style);
        FormulaNode& base = base_of_scripts(row);
        FormulaRow& place = base.parts[is_above ? 2 : 1];
        std::ranges::move(script, std::back_inserter(place));
    }

    void add_primes(FormulaRow& row)
    {
        FormulaNode& base = base_of_scripts(row);
        while (!at_end() && tex_[at_] == '\'') {
            base.parts[2].push_back(symbol("′", Role::ordinary, Style::upright));
            ++at_;
        }
    }

    static FormulaNode& base_of_scripts(FormulaRow& row)
    {
        if (row.empty()) { row.push_back(with_parts(Kind::row, {{}})); }
        FormulaNode& last = row.back();
        if (last.kind == Kind::scripts) { return last; }
        FormulaNode base = with_parts(Kind::scripts, {{}, {}, {}});
        base.limits = last.limits;
        base.role = last.role;
        base.parts[0].push_back(std::move(last));
        row.back() = std::move(base);
        return row.back();
    }

    void read_one(FormulaRow& row, Style style)
    {
        const char c = tex_[at_];
        if (c == '\\') {
            read_command(row, style);
        } else if (c == '{') {
            row.push_back(with_parts(Kind::row, {read_braced(style)}));
        } else if (is_digit(c)) {
            std::size_t end = at_;
            while (end < tex_.size() &&
                   (is_digit(tex_[end]) || (tex_[end] == '.' && end + 1 < tex_.size() && is_digit(tex_[end + 1])))) {
                ++end;
            }
            row.push_back(symbol(tex_.substr(at_, end - at_), Role::ordinary,
                                 style == Style::bold || style == Style::bold_italic ? Style::bold : Style::upright));
            at_ = end;
        } else if (formula::is_letter(c)) {
            row.push_back(symbol(take_character(), Role::ordinary, style));
        } else if (c == '~') {
            ++at_;
            row.push_back(space(6));
        } else if (c == '&') {
            ++at_; // outside a table: an alignment mark
        } else {
            const std::string_view character = take_character();
            row.push_back(symbol(character == "-" ? "−" : character, role_of(character), Style::upright));
        }
    }

    static FormulaNode space(int width)
    {
        FormulaNode node;
        node.kind = Kind::space;
        node.width = width;
        return node;
    }

    void read_command(FormulaRow& row, Style style)
    {
        const std::string_view name = peek_command();
        if (name.empty()) {
            row.push_back(as_text(take_character()));
            return;
        }
        take_command(name);
        if (depth_ >= formula_depth_max) {
            row.push_back(as_text("\\" + std::string{name}));
            return;
        }
        ++depth_;
        if (!read_space(row, name) && !read_structure(row, name, style) && !read_styled(row, name, style)) {
            read_symbol(row, name, style);
        }
        --depth_;
    }

    static bool read_space(FormulaRow& row, std::string_view name)
    {
        struct Width {
            std::string_view name;
            int width;
        };
        static constexpr std::array widths{Width{",", 3}, Width{":", 4},     Width{";", 5},      Width{"!", -3},
                                           Width{" ", 6}, Width{"quad", 18}, Width{"qquad", 36}, Width{"\\", 18}};
        const auto found = std::ranges::find(widths, name, &Width::name);
        if (found == widths.end()) { return false; }
        row.push_back(space(found->width));
        return true;
    }

    bool read_structure(FormulaRow& row, std::string_view name, Style style)
    {
        if (name == "frac" || name == "dfrac" || name == "tfrac" || name == "binom") {
            FormulaRow above = read_argument(style);
            FormulaRow below = read_argument(style);
            row.push_back(
                with_parts(name == "binom" ? Kind::binomial : Kind::fraction, {std::move(above), std::move(below)}));
        } else if (name == "sqrt") {
            FormulaRow degree;
            skip_spaces();
            if (rest().starts_with('[')) {
                ++at_;
                degree = read_row(style, Stop::bracket);
                if (rest().starts_with(']')) { ++at_; }
            }
            row.push_back(with_parts(Kind::root, {read_argument(style), std::move(degree)}));
        } else if (const std::string_view mark = formula::accent_of(name); !mark.empty()) {
            FormulaNode node = with_parts(Kind::accent, {read_argument(style)});
            node.text = mark;
            row.push_back(std::move(node));
        } else if (name == "stackrel" || name == "overset" || name == "underset") {
            FormulaRow above = read_argument(style);
            FormulaRow base = read_argument(style);
            FormulaNode node = with_parts(Kind::scripts, {std::move(base), {}, {}});
            node.parts[name == "underset" ? 1 : 2] = std::move(above);
            node.limits = true;
            node.role = Role::relation;
            row.push_back(std::move(node));
        } else if (name == "left") {
            row.push_back(read_fence(style));
        } else if (name == "begin") {
            row.push_back(read_environment(style));
        } else {
            return false;
        }
        return true;
    }

    FormulaNode read_fence(Style style)
    {
        FormulaNode node = with_parts(Kind::fence, {});
        node.text = read_delimiter();
        node.parts.push_back(read_row(style, Stop::right));
        if (peek_command() == "right") {
            take_command("right");
            node.closing = read_delimiter();
        }
        return node;
    }

    FormulaNode read_environment(Style style)
    {
        const std::string name = read_name();
        FormulaNode table = with_parts(Kind::table, {});
        if (name == "array") {
            for (const char c : read_name()) {
                if (c == 'l' || c == 'c' || c == 'r') { table.text += c; }
            }
        }
        std::vector<std::vector<FormulaRow>> rows(1);
        for (;;) {
            rows.back().push_back(read_row(style, Stop::cell));
            if (at_end()) { break; }
            if (rest().starts_with('&')) {
                ++at_;
            } else if (peek_command() == "\\") {
                take_command("\\");
                rows.emplace_back();
            } else if (peek_command() == "end") {
                take_command("end");
                std::ignore = read_name();
                break;
            } else {
                break; // a closing brace or \right too early: the caller's
            }
        }
        if (rows.size() > 1 && rows.back().size() == 1 && rows.back().front().empty()) { rows.pop_back(); }
        for (const auto& row : rows) { table.columns = std::max(table.columns, row.size()); }
        for (auto& row : rows) {
            row.resize(table.columns);
            std::ranges::move(row, std::back_inserter(table.parts));
        }
        table.text.resize(table.columns, name == "cases" || name.starts_with("align") ? 'l' : 'c');
        return fenced_environment(name, std::move(table));
    }

    static FormulaNode fenced_environment(std::string_view name, FormulaNode table)
    {
        struct Fence {
            std::string_view name, opening, closing;
        };
        static constexpr std::array fences{Fence{"cases", "{", ""}, Fence{"pmatrix", "(", ")"},
                                           Fence{"bmatrix", "[", "]"}, Fence{"vmatrix", "|", "|"}};
        const auto found = std::ranges::find(fences, name, &Fence::name);
        if (found == fences.end()) { return table; }
        FormulaNode node = with_parts(Kind::fence, {{}});
        node.text = found->opening;
        node.closing = found->closing;
        node.parts[0].push_back(std::move(table));
        return node;
    }

    bool read_styled(FormulaRow& row, std::string_view name, Style style)
    {
        if (name == "text" || name == "textrm" || name == "mbox" || name == "textbf") {
            row.push_back(as_text(read_verbatim()));
            return true;
        }
        if (name == "operatorname") {
            FormulaNode node = symbol("", Role::function, Style::upright);
            for (const char c : read_name()) {
                if (c != ' ') { node.text += c; }
            }
            row.push_back(std::move(node));
            return true;
        }
        std::optional<Style> wanted;
        if (name == "mathrm" || name == "rm" || name == "mathbb" || name == "mathcal") { wanted = Style::upright; }
        if (name == "mathbf" || name == "bf") { wanted = Style::bold; }
        if (name == "boldsymbol" || name == "bm") { wanted = Style::bold_italic; }
        if (name == "mathit") { wanted = Style::italic; }
        if (wanted) {
            FormulaRow inner = read_argument(*wanted);
            if (inner.size() == 1) {
                row.push_back(std::move(inner.front()));
            } else {
                row.push_back(with_parts(Kind::row, {std::move(inner)}));
            }
            return true;
        }
        // Sizes and positions that change nothing for us.
        static constexpr std::array<std::string_view, 12> ignored{"displaystyle", "textstyle", "big",      "Big",
                                                                  "bigg",         "Bigg",      "bigl",     "bigr",
                                                                  "limits",       "nolimits",  "nonumber", "hline"};
        std::ignore = style;
        return std::ranges::find(ignored, name) != ignored.end();
    }

    void read_symbol(FormulaRow& row, std::string_view name, Style style)
    {
        if (name == "not") {
            FormulaRow next = read_argument(style);
            for (FormulaNode& node : next) {
                if (node.kind == Kind::symbol) { node.text += "\u0338"; }
                row.push_back(std::move(node));
            }
            return;
        }
        if (formula::is_function(name)) {
            FormulaNode node = symbol(name, Role::function, Style::upright);
            node.limits = formula::takes_limits(name);
            row.push_back(std::move(node));
            return;
        }
        if (const formula::Symbol* known = formula::find_symbol(name)) {
            FormulaNode node = symbol(known->text, known->role, known->italic ? Style::italic : Style::upright);
            node.limits = known->role == Role::large && known->text != "∫" && known->text != "∮";
            row.push_back(std::move(node));
            return;
        }
        static constexpr std::string_view escaped = "%#&_$";
        if (name.size() == 1 && escaped.find(name.front()) != std::string_view::npos) {
            row.push_back(symbol(name, Role::ordinary, Style::upright));
            return;
        }
        row.push_back(as_text("\\" + std::string{name})); // not known: the proof-reader shall see it
    }

    int depth_ = 0;
};

} // namespace

FormulaRow parse_formula(std::string_view tex)
{
    return Reader{tex}.read();
}

} // namespace papervault::engine
