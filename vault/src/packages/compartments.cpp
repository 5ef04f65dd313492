#include "packages/compartments.hpp"

#include "import/csv.hpp"
#include "packages/policy_codec.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/files.hpp>
#include <papervault/vault/golden.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace papervault::vault {
namespace {

crypto::SecretBuffer secret_text(const std::string& text)
{
    return crypto::SecretBuffer::copy_of(crypto::bytes_of(text));
}

void collect_media(const engine::Content& content, std::set<std::string>& names)
{
    for (std::string& name : engine::media_names(content)) { names.insert(std::move(name)); }
}

} // namespace

crypto::Digest form_digest(const engine::Form& form)
{
    const std::string text = engine::form_identity_text(form);
    return crypto::blake2b(crypto::bytes_of(text));
}

void assign_forms(std::vector<engine::Candidate>& roster, std::span<const engine::Form> parallel,
                  std::string_view draw_digest)
{
    std::ranges::sort(roster, {}, &engine::Candidate::seat);
    std::size_t next =
        draw_digest.empty() ? 0 : static_cast<std::size_t>(static_cast<unsigned char>(draw_digest.back()));
    for (engine::Candidate& candidate : roster) { candidate.form_id = parallel[next++ % parallel.size()].id; }
}

Result<PackageContents> gather_compartments(OfficeVault& vault, const FormsToSeal& sealed,
                                            const std::vector<engine::Candidate>& roster,
                                            const engine::GradingPolicy& policy)
{
    const std::vector<engine::Form>& forms = sealed.forms;
    const std::size_t parallel = sealed.parallel;
    ItemBank bank{vault};
    PackageContents contents{
        .forms = {}, .hall = {}, .key = crypto::SecretBuffer{0}, .key_vectors = crypto::SecretBuffer{0}};
    KeyCompartment keys{.policy = policy, .keys = {}};
    std::set<std::string> media;
    boost::json::array paper;
    for (std::size_t n = 0; n < forms.size(); ++n) {
        const engine::Form& form = forms[n];
        contents.forms.push_back(
            {form.id, form_digest(form), static_cast<int>(form.item_count()), form.points(), n >= parallel});
        if (n < parallel) {
            if (sealed.paper.empty()) { paper.push_back(to_json(form)); }
        } else {
            contents.hall.emplace("spare-" + std::to_string(n - parallel + 1),
                                  secret_text(engine::canonical_json(boost::json::array{to_json(form)})));
        }
        for (const engine::FormSection& section : form.sections) {
            for (const engine::FormItem& entry : section.items) {
                collect_media(entry.item.stem, media);
                for (const engine::Option& option : entry.item.options) { collect_media(option.content, media); }
                for (const engine::Option& prompt : entry.item.prompts) { collect_media(prompt.content, media); }
                if (entry.item.stimulus) { collect_media(entry.item.stimulus->content, media); }
                if (keys.keys.contains(entry.item.id)) { continue; }
                auto key = bank.key(entry.item.id, entry.item.version);
                if (!key) { return std::unexpected{key.error()}; }
                keys.keys.insert_or_assign(entry.item.id, std::move(*key));
            }
        }
    }
    contents.hall.emplace("paper", secret_text(sealed.paper.empty() ? engine::canonical_json(paper) : sealed.paper));
    boost::json::object pictures;
    for (const std::string& name : media) {
        const auto picture = bank.media(name);
        if (!picture) { return std::unexpected{picture.error()}; }
        pictures[name] = {{"type", picture->type}, {"base64", crypto::to_base64(picture->bytes)}};
    }
    contents.hall.emplace("media", secret_text(engine::canonical_json(pictures)));
    boost::json::array candidates;
    for (const engine::Candidate& candidate : roster) { candidates.push_back(to_json(candidate)); }
    contents.hall.emplace("roster", secret_text(engine::canonical_json(candidates)));
    contents.hall.emplace("vectors", secret_text(golden_orders(forms)));
    contents.key = secret_text(encode(keys));
    contents.key_vectors = secret_text(golden_scores(forms, keys.keys, keys.policy));
    return contents;
}

Result<std::vector<engine::Candidate>> decode_roster(std::string_view text)
{
    const auto value = engine::parse_json(text, {.bytes_max = 1 << 20, .depth_max = 4});
    if (!value || !value->is_array()) { return refuse(VaultError::malformed, "the roster is no JSON array"); }
    std::vector<engine::Candidate> roster;
    for (const auto& element : value->get_array()) {
        auto candidate = engine::candidate_from_json(element, "roster");
        if (!candidate) { return refuse(VaultError::malformed, candidate.error().detail); }
        roster.push_back(std::move(*candidate));
    }
    return roster;
}

std::string encode(const KeyCompartment& compartment)
{
    boost::json::array keys;
    for (const auto& [id, key] : compartment.keys) { keys.push_back(to_json(key)); }
    boost::json::object out{{"format", "papervault-keys"}, {"version", 1}, {"keys", std::move(keys)}};
    add_policy(out, compartment.policy);
    return engine::canonical_json(out);
}

Result<KeyCompartment> decode_key_compartment(std::string_view text)
{
    const auto value = engine::parse_json(text, {.bytes_max = 256 << 20, .depth_max = 16});
    if (!value) { return refuse(VaultError::malformed, "keys: " + value.error().detail); }
    engine::JsonFields fields{*value, "keys"};
    KeyCompartment compartment;
    if (fields.text("format", 32) != "papervault-keys") {
        fields.problem(engine::EngineError::malformed, "format", "is not papervault-keys");
    }
    fields.integer("version", 1, 1);
    if (!fields.has("multiple_rule")) { fields.problem(engine::EngineError::malformed, "multiple_rule", "is missing"); }
    compartment.policy = read_policy(fields);
    for (const auto& element : fields.array("keys", 1'000'000)) {
        auto key = engine::answer_key_from_json(element, "keys.keys");
        if (!key) { return refuse(VaultError::malformed, key.error().detail); }
        std::string id = key->item_id;
        compartment.keys.insert_or_assign(std::move(id), std::move(*key));
    }
    if (const auto done = fields.finish(); !done) { return refuse(VaultError::malformed, done.error().detail); }
    return compartment;
}

Result<std::vector<engine::Candidate>> read_roster(const std::filesystem::path& csv, const engine::ExamPolicy& policy)
{
    struct Heading {
        std::string_view name, chinese;
    };
    constexpr std::array headings{Heading{"ticket", "准考证号"}, Heading{"name", "姓名"},
                                  Heading{"id_tail", "证件末四位"}, Heading{"seat", "座位号"}};
    const auto bytes = read_text_file(csv, 16 << 20);
    if (!bytes) { return std::unexpected{bytes.error()}; }
    const auto rows = parse_csv(*bytes, 100'000, 50);
    if (!rows) { return refuse(rows.error().code, csv.string() + ": " + rows.error().detail); }
    if (rows->size() < 2) { return refuse(VaultError::malformed, csv.string() + ": no candidates"); }
    std::array<std::size_t, headings.size()> columns{};
    for (std::size_t n = 0; n < headings.size(); ++n) {
        const auto& cells = rows->front().cells;
        const auto found = std::ranges::find_if(
            cells, [&](const std::string& cell) { return cell == headings[n].name || cell == headings[n].chinese; });
        if (found == cells.end()) {
            return refuse(VaultError::malformed, csv.string() + ": the heading lacks '" +
                                                     std::string{headings[n].name} + "' (" +
                                                     std::string{headings[n].chinese} + ")");
        }
        columns[n] = static_cast<std::size_t>(found - cells.begin());
    }
    std::vector<engine::Candidate> roster;
    for (std::size_t n = 1; n < rows->size(); ++n) {
        const CsvRow& row = (*rows)[n];
        const auto cell = [&](std::size_t which) {
            return columns[which] < row.cells.size() ? row.cells[columns[which]] : std::string{};
        };
        engine::Candidate candidate{.ticket = cell(0), .name = cell(1), .id_tail = cell(2), .seat = 0, .form_id = "-"};
        const std::string seat = cell(3);
        const auto [end, error] = std::from_chars(seat.data(), seat.data() + seat.size(), candidate.seat);
        if (error != std::errc{} || end != seat.data() + seat.size()) {
            return refuse(VaultError::malformed,
                          csv.string() + ", line " + std::to_string(row.line) + ": seat '" + seat + "' is no number");
        }
        roster.push_back(std::move(candidate));
    }
    if (const auto valid = engine::validate_roster(roster, policy); !valid) {
        return refuse(VaultError::malformed, csv.string() + ": " + valid.error().detail);
    }
    return roster;
}

} // namespace papervault::vault
