#include "item_rows.hpp"

#include "answer_notation.hpp"
#include "csv.hpp"
#include "institute_rows.hpp"
#include "raw_item.hpp"
#include "xlsx.hpp"

#include <papervault/engine/blueprint.hpp>
#include <papervault/engine/json.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace papervault::vault {
namespace {

using engine::Decimal;

constexpr std::size_t row_bytes_max = 256 * 1024;
constexpr std::size_t text_bytes_max = 64 * 1024;

/// Column headings as banks write them.
constexpr std::array heading_words{
    Alias{"编号", "id"},
    Alias{"题号", "id"},
    Alias{"题型", "type"},
    Alias{"知识点", "knowledge_point"},
    Alias{"鉴定点", "knowledge_point"},
    Alias{"subject", "knowledge_point"},
    Alias{"题干", "stem"},
    Alias{"试题内容", "stem"},
    Alias{"答案", "answer"},
    Alias{"难度", "difficulty"},
    Alias{"重要程度", "importance"},
    Alias{"分值", "points"},
    Alias{"解析", "explanation"},
    Alias{"来源", "source"},
    Alias{"评分标准", "scoring_standard"},
    Alias{"选项乱序", "shuffle"},
    Alias{"评分规则", "rule"},
    Alias{"倒扣比例", "penalty"},
    Alias{"空序不限", "any_order"},
    Alias{"材料编号", "stimulus_id"},
    Alias{"材料", "stimulus"},
    Alias{"等级", "level"},
    Alias{"级别", "level"},
    Alias{"认知层次", "cognitive"},
    Alias{"选项A", "option_a"},
    Alias{"选项B", "option_b"},
    Alias{"选项C", "option_c"},
    Alias{"选项D", "option_d"},
    Alias{"选项E", "option_e"},
    Alias{"选项F", "option_f"},
    Alias{"选项G", "option_g"},
    Alias{"选项H", "option_h"},
};
std::expected<RawItem, std::string> raw_from_json(const boost::json::value& value, std::string& id,
                                                  std::map<std::string, std::size_t>& ignored)
{
    constexpr std::array known{
        "id",         "type",   "knowledge_point", "subject",     "stem",     "options", "answer",   "difficulty",
        "importance", "points", "score",           "explanation", "analysis", "source",  "shuffle",  "scoring_standard",
        "prompts",    "rule",   "penalty",         "any_order",   "stimulus", "level",   "cognitive"};
    engine::JsonFields fields{value, ""};
    RawItem raw;
    raw.id = id = fields.text("id", engine::item_id_bytes_max);
    raw.type = fields.text("type", 32);
    raw.knowledge_point = fields.has("knowledge_point") ? fields.text("knowledge_point", 128)
                                                        : fields.optional_text("subject", 128).value_or("");
    raw.stem = fields.text("stem", text_bytes_max);
    if (fields.has("options")) { raw.options = fields.texts("options", 26, text_bytes_max); }
    for (const auto& element : fields.array("answer", 26)) {
        engine::BlankKey blank;
        if (element.is_string()) {
            blank.texts.emplace_back(element.get_string());
        } else if (element.is_array()) {
            for (const auto& alternative : element.get_array()) {
                if (!alternative.is_string()) {
                    return std::unexpected{std::string{"answer: an alternative is not a text"}};
                }
                blank.texts.emplace_back(alternative.get_string());
            }
        } else if (element.is_object()) {
            auto read = blank_from_json(element.get_object());
            if (!read) { return std::unexpected{read.error()}; }
            blank = std::move(*read);
        } else {
            return std::unexpected{std::string{"answer: neither text, list of texts nor number"}};
        }
        raw.answer.push_back(std::move(blank));
    }
    if (fields.has("prompts")) { raw.prompts = fields.texts("prompts", 26, text_bytes_max); }
    raw.rule = fields.optional_text("rule", 32).value_or("");
    raw.penalty = fields.optional_decimal("penalty", Decimal{}, Decimal::from_integer(1));
    raw.any_order = fields.boolean_or("any_order", false);
    if (fields.has("stimulus")) {
        engine::JsonFields stimulus{fields.member("stimulus"), "stimulus"};
        raw.stimulus_id = stimulus.text("id", engine::item_id_bytes_max);
        raw.stimulus = stimulus.text("content", text_bytes_max);
        if (const auto done = stimulus.finish(); !done) { return std::unexpected{done.error().detail}; }
    }
    raw.difficulty = fields.optional_decimal("difficulty", Decimal{}, Decimal::from_integer(1));
    if (fields.has("level")) {
        const auto& level = fields.member("level");
        if (level.is_int64()) { raw.level = std::to_string(level.get_int64()); }
        if (level.is_string()) { raw.level = level.get_string(); }
        if (raw.level.empty()) { return std::unexpected{std::string{"level: neither a number nor a text"}}; }
    }
    raw.cognitive = fields.optional_text("cognitive", engine::BlueprintLimits::class_bytes_max).value_or("");
    raw.importance = fields.optional_text("importance", 8).value_or("");
    const char* points = fields.has("points") ? "points" : "score";
    raw.points = fields.optional_decimal(points, Decimal{}, Decimal::from_integer(1000));
    const char* explanation = fields.has("explanation") ? "explanation" : "analysis";
    raw.explanation = fields.optional_text(explanation, text_bytes_max).value_or("");
    raw.source = fields.optional_text("source", 512).value_or("");
    raw.shuffle = fields.boolean_or("shuffle", true);
    raw.scoring_standard = fields.optional_text("scoring_standard", text_bytes_max).value_or("");
    if (const auto done = fields.finish_ignoring_unknown(); !done) { return std::unexpected{done.error().detail}; }
    for (const auto& member : value.get_object()) {
        if (std::ranges::find(known, std::string_view{member.key()}) == known.end()) {
            ++ignored[std::string{member.key()}];
        }
    }
    return raw;
}

void add(ItemRows& rows, std::size_t line, const std::string& id, const std::expected<RawItem, std::string>& raw)
{
    if (!raw) {
        rows.unread.push_back({line, id, raw.error()});
        return;
    }
    auto item = build_item(*raw);
    if (!item) {
        rows.unread.push_back({line, id, item.error()});
        return;
    }
    auto facts = facts_of(*raw);
    if (!facts) {
        rows.unread.push_back({line, id, facts.error()});
        return;
    }
    rows.items.push_back({line, std::move(*item), !raw->difficulty.has_value(), std::move(*facts)});
}

ItemRows read_jsonl(std::string_view text)
{
    ItemRows rows;
    std::size_t line = 0;
    while (!text.empty()) {
        ++line;
        const auto end = text.find('\n');
        const std::string_view row = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
        if (row.find_first_not_of(" \t\r") == std::string_view::npos) { continue; }
        const auto value = engine::parse_json(row, {.bytes_max = row_bytes_max, .depth_max = 8});
        if (!value) {
            rows.unread.push_back({line, "", value.error().detail});
            continue;
        }
        std::string id;
        const auto raw = raw_from_json(*value, id, rows.ignored_members);
        add(rows, line, id, raw);
    }
    return rows;
}

std::expected<RawItem, std::string> raw_from_cells(const std::vector<std::string>& names, const CsvRow& row,
                                                   std::string& id)
{
    RawItem raw;
    std::string answer;
    if (row.cells.size() > names.size()) {
        return std::unexpected{std::to_string(row.cells.size()) + " cells, but the heading has " +
                               std::to_string(names.size())};
    }
    for (std::size_t column = 0; column < row.cells.size(); ++column) {
        const std::string& name = names[column];
        const std::string& cell = row.cells[column];
        const auto number = [&](std::optional<Decimal>& into, Decimal highest) -> std::optional<std::string> {
            if (trimmed(cell).empty()) { return std::nullopt; }
            const auto parsed = Decimal::parse(trimmed(cell));
            if (!parsed || *parsed < Decimal{} || *parsed > highest) {
                return name + " '" + cell + "' is not a number from 0 to " + highest.to_string();
            }
            into = *parsed;
            return std::nullopt;
        };
        if (name == "id") {
            raw.id = id = trimmed(cell);
        } else if (name == "type") {
            raw.type = trimmed(cell);
        } else if (name == "knowledge_point") {
            raw.knowledge_point = trimmed(cell);
        } else if (name == "stem") {
            raw.stem = cell;
        } else if (name == "answer") {
            answer = trimmed(cell);
        } else if (name == "difficulty") {
            if (auto wrong = number(raw.difficulty, Decimal::from_integer(1))) { return std::unexpected{*wrong}; }
        } else if (name == "points") {
            if (auto wrong = number(raw.points, Decimal::from_integer(1000))) { return std::unexpected{*wrong}; }
        } else if (name == "level") {
            raw.level = trimmed(cell);
        } else if (name == "cognitive") {
            raw.cognitive = trimmed(cell);
        } else if (name == "importance") {
            raw.importance = trimmed(cell);
        } else if (name == "explanation") {
            raw.explanation = cell;
        } else if (name == "source") {
            raw.source = trimmed(cell);
        } else if (name == "scoring_standard") {
            raw.scoring_standard = cell;
        } else if (name == "shuffle") {
            if (!trimmed(cell).empty()) {
                const auto value = truth(cell);
                if (!value) { return std::unexpected{"shuffle '" + cell + "' is neither true nor false"}; }
                raw.shuffle = *value;
            }
        } else if (name == "rule") {
            raw.rule = trimmed(cell);
        } else if (name == "penalty") {
            if (auto wrong = number(raw.penalty, Decimal::from_integer(1))) { return std::unexpected{*wrong}; }
        } else if (name == "any_order") {
            if (!trimmed(cell).empty()) {
                const auto value = truth(cell);
                if (!value) { return std::unexpected{"any_order '" + cell + "' is neither true nor false"}; }
                raw.any_order = *value;
            }
        } else if (name == "stimulus_id") {
            raw.stimulus_id = trimmed(cell);
        } else if (name == "stimulus") {
            raw.stimulus = cell;
        } else if (name.starts_with("prompt_") && !trimmed(cell).empty()) {
            if (name != "prompt_" + std::to_string(raw.prompts.size() + 1)) {
                return std::unexpected{name + " is filled, an earlier one is empty"};
            }
            raw.prompts.push_back(cell);
        } else if (name.starts_with("option_") && !trimmed(cell).empty()) {
            const auto place = static_cast<std::size_t>(name.back() - 'a');
            if (place != raw.options.size()) {
                return std::unexpected{"option " + std::string(1, name.back()) + " is filled, an earlier one is empty"};
            }
            raw.options.push_back(cell);
        }
    }
    const std::string_view type = item_type_word(raw.type);
    if (type == "single" || type == "multiple" || type == "order" || type == "match") {
        raw.answer = letters(answer);
    } else if (type == "fill") {
        for (const std::string& cell : split(answer, "||")) {
            auto blank = blank_from_cell(cell);
            if (!blank) { return std::unexpected{blank.error()}; }
            raw.answer.push_back(std::move(*blank));
        }
    } else {
        raw.answer.push_back({.texts = {answer}, .number = {}});
    }
    return raw;
}

Result<ItemRows> read_table(const Result<std::vector<CsvRow>>& parsed)
{
    if (!parsed) { return std::unexpected{parsed.error()}; }
    if (parsed->empty()) { return refuse(VaultError::malformed, "the file is empty"); }
    constexpr std::array known{
        "id",          "type",   "knowledge_point",  "stem",    "answer", "difficulty", "points",    "importance",
        "explanation", "source", "scoring_standard", "shuffle", "rule",   "penalty",    "any_order", "stimulus_id",
        "stimulus",    "level",  "cognitive"};
    ItemRows rows;
    std::vector<std::string> names;
    for (const std::string& cell : parsed->front().cells) {
        std::string name{translate(heading_words, trimmed(cell))};
        const bool option = name.size() == 8 && name.starts_with("option_") && name.back() >= 'a' && name.back() <= 'l';
        const bool prompt = name.size() > 7 && name.size() < 10 && name.starts_with("prompt_") &&
                            name.find_first_not_of("0123456789", 7) == std::string::npos;
        if (!option && !prompt && std::ranges::find(known, name) == known.end()) { ++rows.ignored_members[name]; }
        if (std::ranges::find(names, name) != names.end()) {
            return refuse(VaultError::malformed, "the heading names '" + name + "' twice");
        }
        names.push_back(std::move(name));
    }
    for (const char* needed : {"id", "type", "stem", "answer"}) {
        if (std::ranges::find(names, needed) == names.end()) {
            return refuse(VaultError::malformed,
                          "the heading lacks the column '" + std::string{needed} + "' (docs/item-format.md)");
        }
    }
    for (std::size_t n = 1; n < parsed->size(); ++n) {
        std::string id;
        const auto raw = raw_from_cells(names, (*parsed)[n], id);
        add(rows, (*parsed)[n].line, id, raw);
    }
    return rows;
}

} // namespace

Result<ItemRows> read_item_rows(std::string_view bytes)
{
    if (looks_like_workbook(bytes)) {
        const auto sheets = parse_xlsx(crypto::bytes_of(bytes));
        if (!sheets) { return std::unexpected{sheets.error()}; }
        auto rows = read_table(item_table(*sheets));
        if (!rows) { return rows; }
        for (const Sheet& sheet : *sheets) { rows->pictures.insert(sheet.pictures.begin(), sheet.pictures.end()); }
        return rows;
    }
    const auto text = to_utf8(bytes);
    if (!text) { return std::unexpected{text.error()}; }
    const auto first = text->find_first_not_of(" \t\r\n");
    if (first == std::string::npos) { return refuse(VaultError::malformed, "the file is empty"); }
    if ((*text)[first] == '{') { return read_jsonl(*text); }
    return read_table(parse_csv(*text));
}

} // namespace papervault::vault
