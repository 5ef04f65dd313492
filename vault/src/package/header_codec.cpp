#include "package/header_codec.hpp"

#include "json_codec.hpp"
#include "package/bindings.hpp"
#include "package/container.hpp"
#include "package/header_check.hpp"

#include <papervault/crypto/secret_sharing.hpp>

namespace papervault::vault {
namespace {

constexpr std::string_view package_format = "papervault-package";
constexpr std::size_t forms_max = 1000;
constexpr std::size_t compartments_max = 64;
constexpr std::int64_t items_max = 10'000;
constexpr std::int64_t candidates_max = 10'000;
constexpr std::size_t people_max = static_cast<std::size_t>(crypto::share_count_max);

/// Reads one entry of an array; the fields of the whole keep its first problem.
template <class Read>
void for_each_entry(engine::JsonFields& fields, std::string_view name, std::size_t count_max, const Read& read)
{
    std::size_t index = 0;
    for (const boost::json::value& value : fields.array(name, count_max)) {
        engine::JsonFields entry{value, fields.path(name) + "[" + std::to_string(index++) + "]"};
        read(entry);
        if (auto finished = entry.finish(); !finished) {
            fields.problem(finished.error());
            return;
        }
    }
}

FormSummary form_from_fields(engine::JsonFields& fields)
{
    FormSummary form;
    form.id = fields.text("id", 64);
    form.digest = digest_field(fields, "digest");
    form.items = static_cast<int>(fields.integer("items", 0, items_max));
    form.points = fields.decimal("points", {}, engine::Decimal::from_integer(1'000'000));
    form.spare = fields.boolean("spare");
    if (!is_plain_name(form.id, 64)) { fields.problem(engine::EngineError::malformed, "id", "is not a form's id"); }
    return form;
}

Quorum quorum_field(engine::JsonFields& outer, std::string_view name)
{
    Quorum quorum;
    const boost::json::value& value = outer.member(name);
    if (!outer.good()) { return quorum; }
    engine::JsonFields fields{value, outer.path(name)};
    quorum.threshold = static_cast<int>(fields.integer("threshold", 1, crypto::share_count_max));
    for_each_entry(fields, "members", people_max, [&quorum](engine::JsonFields& entry) {
        auto card = card_field(entry, "card");
        const auto index = static_cast<std::uint8_t>(entry.integer("share_index", 0, crypto::share_count_max - 1));
        auto sealed_share = base64_field(entry, "sealed_share", sealed_share_bytes_max);
        const auto commitment = digest_field(entry, "share_commitment");
        if (!card) { return; }
        quorum.members.push_back({.card = *std::move(card),
                                  .share_index = index,
                                  .sealed_share = std::move(sealed_share),
                                  .share_commitment = commitment});
    });
    if (auto finished = fields.finish(); !finished) { outer.problem(finished.error()); }
    return quorum;
}

Recovery recovery_field(engine::JsonFields& outer, std::string_view name)
{
    Recovery recovery;
    const boost::json::value& value = outer.member(name);
    if (!outer.good()) { return recovery; }
    engine::JsonFields fields{value, outer.path(name)};
    for (const std::string& text : fields.texts("sealed_halves", 2, 512)) {
        auto half = crypto::from_base64(text);
        if (!half) { fields.problem(engine::EngineError::malformed, "sealed_halves", "is not base64"); }
        recovery.sealed_halves.push_back(std::move(half).value_or(crypto::Bytes{}));
    }
    recovery.sealed_secrets =
        base64_field(fields, "sealed_secrets", recovery_bytes(crypto::Suite::gm1, crypto::share_count_max));
    if (auto finished = fields.finish(); !finished) { outer.problem(finished.error()); }
    return recovery;
}

std::vector<IdentityCard> cards_field(engine::JsonFields& fields, std::string_view name, std::size_t count_max)
{
    std::vector<IdentityCard> cards;
    for (const boost::json::value& value : fields.array(name, count_max)) {
        auto card = card_from_json(value, fields.path(name));
        if (!card) {
            fields.problem({engine::EngineError::malformed, card.error().detail});
            break;
        }
        cards.push_back(*std::move(card));
    }
    return cards;
}

engine::Batch batch_field(engine::JsonFields& fields, std::string_view name)
{
    const boost::json::value& value = fields.member(name);
    if (!fields.good()) { return {}; }
    auto batch = engine::batch_from_json(value, fields.path(name));
    if (!batch) {
        fields.problem(batch.error());
        return {};
    }
    return *std::move(batch);
}

boost::json::array cards_json(const std::vector<IdentityCard>& cards)
{
    boost::json::array array;
    for (const IdentityCard& card : cards) { array.push_back(to_json(card)); }
    return array;
}

boost::json::array compartments_json(const std::vector<Compartment>& compartments)
{
    boost::json::array array;
    for (const Compartment& compartment : compartments) {
        auto json = to_json(compartment);
        json["locks"] = to_text(compartment.locks);
        array.push_back(std::move(json));
    }
    return array;
}

} // namespace

LockSet lock_set_field(engine::JsonFields& fields, std::string_view name)
{
    const std::string text = fields.text(name, 16);
    if (text == to_text(LockSet::graders)) { return LockSet::graders; }
    if (text != to_text(LockSet::hall)) { fields.problem(engine::EngineError::malformed, name, "is not a lock set"); }
    return LockSet::hall;
}

boost::json::array forms_json(const std::vector<FormSummary>& forms)
{
    boost::json::array array;
    for (const FormSummary& form : forms) {
        array.push_back({{"id", form.id},
                         {"digest", form.digest.hex()},
                         {"items", form.items},
                         {"points", form.points.to_string()},
                         {"spare", form.spare}});
    }
    return array;
}

boost::json::object to_json(const Quorum& quorum)
{
    boost::json::array members;
    for (const QuorumMember& member : quorum.members) {
        members.push_back({{"card", to_json(member.card)},
                           {"share_index", member.share_index},
                           {"sealed_share", crypto::to_base64(member.sealed_share)},
                           {"share_commitment", member.share_commitment.hex()}});
    }
    return {{"threshold", quorum.threshold}, {"members", std::move(members)}};
}

std::string encode_header(const PackageHeader& header)
{
    auto json = document(package_format);
    json["version"] = header.version;
    json["suite"] = crypto::to_text(header.suite);
    if (header.version > 1) {
        json["golden_sample"] = header.golden_sample;
        json["spoken_release"] = crypto::to_base64(header.spoken_release);
        boost::json::array halves;
        for (const crypto::Bytes& half : header.recovery.sealed_halves) {
            halves.push_back(boost::json::string{crypto::to_base64(half)});
        }
        json["recovery"] = {{"sealed_halves", std::move(halves)},
                            {"sealed_secrets", crypto::to_base64(header.recovery.sealed_secrets)}};
    }
    json["package_id"] = header.package_id;
    json["batch"] = engine::to_json(header.batch);
    json["sealed_at"] = engine::to_text(header.sealed_at);
    json["engine_version"] = header.engine_version;
    json["snapshot_digest"] = header.snapshot_digest.hex();
    json["draw_digest"] = header.draw_digest.hex();
    json["forms"] = forms_json(header.forms);
    json["candidates"] = header.candidates;
    json["hall"] = to_json(header.hall);
    json["office"] = to_json(header.office);
    json["sealers"] = cards_json(header.sealers);
    json["custody"] = to_json(header.custody);
    json["release_commitment"] = header.release_commitment.hex();
    json["sealed_host_share"] = crypto::to_base64(header.sealed_host_share);
    json["graders"] = to_json(header.graders);
    json["compartments"] = compartments_json(header.compartments);
    return engine::canonical_json(json);
}

Result<boost::json::value> parse_header(std::string_view text)
{
    return parse_document(text, package_header_bytes_max, package_format);
}

Result<std::vector<IdentityCard>> sealers_of(const boost::json::value& header)
{
    engine::JsonFields fields{header, ""};
    auto sealers = cards_field(fields, "sealers", 2);
    if (auto read = fields.finish_ignoring_unknown(); !read) { return malformed(read.error(), package_format); }
    if (sealers.size() != 2) { return refuse(VaultError::malformed, "package: it does not have two sealers"); }
    return sealers;
}

Result<PackageHeader> decode_header(const boost::json::value& value, std::string_view text)
{
    engine::JsonFields fields{value, ""};
    if (fields.text("format", 64) != package_format) {
        fields.problem(engine::EngineError::malformed, "format", "is not " + std::string{package_format});
    }
    const auto version = static_cast<int>(fields.integer("version", 1, package_version));
    const auto suite = crypto::suite_from_text(fields.text("suite", 16));
    if (!suite || (version == 1 && *suite != crypto::Suite::pv1)) {
        fields.problem(engine::EngineError::malformed, "suite", "is not known to this version");
    }
    auto golden_sample = version > 1 ? fields.text("golden_sample", golden_sample_bytes_max) : std::string{};
    auto package_id = hex_field(fields, "package_id", 32);
    auto batch = batch_field(fields, "batch");
    const auto sealed_at = instant_field(fields, "sealed_at");
    auto engine_version = fields.text("engine_version", 64);
    const auto snapshot_digest = digest_field(fields, "snapshot_digest");
    const auto draw_digest = digest_field(fields, "draw_digest");
    std::vector<FormSummary> forms;
    for_each_entry(fields, "forms", forms_max,
                   [&forms](engine::JsonFields& entry) { forms.push_back(form_from_fields(entry)); });
    const auto candidates = static_cast<int>(fields.integer("candidates", 0, candidates_max));
    auto hall = card_field(fields, "hall");
    auto office = card_field(fields, "office");
    auto sealers = cards_field(fields, "sealers", 2);
    auto custody = quorum_field(fields, "custody");
    const auto release_commitment = digest_field(fields, "release_commitment");
    auto sealed_host_share = base64_field(fields, "sealed_host_share", sealed_share_bytes_max);
    auto graders = quorum_field(fields, "graders");
    const std::size_t spoken_bytes_max = spoken_release_bytes(crypto::Suite::gm1);
    auto spoken_release = version > 1 ? base64_field(fields, "spoken_release", spoken_bytes_max) : crypto::Bytes{};
    auto recovery = version > 1 ? recovery_field(fields, "recovery") : Recovery{};
    std::vector<Compartment> compartments;
    for_each_entry(fields, "compartments", compartments_max, [&compartments](engine::JsonFields& entry) {
        compartments.push_back(compartment_from_fields(entry));
        compartments.back().locks = lock_set_field(entry, "locks");
    });
    if (auto finished = finish_document(fields, package_format); !finished) {
        return std::unexpected{finished.error()};
    }
    PackageHeader header{.version = version,
                         .suite = *suite,
                         .golden_sample = std::move(golden_sample),
                         .package_id = std::move(package_id),
                         .batch = std::move(batch),
                         .sealed_at = sealed_at,
                         .engine_version = std::move(engine_version),
                         .snapshot_digest = snapshot_digest,
                         .draw_digest = draw_digest,
                         .forms = std::move(forms),
                         .candidates = candidates,
                         .hall = *std::move(hall),
                         .office = *std::move(office),
                         .sealers = std::move(sealers),
                         .custody = std::move(custody),
                         .release_commitment = release_commitment,
                         .sealed_host_share = std::move(sealed_host_share),
                         .spoken_release = std::move(spoken_release),
                         .recovery = std::move(recovery),
                         .graders = std::move(graders),
                         .compartments = std::move(compartments),
                         .binding = {}};
    if (auto same = require_same_spelling(text, encode_header(header), package_format); !same) {
        return std::unexpected{same.error()};
    }
    if (auto sound = check_header(header); !sound) { return std::unexpected{sound.error()}; }
    header.binding = binding_of(header);
    return header;
}

} // namespace papervault::vault
