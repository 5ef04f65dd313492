#include "answers/response_dictionary.hpp"
#include "answers/sheets_document.hpp"
#include "answers/sheets_reader.hpp"

#include <papervault/engine/canonical_text.hpp>

#include <algorithm>
#include <unordered_set>

namespace papervault::vault {
namespace {

/// Sheets of one form name their items in one order, and few different responses are given to an item. So each member
/// is first compared with the one that followed in an earlier sheet, and its response with those known: what is equal
/// to a spelling that has been read needs no reading. Anything else is read as any other text.
class ColumnsSink {
public:
    ColumnsSink(std::span<const std::string> items, std::span<const std::string> forms, std::string_view package_id,
                std::size_t candidates)
        : forms_{forms}
    {
        engine::append_canonical_text(spelled_package_, package_id);
        for (const std::string& item : items) {
            const auto place = static_cast<std::uint32_t>(guides_.size());
            if (!by_item_.emplace(item, place).second) { continue; }
            Guide& guide = guides_.emplace_back();
            engine::append_canonical_text(guide.spelled, item);
            guide.spelled += ':';
            engine::ResponseColumns::Column& column = found_.responses.columns.emplace_back();
            column.item = item;
            column.code.reserve(std::min(candidates, sheets_max));
        }
    }

    bool responses(CanonicalReader& in)
    {
        has_empty_ = false;
        std::uint32_t before = none; // column of the member before
        std::uint32_t expected = first_;
        std::size_t members = 0;
        if (in.take('}')) {
            has_responses_ = false;
            return true;
        }
        has_responses_ = true;
        do {
            if (++members > sheet_members_max) { return false; }
            std::uint32_t column = expected;
            if (column == none || !take(in, guides_[column].spelled)) {
                if (!read_name(in, members == 1, before, column)) { return false; }
            }
            before = column;
            if (column == none) {
                const char* const from = in.position();
                if (!read_response(in, scratch_, [](std::string_view) {})) { return false; }
                has_empty_ |= in.since(from) == "[]";
                expected = none;
                continue;
            }
            if (!read_known(in, column)) { return false; }
            expected = guides_[column].next;
        } while (in.take(','));
        return in.take('}');
    }

    bool sheet(const SheetText& sheet)
    {
        const std::string ticket{sheet.ticket};
        if (!tickets_.insert(ticket).second) { return unsound("ticket " + ticket + " is there twice"); }
        const auto form = std::ranges::find(forms_, sheet.form);
        if (form == forms_.end()) { return unsound("ticket " + ticket + " had no form of this package"); }
        if (!sheet.handed_in && has_responses_) { return unsound("ticket " + ticket + " was absent and has answers"); }
        if (sheet.handed_in ? sheet.receipt != receipt(sheet) : !sheet.receipt.empty()) {
            return unsound("the receipt of ticket " + ticket + " is not the one of its answers");
        }
        found_.tickets.push_back(ticket);
        found_.form_of.push_back(
            static_cast<std::uint32_t>(sheet.handed_in ? form - forms_.begin() : std::ssize(forms_)));
        ++candidate_;
        return true;
    }

    [[nodiscard]] const std::optional<VaultFailure>& failure() const noexcept { return failure_; }
    [[nodiscard]] AnswerColumns& found() noexcept { return found_; }
    void finish()
    {
        found_.responses.candidates = candidate_;
        for (auto& column : found_.responses.columns) {
            column.code.resize(candidate_, engine::ResponseColumns::nothing);
        }
    }

private:
    static constexpr std::uint32_t none = ~std::uint32_t{0};
    /// What helps to read one column.
    struct Guide {
        std::string spelled;       ///< The member's name and the colon.
        std::uint32_t next = none; ///< The column that followed in an earlier sheet; its name is a greater one.
        ResponseDictionary known;
    };

    /// As CanonicalReader::take, by words of eight bytes.
    static bool take(CanonicalReader& in, const std::string& expected) noexcept
    {
        const std::size_t size = expected.size();
        if (size < 8 || in.left() < size) { return in.take(std::string_view{expected}); }
        const auto word = [](const char* from) {
            std::uint64_t read = 0;
            std::memcpy(&read, from, sizeof read);
            return read;
        };
        std::uint64_t differ = word(in.position() + size - 8) ^ word(expected.data() + size - 8);
        for (std::size_t at = 0; at + 8 < size; at += 8) {
            differ |= word(in.position() + at) ^ word(expected.data() + at);
        }
        if (differ != 0) { return false; }
        in.skip(size);
        return true;
    }

    /// Reads a member's name; it must be greater than the one before.
    bool read_name(CanonicalReader& in, bool is_first, std::uint32_t before, std::uint32_t& column)
    {
        const auto name = in.text(scratch_);
        if (!name) { return false; }
        if (!is_first) {
            const std::string& last = before == none ? last_name_ : found_.responses.columns[before].item;
            if (std::string_view{last} >= *name) { return false; }
        }
        const auto found = by_item_.find(std::string{*name});
        column = found == by_item_.end() ? none : found->second;
        if (column == none) {
            last_name_ = *name;
        } else if (is_first) {
            first_ = column;
        } else if (before != none) {
            guides_[before].next = column;
        }
        return in.take(':');
    }

    bool read_known(CanonicalReader& in, std::uint32_t column)
    {
        std::optional<std::uint32_t> code;
        if (in.left() >= 16) {
            const ShortSpelling spelling = ShortSpelling::at(in.position());
            if (spelling.size != 0) {
                code = guides_[column].known.find(spelling);
                if (code) {
                    in.skip(spelling.size);
                    has_empty_ |= spelling.size == 2; // "[]" alone is as short
                }
            }
        }
        if (!code) { code = read_new(in, column); }
        if (!code) { return false; }
        auto& codes = found_.responses.columns[column].code;
        if (codes.size() < candidate_) { codes.resize(candidate_, engine::ResponseColumns::nothing); }
        codes.push_back(*code);
        return true;
    }

    std::optional<std::uint32_t> read_new(CanonicalReader& in, std::uint32_t column)
    {
        const char* const from = in.position();
        engine::Response response;
        if (!read_response(in, scratch_, [&](std::string_view part) { response.emplace_back(part); })) {
            return std::nullopt;
        }
        const std::string_view spelled = in.since(from);
        has_empty_ |= response.empty();
        ResponseDictionary& known = guides_[column].known;
        if (const auto code = known.find(spelled)) { return code; }
        auto& distinct = found_.responses.columns[column].distinct;
        const auto code = static_cast<std::uint32_t>(distinct.size());
        known.add(spelled, code);
        distinct.push_back(std::move(response));
        return code;
    }

    /// The sheet text is put together from what stands in the file: canonical too, with the same spelling.
    [[nodiscard]] std::string receipt(const SheetText& sheet)
    {
        text_ = R"({"answers":)";
        if (has_empty_) {
            append_given(sheet.spelled_responses);
        } else {
            text_ += sheet.spelled_responses;
        }
        text_.append(R"(,"form":)").append(sheet.spelled_form);
        text_.append(R"(,"package":)").append(spelled_package_);
        text_.append(R"(,"ticket":)").append(sheet.spelled_ticket).append("}");
        return receipt_of(text_);
    }

    /// The members without empty responses. @param spelled  Has been read already.
    void append_given(std::string_view spelled)
    {
        CanonicalReader in{spelled};
        in.skip(1);
        char separator = '{';
        do {
            const char* const from = in.position();
            std::ignore = in.text(scratch_);
            in.skip(1);
            const char* const value = in.position();
            std::ignore = read_response(in, scratch_, [](std::string_view) {});
            if (in.since(value) == "[]") { continue; }
            text_ += separator;
            text_ += in.since(from);
            separator = ',';
        } while (in.take(','));
        if (separator == '{') { text_ += '{'; }
        text_ += '}';
    }

    bool unsound(std::string reason)
    {
        failure_ = VaultFailure{VaultError::malformed, "answers: " + std::move(reason)};
        return false;
    }

    std::span<const std::string> forms_;
    std::string spelled_package_;
    std::vector<Guide> guides_; ///< As the columns.
    std::unordered_map<std::string, std::uint32_t> by_item_;
    std::unordered_set<std::string> tickets_;
    AnswerColumns found_;
    std::size_t candidate_ = 0;
    std::uint32_t first_ = none; ///< Column of the first member of an earlier sheet.
    bool has_empty_ = false;     ///< Of the sheet being read: a response without texts.
    bool has_responses_ = false;
    std::string scratch_, last_name_, text_;
    std::optional<VaultFailure> failure_;
};

} // namespace

Result<AnswerColumns> read_sheet_columns(std::string_view text, std::span<const std::string> items,
                                         std::span<const std::string> forms, std::string_view package_id,
                                         std::size_t candidates)
{
    ColumnsSink sink{items, forms, package_id, candidates};
    const auto stopped = SheetsDocument{text, sink}.read(sink.found());
    if (sink.failure()) { return std::unexpected{*sink.failure()}; }
    if (stopped) {
        return refuse(VaultError::malformed, std::string{sheets_format} + " is not in canonical form, or is beyond a " +
                                                 "limit, at byte " + std::to_string(*stopped));
    }
    sink.finish();
    if (sink.found().tickets.size() != candidates) {
        return refuse(VaultError::malformed, "answers: there are not as many sheets as candidates");
    }
    return std::move(sink.found());
}

} // namespace papervault::vault
