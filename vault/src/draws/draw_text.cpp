#include "draws/draw_text.hpp"

#include <papervault/crypto/random.hpp>
#include <papervault/engine/json.hpp>

#include <algorithm>
#include <map>

namespace papervault::vault {
namespace {

/// The engine's stream, fed by ChaCha20 under the public seed.
class SeededStream final : public engine::RandomStream {
public:
    SeededStream(const crypto::Digest& seed, std::string_view purpose) : stream_{seed.view(), purpose} {}
    void fill(std::span<std::byte> out) override { stream_.fill(out); }

private:
    crypto::ChaCha20Stream stream_;
};

/// @param id_of  The id of an entry of the lists.
template <class Lists, class IdOf>
crypto::Digest digest_of_lists(const Lists& lists, std::uint32_t number, const IdOf& id_of)
{
    std::string text = std::to_string(number);
    char separator = '|';
    for (const auto& section : lists) {
        for (const auto& entry : section) {
            text += separator;
            text += id_of(entry);
            separator = ',';
        }
        separator = ';';
    }
    return crypto::blake2b("papervault.draw.loft.form.v1", {crypto::bytes_of(text)});
}

} // namespace

std::string commitment_of(std::string_view draw_id, std::string_view officer_id, crypto::ByteView value)
{
    return crypto::blake2b("papervault.draw.commitment.v1",
                           {crypto::bytes_of(draw_id), crypto::bytes_of(officer_id), value})
        .hex();
}

crypto::Digest seed_of(const DrawRecord& record)
{
    std::map<std::string, std::string> values;
    for (const DrawContribution& contribution : record.contributions) {
        values.emplace(contribution.officer_id, contribution.value);
    }
    std::string text = record.id;
    for (const auto& [officer, value] : values) { text += "|" + officer + "=" + value; }
    if (record.beacon_source.empty()) { return crypto::blake2b("papervault.draw.seed.v1", {crypto::bytes_of(text)}); }
    return crypto::blake2b("papervault.draw.seed.v2", {crypto::bytes_of(text), crypto::bytes_of(record.beacon_source),
                                                       crypto::bytes_of(record.beacon)});
}

crypto::Digest blueprint_digest(std::string_view blueprint_text)
{
    return crypto::blake2b("papervault.blueprint.v1", {crypto::bytes_of(blueprint_text)});
}

Result<std::vector<engine::DrawnForm>> draw_forms(const BankSnapshot& snapshot, const engine::Blueprint& blueprint,
                                                  const crypto::Digest& seed)
{
    const auto drawer = engine::FormDrawer::compile(snapshot.pool, blueprint);
    if (!drawer) { return refuse(VaultError::infeasible, drawer.error().detail); }
    SeededStream stream{seed, "papervault.draw.forms.v1"};
    auto draw = drawer->draw(stream);
    if (!draw) { return refuse(VaultError::infeasible, draw.error().detail); }
    return std::move(draw->forms);
}

boost::json::value forms_to_json(const std::vector<engine::DrawnForm>& forms, const BankSnapshot& snapshot)
{
    boost::json::array list;
    for (const engine::DrawnForm& form : forms) {
        boost::json::array sections;
        for (const auto& section : form.sections) {
            boost::json::array ids;
            for (const std::uint32_t position : section) {
                ids.push_back(boost::json::string{snapshot.pool[position].id});
            }
            sections.push_back(std::move(ids));
        }
        list.push_back({{"form", form.id}, {"sections", std::move(sections)}});
    }
    return list;
}

Result<std::vector<engine::DrawnForm>> forms_from_json(const boost::json::value& value, const BankSnapshot& snapshot)
{
    std::map<std::string_view, std::uint32_t> positions;
    for (std::size_t n = 0; n < snapshot.pool.size(); ++n) {
        positions.emplace(snapshot.pool[n].id, static_cast<std::uint32_t>(n));
    }
    const auto malformed = [] { return refuse(VaultError::malformed, "draw: forms"); };
    if (!value.is_array()) { return malformed(); }
    std::vector<engine::DrawnForm> forms;
    for (const auto& element : value.get_array()) {
        engine::JsonFields fields{element, "form"};
        engine::DrawnForm form{.id = fields.text("form", 64), .sections = {}};
        for (const auto& section : fields.array("sections", 1000)) {
            if (!section.is_array()) { return malformed(); }
            std::vector<std::uint32_t> items;
            for (const auto& id : section.get_array()) {
                if (!id.is_string()) { return malformed(); }
                const auto found = positions.find(std::string_view{id.get_string()});
                if (found == positions.end()) {
                    return refuse(VaultError::malformed, "draw: an item that is not in the snapshot");
                }
                items.push_back(found->second);
            }
            form.sections.push_back(std::move(items));
        }
        if (!fields.finish()) { return malformed(); }
        forms.push_back(std::move(form));
    }
    return forms;
}

crypto::Digest draw_digest(const DrawRecord& record, std::string_view forms_text)
{
    const std::string blueprint = engine::canonical_json(to_json(record.blueprint));
    if (record.drawn_by.empty()) { // before schema 2
        return crypto::blake2b("papervault.draw.v1",
                               {crypto::bytes_of(record.snapshot_digest), crypto::bytes_of(blueprint),
                                crypto::bytes_of(record.seed), crypto::bytes_of(forms_text)});
    }
    return crypto::blake2b("papervault.draw.v2",
                           {crypto::bytes_of(record.method), crypto::bytes_of(record.snapshot_digest),
                            crypto::bytes_of(blueprint), crypto::bytes_of(record.seed), crypto::bytes_of(forms_text)});
}

void store_drawn(Database& database, const DrawRecord& record, const BankSnapshot& snapshot,
                 std::string_view forms_text)
{
    database
        .prepare("UPDATE draws SET state = 'drawn', snapshot = ?, seed = ?, forms = ?, digest = ?, beacon = ?,"
                 " drawn_by = ?, method = ? WHERE id = ? AND state = 'ready'")
        .bind(snapshot.text)
        .bind(record.seed)
        .bind(forms_text)
        .bind(record.digest)
        .bind(record.beacon)
        .bind(record.drawn_by)
        .bind(record.method)
        .bind(record.id)
        .run();
}

boost::json::object drawn_entry(const DrawRecord& record)
{
    boost::json::object entry{{"draw", record.id},
                              {"snapshot", record.snapshot_digest},
                              {"seed", record.seed},
                              {"method", record.method},
                              {"digest", record.digest}};
    if (!record.beacon_source.empty()) { entry["beacon"] = record.beacon; }
    return entry;
}

engine::Blueprint of_one_form(engine::Blueprint blueprint)
{
    blueprint.parallel_forms = 1;
    blueprint.spare_forms = 0;
    blueprint.overlap_max = 0;
    return blueprint;
}

Result<LoftDrawer> LoftDrawer::make(const BankSnapshot& snapshot, const engine::Blueprint& blueprint,
                                    const crypto::Digest& seed)
{
    auto drawer = engine::FormDrawer::compile(snapshot.pool, of_one_form(blueprint));
    if (!drawer) { return refuse(VaultError::infeasible, drawer.error().detail); }
    return LoftDrawer{std::move(*drawer), seed};
}

Result<engine::DrawnForm> LoftDrawer::draw(std::uint32_t number) const
{
    SeededStream stream{seed_, "papervault.draw.loft.v1/" + std::to_string(number)};
    auto draw = drawer_.draw(stream);
    if (!draw) { return refuse(VaultError::infeasible, "form " + std::to_string(number) + ": " + draw.error().detail); }
    return std::move(draw->forms.front());
}

ItemLists item_lists(const engine::DrawnForm& form, const BankSnapshot& snapshot)
{
    ItemLists lists;
    for (const auto& section : form.sections) {
        auto& ids = lists.emplace_back();
        for (const std::uint32_t position : section) { ids.push_back(snapshot.pool[position].id); }
    }
    return lists;
}

crypto::Digest loft_form_digest(const ItemLists& lists, std::uint32_t number)
{
    return digest_of_lists(lists, number, [](const std::string& id) -> const std::string& { return id; });
}

crypto::Digest loft_form_digest(const engine::DrawnForm& form, std::uint32_t number, const BankSnapshot& snapshot)
{
    return digest_of_lists(form.sections, number,
                           [&](std::uint32_t position) -> const std::string& { return snapshot.pool[position].id; });
}

std::string loft_text(const LoftRecord& loft)
{
    return std::to_string(loft.forms) + '|' + loft.root;
}

} // namespace papervault::vault
