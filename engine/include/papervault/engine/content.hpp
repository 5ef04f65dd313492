#pragma once

#include <papervault/engine/error.hpp>

#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Structured content of stems and options: what a page shows, never markup that a browser would interpret.
namespace papervault::engine {

struct TextRun {
    std::string text;
    bool operator==(const TextRun&) const = default;
};
struct FormulaRun {
    std::string tex;
    bool operator==(const FormulaRun&) const = default;
};
struct LineBreak {
    bool operator==(const LineBreak&) const = default;
};
/// A place to fill in; blanks of an item are numbered from 1 in reading order.
struct BlankRun {
    int number;
    bool operator==(const BlankRun&) const = default;
};
using Run = std::variant<TextRun, FormulaRun, LineBreak, BlankRun>;
using Runs = std::vector<Run>;

struct Paragraph {
    Runs runs;
    bool operator==(const Paragraph&) const = default;
};
/// The first row is the header; every row has as many cells as the header.
struct Table {
    std::vector<std::vector<Runs>> rows;
    bool operator==(const Table&) const = default;
};
/// @c name is a media name such as "media/pump.svg": relative, no "..", [A-Za-z0-9._-] and one level of '/'.
struct Image {
    std::string name;
    std::string alternative_text;
    bool operator==(const Image&) const = default;
};
using Block = std::variant<Paragraph, Table, Image>;
using Content = std::vector<Block>;

/// What the candidate's page is ready to show; units are UTF-16 code units, as a page counts.
struct ContentLimits {
    std::size_t bytes_max = 64 * 1024; ///< Of the notation.
    std::size_t blocks_max = 200;
    std::size_t runs_max = 1000;         ///< Of one paragraph or cell.
    std::size_t text_units_max = 20'000; ///< Of one run of text.
    std::size_t table_rows_max = 1000;
    std::size_t table_columns_max = 200;
    std::size_t table_cells_max = 2000;
    int blanks_max = 50;
};
/// A longer `$…$` is text.
inline constexpr std::size_t formula_units_max = 2000;

/// Reads the authors' notation (docs/item-format.md): blank line = new paragraph, single line feed = line break,
/// `$…$` or `$$…$$` inside one paragraph = formula (an unpaired `$` and `\$` are the character), three or more `_` or
/// `＿` = blank, pipe table with a `|---|` line under its header, `![alt](media/x.svg)` alone in its paragraph =
/// picture. All else is text: foreign text never fails for its letters, only for size, UTF-8 or control characters
/// (`\r\n` becomes a line feed, a tab a space).
///
/// A backslash takes the meaning from what follows: `\$`, `\_`, `\＿` everywhere, `\|` and `\![` at the start of a
/// line, `\|` inside a table's row. In front of these a backslash itself is written twice; everywhere else it is a
/// character like any other, so TeX outside
/// `$` and Windows paths stay as they are.
[[nodiscard]] Result<Content> parse_content(std::string_view notation, ContentLimits limits = {});
/// Every character is itself, nothing is notation; only paragraphs and line breaks are found. For foreign plain text.
[[nodiscard]] Result<Content> content_from_plain_text(std::string_view text, ContentLimits limits = {});

/// Content in normal form, as parse_content makes it: no empty or adjacent text runs, no line that is empty or white
/// space, no paragraph without runs, blanks numbered from 1, cells without line breaks or outer spaces, formulas
/// without a bare `$`, names and limits kept.
[[nodiscard]] Result<void> validate(const Content& content, std::string_view where, ContentLimits limits = {});
/// Joins, drops and numbers what can be, for builders such as importers; what is left to refuse is validate()'s.
[[nodiscard]] Content normalized(Content content);

/// The notation again; parse_content(to_notation(c)) == c for all c that validate() lets pass.
[[nodiscard]] std::string to_notation(const Content& content);
/// The text alone: formulas as TeX, blanks as "____", pictures as their alternative text.
[[nodiscard]] std::string plain_text(const Content& content);
[[nodiscard]] int count_blanks(const Content& content);
/// Names of the pictures, in reading order.
[[nodiscard]] std::vector<std::string> media_names(const Content& content);
[[nodiscard]] bool is_media_name(std::string_view name) noexcept;

/// JSON as the candidate's page reads it: [{"p":[…]},{"table":{"header":…,"rows":…}},{"image":{"src","alt"}}].
[[nodiscard]] boost::json::value to_json(const Content& content);
[[nodiscard]] Result<Content> content_from_json(const boost::json::value& value, std::string_view where);

} // namespace papervault::engine
