#include "import/csv.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/bank.hpp>
#include <papervault/vault/files.hpp>

#include <algorithm>
#include <array>
#include <charconv>

// What is known of items beside their content: the tables of enemies, passages, statistics and times.
namespace papervault::vault {
namespace {

constexpr std::size_t facts_bytes_max = 64 << 20;
constexpr std::size_t name_bytes_max = 128;
constexpr int seconds_max = 86'400;

struct Facts {
    std::string id;
    boost::json::object facts;
};

struct ParameterRange {
    engine::Decimal lowest;
    engine::Decimal highest;
};
/// Slope above 0, difficulty on the logit scale, chance of a guess.
ParameterRange range_of(std::string_view name)
{
    if (name == "irt_a") { return {engine::Decimal::from_units(1'000), engine::Decimal::from_integer(10)}; }
    if (name == "irt_b") { return {engine::Decimal::from_integer(-10), engine::Decimal::from_integer(10)}; }
    return {engine::Decimal{}, engine::Decimal::from_units(990'000)};
}

Result<void> put(boost::json::object& facts, const std::string& name, const std::string& cell, const std::string& at)
{
    if (cell.empty()) { return {}; }
    if (name == "discrimination") {
        const auto value = engine::Decimal::parse(cell);
        if (!value || *value > engine::Decimal::from_integer(1) || *value < engine::Decimal::from_integer(-1)) {
            return refuse(VaultError::malformed, at + "discrimination is from -1 to 1");
        }
        facts[name] = value->to_string();
    } else if (name.starts_with("irt_")) {
        const auto value = engine::Decimal::parse(cell);
        const ParameterRange range = range_of(name);
        if (!value || *value < range.lowest || *value > range.highest) {
            return refuse(VaultError::malformed,
                          at + name + " is from " + range.lowest.to_string() + " to " + range.highest.to_string());
        }
        facts[name] = value->to_string();
    } else if (name == "level") {
        if (cell.size() != 1 || cell.front() < '1' || cell.front() > '5') {
            return refuse(VaultError::malformed, at + "level is from 1 to 5");
        }
        facts[name] = cell.front() - '0';
    } else if (name == "cognitive") {
        if (cell.size() > engine::BlueprintLimits::class_bytes_max) {
            return refuse(VaultError::malformed, at + "cognitive is too long");
        }
        facts[name] = cell;
    } else if (name == "seconds") {
        int value = 0;
        const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
        if (error != std::errc{} || end != cell.data() + cell.size() || value < 0 || value > seconds_max) {
            return refuse(VaultError::malformed, at + "seconds are from 0 to 86400");
        }
        facts[name] = value;
    } else {
        if (cell.size() > name_bytes_max) { return refuse(VaultError::malformed, at + name + " is too long"); }
        facts[name] = cell;
    }
    return {};
}

Result<std::vector<Facts>> read(const std::vector<CsvRow>& rows, const std::string& file)
{
    constexpr std::array known{"id",    "enemy_set", "stimulus", "discrimination", "seconds",
                               "level", "cognitive", "irt_a",    "irt_b",          "irt_c"};
    if (rows.empty() || rows.front().cells.empty() || rows.front().cells.front() != "id") {
        return refuse(VaultError::malformed, file + ": the first column is id");
    }
    const std::vector<std::string>& names = rows.front().cells;
    for (const std::string& name : names) {
        if (std::ranges::find(known, name) == known.end() || std::ranges::count(names, name) > 1) {
            return refuse(VaultError::malformed,
                          file + ": the columns are id, enemy_set, stimulus, discrimination, seconds, level, "
                                 "cognitive, irt_a, irt_b, irt_c, each once");
        }
    }
    std::vector<Facts> all;
    for (std::size_t n = 1; n < rows.size(); ++n) {
        const std::string at = file + ", line " + std::to_string(rows[n].line) + ": ";
        if (rows[n].cells.size() != names.size()) {
            return refuse(VaultError::malformed, at + "as many cells as the heading are needed");
        }
        Facts facts{rows[n].cells.front(), {}};
        for (std::size_t column = 1; column < names.size(); ++column) {
            if (auto stored = put(facts.facts, names[column], rows[n].cells[column], at); !stored) {
                return std::unexpected{stored.error()};
            }
        }
        all.push_back(std::move(facts));
    }
    return all;
}

} // namespace

Result<std::size_t> ItemBank::load_facts(const std::filesystem::path& csv, engine::Instant now)
{
    if (auto allowed = vault_->require(Role::manager); !allowed) { return std::unexpected{allowed.error()}; }
    const auto text = read_text_file(csv, facts_bytes_max);
    if (!text) { return std::unexpected{text.error()}; }
    const auto rows = parse_csv(*text);
    if (!rows) { return std::unexpected{rows.error()}; }
    const auto all = read(*rows, csv.string());
    if (!all) { return std::unexpected{all.error()}; }
    const auto recorded = vault_->record("bank.facts", now, [&](Database& database) -> Result<boost::json::object> {
        Statement exists = database.prepare("SELECT 1 FROM items WHERE id = ? AND newest = 1");
        Statement store = database.prepare("INSERT INTO item_facts(id, facts) VALUES (?, ?) ON CONFLICT(id) DO UPDATE"
                                           " SET facts = excluded.facts");
        for (const Facts& facts : *all) {
            exists.bind(facts.id);
            const bool known = exists.step();
            exists.reset();
            if (!known) { return refuse(VaultError::not_found, "the bank has no item '" + facts.id + "'"); }
            store.bind(facts.id).bind(engine::canonical_json(facts.facts)).run();
        }
        return boost::json::object{{"items", all->size()},
                                   {"digest", crypto::blake2b("papervault.facts.v1", {crypto::bytes_of(*text)}).hex()}};
    });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return all->size();
}

Result<std::map<std::string, ItemParameters, std::less<>>> ItemBank::parameters()
{
    return guarded([&]() -> Result<std::map<std::string, ItemParameters, std::less<>>> {
        std::map<std::string, ItemParameters, std::less<>> found;
        Statement rows = vault_->database().prepare("SELECT id, facts FROM item_facts");
        while (rows.step()) {
            const auto value = engine::parse_json(rows.text(1), {});
            if (!value) { return refuse(VaultError::malformed, "item facts"); }
            engine::JsonFields fields{*value, "facts"};
            if (!fields.has("irt_b")) { continue; }
            const auto number = [&](std::string_view name, double otherwise) {
                const ParameterRange range = range_of(name);
                const auto read = fields.optional_decimal(name, range.lowest, range.highest);
                return read ? read->to_double() : otherwise;
            };
            const ItemParameters parameters{number("irt_a", 1), number("irt_b", 0), number("irt_c", 0)};
            if (!fields.finish_ignoring_unknown()) { return refuse(VaultError::malformed, "item facts"); }
            found.emplace(rows.text(0), parameters);
        }
        return found;
    });
}

} // namespace papervault::vault
