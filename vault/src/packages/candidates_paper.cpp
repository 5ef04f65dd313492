#include <papervault/vault/candidates_paper.hpp>

#include "draws/draw_text.hpp"

#include <papervault/crypto/merkle.hpp>
#include <papervault/engine/json.hpp>

#include <charconv>
#include <map>
#include <set>

namespace papervault::vault {
namespace {

constexpr std::string_view paper_format = "papervault-candidates-paper";
constexpr engine::JsonLimits paper_limits{.bytes_max = 256 << 20, .depth_max = 32};
constexpr std::size_t sets_max = 64; // of forms written out
constexpr std::size_t candidates_max = 1000;
constexpr std::size_t items_max = 1'000'000;
constexpr std::size_t section_items_max = 500;
constexpr std::size_t proof_max = 32;

std::unexpected<VaultFailure> unfit(const std::string& reason)
{
    return refuse(VaultError::malformed, "compartment paper: " + reason);
}

boost::json::object draw_json(const DrawRecord& record)
{
    return {{"method", record.method},
            {"blueprint", to_json(record.blueprint)},
            {"seed", record.seed},
            {"forms", record.loft.forms},
            {"root", record.loft.root}};
}

/// The draw's record as far as the header's digest is taken over it.
Result<DrawRecord> read_draw(const boost::json::value& value, const PackageHeader& header)
{
    engine::JsonFields fields{value, "draw"};
    DrawRecord record;
    record.method = fields.text("method", 64);
    record.drawn_by = "-"; // records with candidates' forms have always named who drew
    record.seed = fields.text("seed", 64);
    record.loft.forms = static_cast<std::uint32_t>(fields.integer("forms", 1, DrawRegister::loft_forms_max));
    record.loft.root = fields.text("root", 64);
    record.snapshot_digest = header.snapshot_digest.hex();
    auto blueprint = engine::blueprint_from_json(fields.member("blueprint"));
    if (const auto done = fields.finish(); !done) { return unfit(done.error().detail); }
    if (!blueprint) { return unfit(blueprint.error().detail); }
    record.blueprint = std::move(*blueprint);
    if (draw_digest(record, loft_text(record.loft)) != header.draw_digest) {
        return unfit("it is not of the draw that was sealed");
    }
    return record;
}

struct ListedForm {
    std::uint32_t number = 0;
    std::vector<std::vector<std::size_t>> sections; ///< Places in the list of items.
    std::vector<crypto::Digest> proof;
};

Result<ListedForm> read_list(const boost::json::value& value, const DrawRecord& record, std::size_t item_count)
{
    engine::JsonFields fields{value, "forms"};
    ListedForm listed;
    listed.number = static_cast<std::uint32_t>(fields.integer("number", 1, record.loft.forms));
    for (const auto& section : fields.array("sections", record.blueprint.sections.size())) {
        const auto* places = section.if_array();
        if (places == nullptr || places->size() > section_items_max) { return unfit("a section is no list of items"); }
        auto& list = listed.sections.emplace_back();
        for (const auto& place : *places) {
            if (!place.is_int64() || place.get_int64() < 0 ||
                static_cast<std::size_t>(place.get_int64()) >= item_count) {
                return unfit("form " + std::to_string(listed.number) + " has an item that is not there");
            }
            list.push_back(static_cast<std::size_t>(place.get_int64()));
        }
    }
    for (const std::string& text : fields.texts("proof", proof_max, 64)) {
        const auto digest = crypto::Digest::from_hex(text);
        if (!digest) { return unfit("a proof holds no digests"); }
        listed.proof.push_back(*digest);
    }
    if (const auto done = fields.finish(); !done) { return unfit(done.error().detail); }
    if (listed.sections.size() != record.blueprint.sections.size()) {
        return unfit("form " + std::to_string(listed.number) + " has other sections than the blueprint");
    }
    return listed;
}

/// As the draw gave it: the digest of its item lists is where the root says.
bool is_of_draw(const ListedForm& listed, const DrawRecord& record, const std::vector<engine::Item>& items)
{
    ItemLists lists;
    for (const auto& section : listed.sections) {
        auto& ids = lists.emplace_back();
        for (const std::size_t place : section) { ids.push_back(items[place].id); }
    }
    const auto root = crypto::Digest::from_hex(record.loft.root);
    const crypto::Digest leaf = crypto::merkle_leaf(loft_form_digest(lists, listed.number).view());
    return root && crypto::verify_inclusion(leaf, listed.number - 1, record.loft.forms, listed.proof, *root);
}

Result<engine::Form> written_out(const ListedForm& listed, const DrawRecord& record,
                                 const std::vector<engine::Item>& items)
{
    engine::Form form{.id = std::to_string(listed.number), .title = record.blueprint.title, .sections = {}};
    for (std::size_t n = 0; n < listed.sections.size(); ++n) {
        const engine::BlueprintSection& plan = record.blueprint.sections[n];
        engine::FormSection section{.title = plan.title, .note = plan.note, .items = {}};
        for (const std::size_t place : listed.sections[n]) {
            section.items.push_back({.item = items[place], .points = plan.points_each});
        }
        form.sections.push_back(std::move(section));
    }
    engine::stand_together(form);
    // One reader decides what a form may be.
    auto checked = engine::form_from_json(to_json(form), "form " + form.id);
    if (!checked) { return unfit(checked.error().detail); }
    return std::move(*checked);
}

Result<PaperForms> read_candidates_paper(const PackageHeader& header, const boost::json::value& value)
{
    engine::JsonFields fields{value, "paper"};
    if (fields.text("format", 32) != paper_format) {
        fields.problem(engine::EngineError::malformed, "format", "is unknown");
    }
    fields.integer("version", 1, 1);
    const auto record = read_draw(fields.member("draw"), header);
    if (!record) { return std::unexpected{record.error()}; }
    std::vector<engine::Item> items;
    for (const auto& element : fields.array("items", items_max)) {
        auto item = engine::item_from_json(element, "items");
        if (!item) { return unfit(item.error().detail); }
        if (!items.empty() && items.back().id >= item->id) { return unfit("the items are not in order"); }
        items.push_back(std::move(*item));
    }
    PaperForms paper{.forms = {}, .one_each = true};
    std::uint32_t before = 0;
    for (const auto& element : fields.array("forms", candidates_max)) {
        const auto listed = read_list(element, *record, items.size());
        if (!listed) { return std::unexpected{listed.error()}; }
        if (listed->number <= before) { return unfit("the forms are not in order"); }
        before = listed->number;
        if (!is_of_draw(*listed, *record, items)) {
            return unfit("form " + std::to_string(listed->number) + " is not the one with this number of the draw");
        }
        auto form = written_out(*listed, *record, items);
        if (!form) { return std::unexpected{form.error()}; }
        paper.forms.push_back(std::move(*form));
    }
    if (const auto done = fields.finish(); !done) { return unfit(done.error().detail); }
    return paper;
}

} // namespace

std::string candidates_paper(const DrawRecord& record, std::span<const CandidatesForm> forms)
{
    std::map<std::string_view, const engine::Item*> items;
    for (const CandidatesForm& each : forms) {
        for (const engine::FormSection& section : each.form.sections) {
            for (const engine::FormItem& entry : section.items) { items.emplace(entry.item.id, &entry.item); }
        }
    }
    std::map<std::string_view, std::size_t> places;
    boost::json::array item_list;
    for (const auto& [id, item] : items) {
        places.emplace(id, places.size());
        item_list.push_back(to_json(*item));
    }
    boost::json::array form_list;
    for (const CandidatesForm& each : forms) {
        boost::json::array sections;
        for (const auto& ids : each.sections) {
            boost::json::array list;
            for (const std::string& id : ids) { list.emplace_back(places.at(id)); }
            sections.push_back(std::move(list));
        }
        boost::json::array proof;
        for (const crypto::Digest& digest : each.proof) { proof.push_back(boost::json::string{digest.hex()}); }
        boost::json::object entry{{"number", each.number}};
        entry["sections"] = std::move(sections);
        entry["proof"] = std::move(proof);
        form_list.push_back(std::move(entry));
    }
    boost::json::object out{{"format", boost::json::string{paper_format.data(), paper_format.size()}}, {"version", 1}};
    out["draw"] = draw_json(record);
    out["items"] = std::move(item_list);
    out["forms"] = std::move(form_list);
    return engine::canonical_json(out);
}

Result<PaperForms> read_paper(const PackageHeader& header, std::string_view paper)
{
    const auto value = engine::parse_json(paper, paper_limits);
    if (!value) { return unfit(value.error().detail); }
    if (value->is_object()) { return read_candidates_paper(header, *value); }
    const auto* array = value->if_array();
    if (array == nullptr || array->empty() || array->size() > sets_max) { return unfit("not an array of forms"); }
    PaperForms read;
    for (const boost::json::value& entry : *array) {
        auto form = engine::form_from_json(entry, "paper");
        if (!form) { return unfit(form.error().detail); }
        read.forms.push_back(std::move(*form));
    }
    return read;
}

} // namespace papervault::vault
