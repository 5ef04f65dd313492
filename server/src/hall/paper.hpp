#pragma once

#include "hall/history.hpp"

#include <papervault/crypto/secret_buffer.hpp>
#include <papervault/engine/sitting.hpp>
#include <papervault/vault/error.hpp>

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace papervault::server {

/// Which of the package's locks have their key here.
struct LockState {
    int shares_given = 0;
    int shares_needed = 0;
    std::vector<std::string> givers;
    bool release = false;
};

struct OpenedPaper {
    OpeningRecord record;
    std::map<std::string, std::set<std::string>> items_by_form;
};

/// What goes home after the sitting.
struct SittingResult {
    const engine::SittingState* state = nullptr;
    engine::Instant started_at;
    engine::Instant ended_at;
    engine::Instant sealed_at;
    std::uint64_t journal_records = 0;
    crypto::Digest journal_head;
};
struct SealedAnswers {
    std::string file;      ///< Path.
    crypto::Digest digest; ///< Of the file.
    std::uint64_t bytes = 0;
};

/// The sealed package and its secrets, as the hall's service sees them. One call at a time; those marked slow belong on
/// a worker's thread.
class Paper {
public:
    virtual ~Paper() = default;
    [[nodiscard]] virtual LockState locks() const = 0;
    [[nodiscard]] virtual vault::Result<LockState> add_share(std::string_view document) = 0;
    /// The office's word: a release, the code of one that was read out, or a withdrawal, after which open() refuses for
    /// ever.
    [[nodiscard]] virtual vault::Result<LockState> add_release(std::string_view document) = 0;

    /// What is read out at a seal inspection: vault::SealFacts as JSON.
    [[nodiscard]] virtual boost::json::object seal_facts() const = 0;
    /// Slow. Every sealed byte against its digest. @return authentication_failed, malformed: the seal is broken;
    /// storage_failed: it could not be read.
    [[nodiscard]] virtual vault::Result<void> check_seal() const = 0;
    /// Whether a witness's statement is of this package and inspection, and he may witness here.
    /// @return wrong_batch, conflict, not_permitted, suite_refused, signature_invalid, malformed.
    [[nodiscard]] virtual vault::Result<WitnessWord> read_statement(std::string_view document,
                                                                    std::string_view round) const = 0;
    /// Fills in the document for the office, signed by the machine. @param reported_by  Empty: the machine itself.
    [[nodiscard]] virtual vault::Result<OpenIncident> report(OpenIncident incident, const WitnessWord* reported_by,
                                                             engine::Instant now) const = 0;
    /// Slow. Puts the document beside what goes home. @return The file.
    [[nodiscard]] virtual vault::Result<std::string> keep_report(const OpenIncident& incident) const = 0;
    /// Whether this is the office's word that the incident is cleared.
    [[nodiscard]] virtual vault::Result<void> check_clearance(std::string_view document,
                                                              const OpenIncident& incident) const = 0;

    /// Slow. Opens the package, seals each picture once and every candidate's form, and keeps the keys for a restart;
    /// all of it durable.
    [[nodiscard]] virtual vault::Result<OpenedPaper> open(engine::Instant now) = 0;
    /// Slow. Has the paper again after a restart, from the kept keys. @return Forms that had to be sealed again; else
    /// empty.
    [[nodiscard]] virtual vault::Result<std::map<std::string, SealedForm, std::less<>>>
    restore(const OpeningRecord& opening) = 0;

    // Once open() or restore() has succeeded:
    [[nodiscard]] virtual crypto::SecretBuffer form_key(std::string_view ticket) const = 0;
    /// The sealed bytes. From any thread.
    [[nodiscard]] virtual vault::Result<std::string> sealed_form(std::string_view ticket) const = 0;
    /// The sealed bytes of a picture that this candidate's form shows. From any thread.
    /// @return not_found for any other picture.
    [[nodiscard]] virtual vault::Result<std::string> sealed_picture(std::string_view ticket,
                                                                    const crypto::Digest& digest) const = 0;
    /// Slow. Writes the answers file, durable; a file of an attempt that was never recorded is replaced.
    [[nodiscard]] virtual vault::Result<SealedAnswers> seal_answers(const SittingResult& result) = 0;
    /// Slow. Destroys keys and sealed forms. @return Digest of what was kept, for the tombstone.
    [[nodiscard]] virtual vault::Result<crypto::Digest> destroy_keys() = 0;
};

} // namespace papervault::server
