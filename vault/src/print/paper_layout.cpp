#include "print/paper_layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace papervault::vault::print {
namespace {

constexpr double number_width = 22;
constexpr double option_mark_width = 16;
constexpr double column_gap = 18;
/// Of a lying page, nearly.
constexpr double piece_height_max = 450;
constexpr TextLook body{};
constexpr TextLook heading{.size = 12, .bold = true};
constexpr TextLook note{.size = 9.5, .red = 0.25, .green = 0.25, .blue = 0.25};
constexpr TextLook key_look{.size = 9.5, .red = 0.65};

Lines labelled(const Typesetter& typesetter, const std::string& label, double label_width,
               const engine::Content& content, double width, std::span<const double> spacing = {})
{
    std::vector<Column> columns;
    columns.push_back({0, typesetter.text(label, 0, body)});
    columns.push_back({label_width, typesetter.content(content, width - label_width, body, spacing)});
    return beside(std::move(columns));
}

/// Four in a row where they fit, else two, else one below the other.
Lines options(const Typesetter& typesetter, const std::vector<engine::Option>& options, double width)
{
    double widest = 0;
    bool is_one_line = true;
    for (const engine::Option& option : options) {
        const auto natural = typesetter.width_in_one_line(option.content, body);
        is_one_line = is_one_line && natural.has_value();
        widest = std::max(widest, natural.value_or(0));
    }
    std::size_t per_row = 1;
    for (const std::size_t candidate : {std::size_t{4}, std::size_t{2}}) {
        const double room = width / static_cast<double>(candidate) - option_mark_width - 8;
        if (is_one_line && widest <= room && per_row == 1) { per_row = candidate; }
    }
    Lines lines;
    const double step = width / static_cast<double>(per_row);
    for (std::size_t first = 0; first < options.size(); first += per_row) {
        std::vector<Column> columns;
        for (std::size_t n = first; n < std::min(options.size(), first + per_row); ++n) {
            columns.push_back(
                {static_cast<double>(n - first) * step, labelled(typesetter, options[n].id + "．", option_mark_width,
                                                                 options[n].content, step - (per_row > 1 ? 8 : 0))});
        }
        append(lines, beside(std::move(columns)));
    }
    return lines;
}

/// As it is printed: with brackets for √ or ×.
engine::Content printed_stem(const engine::Item& item)
{
    engine::Content stem = item.stem;
    if (item.type == engine::ItemType::true_false && !stem.empty()) {
        auto* last = std::get_if<engine::Paragraph>(&stem.back());
        if (last != nullptr && engine::plain_text(stem).find("（　") == std::string::npos) {
            last->runs.emplace_back(engine::TextRun{"（　　）"});
        }
    }
    return stem;
}

double signed_mark(const SpacingMark& mark, double amount)
{
    return mark.spacing == Spacing::wide ? amount : -amount;
}

/// Empty for an item without marks.
std::vector<double> line_marks(const PaperPreview& preview, const engine::Item& item)
{
    std::vector<double> marks;
    if (const auto found = preview.spacing.find(item.id); found != preview.spacing.end()) {
        for (const SpacingMark& line : found->second.lines) { marks.push_back(signed_mark(line, line_spacing_mark)); }
    }
    return marks;
}

double space_before(const PaperPreview& preview, const engine::Item& item)
{
    const auto found = preview.spacing.find(item.id);
    return gap_before_item + (found == preview.spacing.end() ? 0 : signed_mark(found->second.gap, gap_mark));
}

Lines item_lines(const Typesetter& typesetter, const PaperPreview& preview, const engine::FormItem& entry, int number,
                 double width)
{
    const engine::Item& item = entry.item;
    const std::vector<double> marks = line_marks(preview, item);
    Lines lines = labelled(typesetter, fmt::format("{}．", number), number_width, printed_stem(item), width, marks);
    if (item.type == engine::ItemType::single_choice || item.type == engine::ItemType::multiple_choice) {
        append(lines, shifted(options(typesetter, item.options, width - number_width), number_width));
    }
    if (const engine::Content key = key_content(preview, item); !key.empty()) {
        append(lines, shifted(typesetter.content(key, width - number_width, key_look), number_width));
    }
    return lines;
}

/// Two columns as one piece, so that the lines of one do not pull those of the other apart.
Lines as_one_piece(std::vector<Column> columns)
{
    Line piece;
    for (const Column& column : columns) { piece.height = std::max(piece.height, height_of(column.lines)); }
    if (piece.height > piece_height_max) { return beside(std::move(columns)); }
    piece.draw = [columns = std::move(columns)](cairo_t* cairo, double x, double top) {
        for (const Column& column : columns) {
            double y = top;
            for (const Line& line : column.lines) {
                line.draw(cairo, x + column.x, y);
                y += line.height;
            }
        }
    };
    Lines lines;
    lines.push_back(std::move(piece));
    return lines;
}

Group section_heading(const Typesetter& typesetter, const engine::FormSection& section, double width)
{
    Group group{typesetter.text(section.title, width, heading), 12, true};
    if (!section.note.empty()) { append(group.lines, typesetter.text(section.note, width, note)); }
    return group;
}

} // namespace

engine::Content key_content(const PaperPreview& preview, const engine::Item& item)
{
    const auto found = preview.keys.find(item.id);
    if (found == preview.keys.end()) { return {}; }
    const engine::AnswerKey& key = found->second;
    std::string answer;
    for (const std::string& id : key.correct_options) { answer += id == "true" ? "√" : id == "false" ? "×" : id; }
    for (const engine::BlankKey& blank : key.blanks) {
        if (!answer.empty()) { answer += "；"; }
        bool is_first = true;
        for (const std::string& text : blank.texts) {
            answer += (is_first ? "" : " / ") + text;
            is_first = false;
        }
        if (blank.number) { answer += blank.number->value.to_string() + " ± " + blank.number->tolerance.to_string(); }
    }
    std::string text = "答案：" + answer;
    if (!key.scoring_standard.empty()) { text += (answer.empty() ? "" : "\n") + key.scoring_standard; }
    if (!key.explanation.empty()) { text += "\n解析：" + key.explanation; }
    // Explanations are written in the authors' notation; foreign ones may not be.
    auto content = engine::parse_content(text);
    if (!content) { content = engine::content_from_plain_text(text); }
    return content ? *content : engine::Content{engine::Paragraph{{engine::TextRun{"答案不能排版"}}}};
}

std::vector<Group> lay_out_form(const Typesetter& typesetter, const PaperPreview& preview, const engine::Form& form,
                                double width)
{
    std::vector<Group> groups;
    int number = 0;
    for (const engine::FormSection& section : form.sections) {
        groups.push_back(section_heading(typesetter, section, width));
        for (const engine::FormItem& entry : section.items) {
            groups.push_back(
                {item_lines(typesetter, preview, entry, ++number, width), space_before(preview, entry.item), false});
        }
    }
    return groups;
}

std::map<std::string, std::vector<TextLength>, std::less<>> stem_lengths(const Typesetter& typesetter,
                                                                         const engine::Form& form, double width)
{
    std::map<std::string, std::vector<TextLength>, std::less<>> lengths;
    for (const engine::FormSection& section : form.sections) {
        for (const engine::FormItem& entry : section.items) {
            lengths.emplace(entry.item.id, typesetter.lengths(printed_stem(entry.item), width - number_width, body,
                                                              line_spacing_mark));
        }
    }
    return lengths;
}

std::vector<Group> lay_out_side_by_side(const Typesetter& typesetter, const PaperPreview& preview, double width)
{
    const std::array<const engine::Form*, 2> forms{&preview.forms[0], &preview.forms[1]};
    const double half = (width - column_gap) / 2;
    std::vector<Group> groups;
    std::array<int, 2> numbers{};
    const std::size_t sections = std::max(forms[0]->sections.size(), forms[1]->sections.size());
    for (std::size_t s = 0; s < sections; ++s) {
        std::vector<Column> titles;
        std::size_t rows = 0;
        for (std::size_t f = 0; f < 2; ++f) {
            if (s >= forms[f]->sections.size()) { continue; }
            const engine::FormSection& section = forms[f]->sections[s];
            engine::FormSection named = section;
            named.title = fmt::format("{} 卷　{}", forms[f]->id, section.title);
            titles.push_back(
                {static_cast<double>(f) * (half + column_gap), section_heading(typesetter, named, half).lines});
            rows = std::max(rows, section.items.size());
        }
        groups.push_back({beside(std::move(titles)), 12, true});
        for (std::size_t n = 0; n < rows; ++n) {
            std::vector<Column> columns;
            for (std::size_t f = 0; f < 2; ++f) {
                if (s >= forms[f]->sections.size() || n >= forms[f]->sections[s].items.size()) { continue; }
                const engine::FormItem& entry = forms[f]->sections[s].items[n];
                Lines lines = item_lines(typesetter, preview, entry, ++numbers[f], half);
                std::string label = fmt::format("{} · {} · {}", entry.item.id, entry.item.knowledge_point,
                                                entry.item.difficulty.to_string());
                if (forms[1 - f]->find(entry.item.id) != nullptr) { label += " · 两卷共有"; }
                append(lines, shifted(typesetter.text(label, half - number_width, note), number_width));
                columns.push_back({static_cast<double>(f) * (half + column_gap), std::move(lines)});
            }
            groups.push_back({as_one_piece(std::move(columns)), 6, false});
        }
    }
    return groups;
}

} // namespace papervault::vault::print
