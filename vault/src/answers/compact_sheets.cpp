#include "answers/compact_sheets.hpp"

#include "answers/packed_codes.hpp"
#include "answers/sheets_document.hpp"

#include <papervault/engine/canonical_text.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace papervault::vault {
namespace {

constexpr std::string_view receipt_letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

template <class Number>
void append_number(crypto::Bytes& out, Number value)
{
    std::array<std::byte, sizeof value> bytes{};
    std::memcpy(bytes.data(), &value, sizeof value);
    out.insert(out.end(), bytes.begin(), bytes.end());
}

template <class Length>
void append_text(crypto::Bytes& out, std::string_view text)
{
    append_number(out, static_cast<Length>(text.size()));
    const auto bytes = crypto::bytes_of(text);
    out.insert(out.end(), bytes.begin(), bytes.end());
}

template <class Number>
Number number_at(crypto::ByteView bytes, std::size_t index) noexcept
{
    Number value{};
    std::memcpy(&value, bytes.data() + index * sizeof value, sizeof value);
    return value;
}

/// What candidates answered to one item.
struct ColumnToWrite {
    std::vector<std::uint32_t> codes;
    std::map<engine::Response, std::uint32_t> known;
    std::vector<const engine::Response*> distinct; ///< From code 1.
};

std::map<std::string_view, ColumnToWrite> columns_of(const std::vector<AnswerSheet>& sheets)
{
    std::map<std::string_view, ColumnToWrite> columns;
    for (std::size_t candidate = 0; candidate < sheets.size(); ++candidate) {
        for (const auto& [item, response] : sheets[candidate].responses) {
            ColumnToWrite& column = columns[item];
            if (column.codes.empty()) { column.codes.resize(sheets.size()); }
            const auto code = static_cast<std::uint32_t>(column.distinct.size() + 1);
            const auto [known, is_new] = column.known.try_emplace(response, code);
            if (is_new) { column.distinct.push_back(&known->first); }
            column.codes[candidate] = known->second;
        }
    }
    return columns;
}

std::unexpected<VaultFailure> unread(std::size_t at)
{
    return refuse(VaultError::malformed, std::string{compact_format} +
                                             " is not in canonical form, or is beyond a limit, at byte " +
                                             std::to_string(at));
}

} // namespace

std::optional<std::uint64_t> receipt_number(std::string_view receipt)
{
    if (receipt.size() != receipt_characters) { return std::nullopt; }
    std::uint64_t number = 0;
    for (std::size_t place = 0; place < receipt.size(); ++place) {
        if (place % 5 == 4) {
            if (receipt[place] != '-') { return std::nullopt; }
            continue;
        }
        const std::size_t digit = receipt_letters.find(receipt[place]);
        if (digit == std::string_view::npos) { return std::nullopt; }
        number = number << 5U | digit;
    }
    return number;
}

std::string receipt_text(std::uint64_t number)
{
    std::string text;
    for (unsigned place = 0; place < 12; ++place) {
        if (place % 4 == 0 && place > 0) { text += '-'; }
        text += receipt_letters[number >> (5 * (11 - place)) & 31U];
    }
    return text;
}

crypto::Bytes encode_compact_sheets(const AnswersFile& answers)
{
    const std::vector<AnswerSheet>& sheets = answers.sheets;
    std::set<std::string_view> forms;
    for (const AnswerSheet& sheet : sheets) { forms.insert(sheet.form_id); }
    const auto columns = columns_of(sheets);

    const auto magic = crypto::bytes_of(compact_magic);
    crypto::Bytes out{magic.begin(), magic.end()};
    append_number(out, std::int64_t{answers.started_at.time_since_epoch().count()});
    append_number(out, std::int64_t{answers.ended_at.time_since_epoch().count()});
    append_number(out, answers.journal_records);
    out.insert(out.end(), answers.journal_head.bytes.begin(), answers.journal_head.bytes.end());
    append_number(out, static_cast<std::uint32_t>(sheets.size()));
    append_number(out, static_cast<std::uint32_t>(forms.size()));
    append_number(out, static_cast<std::uint32_t>(columns.size()));
    for (const std::string_view form : forms) { append_text<std::uint8_t>(out, form); }
    for (const AnswerSheet& sheet : sheets) { append_text<std::uint8_t>(out, sheet.ticket); }
    for (const AnswerSheet& sheet : sheets) {
        append_number(out, static_cast<std::uint16_t>(std::distance(forms.begin(), forms.find(sheet.form_id))));
    }
    for (const AnswerSheet& sheet : sheets) { append_number(out, static_cast<std::uint16_t>(sheet.seat)); }
    std::vector<std::uint32_t> phases;
    for (const AnswerSheet& sheet : sheets) {
        phases.push_back(sheet.phase == engine::CandidatePhase::handed_in ? 1 : 0);
    }
    append_codes(out, phases, 1);
    for (const AnswerSheet& sheet : sheets) { append_number(out, receipt_number(sheet.receipt).value_or(0)); }
    for (const auto& [item, column] : columns) {
        append_text<std::uint8_t>(out, item);
        append_number(out, static_cast<std::uint32_t>(column.distinct.size()));
        for (const engine::Response* response : column.distinct) {
            append_number(out, static_cast<std::uint8_t>(response->size()));
            for (const std::string& part : *response) { append_text<std::uint16_t>(out, part); }
        }
        append_codes(out, column.codes, static_cast<unsigned>(std::bit_width(column.distinct.size())));
    }
    return out;
}

template <class Number>
bool CompactReader::number(Number& into) noexcept
{
    crypto::ByteView bytes;
    if (!view(sizeof into, bytes)) { return false; }
    into = number_at<Number>(bytes, 0);
    return true;
}

bool CompactReader::view(std::size_t count, crypto::ByteView& into) noexcept
{
    if (bytes_.size() - at_ < count) { return false; }
    into = bytes_.subspan(at_, count);
    at_ += count;
    return true;
}

template <class Length>
bool CompactReader::text(std::size_t bytes_max, std::string_view& into) noexcept
{
    Length length = 0;
    crypto::ByteView bytes;
    if (!number(length) || length > bytes_max || !view(length, bytes)) { return false; }
    into = {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    return into.find('\0') == std::string_view::npos && engine::is_utf8(into);
}

bool CompactReader::head()
{
    crypto::ByteView magic;
    if (bytes_.size() > answer_sheets_bytes_max || !view(compact_magic.size(), magic) ||
        !std::ranges::equal(magic, crypto::bytes_of(compact_magic))) {
        return false;
    }
    for (engine::Instant* const instant : {&started_at, &ended_at}) {
        std::int64_t milliseconds = 0;
        if (!number(milliseconds)) { return false; }
        if (milliseconds < 0 || milliseconds > engine::instant_max.time_since_epoch().count()) { return false; }
        *instant = engine::Instant{std::chrono::milliseconds{milliseconds}};
    }
    crypto::ByteView digest;
    if (!number(journal_records) || !view(journal_head.bytes.size(), digest)) { return false; }
    std::ranges::copy(digest, journal_head.bytes.begin());
    std::uint32_t count = 0;
    std::uint32_t form_count = 0;
    if (!number(count) || count > sheets_max || !number(form_count) || form_count > count || !number(columns) ||
        columns > compact_columns_max) {
        return false;
    }
    forms.resize(form_count);
    tickets.resize(count);
    for (std::string_view& form : forms) {
        if (!text<std::uint8_t>(form_bytes_max, form)) { return false; }
    }
    for (std::string_view& ticket : tickets) {
        if (!text<std::uint8_t>(ticket_bytes_max, ticket)) { return false; }
    }
    return view(2 * std::size_t{count}, form_of_) && view(2 * std::size_t{count}, seats_) &&
           view(packed_bytes(count, 1), phases_) && view(8 * std::size_t{count}, receipts_);
}

bool CompactReader::column(CompactColumn& column, std::vector<engine::Response>& responses)
{
    responses.clear();
    if (!text<std::uint8_t>(engine::item_id_bytes_max, column.item) || !number(column.distinct) ||
        column.distinct == 0 || column.distinct > candidates()) {
        return false;
    }
    for (std::uint32_t n = 0; n < column.distinct; ++n) {
        std::uint8_t parts = 0;
        if (!number(parts) || parts > engine::response_parts_max) { return false; }
        engine::Response& response = responses.emplace_back();
        for (std::uint8_t part = 0; part < parts; ++part) {
            std::string_view read;
            if (!text<std::uint16_t>(engine::response_bytes_max, read)) { return false; }
            response.emplace_back(read);
        }
    }
    column.bits = static_cast<unsigned>(std::bit_width(column.distinct));
    return view(packed_bytes(candidates(), column.bits), column.codes);
}

std::size_t CompactReader::form_of(std::size_t candidate) const noexcept
{
    return number_at<std::uint16_t>(form_of_, candidate);
}

int CompactReader::seat_of(std::size_t candidate) const noexcept
{
    return number_at<std::uint16_t>(seats_, candidate);
}

bool CompactReader::has_handed_in(std::size_t candidate) const noexcept
{
    return (std::to_integer<unsigned>(phases_[candidate / 8]) >> (candidate % 8) & 1U) != 0;
}

std::uint64_t CompactReader::receipt_of(std::size_t candidate) const noexcept
{
    return number_at<std::uint64_t>(receipts_, candidate);
}

namespace {

/// Whole sheets from columns, with limits on what a few bytes can come to. Candidate by candidate: each sheet's memory
/// is gone through once.
class SheetsBuilder {
public:
    void add(const CompactColumn& column, std::vector<engine::Response> responses)
    {
        columns_.push_back({column, std::move(responses)});
    }
    [[nodiscard]] bool build(std::vector<AnswerSheet>& sheets)
    {
        for (std::size_t candidate = 0; candidate < sheets.size(); ++candidate) {
            for (const auto& [column, responses] : columns_) {
                const std::uint32_t code = code_at(column.codes, column.bits, candidate);
                if (code > column.distinct) { return false; }
                if (code != 0 && !add(column.item, responses[code - 1], sheets[candidate].responses)) { return false; }
            }
        }
        return true;
    }

private:
    struct Column {
        CompactColumn column;
        std::vector<engine::Response> responses;
    };

    bool add(std::string_view item, const engine::Response& response, engine::ResponseSheet& sheet)
    {
        for (const std::string& part : response) { text_bytes_ += part.size(); }
        if (++responses_ > compact_responses_max || text_bytes_ > answer_sheets_bytes_max ||
            sheet.size() == sheet_members_max) {
            return false;
        }
        sheet.emplace_hint(sheet.end(), item, response);
        return true;
    }

    std::vector<Column> columns_;
    std::size_t responses_ = 0;
    std::size_t text_bytes_ = 0;
};

} // namespace

Result<void> decode_compact_sheets(crypto::ByteView bytes, AnswersFile& answers, Spelling spelling)
{
    CompactReader in{bytes};
    if (!in.head()) { return unread(in.at()); }
    answers.started_at = in.started_at;
    answers.ended_at = in.ended_at;
    answers.journal_records = in.journal_records;
    answers.journal_head = in.journal_head;
    answers.sheets.clear();
    for (std::size_t candidate = 0; candidate < in.candidates(); ++candidate) {
        const bool handed_in = in.has_handed_in(candidate);
        const int seat = in.seat_of(candidate);
        if (in.form_of(candidate) >= in.forms.size() || seat < 1 || seat > seats_max) { return unread(in.at()); }
        answers.sheets.push_back(
            {.ticket = std::string{in.tickets[candidate]},
             .form_id = std::string{in.forms[in.form_of(candidate)]},
             .seat = seat,
             .phase = handed_in ? engine::CandidatePhase::handed_in : engine::CandidatePhase::absent,
             .responses = {},
             .receipt = handed_in ? receipt_text(in.receipt_of(candidate)) : std::string{}});
    }
    SheetsBuilder builder;
    CompactColumn column;
    std::vector<engine::Response> responses;
    for (std::uint32_t n = 0; n < in.columns; ++n) {
        if (!in.column(column, responses)) { return unread(in.at()); }
        builder.add(column, std::move(responses));
    }
    if (!builder.build(answers.sheets)) { return unread(in.at()); }
    if (!in.at_end()) { return unread(in.at()); }
    if (spelling == Spelling::proved) { return {}; }
    // One spelling for each value: order, counts, bits that nobody needs.
    if (!std::ranges::equal(encode_compact_sheets(answers), bytes)) { return unread(in.at()); }
    return {};
}

} // namespace papervault::vault
