#include <papervault/vault/bank.hpp>

#include "bank/item_key_box.hpp"
#include "import/csv.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/files.hpp>

#include <algorithm>

namespace papervault::vault {
namespace {

constexpr std::size_t specification_bytes_max = 4 << 20;

bool is_point_code(std::string_view code)
{
    return !code.empty() && code.size() <= 32 && code.front() != '.' && code.back() != '.' &&
           code.find("..") == std::string_view::npos && std::ranges::all_of(code, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-';
           });
}

} // namespace

Result<std::size_t> ItemBank::load_specification(const std::filesystem::path& csv, engine::Instant now)
{
    if (auto allowed = vault_->require(Role::manager); !allowed) { return std::unexpected{allowed.error()}; }
    const auto bytes = read_text_file(csv, specification_bytes_max);
    if (!bytes) { return std::unexpected{bytes.error()}; }
    const auto rows = parse_csv(*bytes);
    if (!rows) { return std::unexpected{rows.error()}; }
    const std::vector<std::string> heading{"code", "name", "weight_percent", "importance"};
    if (rows->empty() || rows->front().cells != heading) {
        return refuse(VaultError::malformed,
                      csv.string() + ": the heading must be code,name,weight_percent,importance");
    }
    std::vector<KnowledgePoint> points;
    for (std::size_t n = 1; n < rows->size(); ++n) {
        const CsvRow& row = (*rows)[n];
        const std::string at = csv.string() + ", line " + std::to_string(row.line) + ": ";
        if (row.cells.size() != heading.size()) { return refuse(VaultError::malformed, at + "four cells are needed"); }
        const auto weight = engine::Decimal::parse(row.cells[2]);
        const auto importance = engine::importance_from_text(row.cells[3]);
        if (!is_point_code(row.cells[0])) {
            return refuse(VaultError::malformed, at + "'" + row.cells[0] + "' is no code such as 2.3");
        }
        if (row.cells[1].empty() || row.cells[1].size() > 256) {
            return refuse(VaultError::malformed, at + "the name is missing or too long");
        }
        if (!weight || *weight < engine::Decimal{} || *weight > engine::Decimal::from_integer(100)) {
            return refuse(VaultError::malformed, at + "the weight is not a percentage");
        }
        if (!importance) { return refuse(VaultError::malformed, at + "importance is X, Y or Z"); }
        points.push_back({row.cells[0], row.cells[1], *weight, *importance});
    }
    const auto recorded =
        vault_->record("bank.specification", now, [&](Database& database) -> Result<boost::json::object> {
            Statement put = database.prepare(
                "INSERT INTO knowledge_points(code, name, weight_units, importance) VALUES (?,?,?,?)"
                " ON CONFLICT(code) DO UPDATE SET name = excluded.name, weight_units = excluded.weight_units,"
                " importance = excluded.importance");
            for (const KnowledgePoint& point : points) {
                put.bind(point.code)
                    .bind(point.name)
                    .bind(point.weight_percent.units())
                    .bind(engine::to_text(point.importance))
                    .run();
            }
            return boost::json::object{
                {"points", points.size()},
                {"digest", crypto::blake2b("papervault.specification.v1", {crypto::bytes_of(*bytes)}).hex()}};
        });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return points.size();
}

Result<BankStatistics> ItemBank::statistics()
{
    return guarded([&]() -> Result<BankStatistics> {
        BankStatistics statistics;
        Statement rows = vault_->database().prepare(
            "SELECT type, knowledge_point, count(*) FROM items WHERE newest = 1 GROUP BY 1, 2");
        while (rows.step()) {
            const auto count = static_cast<std::size_t>(rows.integer(2));
            statistics.items += count;
            statistics.by_type[rows.text(0)] += count;
            statistics.by_knowledge_point[rows.text(1)] += count;
        }
        Statement points = vault_->database().prepare("SELECT count(*) FROM knowledge_points");
        points.step();
        statistics.knowledge_points = static_cast<std::size_t>(points.integer(0));
        Statement media = vault_->database().prepare("SELECT count(*) FROM media");
        media.step();
        statistics.media = static_cast<std::size_t>(media.integer(0));
        return statistics;
    });
}

Result<std::vector<KnowledgePoint>> ItemBank::specification()
{
    return guarded([&]() -> Result<std::vector<KnowledgePoint>> {
        std::vector<KnowledgePoint> points;
        Statement rows = vault_->database().prepare(
            "SELECT code, name, weight_units, importance FROM knowledge_points ORDER BY code");
        while (rows.step()) {
            points.push_back({rows.text(0), rows.text(1), engine::Decimal::from_units(rows.integer(2)),
                              engine::importance_from_text(rows.text(3)).value_or(engine::Importance::general)});
        }
        return points;
    });
}

Result<engine::Item> ItemBank::item(std::string_view id, int version)
{
    return guarded([&]() -> Result<engine::Item> {
        Statement row = version == 0
                            ? vault_->database().prepare("SELECT body FROM items WHERE id = ? AND newest = 1")
                            : vault_->database().prepare("SELECT body FROM items WHERE id = ? AND version = ?");
        row.bind(id);
        if (version != 0) { row.bind(std::int64_t{version}); }
        if (!row.step()) { return refuse(VaultError::not_found, "the bank has no item '" + std::string{id} + "'"); }
        const auto value = engine::parse_json(row.text(0), {});
        if (!value) { return refuse(VaultError::malformed, "item '" + std::string{id} + "': " + value.error().detail); }
        auto item = engine::item_from_json(*value, std::string{id});
        if (!item) { return refuse(VaultError::malformed, item.error().detail); }
        return std::move(*item);
    });
}

Result<engine::AnswerKey> ItemBank::key(std::string_view id, int version)
{
    const auto answers_key = vault_->answers_key();
    if (!answers_key) { return std::unexpected{answers_key.error()}; }
    return guarded([&]() -> Result<engine::AnswerKey> {
        Statement row = vault_->database().prepare("SELECT sealed FROM item_keys WHERE id = ? AND version = ?");
        row.bind(id).bind(std::int64_t{version});
        if (!row.step()) { return refuse(VaultError::not_found, "the bank has no key for '" + std::string{id} + "'"); }
        return open_item_key(**answers_key, row.bytes(0), id, version);
    });
}

Result<Media> ItemBank::media(std::string_view name)
{
    return guarded([&]() -> Result<Media> {
        Statement row = vault_->database().prepare("SELECT type, bytes FROM media WHERE name = ?");
        row.bind(name);
        if (!row.step()) {
            return refuse(VaultError::not_found, "the bank has no picture '" + std::string{name} + "'");
        }
        return Media{std::string{name}, row.text(0), row.bytes(1)};
    });
}

} // namespace papervault::vault
