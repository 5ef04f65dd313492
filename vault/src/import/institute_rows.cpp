#include "import/institute_rows.hpp"

#include <papervault/crypto/hash.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

namespace papervault::vault {
namespace {

constexpr std::size_t options_max = 8;
constexpr std::size_t id_digits = 16;

std::string_view trimmed(std::string_view text)
{
    static constexpr std::array<std::string_view, 6> white{" ", "\t", "\r", "\n", "\u3000", "\u00A0"};
    for (bool again = true; again;) {
        again = false;
        for (const std::string_view each : white) {
            if (text.starts_with(each)) {
                text.remove_prefix(each.size());
                again = true;
            }
            if (text.ends_with(each)) {
                text.remove_suffix(each.size());
                again = true;
            }
        }
    }
    return text;
}

/// Removes one of the marks that stand after a number or a letter; false if none does.
bool drop_mark(std::string_view& text)
{
    static constexpr std::array<std::string_view, 9> marks{".", "．", "、", ":", "：", ")", "）", ",", "，"};
    for (const std::string_view mark : marks) {
        if (text.starts_with(mark)) {
            text.remove_prefix(mark.size());
            return true;
        }
    }
    return false;
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/// "12.下列…" → "下列…"; "2003年…" and "0.5 MPa…" stay.
std::string_view without_number(std::string_view stem)
{
    stem = trimmed(stem);
    std::size_t digits = 0;
    while (digits < stem.size() && digits < 5 && is_digit(stem[digits])) { ++digits; }
    std::string_view rest = stem.substr(digits);
    if (digits == 0 || !drop_mark(rest) || (!rest.empty() && is_digit(rest.front()) && stem[digits] == '.')) {
        // "12.2003年" is number 12 and the year; "0.5" is a number.
        const bool year = digits > 0 && rest.size() > 4 && stem[0] != '0' &&
                          std::ranges::all_of(rest.substr(0, 4), is_digit) && rest.substr(4).starts_with("年");
        return year ? rest : stem;
    }
    return trimmed(rest);
}

std::vector<std::string> split_options(std::string_view cell)
{
    std::vector<std::string> options;
    while (!cell.empty()) {
        const std::size_t end = std::min(cell.find("**"), cell.find("##"));
        std::string_view part = trimmed(cell.substr(0, end));
        cell = end == std::string_view::npos ? std::string_view{} : cell.substr(end + 2);
        if (part.empty()) { continue; }
        // The letter is that of its place; otherwise it belongs to the text ("AC 电源").
        if (options.size() < 26 && part.front() == static_cast<char>('A' + options.size())) {
            part.remove_prefix(1);
            std::ignore = drop_mark(part);
            part = trimmed(part);
        }
        options.emplace_back(part);
    }
    return options;
}

std::optional<std::string_view> truth_word(std::string_view option)
{
    static constexpr std::array<std::string_view, 5> right{"正确", "对", "√", "是", "V"};
    static constexpr std::array<std::string_view, 6> wrong{"错误", "不正确", "错", "×", "否", "X"};
    if (std::ranges::find(right, option) != right.end()) { return "对"; }
    if (std::ranges::find(wrong, option) != wrong.end()) { return "错"; }
    return std::nullopt;
}

/// "A " and "答案：AB" → "AB".
std::string letters_of(std::string_view answer)
{
    std::string letters;
    for (const char c : answer) {
        if (c >= 'A' && c <= 'Z') { letters += c; }
        if (c >= 'a' && c <= 'z') { letters += static_cast<char>(c - 'a' + 'A'); }
    }
    return letters;
}

struct Columns {
    std::optional<std::size_t> chapter, type, stem, options, answer;
};

std::optional<Columns> find_columns(const SheetRow& heading)
{
    Columns columns;
    for (std::size_t n = 0; n < heading.cells.size(); ++n) {
        const std::string_view cell = trimmed(heading.cells[n]);
        const auto names = [&](std::string_view word) { return cell.starts_with(word); };
        if (names("章节") || (names("作业种类") && !columns.chapter)) { columns.chapter = n; }
        if (names("试题类型") || names("题型")) { columns.type = n; }
        if (names("题目内容") || names("试题内容") || names("题干")) { columns.stem = n; }
        if (names("题目选项") || names("选项")) { columns.options = n; }
        if (names("题目答案") || names("答案")) { columns.answer = n; }
    }
    const bool found = columns.type && columns.stem && columns.options && columns.answer;
    return found ? std::optional{columns} : std::nullopt;
}

bool has_own_headings(const SheetRow& heading)
{
    const auto names = [&](std::string_view word) {
        return std::ranges::any_of(heading.cells, [&](const std::string& cell) { return trimmed(cell) == word; });
    };
    return (names("id") || names("编号") || names("题号")) && (names("stem") || names("题干") || names("试题内容"));
}

class InstituteReader {
public:
    InstituteReader()
    {
        table_.push_back({1,
                          {"id", "type", "knowledge_point", "stem", "answer", "option_a", "option_b", "option_c",
                           "option_d", "option_e", "option_f", "option_g", "option_h"}});
    }

    void read(const Sheet& sheet, const Columns& columns)
    {
        for (std::size_t n = 1; n < sheet.rows.size(); ++n) { read_row(sheet.rows[n], columns); }
    }
    std::vector<CsvRow> take() { return std::move(table_); }

private:
    void read_row(const SheetRow& row, const Columns& columns)
    {
        const auto cell = [&](const std::optional<std::size_t>& column) {
            return column && *column < row.cells.size() ? trimmed(row.cells[*column]) : std::string_view{};
        };
        const std::string_view type = cell(columns.type);
        const std::string_view stem = without_number(cell(columns.stem));
        std::vector<std::string> options = split_options(cell(columns.options));
        std::string answer = letters_of(cell(columns.answer));
        if (type.starts_with("判断") || type.starts_with("是非")) {
            const std::size_t index = answer.size() == 1 ? static_cast<std::size_t>(answer.front() - 'A') : 26;
            const auto word = index < options.size() ? truth_word(options[index]) : truth_word(cell(columns.answer));
            answer = word ? std::string{*word} : std::string{cell(columns.answer)};
            options.clear();
        } else {
            if (answer.empty()) { answer = cell(columns.answer); }
        }
        if (options.size() > options_max) { options.resize(options_max); }
        std::string content{stem};
        for (const std::string& option : options) { content += "\n" + option; }
        std::string id =
            "X" + crypto::blake2b("papervault.xlsx-item.v1", {crypto::bytes_of(type), crypto::bytes_of(content)})
                      .hex()
                      .substr(0, id_digits);
        CsvRow out{
            row.number,
            {std::move(id), std::string{type}, code_of(cell(columns.chapter)), std::string{stem}, std::move(answer)}};
        for (std::string& option : options) { out.cells.push_back(std::move(option)); }
        out.cells.resize(table_.front().cells.size());
        table_.push_back(std::move(out));
    }

    /// 1, 2, … for the chapters in their order.
    std::string code_of(std::string_view chapter)
    {
        const auto [place, is_new] = codes_.emplace(std::string{chapter}, codes_.size() + 1);
        return std::to_string(place->second);
    }

    std::vector<CsvRow> table_;
    std::map<std::string, std::size_t> codes_;
};

} // namespace

Result<std::vector<CsvRow>> item_table(const std::vector<Sheet>& sheets)
{
    InstituteReader reader;
    bool found = false;
    for (const Sheet& sheet : sheets) {
        if (sheet.rows.empty()) { continue; }
        if (has_own_headings(sheet.rows.front())) {
            std::vector<CsvRow> table;
            for (const SheetRow& row : sheet.rows) {
                table.push_back({row.number, row.cells});
                table.back().cells.resize(sheet.rows.front().cells.size());
            }
            return table;
        }
        if (const auto columns = find_columns(sheet.rows.front())) {
            reader.read(sheet, *columns);
            found = true;
        }
    }
    if (!found) {
        return refuse(
            VaultError::malformed,
            "no sheet has the headings 试题类型, 题目内容, 题目选项, 题目答案, or those of docs/item-format.md");
    }
    return reader.take();
}

} // namespace papervault::vault
