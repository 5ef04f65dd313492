#include "answers/sheets_reader.hpp"

#include "answers/sheets_document.hpp"

namespace papervault::vault {
namespace {

class SheetsSink {
public:
    explicit SheetsSink(std::vector<AnswerSheet>& sheets) : sheets_{sheets} {}

    bool responses(CanonicalReader& in)
    {
        responses_.clear();
        if (in.take('}')) { return true; }
        for (std::size_t members = 1; members <= sheet_members_max; ++members) {
            const auto item = in.text(scratch_);
            // In order of names, so none can be there twice.
            if (!item || (!responses_.empty() && std::string_view{responses_.rbegin()->first} >= *item)) {
                return false;
            }
            const auto place = responses_.emplace_hint(responses_.end(), std::string{*item}, engine::Response{});
            if (!in.take(':')) { return false; }
            const auto keep = [&](std::string_view part) { place->second.emplace_back(part); };
            if (!read_response(in, scratch_, keep)) { return false; }
            if (in.take('}')) { return true; }
            if (!in.take(',')) { return false; }
        }
        return false;
    }

    bool sheet(const SheetText& sheet)
    {
        sheets_.push_back(
            {.ticket = std::string{sheet.ticket},
             .form_id = std::string{sheet.form},
             .seat = sheet.seat,
             .phase = sheet.handed_in ? engine::CandidatePhase::handed_in : engine::CandidatePhase::absent,
             .responses = std::move(responses_),
             .receipt = std::string{sheet.receipt}});
        return true;
    }

private:
    std::vector<AnswerSheet>& sheets_;
    engine::ResponseSheet responses_;
    std::string scratch_;
};

} // namespace

Result<void> read_sheets(std::string_view text, AnswersFile& answers)
{
    answers.sheets.clear();
    SheetsSink sink{answers.sheets};
    if (const auto stopped = SheetsDocument{text, sink}.read(answers)) {
        return refuse(VaultError::malformed, std::string{sheets_format} + " is not in canonical form, or is beyond a " +
                                                 "limit, at byte " + std::to_string(*stopped));
    }
    return {};
}

} // namespace papervault::vault
