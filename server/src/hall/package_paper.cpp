#include "hall/package_paper.hpp"

#include "hall/sealed_forms.hpp"
#include "log.hpp"
#include "zeroing_memory.hpp"

#include <papervault/crypto/box.hpp>
#include <papervault/crypto/random.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/vault/answers.hpp>
#include <papervault/vault/files.hpp>
#include <papervault/vault/golden.hpp>
#include <papervault/vault/withdrawal.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace papervault::server {
namespace {

using vault::Result;
using vault::VaultError;

constexpr std::string_view kept_name = "keys";

std::unexpected<vault::VaultFailure> storage_failed(std::string detail)
{
    return vault::refuse(VaultError::storage_failed, std::move(detail));
}

Result<void> make_private_folder(const std::filesystem::path& folder)
{
    if (::mkdir(folder.c_str(), 0700) == 0) { return vault::sync_directory(folder.parent_path()); }
    if (errno == EEXIST) { return {}; }
    return storage_failed(fmt::format("can't make {}: {}", folder.string(), std::strerror(errno)));
}

// ---- what is kept for a restart: form secret (32), then for each compartment name length (1), name, key length (1),
// key ----

void append(crypto::SecretBuffer& to, std::size_t& at, crypto::ByteView bytes)
{
    std::ranges::copy(bytes, to.expose().subspan(at).begin());
    at += bytes.size();
}

crypto::SecretBuffer pack_keys(const vault::PackageHeader& header, const vault::CompartmentKeys& keys,
                               const crypto::SecretBuffer& form_secret)
{
    std::size_t size = form_secret.size_bytes();
    for (const vault::Compartment& compartment : header.compartments) {
        if (const auto* key = keys.find(compartment.name)) { size += 2 + compartment.name.size() + key->size_bytes(); }
    }
    crypto::SecretBuffer packed{size};
    std::size_t at = 0;
    append(packed, at, form_secret.expose());
    for (const vault::Compartment& compartment : header.compartments) {
        const auto* key = keys.find(compartment.name);
        if (key == nullptr) { continue; }
        packed.expose()[at++] = static_cast<std::byte>(compartment.name.size());
        append(packed, at, crypto::bytes_of(compartment.name));
        packed.expose()[at++] = static_cast<std::byte>(key->size_bytes());
        append(packed, at, key->expose());
    }
    return packed;
}

struct KeptKeys {
    crypto::SecretBuffer form_secret;
    vault::CompartmentKeys keys;
};

/// The bytes are authentic (sealed to ourselves), but lengths are checked all the same.
Result<KeptKeys> unpack_keys(const crypto::SecretBuffer& packed)
{
    crypto::ByteView rest = packed.expose();
    const auto take = [&rest](std::size_t size) {
        const crypto::ByteView taken = rest.first(std::min(size, rest.size()));
        rest = rest.subspan(taken.size());
        return taken;
    };
    KeptKeys kept{.form_secret = crypto::SecretBuffer::copy_of(take(32)), .keys = {}};
    while (!rest.empty()) {
        const std::string name = crypto::text_of(take(std::to_integer<std::size_t>(rest.front()) + 1).subspan(1));
        if (rest.empty()) { return vault::refuse(VaultError::malformed, "the kept keys are cut short"); }
        kept.keys.put(name,
                      crypto::SecretBuffer::copy_of(take(std::to_integer<std::size_t>(rest.front()) + 1).subspan(1)));
    }
    if (kept.form_secret.size_bytes() != 32) {
        return vault::refuse(VaultError::malformed, "the kept keys are cut short");
    }
    return kept;
}

} // namespace

Result<std::unique_ptr<PackagePaper>> PackagePaper::make(vault::PackageReader package, const vault::Identity& hall,
                                                         SqlcipherJournal& journal, PaperPlaces places)
{
    auto opening = vault::HallOpening::begin(package, hall);
    if (!opening) { return std::unexpected{opening.error()}; }
    return std::unique_ptr<PackagePaper>{
        new PackagePaper{std::move(package), std::move(*opening), hall, journal, std::move(places)}};
}

PackagePaper::PackagePaper(vault::PackageReader package, vault::HallOpening opening, const vault::Identity& hall,
                           SqlcipherJournal& journal, PaperPlaces places)
    : package_{std::move(package)}, opening_{std::move(opening)}, hall_{hall}, journal_{journal},
      places_{std::move(places)}
{
}

LockState PackagePaper::locks() const
{
    return {.shares_given = opening_.shares_given(),
            .shares_needed = opening_.shares_needed(),
            .givers = opening_.givers(),
            .release = opening_.has_release()};
}

Result<LockState> PackagePaper::add_share(std::string_view document)
{
    const auto part = vault::decode_share_part(document);
    if (!part) { return std::unexpected{part.error()}; }
    if (auto added = opening_.add_share(*part); !added) { return std::unexpected{added.error()}; }
    return locks();
}

Result<LockState> PackagePaper::add_release(std::string_view document)
{
    if (document.find("\"papervault-withdrawal\"") != std::string_view::npos) { return withdraw(document); }
    if (!document.starts_with('{')) { // no document: a code that somebody has read out
        if (auto added = opening_.add_spoken_release(document); !added) { return std::unexpected{added.error()}; }
        return locks();
    }
    const auto release = vault::decode_release(document);
    if (!release) { return std::unexpected{release.error()}; }
    if (auto added = opening_.add_release(*release); !added) { return std::unexpected{added.error()}; }
    return locks();
}

std::filesystem::path PackagePaper::withdrawal_file() const
{
    return places_.forms.parent_path() / "withdrawal.json";
}

Result<LockState> PackagePaper::withdraw(std::string_view document)
{
    const auto withdrawal = vault::decode_withdrawal(document);
    if (!withdrawal) { return std::unexpected{withdrawal.error()}; }
    if (auto ours = vault::verify_withdrawal(*withdrawal, package_); !ours) { return std::unexpected{ours.error()}; }
    if (auto kept = vault::write_file_durably(withdrawal_file(), crypto::bytes_of(document), true); !kept) {
        return std::unexpected{kept.error()};
    }
    return locks();
}

Result<void> PackagePaper::require_not_withdrawn() const
{
    std::error_code error;
    if (!std::filesystem::exists(withdrawal_file(), error) && !error) { return {}; }
    return vault::refuse(VaultError::withdrawn, "the office has withdrawn this package; it is never opened");
}

Result<PaperContent> PackagePaper::content(const vault::CompartmentKeys& keys) const
{
    auto paper = package_.read("paper", keys);
    if (!paper) { return std::unexpected{paper.error()}; }
    auto roster = package_.read("roster", keys);
    if (!roster) { return std::unexpected{roster.error()}; }
    crypto::SecretBuffer media{0}; // the largest by far: never copied
    const auto& compartments = package_.header().compartments;
    if (std::ranges::find(compartments, "media", &vault::Compartment::name) != compartments.end()) {
        auto read = package_.read("media", keys);
        if (!read) { return std::unexpected{read.error()}; }
        media = std::move(*read);
    }
    auto read = read_paper_content(package_.header(), paper->expose(), roster->expose(), std::move(media));
    if (!read || package_.header().version < 2) { return read; }
    // The sealing office's orders, before a candidate gets one of ours.
    const auto vectors = package_.read("vectors", keys);
    if (!vectors) { return std::unexpected{vectors.error()}; }
    if (auto same = vault::check_golden_orders(crypto::text_of(vectors->expose()), read->forms); !same) {
        return std::unexpected{same.error()};
    }
    return read;
}

Result<OpenedPaper> PackagePaper::open(engine::Instant now)
{
    auto opened = open_and_press(now);
    scrub_stack();
    return opened;
}

Result<OpenedPaper> PackagePaper::open_and_press(engine::Instant now)
{
    if (auto still_good = require_not_withdrawn(); !still_good) { return std::unexpected{still_good.error()}; }
    auto keys = opening_.open(now);
    if (!keys) { return std::unexpected{keys.error()}; }
    auto paper = content(*keys);
    if (!paper) { return std::unexpected{paper.error()}; }
    form_secret_ = crypto::random_secret(32);
    auto sealed = press_all(*paper);
    if (!sealed) { return std::unexpected{sealed.error()}; }
    if (auto kept = keep_keys(*keys); !kept) { return std::unexpected{kept.error()}; }
    return OpenedPaper{.record = {.package_id = package_.header().package_id,
                                  .givers = opening_.givers(),
                                  .forms = paper->digests,
                                  .order_rule = std::string{order_rule},
                                  .roster = paper->roster,
                                  .sealed_forms = std::move(*sealed)},
                       .items_by_form = paper->items_by_form()};
}

Result<std::map<std::string, SealedForm, std::less<>>> PackagePaper::press_all(const PaperContent& paper) const
{
    if (auto made = make_private_folder(places_.forms); !made) { return std::unexpected{made.error()}; }
    const SealedFormFiles files{places_.forms};
    const std::string& package_id = package_.header().package_id;
    PressedPictures pictures;
    for (const std::string& name : pictures_shown(paper)) {
        auto pressed = press_picture(paper, name, package_id, *form_secret_);
        if (!pressed) { return std::unexpected{pressed.error()}; }
        if (auto written = files.write_picture(pressed->facts.digest, pressed->sealed); !written) {
            return std::unexpected{written.error()};
        }
        pictures.emplace(name, std::move(pressed->facts));
    }
    std::map<std::string, SealedForm, std::less<>> forms;
    for (const engine::Candidate& candidate : paper.roster) {
        const auto sealed = press_form(paper, candidate, package_id, pictures, *form_secret_);
        if (!sealed) { return std::unexpected{sealed.error()}; }
        if (auto written = files.write_form(candidate.ticket, *sealed); !written) {
            return std::unexpected{written.error()};
        }
        forms.emplace(
            candidate.ticket,
            SealedForm{.form_id = candidate.form_id, .digest = crypto::blake2b(*sealed), .bytes = sealed->size()});
    }
    return forms;
}

std::string PackagePaper::keep_context() const
{
    return fmt::format("papervault.kept-keys.v1|{}|{}", package_.header().package_id, package_.header().batch.id);
}

Result<void> PackagePaper::keep_keys(const vault::CompartmentKeys& keys)
{
    const crypto::SecretBuffer packed = pack_keys(package_.header(), keys, *form_secret_);
    const crypto::Bytes sealed =
        crypto::seal_to(hall_.card().box_key, packed.expose(), crypto::bytes_of(keep_context()));
    return journal_.keep(kept_name, sealed);
}

Result<std::map<std::string, SealedForm, std::less<>>> PackagePaper::restore(const OpeningRecord& opening)
{
    auto forms = restore_forms(opening);
    scrub_stack();
    return forms;
}

Result<std::map<std::string, SealedForm, std::less<>>> PackagePaper::restore_forms(const OpeningRecord& opening)
{
    const auto sealed = journal_.kept(kept_name);
    if (!sealed) { return std::unexpected{sealed.error()}; }
    if (!*sealed) {
        return vault::refuse(VaultError::not_found, "the paper was opened, but its keys are not here any more");
    }
    const auto packed = crypto::open_sealed(hall_.box_keys(), **sealed, crypto::bytes_of(keep_context()));
    if (!packed) {
        return vault::refuse(VaultError::authentication_failed, "the kept keys are damaged or of another machine");
    }
    auto kept = unpack_keys(*packed);
    if (!kept) { return std::unexpected{kept.error()}; }
    form_secret_ = std::move(kept->form_secret);

    if (SealedFormFiles{places_.forms}.are_intact(opening.sealed_forms)) {
        return std::map<std::string, SealedForm, std::less<>>{};
    }
    log_line(LogLevel::warning, "sealed forms are missing or damaged; they are sealed again from the package");
    const auto paper = content(kept->keys);
    if (!paper) { return std::unexpected{paper.error()}; }
    return press_all(*paper);
}

crypto::SecretBuffer PackagePaper::form_key(std::string_view ticket) const
{
    return form_key_of(form_secret_.value(), package_.header().package_id, ticket);
}

Result<std::string> PackagePaper::sealed_form(std::string_view ticket) const
{
    return SealedFormFiles{places_.forms}.form(ticket);
}

Result<std::string> PackagePaper::sealed_picture(std::string_view ticket, const crypto::Digest& digest) const
{
    return SealedFormFiles{places_.forms}.picture(ticket, digest);
}

Result<SealedAnswers> PackagePaper::seal_answers(const SittingResult& result)
{
    const engine::SittingState& state = *result.state;
    vault::AnswersFile answers{.package_id = package_.header().package_id,
                               .package_digest = package_.digest(),
                               .batch_id = state.batch.id,
                               .hall_id = hall_.card().id(),
                               .started_at = result.started_at,
                               .ended_at = result.ended_at,
                               .sealed_at = result.sealed_at,
                               .journal_records = result.journal_records,
                               .journal_head = result.journal_head,
                               .sheets = {},
                               .journal = {}};
    for (const auto& [ticket, candidate] : state.candidates) {
        vault::AnswerSheet sheet;
        sheet.ticket = ticket;
        sheet.form_id = candidate.candidate.form_id;
        sheet.seat = candidate.candidate.seat;
        if (candidate.phase == engine::CandidatePhase::handed_in) {
            sheet.phase = engine::CandidatePhase::handed_in;
            for (const auto& [item, answer] : candidate.answers) { sheet.responses.emplace(item, answer.response); }
            sheet.receipt = vault::receipt_of(engine::sheet_text(candidate, state.package_id));
        }
        answers.sheets.push_back(std::move(sheet));
    }
    const auto add_line = [&answers](const JournalRecord& record) -> Result<void> {
        if (record.number <= answers.journal_records) { answers.journal += journal_line(record) + '\n'; }
        return {};
    };
    if (auto read = journal_.read_all(add_line); !read) { return std::unexpected{read.error()}; }

    if (auto made = make_private_folder(places_.outbox); !made) { return std::unexpected{made.error()}; }
    const std::filesystem::path file = places_.outbox / fmt::format("answers-{}.pva", answers.package_id);
    std::error_code error;
    std::filesystem::remove(file, error); // of an attempt that no record speaks of: the service asks only once
    if (auto sealed = vault::seal_answers(answers, hall_, package_.header().office, file); !sealed) {
        return std::unexpected{sealed.error()};
    }
    const auto bytes = vault::read_file(file, answers.journal.size() * 2 + (256 << 20));
    if (!bytes) { return std::unexpected{bytes.error()}; }
    return SealedAnswers{.file = file.string(), .digest = crypto::blake2b(*bytes), .bytes = bytes->size()};
}

Result<crypto::Digest> PackagePaper::destroy_keys()
{
    const auto sealed = journal_.kept(kept_name);
    if (!sealed) { return std::unexpected{sealed.error()}; }
    const crypto::Digest digest = *sealed ? crypto::blake2b(**sealed) : crypto::Digest{};
    if (auto destroyed = journal_.destroy_kept(); !destroyed) { return std::unexpected{destroyed.error()}; }
    form_secret_.reset();
    std::error_code error;
    std::filesystem::remove_all(places_.forms, error);
    if (error) { return storage_failed("can't remove the sealed forms: " + error.message()); }
    return digest;
}

} // namespace papervault::server
