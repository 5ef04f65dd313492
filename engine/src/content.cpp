#include <papervault/engine/content.hpp>

#include "content_text.hpp"
#include "identifier.hpp"
#include "utf8.hpp"

#include <algorithm>
#include <optional>

namespace papervault::engine {

namespace content_text {

Result<std::string> cleaned(std::string_view text, std::size_t bytes_max)
{
    if (text.size() > bytes_max) return refuse(EngineError::out_of_range, "the text is too long");
    if (!is_utf8(text)) return refuse(EngineError::malformed, "the text is not UTF-8");
    std::string clean;
    clean.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\r') {
            if (i + 1 == text.size() || text[i + 1] != '\n') clean += '\n';
        } else if (c == '\t') {
            clean += ' ';
        } else if ((static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7F) {
            return refuse(EngineError::malformed, "the text holds a control character");
        } else {
            clean += c;
        }
    }
    return clean;
}

bool is_white(std::string_view text) noexcept
{
    return text.find_first_not_of(' ') == std::string_view::npos;
}

std::string_view trimmed(std::string_view text) noexcept
{
    if (is_white(text)) return {};
    const std::size_t first = text.find_first_not_of(' ');
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::vector<std::vector<std::string_view>> paragraphs_of(std::string_view text)
{
    std::vector<std::vector<std::string_view>> paragraphs;
    bool inside = false;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (is_white(line)) {
            inside = false;
            continue;
        }
        if (!std::exchange(inside, true)) paragraphs.emplace_back();
        paragraphs.back().push_back(line);
    }
    return paragraphs;
}

std::size_t count_backslashes(std::string_view text, std::size_t at) noexcept
{
    std::size_t count = 0;
    while (at + count < text.size() && text[at + count] == '\\') ++count;
    return count;
}

bool is_formula(std::string_view tex) noexcept
{
    if (is_white(tex) || utf16_length(tex) > formula_units_max) return false;
    for (std::size_t at = 0; at < tex.size();) {
        const std::size_t backslashes = count_backslashes(tex, at);
        at += backslashes;
        if (at == tex.size()) return backslashes % 2 == 0; // else the closing `$` would be escaped
        if (tex[at] == '$' && backslashes % 2 == 0) return false;
        ++at;
    }
    return true;
}

void append_text(Runs& runs, std::string_view text)
{
    if (text.empty()) return;
    if (TextRun* last = runs.empty() ? nullptr : std::get_if<TextRun>(&runs.back())) {
        last->text += text;
    } else {
        runs.emplace_back(TextRun{std::string{text}});
    }
}

} // namespace content_text

namespace {

using content_text::is_white;

/// Calls `visit(runs)` for each paragraph and cell in reading order.
template <class AnyContent, class Visit>
void for_each_runs(AnyContent& content, Visit visit)
{
    for (auto& block : content) {
        if (auto* paragraph = std::get_if<Paragraph>(&block)) {
            visit(paragraph->runs);
        } else if (auto* table = std::get_if<Table>(&block)) {
            for (auto& row : table->rows) {
                for (auto& cell : row) visit(cell);
            }
        }
    }
}

bool is_clean_line(std::string_view text) noexcept
{
    return is_utf8(text) &&
           std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

/// Parts runs at their line breaks.
std::vector<Runs> lines_of(Runs runs)
{
    std::vector<Runs> lines(1);
    for (Run& run : runs) {
        if (std::holds_alternative<LineBreak>(run)) {
            lines.emplace_back();
        } else {
            lines.back().push_back(std::move(run));
        }
    }
    return lines;
}

bool is_white_line(const Runs& line) noexcept
{
    return std::ranges::all_of(line, [](const Run& run) {
        const auto* text = std::get_if<TextRun>(&run);
        return text != nullptr && is_white(text->text);
    });
}

Runs joined(const Runs& runs)
{
    Runs out;
    for (const Run& run : runs) {
        if (const auto* text = std::get_if<TextRun>(&run)) {
            content_text::append_text(out, text->text);
        } else {
            out.push_back(run);
        }
    }
    return out;
}

Runs normal_paragraph(Runs runs)
{
    Runs out;
    for (const Runs& line : lines_of(joined(runs))) {
        if (is_white_line(line)) continue;
        if (!out.empty()) out.emplace_back(LineBreak{});
        out.insert(out.end(), line.begin(), line.end());
    }
    return out;
}

Runs normal_cell(Runs runs)
{
    for (Run& run : runs) {
        if (std::holds_alternative<LineBreak>(run)) run = TextRun{" "};
    }
    runs = joined(runs);
    const auto trim = [&runs](auto place, bool front) {
        auto* text = std::get_if<TextRun>(&*place);
        if (text == nullptr) return;
        const std::size_t first = std::min(text->text.find_first_not_of(' '), text->text.size());
        const std::size_t last = text->text.find_last_not_of(' ');
        text->text = front ? text->text.substr(first) : text->text.substr(0, last + 1);
        if (text->text.empty()) runs.erase(place);
    };
    if (!runs.empty()) trim(runs.begin(), true);
    if (!runs.empty()) trim(runs.end() - 1, false);
    return runs;
}

/// One check after another; the first that fails is kept.
class ContentCheck {
public:
    ContentCheck(std::string_view where, const ContentLimits& limits) : where_{where}, limits_{limits} {}

    Result<void> operator()(const Content& content)
    {
        require(content.size() <= limits_.blocks_max, EngineError::out_of_range,
                "too many paragraphs, tables and pictures");
        for (const Block& block : content) {
            std::visit([this](const auto& each) { check(each); }, block);
        }
        if (failure_) return std::unexpected{*failure_};
        return {};
    }

private:
    void require(bool holds, EngineError code, std::string_view reason)
    {
        if (!holds && !failure_) {
            failure_ = EngineFailure{code, where_.empty() ? std::string{reason} : where_ + ": " + std::string{reason}};
        }
    }

    void check(const Paragraph& paragraph)
    {
        check_runs(paragraph.runs);
        require(std::ranges::none_of(lines_of(paragraph.runs), is_white_line), EngineError::inconsistent,
                "a paragraph has an empty line");
    }

    void check(const Table& table)
    {
        const std::size_t columns = table.rows.empty() ? 0 : table.rows.front().size();
        require(columns > 0, EngineError::inconsistent, "a table has no header");
        require(table.rows.size() <= limits_.table_rows_max && columns <= limits_.table_columns_max &&
                    table.rows.size() * columns <= limits_.table_cells_max,
                EngineError::out_of_range, "a table has too many cells");
        for (const auto& row : table.rows) {
            require(row.size() == columns, EngineError::inconsistent,
                    "a table's row has not as many cells as its header");
            for (const Runs& cell : row) {
                check_runs(cell);
                require(normal_cell(cell) == cell, EngineError::inconsistent,
                        "a table's cell has a line break or outer spaces");
            }
        }
    }

    void check(const Image& image)
    {
        require(is_media_name(image.name), EngineError::malformed, "a picture's name is no media name");
        require(is_clean_line(image.alternative_text), EngineError::malformed,
                "a picture's text holds a control character");
        require(utf16_length(image.alternative_text) <= limits_.text_units_max, EngineError::out_of_range,
                "a picture's text is too long");
    }

    void check_runs(const Runs& runs)
    {
        require(runs.size() <= limits_.runs_max, EngineError::out_of_range, "a paragraph is too long");
        bool after_text = false;
        for (const Run& run : runs) {
            const bool is_text = std::holds_alternative<TextRun>(run);
            require(!(is_text && after_text), EngineError::inconsistent, "two runs of text in a row");
            after_text = is_text;
            std::visit([this](const auto& each) { check(each); }, run);
        }
    }

    void check(const TextRun& run)
    {
        require(!run.text.empty(), EngineError::inconsistent, "a run of text is empty");
        require(is_clean_line(run.text), EngineError::malformed, "a text holds a control character");
        require(utf16_length(run.text) <= limits_.text_units_max, EngineError::out_of_range, "a text is too long");
    }

    void check(const FormulaRun& run)
    {
        require(is_clean_line(run.tex), EngineError::malformed, "a formula holds a control character");
        require(content_text::is_formula(run.tex), EngineError::malformed,
                "a formula is empty, too long or holds a bare $");
    }

    void check(const LineBreak&) {}

    void check(const BlankRun& run)
    {
        ++blanks_;
        require(run.number == blanks_, EngineError::inconsistent, "blanks are not numbered from 1 in reading order");
        require(blanks_ <= limits_.blanks_max, EngineError::out_of_range, "too many blanks");
    }

    std::string where_;
    const ContentLimits& limits_;
    int blanks_ = 0;
    std::optional<EngineFailure> failure_;
};

std::string plain_runs(const Runs& runs)
{
    struct Writer {
        std::string& out;
        void operator()(const TextRun& run) const { out += run.text; }
        void operator()(const FormulaRun& run) const { out += run.tex; }
        void operator()(const LineBreak&) const { out += '\n'; }
        void operator()(const BlankRun&) const { out += "____"; }
    };
    std::string out;
    for (const Run& run : runs) std::visit(Writer{out}, run);
    return out;
}

} // namespace

bool is_media_name(std::string_view name) noexcept
{
    constexpr std::string_view folder = "media/";
    if (!name.starts_with(folder)) return false;
    const std::string_view file = name.substr(folder.size());
    return is_identifier(file, "._-", 1, 100) && file.front() != '.' && file.find("..") == std::string_view::npos;
}

Result<void> validate(const Content& content, std::string_view where, ContentLimits limits)
{
    return ContentCheck{where, limits}(content);
}

Content normalized(Content content)
{
    for (Block& block : content) {
        if (auto* paragraph = std::get_if<Paragraph>(&block)) {
            paragraph->runs = normal_paragraph(std::move(paragraph->runs));
        } else if (auto* table = std::get_if<Table>(&block)) {
            for (auto& row : table->rows) {
                for (Runs& cell : row) cell = normal_cell(std::move(cell));
            }
        }
    }
    std::erase_if(content, [](const Block& block) {
        const auto* paragraph = std::get_if<Paragraph>(&block);
        return paragraph != nullptr && paragraph->runs.empty();
    });
    int blanks = 0;
    for_each_runs(content, [&blanks](Runs& runs) {
        for (Run& run : runs) {
            if (auto* blank = std::get_if<BlankRun>(&run)) blank->number = ++blanks;
        }
    });
    return content;
}

std::string plain_text(const Content& content)
{
    struct Writer {
        std::string& out;
        void operator()(const Paragraph& paragraph) const { out += plain_runs(paragraph.runs); }
        void operator()(const Table& table) const
        {
            for (std::size_t row = 0; row < table.rows.size(); ++row) {
                if (row > 0) out += '\n';
                for (std::size_t cell = 0; cell < table.rows[row].size(); ++cell) {
                    if (cell > 0) out += " | ";
                    out += plain_runs(table.rows[row][cell]);
                }
            }
        }
        void operator()(const Image& image) const { out += image.alternative_text; }
    };
    std::string out;
    for (std::size_t i = 0; i < content.size(); ++i) {
        if (i > 0) out += '\n';
        std::visit(Writer{out}, content[i]);
    }
    return out;
}

int count_blanks(const Content& content)
{
    int blanks = 0;
    for_each_runs(content, [&blanks](const Runs& runs) {
        for (const Run& run : runs) blanks += std::holds_alternative<BlankRun>(run) ? 1 : 0;
    });
    return blanks;
}

std::vector<std::string> media_names(const Content& content)
{
    std::vector<std::string> names;
    for (const Block& block : content) {
        if (const auto* image = std::get_if<Image>(&block)) names.push_back(image->name);
    }
    return names;
}

} // namespace papervault::engine
