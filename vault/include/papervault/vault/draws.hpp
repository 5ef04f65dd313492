#pragma once

#include <papervault/crypto/hash.hpp>
#include <papervault/engine/assembly.hpp>
#include <papervault/engine/form.hpp>
#include <papervault/vault/bank.hpp>
#include <papervault/vault/office.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

/// Drawing a paper from the bank with a seed that nobody chose alone (rules B1, B2; docs/draws.md).
namespace papervault::vault {

enum class DrawState { committing, revealing, ready, drawn };
[[nodiscard]] std::string_view to_text(DrawState state) noexcept;

struct DrawContribution {
    std::string officer_id;
    std::string officer_name;
    std::string commitment; ///< Hex; empty until committed.
    std::string value;      ///< Hex of 32 bytes; empty until revealed.
};

/// A form for each candidate: the record keeps a digest of each form, not the form, and draws it again when asked.
struct LoftRecord {
    std::uint32_t forms = 0; ///< 0: this draw is a set of named forms.
    std::string root;        ///< Hex: Merkle root (RFC 9162) over the forms' digests.
};

struct DrawRecord {
    std::string id;
    DrawState state{};
    engine::Blueprint blueprint;
    std::vector<DrawContribution> contributions;
    std::string beacon_source;            ///< Which public value joins the seed, named before the commitments; or "".
    std::string beacon;                   ///< That value, as it was published.
    std::string drawn_by;                 ///< Officer's id; from the drawing on.
    std::string method;                   ///< engine::draw_method of the program that drew.
    std::string snapshot_digest;          ///< Hex; from the drawing on.
    std::string seed;                     ///< Hex; from the drawing on.
    std::vector<engine::DrawnForm> forms; ///< Positions in the snapshot.
    LoftRecord loft;
    std::string digest; ///< Hex over method, snapshot, blueprint, seed and forms.
};

/// How far a long work is; called from the thread that began it.
using Progress = std::function<void(std::size_t done, std::size_t all)>;

/// One of the forms of a draw for each candidate, and what shows that it is number `number` of that draw.
struct CandidatesForm {
    std::uint32_t number = 0;                       ///< From 1; its text is the form's id.
    std::vector<std::vector<std::string>> sections; ///< Item ids by section, in drawn order.
    std::vector<crypto::Digest> proof;              ///< RFC 9162: from its digest to LoftRecord::root.
    engine::Form form;                              ///< With the items' content.
};

class DrawRegister {
public:
    static constexpr std::uint32_t loft_forms_max = 100'000;

    explicit DrawRegister(OfficeVault& vault) : vault_{&vault} {}

    /// Opens a draw: checks the blueprint against the bank (infeasible says what is missing) and names the officers who
    /// make the seed.
    /// @param officers  Ids of 2 to 8 different officers.
    /// @param beacon_source  Which public value, not known yet, joins the seed ("drand round 4711"); "" for none. At
    /// most 200 bytes.
    [[nodiscard]] Result<std::string> open(const engine::Blueprint& blueprint, const std::vector<std::string>& officers,
                                           engine::Instant now, const std::string& beacon_source = {});
    /// The acting officer draws 32 random bytes, commits to them, and keeps them in `secret_file`, sealed to himself,
    /// until he reveals.
    [[nodiscard]] Result<void> commit(std::string_view draw_id, const Identity& who,
                                      const std::filesystem::path& secret_file, engine::Instant now);
    /// Only after all have committed. @return share_invalid when the value is not the one committed to.
    [[nodiscard]] Result<void> reveal(std::string_view draw_id, const Identity& who,
                                      const std::filesystem::path& secret_file, engine::Instant now);
    /// Only after all have revealed, once.
    /// @param beacon  The public value; needed exactly when the draw names a source.
    [[nodiscard]] Result<DrawRecord> run(std::string_view draw_id, engine::Instant now, const std::string& beacon = {});
    /// The same with a form of its own for each of `count` candidates (1 to loft_forms_max) in place of the named
    /// forms: form n follows from the seed and n alone. The blueprint's numbers of forms and overlap play no part.
    [[nodiscard]] Result<DrawRecord> run_loft(std::string_view draw_id, std::uint32_t count, engine::Instant now,
                                              const std::string& beacon = {}, const Progress& progress = {});

    /// Draws again from the record and compares; checks every form against the blueprint by other code.
    /// @return chain_broken for what does not fit; conflict for a draw that was made by another method than this
    /// program's.
    [[nodiscard]] Result<DrawRecord> verify(std::string_view draw_id, const Progress& progress = {});
    /// The same for one form: draws it again (a set of forms with its siblings, for they are drawn together) and looks
    /// at no other. @param form_id  "A", "S1", or the number of a candidate's form, from 1.
    [[nodiscard]] Result<DrawRecord> verify_form(std::string_view draw_id, std::string_view form_id);
    [[nodiscard]] Result<DrawRecord> find(std::string_view draw_id);
    [[nodiscard]] Result<std::vector<std::string>> list();
    /// The drawn forms with the items' content, as they go into a package.
    [[nodiscard]] Result<std::vector<engine::Form>> forms(const DrawRecord& record);
    /// One of them; or a candidate's form by its number, from 1, drawn again and compared with the record.
    [[nodiscard]] Result<engine::Form> form(const DrawRecord& record, std::string_view form_id);
    /// Candidates' forms by their numbers. The record is checked as verify() does, and each of these forms is drawn
    /// again, compared and checked against the blueprint; no other one is.
    /// @return not_found for a number that the draw has not; what verify() refuses.
    [[nodiscard]] Result<std::vector<CandidatesForm>> candidates_forms(const DrawRecord& record,
                                                                       std::span<const std::uint32_t> numbers);
    /// What was frozen when the draw was run.
    [[nodiscard]] Result<BankSnapshot> snapshot(const DrawRecord& record);

private:
    /// The same with key letters where the blueprint counts them. @return not_permitted without the right to keys.
    [[nodiscard]] Result<BankSnapshot> snapshot_to_draw_from(const DrawRecord& record);
    [[nodiscard]] Result<DrawRecord> ready_to_run(std::string_view draw_id, const std::string& beacon);
    [[nodiscard]] Result<std::string> stored_forms(const DrawRecord& record);
    [[nodiscard]] Result<std::vector<crypto::Digest>> loft_digests(const DrawRecord& record);
    [[nodiscard]] Result<engine::Form> with_content(const DrawRecord& record, const BankSnapshot& snapshot,
                                                    const engine::DrawnForm& drawn);

    OfficeVault* vault_;
};

} // namespace papervault::vault
