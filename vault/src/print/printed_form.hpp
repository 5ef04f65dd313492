#pragma once

#include <papervault/crypto/bytes.hpp>
#include <papervault/engine/batch.hpp>
#include <papervault/vault/custody.hpp>
#include <papervault/vault/error.hpp>
#include <papervault/vault/package.hpp>
#include <papervault/vault/retention.hpp>

#include <string>
#include <utility>
#include <vector>

/// Sheets that people sign by hand beside what the record holds: A4, with QR codes of the digests, so that paper and
/// record can be compared.
namespace papervault::vault::print {

struct PrintedForm {
    std::string title;    ///< "试卷交接单"
    std::string subtitle; ///< Office or examination.
    std::vector<std::pair<std::string, std::string>> fields;
    struct Table {
        std::vector<std::string> heading;
        std::vector<double> widths; ///< Shares of the text width.
        std::vector<std::vector<std::string>> rows;
    };
    std::vector<Table> tables;
    std::vector<std::string> checks;     ///< A box to tick before each.
    std::vector<std::string> signatures; ///< Who signs: a line to write on and one for the time.
    struct Code {
        std::string caption;
        std::string text;
    };
    std::vector<Code> codes; ///< QR codes, error correction M.
    std::string footer;
    engine::Instant date; ///< The PDF's date of creation: the same content gives the same bytes.
    bool lies = false;    ///< Landscape.
};

/// @return storage_failed when cairo can't write, malformed for a code that is too long.
[[nodiscard]] Result<crypto::Bytes> to_pdf(const PrintedForm& form);

/// 试卷交接单. With the signatures that the document carries, or with lines to sign on.
[[nodiscard]] PrintedForm handover_form(const Handover& handover);
/// 试卷拆封确认表: for the public inspection before opening (rule V6).
[[nodiscard]] PrintedForm opening_form(const PackageReader& package);
/// 销毁台账 (rule V9).
/// @param office  Its name. @param date  Of the last destruction shown, or of the print when there is none.
[[nodiscard]] PrintedForm destruction_form(const std::string& office, const std::vector<DestructionRecord>& records,
                                           engine::Instant date);

/// 身份恢复纸: one sheet of words of an identity (vault/paper_backup.hpp).
struct SheetPlace {
    int number = 1; ///< From 1.
    int of = 1;
    int needed = 1;
};
/// @param words  Secret: they are in the form's texts afterwards, and in whatever it is printed with.
[[nodiscard]] PrintedForm identity_sheet_form(const IdentityCard& card, const SheetPlace& place, crypto::ByteView words,
                                              engine::Instant date);
/// Overwrites the texts of a form's tables.
void wipe(PrintedForm& form) noexcept;

} // namespace papervault::vault::print
