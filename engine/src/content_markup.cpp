#include <papervault/engine/content.hpp>

#include "content_text.hpp"

#include <algorithm>
#include <optional>

namespace papervault::engine {
namespace {

using content_text::append_text;
using content_text::count_backslashes;
using content_text::low_line;
using content_text::trimmed;
using content_text::wide_low_line;
using Lines = std::vector<std::string_view>;

std::string_view from(std::string_view text, std::size_t at)
{
    return text.substr(std::min(at, text.size()));
}

/// Which of the two characters of a blank stands here; empty when none does.
std::string_view blank_character(std::string_view rest)
{
    for (const std::string_view character : {low_line, wide_low_line}) {
        if (rest.starts_with(character)) return character;
    }
    return {};
}

std::size_t count_repeats(std::string_view rest, std::string_view character)
{
    std::size_t count = 0;
    for (; rest.starts_with(character); rest.remove_prefix(character.size())) ++count;
    return count;
}

/// What only at the start of a line would be a table's row or a picture.
bool begins_row_or_picture(std::string_view rest)
{
    return rest.starts_with('|') || rest.starts_with("![");
}

// ---- reading ----

class InlineReader {
public:
    InlineReader(std::string_view text, int& blanks) : text_{text}, blanks_{blanks} {}

    /// @param has_lines  A paragraph; else a table's cell.
    Runs read(bool has_lines)
    {
        if (has_lines) read_line_start();
        while (at_ < text_.size()) {
            if (text_[at_] == '\n') {
                runs_.emplace_back(LineBreak{});
                ++at_;
                read_line_start();
            } else {
                read_one();
            }
        }
        return std::move(runs_);
    }

private:
    void take(std::size_t length)
    {
        append_text(runs_, text_.substr(at_, length));
        at_ += length;
    }

    /// `backslashes` stand before a character with a meaning: half of them are meant.
    /// @return Whether one is left over, which takes the meaning away.
    bool take_half(std::size_t backslashes)
    {
        append_text(runs_, text_.substr(at_, backslashes / 2));
        at_ += backslashes;
        return backslashes % 2 == 1;
    }

    void read_line_start()
    {
        const std::size_t spaces = std::min(from(text_, at_).find_first_not_of(' '), text_.size() - at_);
        const std::size_t backslashes = count_backslashes(text_, at_ + spaces);
        if (!begins_row_or_picture(from(text_, at_ + spaces + backslashes))) return;
        take(spaces);
        take_half(backslashes);
        take(1);
    }

    void read_one()
    {
        const std::size_t backslashes = count_backslashes(text_, at_);
        const std::string_view next = from(text_, at_ + backslashes);
        const std::string_view blank = blank_character(next);
        if (next.starts_with('$')) {
            if (take_half(backslashes)) {
                take(1);
            } else {
                read_dollar();
            }
        } else if (!blank.empty()) {
            if (take_half(backslashes)) {
                take(blank.size());
            } else {
                read_low_lines(blank);
            }
        } else if (backslashes > 0) {
            take(backslashes);
        } else {
            take(std::min(next.find_first_of("\\$_\n\xEF", 1), next.size()));
        }
    }

    void read_low_lines(std::string_view character)
    {
        const std::size_t count = count_repeats(from(text_, at_), character);
        if (count < content_text::blank_length_min) return take(count * character.size());
        at_ += count * character.size();
        runs_.emplace_back(BlankRun{++blanks_});
    }

    void read_dollar()
    {
        if (!read_formula("$$") && !read_formula("$")) take(1);
    }

    bool read_formula(std::string_view fence)
    {
        if (!from(text_, at_).starts_with(fence)) return false;
        const std::size_t first = at_ + fence.size();
        std::size_t end = first;
        while (end < text_.size() && text_[end] != '$') end += text_[end] == '\\' ? 2 : 1;
        if (!from(text_, end).starts_with(fence)) return false;
        std::string tex{text_.substr(first, end - first)};
        std::ranges::replace(tex, '\n', ' ');
        if (!content_text::is_formula(tex)) return false;
        runs_.emplace_back(FormulaRun{std::move(tex)});
        at_ = end + fence.size();
        return true;
    }

    std::string_view text_;
    int& blanks_;
    std::size_t at_ = 0;
    Runs runs_;
};

std::optional<Image> read_image(const Lines& lines)
{
    if (lines.size() != 1) return std::nullopt;
    const std::string_view line = trimmed(lines.front());
    const std::size_t middle = line.rfind("](");
    if (!line.starts_with("![") || !line.ends_with(')') || middle == std::string_view::npos) return std::nullopt;
    const std::string_view name = line.substr(middle + 2, line.size() - middle - 3);
    if (!is_media_name(name)) return std::nullopt;
    return Image{std::string{name}, std::string{line.substr(2, middle - 2)}};
}

/// The cells of a row that begins with '|', still in notation.
std::vector<std::string> read_row(std::string_view line)
{
    std::vector<std::string> cells(1);
    for (std::size_t at = 1; at < line.size();) {
        const std::size_t backslashes = count_backslashes(line, at);
        at += backslashes;
        if (at == line.size() || line[at] != '|') {
            cells.back().append(backslashes, '\\');
            if (at < line.size()) cells.back() += line[at];
        } else {
            cells.back().append(backslashes / 2, '\\');
            if (backslashes % 2 == 1) {
                cells.back() += '|';
            } else {
                cells.emplace_back();
            }
        }
        ++at;
    }
    if (content_text::is_white(cells.back())) cells.pop_back();
    return cells;
}

bool is_delimiter(std::string_view cell)
{
    cell = trimmed(cell);
    if (cell.starts_with(':')) cell.remove_prefix(1);
    if (cell.ends_with(':')) cell.remove_suffix(1);
    return !cell.empty() && cell.find_first_not_of('-') == std::string_view::npos;
}

std::optional<Table> read_table(const Lines& lines, int& blanks)
{
    if (lines.size() < 2) return std::nullopt;
    std::vector<std::vector<std::string>> rows;
    for (const std::string_view line : lines) {
        if (!trimmed(line).starts_with('|')) return std::nullopt;
        rows.push_back(read_row(trimmed(line)));
    }
    const std::size_t columns = rows.front().size();
    if (columns == 0 || rows[1].size() != columns || !std::ranges::all_of(rows[1], is_delimiter)) return std::nullopt;
    if (std::ranges::any_of(rows, [columns](const auto& row) { return row.size() > columns; })) return std::nullopt;
    rows.erase(rows.begin() + 1);

    Table table;
    for (auto& row : rows) {
        row.resize(columns);
        std::vector<Runs>& cells = table.rows.emplace_back();
        for (const std::string& cell : row) cells.push_back(InlineReader{trimmed(cell), blanks}.read(false));
    }
    return table;
}

std::string joined(const Lines& lines)
{
    std::string text;
    for (const std::string_view line : lines) {
        if (!text.empty()) text += '\n';
        text += line;
    }
    return text;
}

// ---- writing ----

class InlineWriter {
public:
    InlineWriter(const Runs& runs, bool has_lines) : runs_{runs}, has_lines_{has_lines} {}

    std::string write()
    {
        for (index_ = 0; index_ < runs_.size(); ++index_) {
            std::visit([this](const auto& run) { write_run(run); }, runs_[index_]);
        }
        return std::move(out_);
    }

private:
    template <class Kind>
    [[nodiscard]] bool neighbour_is(std::ptrdiff_t step) const
    {
        const std::size_t other = index_ + static_cast<std::size_t>(step); // wraps to a large number before the first
        return other < runs_.size() && std::holds_alternative<Kind>(runs_[other]);
    }

    void write_run(const FormulaRun& run) { out_ += "$" + run.tex + "$"; }
    void write_run(const LineBreak&) { out_ += '\n'; }
    void write_run(const BlankRun&)
    {
        // Blanks side by side take turns, or they would read as one.
        wide_blank_ = neighbour_is<BlankRun>(-1) && !wide_blank_;
        for (int i = 0; i < 4; ++i) out_ += wide_blank_ ? wide_low_line : low_line;
    }
    void write_run(const TextRun& run)
    {
        const std::string_view text = run.text;
        std::size_t at = 0;
        if (has_lines_ && (index_ == 0 || neighbour_is<LineBreak>(-1))) at = write_line_start(text);
        while (at < text.size()) at = write_one(text, at);
    }

    void escape(std::size_t backslashes) { out_.append(2 * backslashes + 1, '\\'); }

    std::size_t write_line_start(std::string_view text)
    {
        const std::size_t spaces = std::min(text.find_first_not_of(' '), text.size());
        const std::size_t backslashes = count_backslashes(text, spaces);
        const std::size_t at = spaces + backslashes;
        if (!begins_row_or_picture(from(text, at))) return 0;
        out_.append(spaces, ' ');
        escape(backslashes);
        out_ += text[at];
        return at + 1;
    }

    std::size_t write_one(std::string_view text, std::size_t at)
    {
        const std::size_t backslashes = count_backslashes(text, at);
        const std::size_t next = at + backslashes;
        if (next == text.size()) {
            const bool meaning_follows = neighbour_is<FormulaRun>(1) || neighbour_is<BlankRun>(1);
            out_.append(meaning_follows ? 2 * backslashes : backslashes, '\\');
            return next;
        }
        if (text[next] == '$') {
            escape(backslashes);
            out_ += '$';
            return next + 1;
        }
        if (const std::string_view blank = blank_character(from(text, next)); !blank.empty()) {
            return write_low_lines(text, at, backslashes, blank);
        }
        out_.append(text, at, backslashes + 1);
        return next + 1;
    }

    std::size_t write_low_lines(std::string_view text, std::size_t at, std::size_t backslashes,
                                std::string_view character)
    {
        const std::size_t first = at + backslashes;
        const std::size_t count = count_repeats(from(text, first), character);
        const std::size_t end = first + count * character.size();
        const bool looks_like_blank = count >= content_text::blank_length_min ||
                                      (first == 0 && neighbour_is<BlankRun>(-1)) ||
                                      (end == text.size() && neighbour_is<BlankRun>(1));
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t before = i == 0 ? backslashes : 0;
            if (looks_like_blank || before > 0) escape(before);
            out_ += character;
        }
        return end;
    }

    const Runs& runs_;
    bool has_lines_;
    std::size_t index_ = 0;
    bool wide_blank_ = false;
    std::string out_;
};

std::string cell_notation(const Runs& cell)
{
    const std::string text = InlineWriter{cell, false}.write();
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::size_t backslashes = count_backslashes(text, at);
        at += backslashes;
        const bool before_bar = at < text.size() && text[at] == '|';
        out.append(before_bar ? 2 * backslashes + 1 : backslashes, '\\');
        if (at < text.size()) out += text[at];
    }
    return out;
}

struct BlockWriter {
    std::string& out;

    void operator()(const Paragraph& paragraph) const { out += InlineWriter{paragraph.runs, true}.write(); }
    void operator()(const Image& image) const { out += "![" + image.alternative_text + "](" + image.name + ")"; }
    void operator()(const Table& table) const
    {
        for (std::size_t row = 0; row < table.rows.size(); ++row) {
            if (row > 0) out += '\n';
            for (const Runs& cell : table.rows[row]) out += "| " + cell_notation(cell) + " ";
            out += '|';
            if (row > 0) continue;
            out += '\n';
            for (std::size_t column = 0; column < table.rows.front().size(); ++column) out += "| --- ";
            out += '|';
        }
    }
};

} // namespace

Result<Content> parse_content(std::string_view notation, ContentLimits limits)
{
    const Result<std::string> text = content_text::cleaned(notation, limits.bytes_max);
    if (!text) return std::unexpected{text.error()};
    Content content;
    int blanks = 0;
    for (const Lines& lines : content_text::paragraphs_of(*text)) {
        if (std::optional<Image> image = read_image(lines)) {
            content.emplace_back(std::move(*image));
        } else if (std::optional<Table> table = read_table(lines, blanks)) {
            content.emplace_back(std::move(*table));
        } else {
            content.emplace_back(Paragraph{InlineReader{joined(lines), blanks}.read(true)});
        }
    }
    if (Result<void> checked = validate(content, "", limits); !checked)
        return std::unexpected{std::move(checked.error())};
    return content;
}

Result<Content> content_from_plain_text(std::string_view text, ContentLimits limits)
{
    const Result<std::string> clean = content_text::cleaned(text, limits.bytes_max);
    if (!clean) return std::unexpected{clean.error()};
    Content content;
    for (const Lines& lines : content_text::paragraphs_of(*clean)) {
        Runs runs;
        for (const std::string_view line : lines) {
            if (!runs.empty()) runs.emplace_back(LineBreak{});
            runs.emplace_back(TextRun{std::string{line}});
        }
        content.emplace_back(Paragraph{std::move(runs)});
    }
    if (Result<void> checked = validate(content, "", limits); !checked)
        return std::unexpected{std::move(checked.error())};
    return content;
}

std::string to_notation(const Content& content)
{
    std::string out;
    for (const Block& block : content) {
        if (!out.empty()) out += "\n\n";
        std::visit(BlockWriter{out}, block);
    }
    return out;
}

} // namespace papervault::engine
