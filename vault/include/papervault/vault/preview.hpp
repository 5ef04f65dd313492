#pragma once

#include <papervault/engine/form.hpp>
#include <papervault/engine/item.hpp>
#include <papervault/vault/bank.hpp>
#include <papervault/vault/draws.hpp>
#include <papervault/vault/office.hpp>
#include <papervault/vault/spacing.hpp>

#include <map>
#include <string>
#include <vector>

/// A drawn paper as people read it before it is sealed: for proof-reading (rule B7) and for comparing A with B.
namespace papervault::vault {

/// One or two forms with all that is needed to print them.
struct PaperPreview {
    std::string draw_id;
    std::string draw_digest; ///< Hex.
    std::string viewer;      ///< Stands on every page: a copy that is found tells whose it was.
    engine::Instant at;
    std::vector<engine::Form> forms;
    std::map<std::string, engine::AnswerKey, std::less<>> keys; ///< By item; empty unless asked for.
    std::map<std::string, Media, std::less<>> media;            ///< By name.
    CopySpacing spacing;                                        ///< Marks of a registered copy; else empty.
};

struct PreviewRequest {
    std::string draw_id;
    std::vector<std::string> form_ids; ///< One, or two to be compared.
    bool with_keys = false;
    std::string purpose; ///< Stands in the ledger (rule B5).
};

/// Opens forms for reading; the look is in the ledger before anything is returned.
/// @return not_permitted for a role that doesn't make papers (manager, sealer and supervisor do or oversee), or without
/// the right to keys; conflict once the draw is sealed in a package (rule V3); malformed without a purpose.
[[nodiscard]] Result<PaperPreview> open_preview(OfficeVault& vault, const PreviewRequest& request, engine::Instant now);

} // namespace papervault::vault
