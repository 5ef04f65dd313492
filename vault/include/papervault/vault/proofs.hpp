#pragma once

#include <papervault/engine/form.hpp>
#include <papervault/vault/draws.hpp>
#include <papervault/vault/office.hpp>

#include <span>
#include <string>
#include <vector>

/// Proof-reading of drawn forms by a person other than the one who drew them (rule B7).
namespace papervault::vault {

struct ProofFinding {
    std::string item_id; ///< "" for the form as a whole.
    std::string text;    ///< 1 to 1,000 bytes.
    bool operator==(const ProofFinding&) const = default;
};

/// One reading of one form. Marks are added, never changed; the newest one of a form counts.
struct ProofMark {
    std::string form_id;
    int number = 0; ///< From 1 for each form.
    std::string officer_id;
    std::string officer_name;
    std::vector<ProofFinding> findings; ///< None: the form is clean.
    std::string form_digest;            ///< Hex: of what was read.
    engine::Instant time;
};

class ProofRegister {
public:
    static constexpr std::size_t findings_max = 500;
    static constexpr std::size_t samples_needed = 3; ///< Of a draw with a form for each candidate.

    explicit ProofRegister(OfficeVault& vault) : vault_{&vault} {}

    /// @param findings  None: everything is in order.
    /// @return not_permitted for the person who drew, and without the role manager or sealer; not_found for an item
    /// that the form hasn't.
    [[nodiscard]] Result<ProofMark> mark(std::string_view draw_id, std::string_view form_id,
                                         std::vector<ProofFinding> findings, engine::Instant now);
    /// By form, then in the order of time.
    [[nodiscard]] Result<std::vector<ProofMark>> marks(std::string_view draw_id);
    /// Before sealing: every form's newest mark is clean, by somebody else than the drawer, for exactly this content.
    /// Of candidates' forms nobody can read all: samples_needed of the draw's forms have to be read and clean, and no
    /// form of the draw may have findings left.
    /// @param may_be_unread  For rehearsals: a form nobody has read passes, one with findings never does.
    /// @return conflict naming the first form.
    [[nodiscard]] Result<void> require_clean(const DrawRecord& record, std::span<const engine::Form> forms,
                                             bool may_be_unread);

private:
    [[nodiscard]] Result<void> require_clean_samples(const DrawRecord& record, std::span<const ProofMark> all,
                                                     bool may_be_unread);
    OfficeVault* vault_;
};

} // namespace papervault::vault
