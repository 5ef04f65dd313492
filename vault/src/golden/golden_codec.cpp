#include "golden/golden_codec.hpp"

#include "json_codec.hpp"

#include <papervault/engine/sitting.hpp>
#include <papervault/vault/packages.hpp>

namespace papervault::vault {
namespace {

constexpr std::string_view golden_format = "papervault-golden";
constexpr std::size_t vectors_max = 10'000;
constexpr std::size_t forms_max = 64;
constexpr std::size_t items_max = 10'000;

boost::json::object responses_json(const engine::ResponseSheet& responses)
{
    boost::json::object json;
    for (const auto& [item, response] : responses) {
        boost::json::array parts;
        for (const std::string& part : response) { parts.push_back(boost::json::string{part}); }
        json[item] = std::move(parts);
    }
    return json;
}

boost::json::object paper_json(const GoldenPaper& paper)
{
    boost::json::array forms;
    for (const engine::Form& form : paper.forms) { forms.push_back(to_json(form)); }
    const KeyCompartment keys{.policy = paper.policy, .keys = paper.keys};
    return {{"forms", std::move(forms)}, {"keys", boost::json::string{encode(keys)}}};
}

/// Members whose names are not known beforehand: item ids, method names.
const boost::json::object& object_member(engine::JsonFields& fields, std::string_view name, std::size_t count_max)
{
    static const boost::json::object nothing;
    const auto* object = fields.member(name).if_object();
    if (object == nullptr || object->size() > count_max) {
        fields.problem(engine::EngineError::malformed, name, "is not an object of sound size");
        return nothing;
    }
    return *object;
}

GoldenPaper paper_from_fields(engine::JsonFields& fields)
{
    GoldenPaper paper;
    for (const auto& entry : fields.array("forms", forms_max)) {
        auto form = engine::form_from_json(entry, fields.path("forms"));
        if (!form) {
            fields.problem(form.error());
            return paper;
        }
        paper.forms.push_back(*std::move(form));
    }
    auto keys = decode_key_compartment(fields.text("keys", golden_bytes_max));
    if (!keys) {
        fields.problem(engine::EngineError::malformed, "keys", keys.error().detail);
        return paper;
    }
    paper.keys = std::move(keys->keys);
    paper.policy = keys->policy;
    return paper;
}

GoldenScore score_from_fields(engine::JsonFields& fields)
{
    const auto most = engine::Decimal::from_integer(1'000'000);
    GoldenScore score;
    score.form_id = fields.text("form", 64);
    score.awaiting_person = static_cast<int>(fields.integer("awaiting_person", 0, items_max));
    for (const auto& [item, value] : object_member(fields, "responses", items_max)) {
        const boost::json::value wrapped = boost::json::object{{"response", value}};
        engine::JsonFields entry{wrapped, fields.path("responses")};
        score.responses[std::string{item}] =
            entry.texts("response", engine::response_parts_max, engine::response_bytes_max);
        if (auto done = entry.finish(); !done) { fields.problem(done.error()); }
    }
    for (const auto& [item, value] : object_member(fields, "points", items_max)) {
        const boost::json::value wrapped = boost::json::object{{"points", value}};
        engine::JsonFields entry{wrapped, fields.path("points")};
        score.points[std::string{item}] = entry.decimal("points", engine::Decimal{} - most, most);
        if (auto done = entry.finish(); !done) { fields.problem(done.error()); }
    }
    return score;
}

/// Reads one array of objects; the fields of the whole keep its first problem.
template <class Read>
void for_each_vector(engine::JsonFields& fields, std::string_view name, const Read& read)
{
    for (const auto& value : fields.array(name, vectors_max)) {
        engine::JsonFields entry{value, fields.path(name)};
        read(entry);
        if (auto done = entry.finish(); !done) {
            fields.problem(done.error());
            return;
        }
    }
}

} // namespace

std::string encode(const GoldenVectors& vectors)
{
    auto json = document(golden_format);
    boost::json::object methods;
    for (const auto& [name, version] : vectors.methods) { methods[name] = version; }
    json["methods"] = std::move(methods);
    if (vectors.paper) { json["paper"] = paper_json(*vectors.paper); }
    boost::json::array orders;
    for (const GoldenOrder& order : vectors.orders) {
        orders.push_back({{"form", order.form_id}, {"seed", order.seed.hex()}, {"page", order.page.hex()}});
    }
    json["orders"] = std::move(orders);
    boost::json::array scores;
    for (const GoldenScore& score : vectors.scores) {
        boost::json::object points;
        for (const auto& [item, value] : score.points) { points[item] = value.to_string(); }
        scores.push_back({{"form", score.form_id},
                          {"awaiting_person", score.awaiting_person},
                          {"responses", responses_json(score.responses)},
                          {"points", std::move(points)}});
    }
    json["scores"] = std::move(scores);
    boost::json::array receipts;
    for (const GoldenReceipt& one : vectors.receipts) {
        receipts.push_back({{"sheet", one.sheet_text}, {"receipt", one.receipt}});
    }
    json["receipts"] = std::move(receipts);
    return engine::canonical_json(json);
}

Result<GoldenVectors> decode_golden_vectors(std::string_view text)
{
    const auto value = engine::parse_json(text, {.bytes_max = golden_bytes_max, .depth_max = 32});
    if (!value) { return malformed(value.error(), golden_format); }
    engine::JsonFields fields{*value, ""};
    read_document_fields(fields, golden_format);
    GoldenVectors vectors;
    for (const auto& [name, version] : object_member(fields, "methods", 64)) {
        if (!version.is_string()) {
            fields.problem(engine::EngineError::malformed, "methods", "is not an object of texts");
            break;
        }
        vectors.methods[std::string{name}] = std::string{version.get_string()};
    }
    if (fields.has("paper")) {
        engine::JsonFields paper{fields.member("paper"), "paper"};
        vectors.paper = paper_from_fields(paper);
        if (auto done = paper.finish(); !done) { fields.problem(done.error()); }
    }
    for_each_vector(fields, "orders", [&vectors](engine::JsonFields& entry) {
        GoldenOrder order;
        order.form_id = entry.text("form", 64);
        order.seed = digest_field(entry, "seed");
        order.page = digest_field(entry, "page");
        vectors.orders.push_back(std::move(order));
    });
    for_each_vector(fields, "scores",
                    [&vectors](engine::JsonFields& entry) { vectors.scores.push_back(score_from_fields(entry)); });
    for_each_vector(fields, "receipts", [&vectors](engine::JsonFields& entry) {
        GoldenReceipt receipt;
        receipt.sheet_text = entry.text("sheet", 16 << 10);
        receipt.receipt = entry.text("receipt", 32);
        vectors.receipts.push_back(std::move(receipt));
    });
    if (auto finished = finish_document(fields, golden_format); !finished) { return std::unexpected{finished.error()}; }
    return vectors;
}

} // namespace papervault::vault
