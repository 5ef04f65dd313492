#include "cli/commands.hpp"
#include "cli/cosigned_notes.hpp"
#include "cli/documents.hpp"
#include "cli/session.hpp"

#include <papervault/vault/files.hpp>
#include <papervault/vault/witness.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace papervault::vault::cli {
namespace {

/// The office's own newest checkpoint, as a value.
Result<Checkpoint> newest(OfficeVault& vault, std::string& note)
{
    auto written = vault.write_checkpoint();
    if (!written) { return std::unexpected{written.error()}; }
    note = std::move(*written);
    return verify_checkpoint(note, vault.office_identity().card().sign_key);
}

Result<void> write_public(const File& file, const std::string& text, bool replace)
{
    return write_file_durably(file, crypto::bytes_of(text), replace, 0644);
}

} // namespace

Result<std::vector<std::string>> kept_notes(const File& vault)
{
    std::vector<std::string> notes;
    std::error_code error;
    std::vector<File> files;
    for (auto at = std::filesystem::directory_iterator{vault / "witnessed", error};
         !error && at != std::filesystem::directory_iterator{}; at.increment(error)) {
        if (at->path().extension() == ".note") { files.push_back(at->path()); }
    }
    std::ranges::sort(files);
    for (const File& file : files) {
        auto text = read_text_file(file, note_bytes_max);
        if (!text) { return std::unexpected{text.error()}; }
        notes.push_back(std::move(*text));
    }
    return notes;
}

Result<Report> run(const MakeCheckpoint& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    WitnessRequest request;
    const auto now = newest(session->vault, request.checkpoint);
    if (!now) { return std::unexpected{now.error()}; }
    if (command.since) {
        const auto text = read_text_file(*command.since, note_bytes_max);
        if (!text) { return std::unexpected{text.error()}; }
        const auto then = verify_checkpoint(*text, session->vault.office_identity().card().sign_key);
        if (!then) { return std::unexpected{then.error()}; }
        auto proof = session->vault.ledger().consistency_proof(*then, *now);
        if (!proof) { return std::unexpected{proof.error()}; }
        request.old_size = then->size;
        request.consistency = std::move(*proof);
    }
    if (auto written = write_public(command.out, encode(request), false); !written) {
        return std::unexpected{written.error()};
    }
    return Report{{{"file", command.out.string()}, {"size", now->size}, {"old_size", request.old_size}},
                  fmt::format("{} {} ({} → {} {})\n", say("检查点：", "Checkpoint:"), command.out.string(),
                              request.old_size, now->size, say("条记录", "entries"))};
}

Result<Report> run(const WitnessCheckpoint& command)
{
    const auto who = unlock(command.who);
    if (!who) { return std::unexpected{who.error()}; }
    const auto office = read_card(command.office_card);
    if (!office) { return std::unexpected{office.error()}; }
    const auto text = read_text_file(command.request, document_bytes_max);
    if (!text) { return std::unexpected{text.error()}; }
    const auto request = decode_witness_request(*text);
    if (!request) { return std::unexpected{request.error()}; }
    std::optional<std::string> kept;
    std::error_code error;
    if (std::filesystem::exists(command.kept, error)) {
        auto note = read_text_file(command.kept, note_bytes_max);
        if (!note) { return std::unexpected{note.error()}; }
        kept = std::move(*note);
    }
    if (kept.has_value() == command.first) {
        return refuse(VaultError::conflict, kept ? "there is a kept checkpoint: leave --first away"
                                                 : command.kept.string() +
                                                       " is not there; say --first if you have never "
                                                       "signed for this vault");
    }
    const auto note = cosign_checkpoint(*request, kept, *office, *who, wall_clock());
    if (!note) { return std::unexpected{note.error()}; }
    // Kept before it is shown: what was signed once can't be forgotten by a power cut.
    if (auto written = write_public(command.kept, *note, true); !written) { return std::unexpected{written.error()}; }
    const auto checkpoint = verify_checkpoint(*note, office->sign_key);
    if (!checkpoint) { return std::unexpected{checkpoint.error()}; }
    return Report{{{"kept", command.kept.string()}, {"size", checkpoint->size}, {"root", checkpoint->root.hex()}},
                  fmt::format("{} {} {}\n  {}\n{}\n", say("已见证：", "Witnessed:"), checkpoint->size,
                              say("条记录", "entries"), checkpoint->root.hex(),
                              say("请把此文件的副本交给机构（audit keep），自己留一份。",
                                  "Give the office a copy of this file (audit keep) and keep one yourself."))};
}

Result<Report> run(const KeepCosigned& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const IdentityCard& office = session->vault.office_identity().card();
    std::uint64_t stored = 0;
    for (const File& file : command.notes) {
        const auto text = read_text_file(file, note_bytes_max);
        if (!text) { return std::unexpected{text.error()}; }
        const auto checkpoint = verify_checkpoint(*text, office.sign_key);
        if (!checkpoint) { return std::unexpected{checkpoint.error()}; }
        const auto root = checkpoint->size > session->vault.ledger().size()
                              ? Result<crypto::Digest>{refuse(VaultError::chain_broken, "it is longer than the ledger")}
                              : session->vault.ledger().root_at(checkpoint->size);
        if (!root) { return std::unexpected{root.error()}; }
        if (*root != checkpoint->root) {
            return refuse(VaultError::chain_broken, "forked: " + file.string() + " is signed over another ledger");
        }
        const auto note = decode_signed_note(*text);
        bool by_supervisor = false;
        for (const Officer& officer : session->vault.officers()) {
            if (!officer.roles.contains(Role::supervisor)) { continue; }
            by_supervisor |= note && verify_cosignature(*note, witness_note_key(officer.card)).has_value();
        }
        if (!by_supervisor) {
            return refuse(VaultError::signature_invalid,
                          file.string() + " is not signed by a supervisor of this vault");
        }
        const File folder = command.login.vault / "witnessed";
        std::error_code error;
        std::filesystem::create_directories(folder, error);
        const File target = folder / fmt::format("{:012}.note", checkpoint->size);
        std::vector<std::string> notes{*text};
        if (std::filesystem::exists(target, error)) {
            auto before = read_text_file(target, note_bytes_max);
            if (!before) { return std::unexpected{before.error()}; }
            notes.insert(notes.begin(), std::move(*before));
        }
        const auto merged = merge_cosignatures(notes);
        if (!merged) { return std::unexpected{merged.error()}; }
        if (auto written = write_public(target, *merged, true); !written) { return std::unexpected{written.error()}; }
        ++stored;
    }
    return Report{{{"stored", stored}}, fmt::format("{} {}\n", say("已收存：", "Stored:"), stored)};
}

Result<Report> run(const ProveEntry& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    LedgerProof proof{.index = command.entry, .entry = {}, .inclusion = {}, .checkpoint = {}};
    auto checkpoint = newest(session->vault, proof.checkpoint);
    if (command.checkpoint) {
        auto text = read_text_file(*command.checkpoint, note_bytes_max);
        if (!text) { return std::unexpected{text.error()}; }
        proof.checkpoint = std::move(*text);
        checkpoint = verify_checkpoint(proof.checkpoint, session->vault.office_identity().card().sign_key);
    }
    if (!checkpoint) { return std::unexpected{checkpoint.error()}; }
    auto inclusion = session->vault.ledger().inclusion_proof(command.entry, *checkpoint);
    if (!inclusion) { return std::unexpected{inclusion.error()}; }
    proof.inclusion = std::move(*inclusion);
    proof.entry = session->vault.ledger().texts(command.entry, 1).front();
    if (auto written = write_public(command.out, encode(proof), false); !written) {
        return std::unexpected{written.error()};
    }
    return Report{{{"file", command.out.string()}, {"entry", command.entry}, {"size", checkpoint->size}},
                  fmt::format("{} {}\n", say("证明：", "Proof:"), command.out.string())};
}

Result<Report> run(const CheckProof& command)
{
    const auto text = read_text_file(command.proof, document_bytes_max);
    if (!text) { return std::unexpected{text.error()}; }
    const auto proof = decode_ledger_proof(*text);
    if (!proof) { return std::unexpected{proof.error()}; }
    const auto office = read_card(command.office_card);
    if (!office) { return std::unexpected{office.error()}; }
    std::vector<IdentityCard> witnesses;
    for (const File& file : command.witness_cards) {
        auto card = read_card(file);
        if (!card) { return std::unexpected{card.error()}; }
        witnesses.push_back(std::move(*card));
    }
    const auto proven = check_ledger_proof(*proof, *office, witnesses, command.witnesses_needed);
    if (!proven) { return std::unexpected{proven.error()}; }
    boost::json::array names;
    std::string seen;
    for (const auto& witness : proven->witnesses) {
        names.push_back({{"name", witness.name}, {"time", engine::to_text(witness.time)}});
        seen += fmt::format("  {} {} {}\n", say("见证", "witness"), witness.name, local_time(witness.time));
    }
    return Report{{{"entry", proven->entry.index},
                   {"time", engine::to_text(proven->entry.time)},
                   {"actor", proven->entry.actor.name},
                   {"action", proven->entry.action},
                   {"subject", proven->entry.subject},
                   {"size", proven->checkpoint.size},
                   {"witnesses", names}},
                  fmt::format("{} #{} {} {} {}\n{}", say("证明有效：", "The proof holds:"), proven->entry.index,
                              local_time(proven->entry.time), proven->entry.actor.name, proven->entry.action, seen)};
}

Result<Report> run(const ShowNoteKey& command)
{
    const auto card = read_card(command.card);
    if (!card) { return std::unexpected{card.error()}; }
    const std::string key = encode(witness_note_key(*card));
    return Report{{{"vkey", key}}, key + "\n"};
}

} // namespace papervault::vault::cli
