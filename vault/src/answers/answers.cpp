#include <papervault/vault/answers.hpp>

#include "answers/compact_sheets.hpp"
#include "answers/journal_check.hpp"
#include "answers/seal_contents.hpp"
#include "answers/sheets_codec.hpp"
#include "answers/sheets_reader.hpp"
#include "json_codec.hpp"
#include "package/container.hpp"
#include "package/layout.hpp"

#include <papervault/crypto/box.hpp>
#include <papervault/crypto/random.hpp>

#include <algorithm>
#include <array>

namespace papervault::vault {
namespace {

constexpr std::string_view answers_format = "papervault-answers";
constexpr std::string_view sheets_name = "sheets";
constexpr std::string_view journal_name = "journal";

/// What stands in the clear.
struct AnswersHeader {
    int version = answers_version;
    crypto::Suite suite = crypto::Suite::pv1;
    std::string package_id;
    crypto::Digest package_digest;
    std::string batch_id;
    std::string hall_id;
    std::string office_id;
    engine::Instant sealed_at;
    std::vector<Compartment> compartments; ///< Sheets, then journal.
};

std::string encode_header(const AnswersHeader& header)
{
    auto json = document(answers_format);
    json["version"] = header.version;
    json["suite"] = crypto::to_text(header.suite);
    json["package_id"] = header.package_id;
    json["package_digest"] = header.package_digest.hex();
    json["batch_id"] = header.batch_id;
    json["hall_id"] = header.hall_id;
    json["office_id"] = header.office_id;
    json["sealed_at"] = engine::to_text(header.sealed_at);
    boost::json::array compartments;
    for (const Compartment& compartment : header.compartments) { compartments.push_back(to_json(compartment)); }
    json["compartments"] = std::move(compartments);
    return engine::canonical_json(json);
}

Result<AnswersHeader> decode_header(std::string_view text)
{
    const auto value = parse_document(text, package_header_bytes_max, answers_format);
    if (!value) { return std::unexpected{value.error()}; }
    engine::JsonFields fields{*value, ""};
    if (fields.text("format", 64) != answers_format) {
        fields.problem(engine::EngineError::malformed, "format", "is not " + std::string{answers_format});
    }
    const auto version = static_cast<int>(fields.integer("version", 1, answers_version));
    const auto suite = crypto::suite_from_text(fields.text("suite", 16));
    if (!suite) { fields.problem(engine::EngineError::malformed, "suite", "is not known to this version"); }
    AnswersHeader header;
    header.version = version;
    header.suite = suite.value_or(crypto::Suite::pv1);
    header.package_id = hex_field(fields, "package_id", 32);
    header.package_digest = digest_field(fields, "package_digest");
    header.batch_id = fields.text("batch_id", 64);
    header.hall_id = hex_field(fields, "hall_id", 16);
    header.office_id = hex_field(fields, "office_id", 16);
    header.sealed_at = instant_field(fields, "sealed_at");
    for (const boost::json::value& entry : fields.array("compartments", 2)) {
        engine::JsonFields compartment{entry, fields.path("compartments")};
        header.compartments.push_back(compartment_from_fields(compartment));
        if (auto finished = compartment.finish(); !finished) { fields.problem(finished.error()); }
    }
    if (auto finished = finish_document(fields, answers_format); !finished) {
        return std::unexpected{finished.error()};
    }
    if (auto same = require_same_spelling(text, encode_header(header), answers_format); !same) {
        return std::unexpected{same.error()};
    }
    const auto& compartments = header.compartments;
    if (compartments.size() != 2 || compartments[0].name != sheets_name || compartments[1].name != journal_name ||
        compartments[0].plaintext_length > answer_sheets_bytes_max ||
        compartments[1].plaintext_length > answer_journal_bytes_max) {
        return refuse(VaultError::malformed, "answers: sheets and journal were expected, of sound size");
    }
    if (auto layout = check_layout(header.suite, compartments); !layout) { return std::unexpected{layout.error()}; }
    return header;
}

/// Names this file's contents: no compartment of another one, or of another version, can take their place.
crypto::Digest binding_of(const AnswersHeader& header)
{
    return crypto::hash(header.suite, "papervault.answers-binding.v" + std::to_string(header.version),
                        {crypto::bytes_of(header.package_id), header.package_digest.view(),
                         crypto::bytes_of(header.batch_id), crypto::bytes_of(header.hall_id),
                         crypto::bytes_of(header.office_id), crypto::bytes_of(engine::to_text(header.sealed_at))});
}

crypto::Digest compartment_context(const AnswersHeader& header, const Compartment& compartment)
{
    return crypto::hash(
        header.suite, "papervault.answers-compartment.v1",
        {binding_of(header).view(), crypto::bytes_of(compartment.name), little_endian(compartment.plaintext_length)});
}

crypto::Digest key_context(const AnswersHeader& header, std::string_view compartment)
{
    return crypto::hash(header.suite, "papervault.answers-key.v1",
                        {binding_of(header).view(), crypto::bytes_of(compartment)});
}

/// An answers file whose header fits its package, is signed by the hall, and says how long the file is.
struct SignedAnswers {
    RegularFile file;
    AnswersHeader header;
    std::uint64_t body_offset = 0;
    crypto::Digest front;

    /// Of a compartment of which no byte was altered.
    [[nodiscard]] Result<crypto::SecretBuffer> open(const Compartment& compartment, const Identity& office) const
    {
        auto key = crypto::open_sealed(office.box_keys(), compartment.wrapped_key,
                                       key_context(header, compartment.name).view());
        if (!key || key->size_bytes() != crypto::aead_key_bytes) {
            return refuse(VaultError::authentication_failed, "answers: " + compartment.name + " does not open");
        }
        const auto context = compartment_context(header, compartment);
        const crypto::ChunkCipher cipher{*std::move(key), {context.bytes.begin(), context.bytes.end()}, header.suite};
        return open_compartment(file, body_offset, compartment, cipher);
    }
};

std::string_view view_of(const crypto::SecretBuffer& text)
{
    return {reinterpret_cast<const char*>(text.expose().data()), text.size_bytes()};
}

/// The answers belong to this package, its hall and this office.
Result<void> check_belonging(const AnswersHeader& header, const PackageReader& package, const Identity& office)
{
    const PackageHeader& expected = package.header();
    if (header.package_id != expected.package_id || header.package_digest != package.digest() ||
        header.batch_id != expected.batch.id) {
        return refuse(VaultError::wrong_batch, "the answers are of another package or batch");
    }
    if (header.hall_id != expected.hall.id()) {
        return refuse(VaultError::wrong_host, "the answers are not from " + expected.hall.name);
    }
    if (office.card() != expected.office || header.office_id != expected.office.id()) {
        return refuse(VaultError::wrong_host, "the answers are opened at " + expected.office.name);
    }
    return {};
}

Result<void> check_against_roster(const AnswersFile& answers, const PackageHeader& package)
{
    if (answers.sheets.size() != static_cast<std::size_t>(package.candidates)) {
        return refuse(VaultError::malformed, "answers: there are not as many sheets as candidates");
    }
    for (const AnswerSheet& sheet : answers.sheets) {
        if (std::ranges::find(package.forms, sheet.form_id, &FormSummary::id) == package.forms.end()) {
            return refuse(VaultError::malformed, "answers: ticket " + sheet.ticket + " had no form of this package");
        }
    }
    return {};
}

Result<SignedAnswers> open_signed(const std::filesystem::path& file, const PackageReader& package,
                                  const Identity& office)
{
    auto opened = RegularFile::open(file);
    if (!opened) { return std::unexpected{opened.error()}; }
    const auto frame = read_frame(*opened, answers_container);
    if (!frame) { return std::unexpected{frame.error()}; }
    auto header = decode_header(frame->header());
    if (!header) { return std::unexpected{header.error()}; }
    if (body_length(header->compartments) != frame->body_length) {
        return refuse(VaultError::malformed, file.string() + " is not as long as its header says");
    }
    if (header->suite != package.header().suite) {
        return refuse(VaultError::wrong_batch, "the answers are of another suite than the package");
    }
    if (auto belongs = check_belonging(*header, package, office); !belongs) { return std::unexpected{belongs.error()}; }
    if (frame->signatures.size() != 1 || !is_signed_by(*frame, answers_container, 0, package.header().hall)) {
        return refuse(VaultError::signature_invalid,
                      "the signature of " + package.header().hall.name + " does not fit");
    }
    const crypto::Digest front = frame->digest(header->suite);
    return SignedAnswers{std::move(*opened), std::move(*header), frame->body_offset, front};
}

/// What stands in the clear, and the sheets as their compartment says.
Result<AnswersFile> read_sheets_of(const SignedAnswers& opened, const Identity& office, Spelling spelling)
{
    const AnswersHeader& header = opened.header;
    const auto sheets = opened.open(header.compartments[0], office);
    if (!sheets) { return std::unexpected{sheets.error()}; }
    AnswersFile answers{.package_id = header.package_id,
                        .package_digest = header.package_digest,
                        .batch_id = header.batch_id,
                        .hall_id = header.hall_id,
                        .started_at = {},
                        .ended_at = {},
                        .sealed_at = header.sealed_at,
                        .journal_records = 0,
                        .journal_head = {},
                        .sheets = {},
                        .journal = {},
                        .version = header.version,
                        .front = opened.front};
    auto read = header.version == 1 ? read_sheets(view_of(*sheets), answers)
                                    : decode_compact_sheets(sheets->expose(), answers, spelling);
    if (!read) { return std::unexpected{read.error()}; }
    return answers;
}

/// Version 2 says that nothing but the journal made the sheets: where they differ, candidate and item are named. Of
/// version 1 import asks the same.
Result<void> check_contents(const AnswersFile& answers)
{
    if (answers.version > 1) {
        if (auto told = check_journal(answers); !told) { return told; }
    }
    return check_answers(answers);
}

/// Sheets of version 2 are proved when they are taken in, and afterwards known by what stands in front of them.
Result<void> require_taken_in(const SignedAnswers& opened, const std::optional<crypto::Digest>& taken_in)
{
    if (opened.header.version == 1 || taken_in == opened.front) { return {}; }
    return refuse(VaultError::chain_broken, "the answers are not those that were taken in");
}

/// What a reader needs to know whether the sheets mean the same in another form.
Result<std::string> written_sheets(const AnswersFile& answers)
{
    AnswersFile as_read;
    std::string text;
    if (answers.version == 1) {
        // Two readers that share no code must see it alike.
        text = encode_sheets(answers);
        AnswersFile by_tree;
        if (auto readable = decode_sheets(text, by_tree); !readable) { return std::unexpected{readable.error()}; }
        if (auto readable = read_sheets(text, as_read); !readable) { return std::unexpected{readable.error()}; }
        if (by_tree.sheets != as_read.sheets) {
            return refuse(VaultError::malformed, "answers: the sheets can be read in two ways");
        }
    } else {
        text = crypto::text_of(encode_compact_sheets(answers));
        if (auto readable = decode_compact_sheets(crypto::bytes_of(text), as_read); !readable) {
            return std::unexpected{readable.error()};
        }
    }
    if (as_read.sheets != answers.sheets) {
        return refuse(VaultError::malformed, "answers: the sheets are not read as they were given");
    }
    return text;
}

} // namespace

Result<void> seal_answers(const AnswersFile& answers, const Identity& hall, const IdentityCard& office,
                          const std::filesystem::path& file)
{
    if (answers.hall_id != hall.card().id()) {
        return refuse(VaultError::wrong_host, "only the hall that held the sitting seals its answers");
    }
    if (answers.version < 1 || answers.version > answers_version) {
        return refuse(VaultError::malformed, "answers: there is no such version");
    }
    // Nothing is written that the office would refuse.
    if (auto sound = check_contents(answers); !sound) { return sound; }
    const auto sheets = written_sheets(answers);
    if (!sheets) { return std::unexpected{sheets.error()}; }
    if (sheets->size() > answer_sheets_bytes_max || answers.journal.size() > answer_journal_bytes_max) {
        return refuse(VaultError::malformed, "answers: sheets or journal are too large");
    }
    return seal_contents(answers, *sheets, hall, office, file);
}

Result<void> seal_contents(const AnswersFile& answers, std::string_view sheets, const Identity& hall,
                           const IdentityCard& office, const std::filesystem::path& file)
{
    const crypto::Suite suite = hall.card().suite();
    if (office.suite() != suite) {
        return refuse(VaultError::not_permitted, "hall and office have keys of different suites");
    }
    AnswersHeader header{.version = answers.version,
                         .suite = suite,
                         .package_id = answers.package_id,
                         .package_digest = answers.package_digest,
                         .batch_id = answers.batch_id,
                         .hall_id = answers.hall_id,
                         .office_id = office.id(),
                         .sealed_at = answers.sealed_at,
                         .compartments = {}};
    const std::array sources{std::pair{sheets_name, sheets},
                             std::pair{journal_name, std::string_view{answers.journal}}};
    std::vector<crypto::SecretBuffer> keys;
    for (const auto& [name, plaintext] : sources) {
        keys.push_back(crypto::random_secret(crypto::aead_key_bytes));
        header.compartments.push_back(
            {.name = std::string{name},
             .plaintext_length = plaintext.size(),
             .digest = {},
             .wrapped_key = crypto::seal_to(office.box_key, keys.back().expose(), key_context(header, name).view())});
    }
    lay_out(suite, header.compartments);
    if (auto sound = decode_header(encode_header(header)); !sound) { return std::unexpected{sound.error()}; }

    std::vector<CompartmentToSeal> to_seal;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        Compartment& record = header.compartments[i];
        to_seal.push_back({.record = &record,
                           .plaintext = crypto::bytes_of(sources[i].second),
                           .key = std::move(keys[i]),
                           .context = compartment_context(header, record)});
    }
    return write_container(file, answers_container, to_seal, [&header] { return encode_header(header); }, hall);
}

Result<AnswersFile> open_answers(const std::filesystem::path& file, const PackageReader& package,
                                 const Identity& office)
{
    const auto opened = open_signed(file, package, office);
    if (!opened) { return std::unexpected{opened.error()}; }
    auto answers = read_sheets_of(*opened, office, Spelling::checked);
    if (!answers) { return answers; }
    const auto journal = opened->open(opened->header.compartments[1], office);
    if (!journal) { return std::unexpected{journal.error()}; }
    answers->journal = crypto::text_of(journal->expose());
    if (auto sound = check_contents(*answers); !sound) { return std::unexpected{sound.error()}; }
    if (auto fits = check_against_roster(*answers, package.header()); !fits) { return std::unexpected{fits.error()}; }
    return answers;
}

Result<AnswersFile> open_answer_sheets(const std::filesystem::path& file, const PackageReader& package,
                                       const Identity& office, const std::optional<crypto::Digest>& taken_in)
{
    const auto opened = open_signed(file, package, office);
    if (!opened) { return std::unexpected{opened.error()}; }
    if (auto same = require_taken_in(*opened, taken_in); !same) { return std::unexpected{same.error()}; }
    auto answers = read_sheets_of(*opened, office, Spelling::proved);
    if (!answers) { return answers; }
    if (answers->version == 1) {
        if (auto sound = check_sheets(*answers); !sound) { return std::unexpected{sound.error()}; }
    }
    if (auto fits = check_against_roster(*answers, package.header()); !fits) { return std::unexpected{fits.error()}; }
    return answers;
}

Result<AnswerColumns> open_answer_columns(const std::filesystem::path& file, const PackageReader& package,
                                          const Identity& office, std::span<const std::string> items,
                                          const std::optional<crypto::Digest>& taken_in)
{
    const auto opened = open_signed(file, package, office);
    if (!opened) { return std::unexpected{opened.error()}; }
    if (auto same = require_taken_in(*opened, taken_in); !same) { return std::unexpected{same.error()}; }
    const auto sheets = opened->open(opened->header.compartments[0], office);
    if (!sheets) { return std::unexpected{sheets.error()}; }
    const PackageHeader& expected = package.header();
    std::vector<std::string> forms;
    for (const FormSummary& form : expected.forms) { forms.push_back(form.id); }
    const auto candidates = static_cast<std::size_t>(expected.candidates);
    auto columns = opened->header.version == 1
                       ? read_sheet_columns(view_of(*sheets), items, forms, opened->header.package_id, candidates)
                       : read_compact_columns(sheets->expose(), items, forms, candidates);
    if (columns && (columns->started_at > columns->ended_at || columns->ended_at > opened->header.sealed_at)) {
        return refuse(VaultError::malformed, "answers: the times of start, end and sealing are not in order");
    }
    return columns;
}

} // namespace papervault::vault
