#include <papervault/engine/content.hpp>
#include <papervault/engine/json.hpp>

namespace papervault::engine {
namespace {

namespace json = boost::json;

constexpr std::size_t text_bytes_max = 64 * 1024;
/// More than any limit of content; validate() knows the real ones.
constexpr std::size_t count_max = 4096;

struct RunWriter {
    json::value operator()(const TextRun& run) const { return json::string{run.text}; }
    json::value operator()(const FormulaRun& run) const { return json::object{{"tex", run.tex}}; }
    json::value operator()(const LineBreak&) const { return json::object{{"br", true}}; }
    json::value operator()(const BlankRun& run) const { return json::object{{"blank", run.number}}; }
};

json::array runs_to_json(const Runs& runs)
{
    json::array out;
    out.reserve(runs.size());
    for (const Run& run : runs) out.push_back(std::visit(RunWriter{}, run));
    return out;
}

json::array row_to_json(const std::vector<Runs>& row)
{
    json::array out;
    out.reserve(row.size());
    for (const Runs& cell : row) out.emplace_back(runs_to_json(cell));
    return out;
}

struct BlockWriter {
    json::value operator()(const Paragraph& paragraph) const
    {
        return json::object{{"p", runs_to_json(paragraph.runs)}};
    }
    json::value operator()(const Table& table) const
    {
        json::array rows;
        for (std::size_t i = 1; i < table.rows.size(); ++i) rows.emplace_back(row_to_json(table.rows[i]));
        json::object out{{"header", table.rows.empty() ? json::array{} : row_to_json(table.rows.front())}};
        out["rows"] = std::move(rows);
        return json::object{{"table", std::move(out)}};
    }
    json::value operator()(const Image& image) const
    {
        return json::object{{"image", json::object{{"src", image.name}, {"alt", image.alternative_text}}}};
    }
};

Run run_from_json(const json::value& value, JsonFields& parent)
{
    if (const json::string* text = value.if_string()) return TextRun{std::string{text->data(), text->size()}};
    JsonFields fields{value, parent.path("run")};
    Run run = LineBreak{};
    if (fields.has("tex")) {
        run = FormulaRun{fields.text("tex", text_bytes_max)};
    } else if (fields.has("blank")) {
        run = BlankRun{static_cast<int>(fields.integer("blank", 1, 1000))};
    } else if (!fields.boolean("br")) {
        fields.problem(EngineError::malformed, "br", "true was expected");
    }
    if (const Result<void> done = fields.finish(); !done) parent.problem(done.error());
    return run;
}

Runs runs_from_json(const json::value& value, JsonFields& parent, std::string_view what)
{
    Runs runs;
    const json::array* elements = value.if_array();
    if (elements == nullptr || elements->size() > count_max) {
        parent.problem(EngineError::malformed, what, "an array of runs was expected");
        return runs;
    }
    runs.reserve(elements->size());
    for (const json::value& element : *elements) runs.push_back(run_from_json(element, parent));
    return runs;
}

std::vector<Runs> row_from_json(const json::value& value, JsonFields& parent)
{
    std::vector<Runs> row;
    const json::array* cells = value.if_array();
    if (cells == nullptr || cells->size() > count_max) {
        parent.problem(EngineError::malformed, "rows", "an array of cells was expected");
        return row;
    }
    for (const json::value& cell : *cells) row.push_back(runs_from_json(cell, parent, "cell"));
    return row;
}

Table table_from_json(const json::value& value, JsonFields& parent)
{
    JsonFields fields{value, parent.path("table")};
    Table table;
    table.rows.push_back(row_from_json(fields.member("header"), fields));
    for (const json::value& row : fields.array("rows", count_max)) table.rows.push_back(row_from_json(row, fields));
    if (const Result<void> done = fields.finish(); !done) parent.problem(done.error());
    return table;
}

Image image_from_json(const json::value& value, JsonFields& parent)
{
    JsonFields fields{value, parent.path("image")};
    Image image{fields.text("src", 200), fields.text("alt", text_bytes_max)};
    if (const Result<void> done = fields.finish(); !done) parent.problem(done.error());
    return image;
}

Result<Block> block_from_json(const json::value& value, std::string_view where)
{
    JsonFields fields{value, where};
    Block block = Paragraph{};
    if (fields.has("table")) {
        block = table_from_json(fields.member("table"), fields);
    } else if (fields.has("image")) {
        block = image_from_json(fields.member("image"), fields);
    } else {
        block = Paragraph{runs_from_json(fields.member("p"), fields, "p")};
    }
    if (const Result<void> done = fields.finish(); !done) return std::unexpected{done.error()};
    return block;
}

} // namespace

json::value to_json(const Content& content)
{
    json::array out;
    out.reserve(content.size());
    for (const Block& block : content) out.push_back(std::visit(BlockWriter{}, block));
    return out;
}

Result<Content> content_from_json(const json::value& value, std::string_view where)
{
    const json::array* blocks = value.if_array();
    if (blocks == nullptr || blocks->size() > count_max) {
        return refuse(EngineError::malformed, std::string{where} + ": an array of paragraphs was expected");
    }
    Content content;
    content.reserve(blocks->size());
    for (const json::value& element : *blocks) {
        Result<Block> block = block_from_json(element, where);
        if (!block) return std::unexpected{std::move(block.error())};
        content.push_back(std::move(*block));
    }
    if (Result<void> checked = validate(content, where); !checked) return std::unexpected{std::move(checked.error())};
    return content;
}

} // namespace papervault::engine
