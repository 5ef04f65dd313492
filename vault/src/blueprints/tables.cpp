#include "import/xlsx.hpp"

#include <papervault/vault/blueprints.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

// A structure table (how many items of which type, what points) and a specification table (weights of the knowledge
// points) as spreadsheets have them, made into a blueprint.
namespace papervault::vault {
namespace {

using engine::Decimal;

std::unexpected<VaultFailure> wrong(const Sheet& sheet, const SheetRow& row, const std::string& why)
{
    return refuse(VaultError::malformed, sheet.name + ", row " + std::to_string(row.number) + ": " + why);
}

std::string cell(const SheetRow& row, std::optional<std::size_t> column)
{
    if (!column || *column >= row.cells.size()) { return {}; }
    std::string text = row.cells[*column];
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string::npos) { return {}; }
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::optional<int> whole_number(const std::string& text)
{
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional{number} : std::nullopt;
}

std::optional<engine::ItemType> type_of(const std::string& name)
{
    struct Word {
        std::string_view word;
        engine::ItemType type;
    };
    static constexpr std::array words{
        Word{"单", engine::ItemType::single_choice},  Word{"多", engine::ItemType::multiple_choice},
        Word{"判断", engine::ItemType::true_false},   Word{"填空", engine::ItemType::fill_in},
        Word{"简答", engine::ItemType::short_answer}, Word{"论述", engine::ItemType::essay},
        Word{"选择", engine::ItemType::single_choice}};
    for (const Word& word : words) {
        if (name.find(word.word) != std::string::npos) { return word.type; }
    }
    return engine::item_type_from_text(name);
}

std::optional<std::size_t> column_named(const SheetRow& heading, std::initializer_list<std::string_view> names)
{
    for (std::size_t n = 0; n < heading.cells.size(); ++n) {
        for (const std::string_view name : names) {
            if (heading.cells[n].find(name) != std::string::npos) { return n; }
        }
    }
    return std::nullopt;
}

const Sheet* sheet_named(const std::vector<Sheet>& sheets, std::string_view name)
{
    for (const Sheet& sheet : sheets) {
        if (sheet.name.find(name) != std::string::npos) { return &sheet; }
    }
    return nullptr;
}

/// "标题 | …", "难度 | 0.7" above or below the table.
Result<bool> read_setting(const Sheet& sheet, const SheetRow& row, engine::Blueprint& blueprint)
{
    const std::string name = cell(row, 0);
    const std::string value = cell(row, 1);
    const auto number = [&](int& target) -> Result<bool> {
        const auto read = whole_number(value);
        if (!read) { return wrong(sheet, row, "'" + value + "' is no whole number"); }
        target = *read;
        return true;
    };
    const auto decimal = [&](Decimal& target) -> Result<bool> {
        const auto read = Decimal::parse(value);
        if (!read) { return wrong(sheet, row, "'" + value + "' is no number"); }
        target = *read;
        return true;
    };
    if (name == "标题") {
        blueprint.title = value;
        return true;
    }
    if (name == "难度") { return decimal(blueprint.difficulty_target); }
    if (name == "难度允差") { return decimal(blueprint.difficulty_tolerance); }
    if (name == "平行卷数") { return number(blueprint.parallel_forms); }
    if (name == "备用卷数") { return number(blueprint.spare_forms); }
    if (name == "重复题上限") { return number(blueprint.overlap_max); }
    return false;
}

Result<void> read_structure(const Sheet& sheet, engine::Blueprint& blueprint)
{
    static constexpr std::array<std::string_view, 10> ordinals{"一", "二", "三", "四", "五",
                                                               "六", "七", "八", "九", "十"};
    std::optional<std::size_t> type_column;
    std::optional<std::size_t> count_column;
    std::optional<std::size_t> points_column;
    for (const SheetRow& row : sheet.rows) {
        const auto setting = read_setting(sheet, row, blueprint);
        if (!setting) { return std::unexpected{setting.error()}; }
        if (*setting) { continue; }
        if (!type_column) {
            type_column = column_named(row, {"题型"});
            count_column = column_named(row, {"题数", "题量", "数量"});
            points_column = column_named(row, {"每题分", "每题", "分值"});
            if (type_column && (!count_column || !points_column)) {
                return wrong(sheet, row, "the heading needs 题型, 题数 and 每题分值");
            }
            continue;
        }
        const std::string name = cell(row, type_column);
        if (name.empty() || name.starts_with("合计") || name.starts_with("总")) { continue; }
        const auto type = type_of(name);
        if (!type) { return wrong(sheet, row, "'" + name + "' is no type of item"); }
        const auto count = whole_number(cell(row, count_column));
        const auto points = Decimal::parse(cell(row, points_column));
        if (!count || *count < 1) { return wrong(sheet, row, "题数 is no whole number above 0"); }
        if (!points) { return wrong(sheet, row, "每题分值 is no number"); }
        if (blueprint.sections.size() == ordinals.size()) { return wrong(sheet, row, "more than ten sections"); }
        engine::BlueprintSection section;
        section.title = std::string{ordinals[blueprint.sections.size()]} + "、" + name;
        section.note = "每题 " + points->to_string() + " 分，共 " + std::to_string(*count) + " 题";
        section.type = *type;
        section.count = *count;
        section.points_each = *points;
        blueprint.total_points += points->times(*count);
        blueprint.sections.push_back(std::move(section));
    }
    if (blueprint.sections.empty()) {
        return refuse(VaultError::malformed, sheet.name + ": no heading 题型, 题数, 每题分值 with rows below it");
    }
    return {};
}

struct Weight {
    std::string code;
    Decimal percent;
};

Result<std::vector<Weight>> read_weights(const Sheet& sheet)
{
    std::vector<Weight> weights;
    std::optional<std::size_t> code_column;
    std::optional<std::size_t> weight_column;
    for (const SheetRow& row : sheet.rows) {
        if (!code_column) {
            code_column = column_named(row, {"代码", "code"});
            weight_column = column_named(row, {"比重", "权重", "weight"});
            if (code_column && !weight_column) { return wrong(sheet, row, "the heading needs 代码 and 比重"); }
            continue;
        }
        const std::string code = cell(row, code_column);
        const std::string text = cell(row, weight_column);
        if (code.empty() || text.empty()) { continue; }
        const auto percent = Decimal::parse(text.ends_with('%') ? text.substr(0, text.size() - 1) : text);
        if (!percent || *percent < Decimal{} || *percent > Decimal::from_integer(100)) {
            return wrong(sheet, row, "'" + text + "' is no percentage from 0 to 100");
        }
        weights.push_back({code, *percent});
    }
    if (weights.empty()) {
        return refuse(VaultError::malformed, sheet.name + ": no heading 代码, 比重 with rows below it");
    }
    return weights;
}

/// The share of `count` items, one down and one up from the exact value for points below the first level.
engine::ScopeCount share(const Weight& weight, int count, int room)
{
    constexpr std::int64_t hundred = 100 * Decimal::units_per_one;
    const std::int64_t product = weight.percent.units() * count;
    const int down = static_cast<int>(product / hundred);
    const int up = static_cast<int>((product + hundred - 1) / hundred);
    return {weight.code, std::max(0, down - room), std::min(count, up + room)};
}

void add_scopes(const std::vector<Weight>& weights, engine::Blueprint& blueprint)
{
    int items = 0;
    for (engine::BlueprintSection& section : blueprint.sections) {
        items += section.count;
        for (const Weight& weight : weights) {
            if (weight.code.find('.') == std::string::npos) {
                section.scopes.push_back(share(weight, section.count, 0));
            }
        }
    }
    for (const Weight& weight : weights) {
        if (weight.code.find('.') != std::string::npos) { blueprint.scopes.push_back(share(weight, items, 1)); }
    }
}

} // namespace

Result<engine::Blueprint> blueprint_from_tables(crypto::ByteView xlsx)
{
    const auto sheets = parse_xlsx(xlsx);
    if (!sheets) { return std::unexpected{sheets.error()}; }
    const Sheet* structure = sheet_named(*sheets, "结构表");
    if (structure == nullptr) { return refuse(VaultError::malformed, "the workbook has no sheet named 结构表"); }
    engine::Blueprint blueprint;
    blueprint.title = "理论知识试卷";
    blueprint.difficulty_target = Decimal::from_units(700'000);
    blueprint.difficulty_tolerance = Decimal::from_units(50'000);
    if (auto read = read_structure(*structure, blueprint); !read) { return std::unexpected{read.error()}; }
    if (const Sheet* specification = sheet_named(*sheets, "细目表")) {
        const auto weights = read_weights(*specification);
        if (!weights) { return std::unexpected{weights.error()}; }
        add_scopes(*weights, blueprint);
    }
    if (const auto valid = engine::validate(blueprint); !valid) {
        return refuse(VaultError::malformed, valid.error().detail);
    }
    return blueprint;
}

} // namespace papervault::vault
