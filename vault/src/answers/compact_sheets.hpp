#pragma once

#include <papervault/vault/answers.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The sheets of an answers file of version 2: by item, every distinct response once, and for each candidate which
/// (docs/answers-format.md, "Sheets, version 2").
namespace papervault::vault {

inline constexpr std::string_view compact_magic = "PAPERVAULT-SHT2\n";
inline constexpr std::string_view compact_format = "papervault-compact-sheets";
inline constexpr std::size_t compact_columns_max = 65'536;
inline constexpr std::size_t compact_responses_max = 8 << 20; ///< Of all candidates together.

/// For sheets that check_answers() found sound; what does not fit the format comes out as something else, so a writer
/// reads it again and compares.
[[nodiscard]] crypto::Bytes encode_compact_sheets(const AnswersFile& answers);
/// Whether a second spelling of the same sheets is looked for: by who takes them in, not by who knows them already.
enum class Spelling { checked, proved };
/// Fills in what encode_compact_sheets() writes; takes one spelling of it. @return malformed.
[[nodiscard]] Result<void> decode_compact_sheets(crypto::ByteView bytes, AnswersFile& answers,
                                                 Spelling spelling = Spelling::checked);
/// The same straight into columns. Receipts and spelling are left alone: they were compared when the answers were taken
/// in.
/// @param items  Ids that become columns; others are left out. @param forms  Ids of the package's forms.
/// @param candidates  How many are expected.
/// @return malformed.
[[nodiscard]] Result<AnswerColumns> read_compact_columns(crypto::ByteView bytes, std::span<const std::string> items,
                                                         std::span<const std::string> forms, std::size_t candidates);

/// One item as it stands in the bytes.
struct CompactColumn {
    std::string_view item;
    std::uint32_t distinct = 0; ///< Codes go from 0, nothing, to this.
    unsigned bits = 0;          ///< Of a code.
    crypto::ByteView codes;     ///< By candidate.
};

/// Reads the bytes from front to back. Views them: they must outlive it.
class CompactReader {
public:
    explicit CompactReader(crypto::ByteView bytes) noexcept : bytes_{bytes} {}

    /// Everything in front of the columns. @return False: malformed, at at().
    [[nodiscard]] bool head();
    /// The next column and its responses, in order of codes from 1.
    [[nodiscard]] bool column(CompactColumn& column, std::vector<engine::Response>& responses);
    [[nodiscard]] std::size_t at() const noexcept { return at_; }
    [[nodiscard]] bool at_end() const noexcept { return at_ == bytes_.size(); }

    // Once head() has succeeded:
    engine::Instant started_at, ended_at;
    std::uint64_t journal_records = 0;
    crypto::Digest journal_head;
    std::vector<std::string_view> forms;
    std::vector<std::string_view> tickets;
    std::uint32_t columns = 0;
    [[nodiscard]] std::size_t candidates() const noexcept { return tickets.size(); }
    /// Index into forms; may be too great.
    [[nodiscard]] std::size_t form_of(std::size_t candidate) const noexcept;
    [[nodiscard]] int seat_of(std::size_t candidate) const noexcept;
    [[nodiscard]] bool has_handed_in(std::size_t candidate) const noexcept;
    /// 60 bits.
    [[nodiscard]] std::uint64_t receipt_of(std::size_t candidate) const noexcept;

private:
    template <class Number>
    [[nodiscard]] bool number(Number& into) noexcept;
    [[nodiscard]] bool view(std::size_t count, crypto::ByteView& into) noexcept;
    /// Well-formed UTF-8 without NUL behind its length. @tparam Length  Of the length.
    template <class Length>
    [[nodiscard]] bool text(std::size_t bytes_max, std::string_view& into) noexcept;

    crypto::ByteView bytes_;
    std::size_t at_ = 0;
    crypto::ByteView form_of_, seats_, phases_, receipts_;
};

/// "ABCD-EFGH-JKMN" as a number of 60 bits and back. @return Nothing for another text.
[[nodiscard]] std::optional<std::uint64_t> receipt_number(std::string_view receipt);
[[nodiscard]] std::string receipt_text(std::uint64_t number);

} // namespace papervault::vault
