#include "answers/compact_sheets.hpp"
#include "answers/packed_codes.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace papervault::vault {
namespace {

std::unexpected<VaultFailure> unsound(std::string reason)
{
    return refuse(VaultError::malformed, "answers: " + std::move(reason));
}

/// Tickets, and the place of each candidate's form among those of the package.
Result<void> read_candidates(const CompactReader& in, std::span<const std::string> forms, AnswerColumns& found)
{
    std::vector<std::uint32_t> place_of; // by the file's forms
    for (const std::string_view form : in.forms) {
        place_of.push_back(static_cast<std::uint32_t>(std::ranges::find(forms, form) - forms.begin()));
    }
    const auto absent = static_cast<std::uint32_t>(forms.size());
    std::unordered_set<std::string_view> tickets;
    tickets.reserve(in.candidates());
    found.tickets.reserve(in.candidates());
    found.form_of.reserve(in.candidates());
    for (std::size_t candidate = 0; candidate < in.candidates(); ++candidate) {
        const std::string_view ticket = in.tickets[candidate];
        if (!tickets.insert(ticket).second) { return unsound("ticket " + std::string{ticket} + " is there twice"); }
        const std::size_t form = in.form_of(candidate);
        if (form >= place_of.size() || place_of[form] == absent) {
            return unsound("ticket " + std::string{ticket} + " had no form of this package");
        }
        found.tickets.emplace_back(ticket);
        found.form_of.push_back(in.has_handed_in(candidate) ? place_of[form] : absent);
    }
    return {};
}

} // namespace

Result<AnswerColumns> read_compact_columns(crypto::ByteView bytes, std::span<const std::string> items,
                                           std::span<const std::string> forms, std::size_t candidates)
{
    CompactReader in{bytes};
    const auto unread = [&in] {
        return refuse(VaultError::malformed, std::string{compact_format} +
                                                 " is not in canonical form, or is beyond a limit, at byte " +
                                                 std::to_string(in.at()));
    };
    if (!in.head()) { return unread(); }
    if (in.candidates() != candidates) { return unsound("there are not as many sheets as candidates"); }
    AnswerColumns found{.started_at = in.started_at,
                        .ended_at = in.ended_at,
                        .journal_records = in.journal_records,
                        .journal_head = in.journal_head,
                        .tickets = {},
                        .form_of = {},
                        .responses = {}};
    if (auto read = read_candidates(in, forms, found); !read) { return std::unexpected{read.error()}; }
    engine::ResponseColumns& responses = found.responses;
    responses.candidates = candidates;
    std::unordered_map<std::string_view, std::size_t> place_of;
    for (const std::string& item : items) {
        if (!place_of.emplace(item, responses.columns.size()).second) { continue; }
        responses.columns.emplace_back().item = item;
    }
    CompactColumn column;
    std::vector<engine::Response> distinct;
    for (std::uint32_t n = 0; n < in.columns; ++n) {
        if (!in.column(column, distinct)) { return unread(); }
        const auto place = place_of.find(column.item);
        if (place == place_of.end()) { continue; }
        engine::ResponseColumns::Column& into = responses.columns[place->second];
        if (!into.code.empty()) { return unread(); } // the item a second time
        into.code.resize(candidates);
        if (unpack_codes(column.codes, column.bits, into.code) > column.distinct) { return unread(); }
        std::ranges::move(distinct, std::back_inserter(into.distinct));
    }
    if (!in.at_end()) { return unread(); }
    for (engine::ResponseColumns::Column& each : responses.columns) { each.code.resize(candidates); }
    return found;
}

} // namespace papervault::vault
