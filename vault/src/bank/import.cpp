#include <papervault/vault/bank.hpp>

#include "bank/item_key_box.hpp"
#include "import/item_rows.hpp"
#include "import/media.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/files.hpp>

#include <set>

namespace papervault::vault {
namespace {

constexpr std::size_t import_bytes_max = 512 << 20;

/// The newest version that the bank holds of an item.
struct Held {
    int version = 0;
    std::string content_digest;
};

/// One import inside its transaction: writes items one after the other and keeps the count.
class Importer {
public:
    /// @param entry  Number that the import's ledger entry will have.
    Importer(Database& database, const crypto::SecretBuffer& answers_key, std::uint64_t entry)
        : database_{&database}, answers_key_{&answers_key}, entry_{static_cast<std::int64_t>(entry)}
    {
    }

    void store_media(const Media& media)
    {
        database_
            ->prepare("INSERT INTO media(name, type, bytes, digest) VALUES (?,?,?,?) ON CONFLICT(name) DO UPDATE SET "
                      "type = excluded.type,"
                      " bytes = excluded.bytes, digest = excluded.digest")
            .bind(media.name)
            .bind(media.type)
            .bind(crypto::ByteView{media.bytes})
            .bind(crypto::blake2b("papervault.media.v1", {media.bytes}).hex())
            .run();
    }

    void store(engine::ItemWithKey item, ImportReport& report)
    {
        const Held held = find(item.item.id);
        const std::string digest = content_digest(item);
        if (held.content_digest == digest) {
            ++report.unchanged;
            return;
        }
        item.item.version = item.key.item_version = held.version + 1;
        ++(held.version == 0 ? report.added : report.new_versions);
        forget_newest_.bind(item.item.id).run();
        const std::string body = engine::canonical_json(to_json(item.item));
        const crypto::Bytes sealed = seal_item_key(*answers_key_, item.key);
        insert_item_.bind(item.item.id)
            .bind(std::int64_t{item.item.version})
            .bind(engine::to_text(item.item.type))
            .bind(item.item.knowledge_point)
            .bind(item.item.difficulty.units())
            .bind(body)
            .bind(digest)
            .bind(item_row_digest(body, sealed).hex())
            .bind(entry_)
            .run();
        insert_key_.bind(item.item.id).bind(std::int64_t{item.item.version}).bind(crypto::ByteView{sealed}).run();
    }

    /// Adds to what is known of the item.
    void store_facts(const std::string& id, const boost::json::object& facts)
    {
        Statement known = database_->prepare("SELECT facts FROM item_facts WHERE id = ?");
        known.bind(id);
        boost::json::object merged;
        if (known.step()) {
            const auto before = engine::parse_json(known.text(0), {});
            if (before && before->is_object()) { merged = before->get_object(); }
        }
        for (const auto& [name, value] : facts) { merged[name] = value; }
        database_
            ->prepare("INSERT INTO item_facts(id, facts) VALUES (?, ?) ON CONFLICT(id) DO UPDATE"
                      " SET facts = excluded.facts")
            .bind(id)
            .bind(engine::canonical_json(merged))
            .run();
    }

private:
    [[nodiscard]] Held find(const std::string& id)
    {
        find_newest_.bind(id);
        Held held;
        if (find_newest_.step()) { held = {static_cast<int>(find_newest_.integer(0)), find_newest_.text(1)}; }
        find_newest_.reset();
        return held;
    }

    /// Keyed: without the answers key nobody can test guesses of a key against it.
    [[nodiscard]] std::string content_digest(engine::ItemWithKey item) const
    {
        item.item.version = item.key.item_version = 1;
        const std::string text = engine::canonical_json(boost::json::array{to_json(item.item), to_json(item.key)});
        return crypto::blake2b("papervault.item.v1", {answers_key_->expose(), crypto::bytes_of(text)}).hex();
    }

    Database* database_;
    const crypto::SecretBuffer* answers_key_;
    std::int64_t entry_;
    Statement find_newest_ =
        database_->prepare("SELECT version, content_digest FROM items WHERE id = ? AND newest = 1");
    Statement forget_newest_ = database_->prepare("UPDATE items SET newest = 0 WHERE id = ? AND newest = 1");
    Statement insert_item_ =
        database_->prepare("INSERT INTO items(id, version, newest, type, knowledge_point, difficulty_units, body,"
                           " content_digest, row_digest, import_entry) VALUES (?,?,1,?,?,?,?,?,?,?)");
    Statement insert_key_ = database_->prepare("INSERT INTO item_keys(id, version, sealed) VALUES (?,?,?)");
};

std::set<std::string> known_points(Database& database)
{
    std::set<std::string> codes;
    Statement rows = database.prepare("SELECT code FROM knowledge_points");
    while (rows.step()) { codes.insert(rows.text(0)); }
    return codes;
}

std::set<std::string> stems_and_options_media(const engine::Item& item)
{
    std::set<std::string> names;
    const auto add = [&](const engine::Content& content) {
        for (std::string& name : engine::media_names(content)) { names.insert(std::move(name)); }
    };
    add(item.stem);
    for (const engine::Option& option : item.options) { add(option.content); }
    for (const engine::Option& prompt : item.prompts) { add(prompt.content); }
    if (item.stimulus) { add(item.stimulus->content); }
    return names;
}

} // namespace

Result<ImportReport> ItemBank::import_file(const std::filesystem::path& file, BadRows bad_rows, bool create_points,
                                           engine::Instant now)
{
    if (auto allowed = vault_->require(Role::manager); !allowed) { return std::unexpected{allowed.error()}; }
    const auto answers_key = vault_->answers_key();
    if (!answers_key) {
        return refuse(VaultError::not_permitted, "an import holds answer keys: " + answers_key.error().detail);
    }
    const auto bytes = read_text_file(file, import_bytes_max);
    if (!bytes) { return std::unexpected{bytes.error()}; }
    auto rows = read_item_rows(*bytes);
    if (!rows) { return refuse(rows.error().code, file.string() + ": " + rows.error().detail); }

    ImportReport report;
    report.rows = rows->items.size() + rows->unread.size();
    for (const UnreadRow& row : rows->unread) { report.rejected.push_back({row.line, row.id, row.reason}); }
    report.ignored_members = rows->ignored_members;

    std::set<std::string> points = guarded([&]() -> Result<std::set<std::string>> {
                                       return known_points(vault_->database());
                                   }).value_or(std::set<std::string>{});
    std::vector<std::string> new_points;
    std::map<std::string, Media> media;
    std::vector<ReadItem> good;
    std::map<std::string, std::size_t> first_line;
    for (ReadItem& row : rows->items) {
        const engine::Item& item = row.item.item;
        const auto reject = [&](std::string reason) {
            report.rejected.push_back({row.line, item.id, std::move(reason)});
        };
        const auto [earlier, is_first] = first_line.emplace(item.id, row.line);
        if (!is_first) {
            reject("the id stands in line " + std::to_string(earlier->second) + " already");
            continue;
        }
        if (!points.contains(item.knowledge_point)) {
            if (!create_points) {
                reject("knowledge point '" + item.knowledge_point + "' is not in the specification table");
                continue;
            }
            points.insert(item.knowledge_point);
            new_points.push_back(item.knowledge_point);
        }
        bool complete = true;
        for (const std::string& name : stems_and_options_media(item)) {
            if (media.contains(name)) { continue; }
            const auto inside = rows->pictures.find(name);
            auto picture = inside == rows->pictures.end() ? read_media(file.parent_path(), name)
                                                          : checked_media(name, inside->second);
            if (!picture) {
                reject("picture " + name + ": " + picture.error().detail);
                complete = false;
                break;
            }
            media.emplace(name, std::move(*picture));
        }
        if (!complete) { continue; }
        report.assumed_difficulty += row.assumed_difficulty ? 1 : 0;
        good.push_back(std::move(row));
    }
    std::ranges::sort(report.rejected, {}, &RejectedRow::line);
    if (bad_rows == BadRows::refuse_all && !report.rejected.empty()) {
        std::string lines;
        for (std::size_t n = 0; n < report.rejected.size() && n < 20; ++n) {
            const RejectedRow& row = report.rejected[n];
            lines += "\n  line " + std::to_string(row.line) + (row.id.empty() ? "" : " (" + row.id + ")") + ": " +
                     row.reason;
        }
        if (report.rejected.size() > 20) { lines += "\n  …"; }
        return refuse(VaultError::malformed, file.string() + ": " + std::to_string(report.rejected.size()) + " of " +
                                                 std::to_string(report.rows) + " rows are bad; nothing was stored." +
                                                 lines);
    }
    const auto recorded = vault_->record("bank.import", now, [&](Database& database) -> Result<boost::json::object> {
        Statement add_point = database.prepare(
            "INSERT INTO knowledge_points(code, name, weight_units, importance) VALUES (?, ?, 0, 'Y')");
        for (const std::string& code : new_points) { add_point.bind(code).bind(code).run(); }
        report.new_knowledge_points = new_points.size();
        const std::uint64_t entry = vault_->ledger().size();
        Importer importer{database, **answers_key, entry};
        for (const auto& [name, picture] : media) { importer.store_media(picture); }
        report.media = media.size();
        boost::json::array facts;
        for (ReadItem& row : good) {
            if (!row.facts.empty()) {
                importer.store_facts(row.item.item.id, row.facts);
                facts.push_back({row.item.item.id, row.facts});
            }
            importer.store(std::move(row.item), report);
        }
        report.digest = import_digest(database, entry).hex();
        boost::json::object entry_text{
            {"file", file.filename().string()},
            {"file_digest", crypto::blake2b("papervault.import-file.v1", {crypto::bytes_of(*bytes)}).hex()},
            {"added", report.added},
            {"new_versions", report.new_versions},
            {"unchanged", report.unchanged},
            {"rejected", report.rejected.size()},
            {"digest", report.digest}};
        if (!facts.empty()) {
            const std::string text = engine::canonical_json(facts);
            entry_text["facts"] = facts.size();
            entry_text["facts_digest"] = crypto::blake2b("papervault.facts.v1", {crypto::bytes_of(text)}).hex();
        }
        return entry_text;
    });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return report;
}

} // namespace papervault::vault
