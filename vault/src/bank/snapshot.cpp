#include "bank/usage.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/bank.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>

namespace papervault::vault {
namespace {

using engine::PoolItemFacts;

/// Which facts a draw under these rules looks at. Enemy sets always count.
struct Wanted {
    explicit Wanted(const engine::BlueprintRules& rules)
        : importance{!rules.importance.empty()}, discrimination{rules.discrimination_at_least.has_value()},
          stimulus{rules.stimulus.has_value()}, characters{rules.characters.has_value()},
          seconds{rules.seconds.has_value()}, pictures{rules.pictures.has_value()},
          last_use{rules.unused_in_last_batches > 0}, uses{rules.uses_at_most.has_value()},
          past_forms{rules.past_overlap_max.has_value()}, level{!rules.levels.empty()},
          cognitive{!rules.cognitive.empty()}, key_letters{!rules.key_letters.empty()}
    {
    }
    [[nodiscard]] bool body() const { return importance || characters || pictures; }
    [[nodiscard]] bool usage() const { return last_use || uses || past_forms; }
    bool importance, discrimination, stimulus, characters, seconds, pictures, last_use, uses, past_forms;
    bool level, cognitive, key_letters;
};

/// More than an item can have options.
constexpr int masks = 16;

/// A number that only the answers key gives, so that a snapshot tells nobody else a right answer.
Result<int> mask_of(const OfficeVault& vault, std::string_view id, int version)
{
    const auto key = vault.answers_key();
    if (!key) { return refuse(VaultError::not_permitted, "rules.key_letters looks at answers: " + key.error().detail); }
    const std::string item = std::string{id} + "|" + std::to_string(version);
    const crypto::Digest digest = crypto::blake2b("papervault.key-mask.v1", {(*key)->expose(), crypto::bytes_of(item)});
    return std::to_integer<int>(digest.bytes.front()) % masks;
}

int characters_of(const engine::Content& content)
{
    const std::string text = engine::plain_text(content);
    return static_cast<int>(std::ranges::count_if(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte > ' ' && (byte & 0xC0) != 0x80; // first bytes of characters that are no spaces
    }));
}

Result<void> add_body_facts(const std::string& body, const Wanted& wanted, PoolItemFacts& facts)
{
    const auto value = engine::parse_json(body, {});
    auto item = value ? engine::item_from_json(*value, "item") : std::unexpected{value.error()};
    if (!item) { return refuse(VaultError::malformed, item.error().detail); }
    if (wanted.importance) { facts.importance = item->importance; }
    if (wanted.characters) { facts.characters = characters_of(item->stem); }
    facts.has_picture = wanted.pictures && !engine::media_names(item->stem).empty();
    for (const engine::Option& option : item->options) {
        if (wanted.characters) { facts.characters += characters_of(option.content); }
        if (wanted.pictures && !engine::media_names(option.content).empty()) { facts.has_picture = true; }
    }
    return {};
}

Result<void> add_stored_facts(const std::string& text, const Wanted& wanted, PoolItemFacts& facts)
{
    const auto value = engine::parse_json(text, {});
    if (!value) { return refuse(VaultError::malformed, "item facts"); }
    engine::JsonFields fields{*value, "facts"};
    const Result<void> wrong = refuse(VaultError::malformed, "item facts");
    facts.enemy_set = fields.optional_text("enemy_set", 128).value_or("");
    const auto stimulus = fields.optional_text("stimulus", 128);
    const auto discrimination =
        fields.optional_decimal("discrimination", engine::Decimal::from_integer(-1), engine::Decimal::from_integer(1));
    const auto seconds = fields.optional_integer("seconds", 0, 86'400);
    const auto level = fields.optional_integer("level", 1, 5);
    const auto cognitive = fields.optional_text("cognitive", engine::BlueprintLimits::class_bytes_max);
    for (const char* parameter : {"irt_a", "irt_b", "irt_c"}) { fields.optional_text(parameter, 32); } // not for draws
    if (!fields.finish()) { return wrong; }
    if (wanted.stimulus) { facts.stimulus = stimulus.value_or(""); }
    if (wanted.discrimination) { facts.discrimination = discrimination; }
    if (wanted.level) { facts.level = static_cast<int>(level.value_or(0)); }
    if (wanted.cognitive) { facts.cognitive_class = cognitive.value_or(""); }
    if (wanted.seconds) { facts.seconds = static_cast<int>(seconds.value_or(0)); }
    return {};
}

/// @param key_mask  Nothing: the rules don't look at key letters, or the item has none.
boost::json::object to_json(const PoolItemFacts& facts, std::optional<int> key_mask)
{
    boost::json::object object;
    if (key_mask) { object["key_mask"] = *key_mask; }
    if (facts.level != 0) { object["level"] = facts.level; }
    if (!facts.cognitive_class.empty()) { object["cognitive"] = facts.cognitive_class; }
    if (facts.importance != engine::Importance::general) { object["importance"] = engine::to_text(facts.importance); }
    if (facts.discrimination) { object["discrimination"] = facts.discrimination->to_string(); }
    if (!facts.enemy_set.empty()) { object["enemy_set"] = facts.enemy_set; }
    if (!facts.stimulus.empty()) { object["stimulus"] = facts.stimulus; }
    if (facts.characters != 0) { object["characters"] = facts.characters; }
    if (facts.seconds != 0) { object["seconds"] = facts.seconds; }
    if (facts.has_picture) { object["picture"] = true; }
    if (facts.uses != 0) { object["uses"] = facts.uses; }
    if (facts.batches_since_use) { object["batches_since_use"] = *facts.batches_since_use; }
    if (!facts.past_forms.empty()) {
        boost::json::array forms;
        for (const std::uint32_t form : facts.past_forms) { forms.emplace_back(form); }
        object["past_forms"] = std::move(forms);
    }
    return object;
}

Result<PoolItemFacts> facts_from_json(const boost::json::value& value, std::optional<int>& key_mask)
{
    engine::JsonFields fields{value, "facts"};
    PoolItemFacts facts;
    if (const auto mask = fields.optional_integer("key_mask", 0, masks - 1)) { key_mask = static_cast<int>(*mask); }
    facts.level = static_cast<int>(fields.optional_integer("level", 1, 5).value_or(0));
    facts.cognitive_class = fields.optional_text("cognitive", engine::BlueprintLimits::class_bytes_max).value_or("");
    if (const auto importance = fields.optional_text("importance", 8)) {
        const auto read = engine::importance_from_text(*importance);
        if (!read) { fields.problem(engine::EngineError::out_of_range, "importance", "not one of X, Y, Z"); }
        facts.importance = read.value_or(engine::Importance::general);
    }
    facts.discrimination =
        fields.optional_decimal("discrimination", engine::Decimal::from_integer(-1), engine::Decimal::from_integer(1));
    facts.enemy_set = fields.optional_text("enemy_set", 128).value_or("");
    facts.stimulus = fields.optional_text("stimulus", 128).value_or("");
    facts.characters = static_cast<int>(fields.optional_integer("characters", 0, 1'000'000).value_or(0));
    facts.seconds = static_cast<int>(fields.optional_integer("seconds", 0, 86'400).value_or(0));
    facts.has_picture = fields.boolean_or("picture", false);
    facts.uses = static_cast<int>(fields.optional_integer("uses", 0, 1'000'000'000).value_or(0));
    if (const auto ago = fields.optional_integer("batches_since_use", 0, 1'000'000'000)) {
        facts.batches_since_use = static_cast<int>(*ago);
    }
    if (fields.has("past_forms")) {
        for (const auto& form : fields.array("past_forms", 1'000'000)) {
            if (!form.is_int64() || form.get_int64() < 0 || form.get_int64() > UINT32_MAX) {
                fields.problem(engine::EngineError::out_of_range, "past_forms", "no number of a form");
                break;
            }
            facts.past_forms.push_back(static_cast<std::uint32_t>(form.get_int64()));
        }
    }
    if (const auto finished = fields.finish(); !finished) {
        return refuse(VaultError::malformed, "snapshot: " + finished.error().detail);
    }
    return facts;
}

} // namespace

Result<BankSnapshot> snapshot_from_text(std::string text)
{
    const auto value = engine::parse_json(text, {.bytes_max = 512 << 20, .depth_max = 5});
    if (!value || !value->is_array()) { return refuse(VaultError::malformed, "snapshot: not a JSON array"); }
    BankSnapshot snapshot;
    for (const auto& element : value->get_array()) {
        const auto* row = element.if_array();
        if (row == nullptr || row->size() < 5 || row->size() > 6 || !(*row)[0].is_string() || !(*row)[1].is_int64() ||
            !(*row)[2].is_string() || !(*row)[3].is_string() || !(*row)[4].is_string()) {
            return refuse(VaultError::malformed,
                          "snapshot: a row is not [id, version, type, knowledge point, difficulty]");
        }
        const auto type = engine::item_type_from_text((*row)[2].get_string());
        const auto difficulty = engine::Decimal::parse((*row)[4].get_string());
        if (!type || !difficulty) { return refuse(VaultError::malformed, "snapshot: type or difficulty"); }
        std::string id{(*row)[0].get_string()};
        snapshot.versions.emplace(id, static_cast<int>((*row)[1].get_int64()));
        snapshot.pool.push_back({std::move(id), *type, std::string{(*row)[3].get_string()}, *difficulty});
        if (row->size() == 6) {
            std::optional<int> key_mask;
            auto facts = facts_from_json((*row)[5], key_mask);
            if (!facts) { return std::unexpected{facts.error()}; }
            if (key_mask) { snapshot.key_masks.emplace(snapshot.pool.back().id, *key_mask); }
            snapshot.pool.back().facts = std::move(*facts);
        }
    }
    snapshot.digest = crypto::blake2b("papervault.snapshot.v1", {crypto::bytes_of(text)});
    snapshot.text = std::move(text);
    return snapshot;
}

Result<BankSnapshot> ItemBank::snapshot(const engine::BlueprintRules& rules)
{
    return guarded([&]() -> Result<BankSnapshot> {
        const Wanted wanted{rules};
        std::map<std::string, ItemUsage, std::less<>> usage;
        if (wanted.usage()) {
            auto counted = usage_of_items(vault_->database());
            if (!counted) { return std::unexpected{counted.error()}; }
            usage = std::move(*counted);
        }
        boost::json::array list;
        Statement rows = vault_->database().prepare(
            wanted.body() ? "SELECT i.id, version, type, knowledge_point, difficulty_units, facts, body FROM items i"
                            " LEFT JOIN item_facts f ON f.id = i.id WHERE newest = 1 ORDER BY i.id"
                          : "SELECT i.id, version, type, knowledge_point, difficulty_units, facts FROM items i"
                            " LEFT JOIN item_facts f ON f.id = i.id WHERE newest = 1 ORDER BY i.id");
        while (rows.step()) {
            PoolItemFacts facts;
            if (!rows.is_null(5)) {
                if (auto added = add_stored_facts(rows.text(5), wanted, facts); !added) {
                    return std::unexpected{added.error()};
                }
            }
            if (wanted.body()) {
                if (auto added = add_body_facts(rows.text(6), wanted, facts); !added) {
                    return std::unexpected{added.error()};
                }
            }
            const std::string id = rows.text(0);
            if (const auto used = usage.find(id); used != usage.end()) {
                if (wanted.uses) { facts.uses = used->second.uses; }
                if (wanted.last_use) { facts.batches_since_use = used->second.batches_since_use; }
                if (wanted.past_forms) { facts.past_forms = used->second.past_forms; }
            }
            boost::json::array row{id, rows.integer(1), rows.text(2), rows.text(3),
                                   engine::Decimal::from_units(rows.integer(4)).to_string()};
            std::optional<int> key_mask;
            if (wanted.key_letters && rows.text(2) == engine::to_text(engine::ItemType::single_choice)) {
                const auto key = this->key(id, static_cast<int>(rows.integer(1)));
                if (!key) { return std::unexpected{key.error()}; }
                const auto mask = mask_of(*vault_, id, static_cast<int>(rows.integer(1)));
                if (!mask) { return std::unexpected{mask.error()}; }
                key_mask = (key->correct_options.front().front() - 'A' + *mask) % masks;
            }
            if (facts != PoolItemFacts{} || key_mask) { row.emplace_back(to_json(facts, key_mask)); }
            list.push_back(std::move(row));
        }
        auto snapshot = snapshot_from_text(engine::canonical_json(list));
        if (!snapshot) { return snapshot; }
        if (auto unmasked = unmask_key_letters(*snapshot); !unmasked) { return std::unexpected{unmasked.error()}; }
        return snapshot;
    });
}

Result<void> ItemBank::unmask_key_letters(BankSnapshot& snapshot)
{
    if (snapshot.key_masks.empty()) { return {}; }
    for (engine::PoolItem& item : snapshot.pool) {
        const auto masked = snapshot.key_masks.find(item.id);
        if (masked == snapshot.key_masks.end()) { continue; }
        const auto mask = mask_of(*vault_, item.id, snapshot.versions.find(item.id)->second);
        if (!mask) { return std::unexpected{mask.error()}; }
        item.facts.key_letter = static_cast<char>('A' + (masked->second - *mask + masks) % masks);
    }
    return {};
}

} // namespace papervault::vault
