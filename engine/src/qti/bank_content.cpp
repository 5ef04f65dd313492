#include "qti/bank_content.hpp"

#include "qti/text.hpp"
#include "utf8.hpp"

#include <algorithm>
#include <array>

namespace papervault::engine::qti {
namespace {

constexpr std::array<std::string_view, 8> block_names{"p", "div", "blockquote", "li", "h1", "h2", "h3", "prompt"};
constexpr std::array<std::string_view, 6> group_names{"ul",           "ol",          "itembody",
                                                      "simplechoice", "contentbody", "stimulusbody"};
/// Dress that carries no meaning of its own.
constexpr std::array<std::string_view, 6> dress_names{"span", "b", "strong", "i", "em", "u"};

template <std::size_t size>
bool is_one_of(const std::array<std::string_view, size>& names, std::string_view name)
{
    return std::ranges::find(names, name) != names.end();
}

/// White space of XML is one space; what stands around line breaks goes when the content is normalised.
std::string collapsed(std::string_view text)
{
    std::string made;
    for (const char c : text) {
        const bool is_space = white_space.find(c) != std::string_view::npos;
        if (!is_space) {
            made += c;
        } else if (made.empty() || made.back() != ' ') {
            made += ' ';
        }
    }
    return made;
}

const XmlNode* tex_annotation(const XmlNode& element) // NOLINT(misc-no-recursion): as deep as the document
{
    for (const XmlNode& child : element.children) {
        const std::string* encoding = child.attribute("encoding");
        if (child.is("annotation") && encoding != nullptr && *encoding == "application/x-tex") { return &child; }
        if (const XmlNode* inner = tex_annotation(child)) { return inner; }
    }
    return nullptr;
}

class BodyReader {
public:
    Result<BodyContent> run(const XmlNode& element)
    {
        read_children(element);
        end_paragraph();
        if (!problem_.empty()) { return refuse(EngineError::inconsistent, problem_); }
        body_.content = normalized(std::move(body_.content));
        return std::move(body_);
    }

private:
    void refuse_element(const XmlNode& node)
    {
        if (problem_.empty()) {
            problem_ = "the bank's content cannot show the element " + std::string{clipped(node.name, 60)};
        }
    }

    void end_paragraph()
    {
        // A space at either end is the layout of the file.
        const auto is_space = [](const Run& run) {
            const auto* text = std::get_if<TextRun>(&run);
            return text != nullptr && trimmed(text->text).empty();
        };
        if (std::ranges::all_of(runs_, is_space)) {
            runs_.clear();
            return;
        }
        while (is_space(runs_.front())) { runs_.erase(runs_.begin()); }
        while (is_space(runs_.back())) { runs_.pop_back(); }
        if (auto* first = std::get_if<TextRun>(&runs_.front())) {
            first->text.erase(0, first->text.find_first_not_of(' '));
        }
        if (auto* last = std::get_if<TextRun>(&runs_.back())) {
            last->text.erase(last->text.find_last_not_of(' ') + 1);
        }
        body_.content.emplace_back(Paragraph{std::move(runs_)});
        runs_.clear();
    }

    void read_children(const XmlNode& element) // NOLINT(misc-no-recursion)
    {
        for (const XmlNode& child : element.children) {
            if (child.kind == XmlKind::text || child.kind == XmlKind::cdata) {
                runs_.emplace_back(TextRun{collapsed(child.text)});
            } else if (child.kind == XmlKind::element) {
                read_element(child);
            }
        }
    }

    void read_element(const XmlNode& node) // NOLINT(misc-no-recursion)
    {
        const std::string name = plain_name(node.name);
        if (is_one_of(block_names, name)) {
            end_paragraph();
            read_children(node);
            end_paragraph();
        } else if (is_one_of(group_names, name) || is_one_of(dress_names, name)) {
            read_children(node);
        } else if (name == "br") {
            runs_.emplace_back(LineBreak{});
        } else if (name == "math") {
            const XmlNode* tex = tex_annotation(node);
            if (tex == nullptr) { return refuse_element(node); }
            runs_.emplace_back(FormulaRun{std::string{trimmed(tex->inner_text())}});
        } else if (name == "textentryinteraction") {
            const std::string* response = node.attribute("responseidentifier");
            body_.blanks.push_back(response == nullptr ? std::string{} : *response);
            runs_.emplace_back(BlankRun{static_cast<int>(body_.blanks.size())});
        } else if (name == "choiceinteraction") {
            // Its prompt belongs to the stem; its choices are read apart.
            end_paragraph();
            if (const XmlNode* prompt = node.child("prompt")) { read_element(*prompt); }
        } else if (name == "img") {
            read_image(node);
        } else if (name == "table") {
            read_table(node);
        } else {
            refuse_element(node);
        }
    }

    void read_image(const XmlNode& node)
    {
        const std::string* source = node.attribute("src");
        const std::string* alternative = node.attribute("alt");
        if (source == nullptr || !is_media_name(*source)) { return refuse_element(node); }
        end_paragraph();
        body_.content.emplace_back(Image{*source, alternative == nullptr ? std::string{} : *alternative});
    }

    void read_table(const XmlNode& node)
    {
        end_paragraph();
        Table table;
        collect_rows(node, table);
        body_.content.emplace_back(std::move(table));
    }

    void collect_rows(const XmlNode& node, Table& table) // NOLINT(misc-no-recursion)
    {
        for (const XmlNode& child : node.children) {
            if (child.kind != XmlKind::element) { continue; }
            if (!child.is("tr")) {
                collect_rows(child, table);
                continue;
            }
            std::vector<Runs>& row = table.rows.emplace_back();
            for (const XmlNode& cell : child.children) {
                if (cell.kind != XmlKind::element) { continue; }
                BodyReader inner;
                auto read = inner.run(cell);
                const bool is_text =
                    read && read->blanks.empty() && read->content.size() <= 1 &&
                    (read->content.empty() || std::holds_alternative<Paragraph>(read->content.front()));
                if (!is_text) { return refuse_element(cell); }
                row.push_back(read->content.empty() ? Runs{} : std::get<Paragraph>(read->content.front()).runs);
            }
        }
    }

    BodyContent body_;
    Runs runs_;
    std::string problem_;
};

std::vector<XmlNode> elements_of_runs(const Runs& runs, const std::vector<std::string>& blanks)
{
    std::vector<XmlNode> made;
    for (const Run& run : runs) {
        if (const auto* text = std::get_if<TextRun>(&run)) {
            made.push_back(make_text(text->text));
        } else if (const auto* formula = std::get_if<FormulaRun>(&run)) {
            made.push_back(make_element("math", {{"xmlns", "http://www.w3.org/1998/Math/MathML"}},
                                        {make_element("semantics", {},
                                                      {make_element("mtext", {}, {make_text(formula->tex)}),
                                                       make_element("annotation", {{"encoding", "application/x-tex"}},
                                                                    {make_text(formula->tex)})})}));
        } else if (std::holds_alternative<LineBreak>(run)) {
            made.push_back(make_element("br"));
        } else {
            const auto number = static_cast<std::size_t>(std::get<BlankRun>(run).number);
            const std::string response = number >= 1 && number <= blanks.size() ? blanks[number - 1] : "";
            made.push_back(make_element("qti-text-entry-interaction", {{"response-identifier", response}}));
        }
    }
    return made;
}

XmlNode table_element(const Table& table, const std::vector<std::string>& blanks)
{
    XmlNode made = make_element("table");
    XmlNode body = make_element("tbody");
    for (std::size_t at = 0; at < table.rows.size(); ++at) {
        XmlNode row = make_element("tr");
        for (const Runs& cell : table.rows[at]) {
            row.children.push_back(make_element(at == 0 ? "th" : "td", {}, elements_of_runs(cell, blanks)));
        }
        if (at == 0) {
            made.children.push_back(make_element("thead", {}, {std::move(row)}));
        } else {
            body.children.push_back(std::move(row));
        }
    }
    made.children.push_back(std::move(body));
    return made;
}

} // namespace

XmlNode make_element(std::string name, std::vector<XmlAttribute> attributes, std::vector<XmlNode> children)
{
    XmlNode made;
    made.name = std::move(name);
    made.attributes = std::move(attributes);
    made.children = std::move(children);
    return made;
}

XmlNode make_text(std::string text)
{
    XmlNode made;
    made.kind = XmlKind::text;
    made.text = std::move(text);
    return made;
}

Result<BodyContent> content_of(const XmlNode& element)
{
    return BodyReader{}.run(element);
}

std::vector<XmlNode> elements_of(const Content& content, const std::vector<std::string>& blanks)
{
    std::vector<XmlNode> made;
    for (const Block& block : content) {
        if (const auto* paragraph = std::get_if<Paragraph>(&block)) {
            made.push_back(make_element("p", {}, elements_of_runs(paragraph->runs, blanks)));
        } else if (const auto* table = std::get_if<Table>(&block)) {
            made.push_back(table_element(*table, blanks));
        } else {
            const auto& image = std::get<Image>(block);
            made.push_back(
                make_element("p", {}, {make_element("img", {{"src", image.name}, {"alt", image.alternative_text}})}));
        }
    }
    return made;
}

} // namespace papervault::engine::qti
