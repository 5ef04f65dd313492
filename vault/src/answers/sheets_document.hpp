#pragma once

#include "answers/canonical_reader.hpp"

#include <papervault/vault/answers.hpp>

#include <limits>
#include <string>
#include <string_view>

/// The grammar of canonical answer sheets (docs/answers-format.md), for readers that differ in what they keep.
namespace papervault::vault {

inline constexpr std::string_view sheets_format = "papervault-answer-sheets";
inline constexpr std::size_t sheets_max = 10'000;
inline constexpr std::size_t sheet_members_max = 4096;
inline constexpr int seats_max = 1000;
inline constexpr std::size_t ticket_bytes_max = 32;
inline constexpr std::size_t form_bytes_max = 64;
inline constexpr std::size_t receipt_characters = 14;

/// One sheet as it stands in the text. Texts die with the next sheet.
struct SheetText {
    std::string_view form, ticket, receipt;
    std::string_view spelled_form, spelled_ticket; ///< With quotes.
    std::string_view spelled_responses;            ///< With braces.
    bool handed_in = false;
    int seat = 0;
};

/// A text within its limit and without NUL.
[[nodiscard]] inline std::optional<std::string_view> limited_text(CanonicalReader& in, std::size_t bytes_max,
                                                                  std::string& scratch)
{
    const auto text = in.text(scratch);
    if (!text || text->size() > bytes_max || text->find('\0') != std::string_view::npos) { return std::nullopt; }
    return text;
}

/// A time as engine::to_text() spells it.
[[nodiscard]] inline std::optional<engine::Instant> read_instant(CanonicalReader& in, std::string& scratch)
{
    const auto text = limited_text(in, 40, scratch);
    if (!text) { return std::nullopt; }
    const auto read = engine::instant_from_text(*text);
    return read && engine::to_text(*read) == *text ? std::optional{*read} : std::nullopt;
}

/// The texts of one response. @param keep  Called with each.
template <class Keep>
[[nodiscard]] bool read_response(CanonicalReader& in, std::string& scratch, Keep keep)
{
    if (!in.take('[')) { return false; }
    if (in.take(']')) { return true; }
    for (std::size_t parts = 1;; ++parts) {
        const auto part = limited_text(in, engine::response_bytes_max, scratch);
        if (!part || parts > engine::response_parts_max) { return false; }
        keep(*part);
        if (in.take(']')) { return true; }
        if (!in.take(',')) { return false; }
    }
}

/// Reads a document and hands its sheets over.
/// @tparam Sink  bool responses(CanonicalReader&), from behind the opening brace to behind the closing one, and
///               bool sheet(const SheetText&); false stops.
template <class Sink>
class SheetsDocument {
public:
    SheetsDocument(std::string_view text, Sink& sink) : in_{text}, start_{text.data()}, sink_{sink} {}

    /// Sets times and journal. @return Where in the text it stopped, or nothing when all was read.
    template <class Head>
    [[nodiscard]] std::optional<std::size_t> read(Head& head)
    {
        if (in_.left() <= answer_sheets_bytes_max && document(head)) { return std::nullopt; }
        return in_.since(start_).size();
    }

private:
    [[nodiscard]] bool instant(engine::Instant& into)
    {
        const auto read = read_instant(in_, scratch_);
        if (read) { into = *read; }
        return read.has_value();
    }

    template <class Head>
    [[nodiscard]] bool document(Head& head)
    {
        if (!in_.take(R"({"ended_at":)") || !instant(head.ended_at)) { return false; }
        if (!in_.take(R"(,"format":")") || !in_.take(sheets_format) || !in_.take(R"(","journal_head":)")) {
            return false;
        }
        const auto hex = limited_text(in_, 64, scratch_);
        if (!hex) { return false; }
        const auto digest = crypto::Digest::from_hex(*hex);
        if (!digest || digest->hex() != *hex) { return false; }
        head.journal_head = *digest;
        if (!in_.take(R"(,"journal_records":)")) { return false; }
        const auto records = in_.number();
        if (!records) { return false; }
        head.journal_records = static_cast<std::uint64_t>(*records);
        if (!in_.take(R"(,"sheets":[)") || !sheets()) { return false; }
        return in_.take(R"(,"started_at":)") && instant(head.started_at) && in_.take(R"(,"version":1})") &&
               in_.at_end();
    }

    [[nodiscard]] bool sheets()
    {
        if (in_.take(']')) { return true; }
        for (std::size_t count = 1; count <= sheets_max; ++count) {
            if (!sheet()) { return false; }
            if (in_.take(']')) { return true; }
            if (!in_.take(',')) { return false; }
        }
        return false;
    }

    [[nodiscard]] bool sheet()
    {
        SheetText sheet;
        if (!in_.take(R"({"form_id":)")) { return false; }
        const char* from = in_.position();
        const auto form = limited_text(in_, form_bytes_max, form_);
        if (!form) { return false; }
        sheet.form = *form;
        sheet.spelled_form = in_.since(from);
        if (!in_.take(R"(,"phase":")")) { return false; }
        sheet.handed_in = in_.take("handed_in");
        if (!sheet.handed_in && !in_.take("absent")) { return false; }
        if (!in_.take(R"(","receipt":)")) { return false; }
        const auto receipt = limited_text(in_, receipt_characters, receipt_);
        if (!receipt) { return false; }
        sheet.receipt = *receipt;
        if (!in_.take(R"(,"responses":)")) { return false; }
        from = in_.position();
        if (!in_.take('{') || !sink_.responses(in_)) { return false; }
        sheet.spelled_responses = in_.since(from);
        if (!in_.take(R"(,"seat":)")) { return false; }
        const auto seat = in_.number();
        if (!seat || *seat < 1 || *seat > seats_max) { return false; }
        sheet.seat = static_cast<int>(*seat);
        if (!in_.take(R"(,"ticket":)")) { return false; }
        from = in_.position();
        const auto ticket = limited_text(in_, ticket_bytes_max, ticket_);
        if (!ticket) { return false; }
        sheet.ticket = *ticket;
        sheet.spelled_ticket = in_.since(from);
        return in_.take('}') && sink_.sheet(sheet);
    }

    CanonicalReader in_;
    const char* start_;
    Sink& sink_;
    std::string scratch_, form_, ticket_, receipt_;
};

} // namespace papervault::vault
