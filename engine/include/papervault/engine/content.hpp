#pragma once

#include <papervault/engine/error.hpp>

#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Structured content of stems and options: what a page shows, never markup that a browser would interpret.
namespace papervault::engine {

struct TextRun { std::string text; bool operator==(const TextRun&) const = default; };
struct FormulaRun { std::string tex; bool operator==(const FormulaRun&) const = default; };
struct LineBreak { bool operator==(const LineBreak&) const = default; };
/// A place to fill in; blanks of an item are numbered from 1 in reading order.
struct BlankRun { int number; bool operator==(const BlankRun&) const = default; };
using Run = std::variant<TextRun, FormulaRun, LineBreak, BlankRun>;
using Runs = std::vector<Run>;

struct Paragraph { Runs runs; bool operator==(const Paragraph&) const = default; };
/// The first row is the header; every row has as many cells as the header.
struct Table { std::vector<std::vector<Runs>> rows; bool operator==(const Table&) const = default; };
/// @c name is a media name such as "media/pump.svg": relative, no "..", [A-Za-z0-9._-] and one level of '/'.
struct Image { std::string name; std::string alternative_text; bool operator==(const Image&) const = default; };
using Block = std::variant<Paragraph, Table, Image>;
using Content = std::vector<Block>;

struct ContentLimits {
    std::size_t bytes_max = 64 * 1024;
    std::size_t blocks_max = 200;
    std::size_t table_cells_max = 2000;
};

/// Reads the authors' notation (docs/item-format.md): blank line = new paragraph, single line feed = line break,
/// `$…$` = formula (an unpaired `$` and `\$` are the character), `____` = blank, pipe table, `![alt](media/x.svg)` alone in its
/// paragraph = picture. All else is text: foreign text never fails for its letters, only for size, UTF-8 or control characters.
[[nodiscard]] Result<Content> parse_content(std::string_view notation, ContentLimits limits = {});

/// The notation again; parse_content(to_notation(c)) == c.
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
