#pragma once

#include "answers/compact_sheets.hpp"
#include "answers/sheets_codec.hpp"
#include "answers/sheets_reader.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// Holds the readers of answer sheets against each other: the tree of values is the reference.
namespace papervault::vault::test {

/// @return What the readers disagree in, or nothing. @param accepted  Whether the reference took the text.
inline std::optional<std::string> disagreement_about(std::string_view text, std::string_view package_id,
                                                     bool* accepted = nullptr)
{
    AnswersFile tree;
    const bool is_read = decode_sheets(text, tree).has_value();
    if (accepted != nullptr) { *accepted = is_read; }
    AnswersFile one_pass;
    const auto read = read_sheets(text, one_pass);
    if (read.has_value() != is_read) { return is_read ? "read_sheets refuses it" : "read_sheets takes it"; }
    std::set<std::string> forms;
    std::set<std::string> items;
    for (const AnswerSheet& sheet : tree.sheets) {
        forms.insert(sheet.form_id);
        for (const auto& [item, response] : sheet.responses) { items.insert(item); }
    }
    const std::vector<std::string> form_ids(forms.begin(), forms.end());
    const std::vector<std::string> item_ids(items.begin(), items.end());
    const auto columns = read_sheet_columns(text, item_ids, form_ids, package_id, tree.sheets.size());
    if (!is_read) {
        if (columns) { return "read_sheet_columns takes it"; }
        return std::nullopt;
    }
    if (one_pass.started_at != tree.started_at || one_pass.ended_at != tree.ended_at ||
        one_pass.journal_records != tree.journal_records || one_pass.journal_head != tree.journal_head ||
        one_pass.sheets != tree.sheets) {
        return "read_sheets reads other values";
    }
    // The sheets alone: times and journal are made to fit.
    AnswersFile checked = tree;
    checked.package_id = package_id;
    checked.started_at = checked.ended_at = checked.sealed_at;
    checked.journal_records = 0;
    const bool is_sound = check_answers(checked).has_value();
    if (columns.has_value() != is_sound) {
        return is_sound ? "read_sheet_columns refuses it: " + columns.error().detail : "read_sheet_columns takes it";
    }
    if (!is_sound) { return std::nullopt; }
    if (columns->responses.candidates != tree.sheets.size() || columns->tickets.size() != tree.sheets.size() ||
        columns->responses.columns.size() != item_ids.size() || columns->journal_head != tree.journal_head) {
        return "read_sheet_columns counts otherwise";
    }
    for (std::size_t candidate = 0; candidate < tree.sheets.size(); ++candidate) {
        const AnswerSheet& sheet = tree.sheets[candidate];
        const std::uint32_t form = columns->form_of[candidate];
        const bool is_absent = sheet.phase == engine::CandidatePhase::absent;
        if (columns->tickets[candidate] != sheet.ticket || (form == form_ids.size()) != is_absent ||
            (!is_absent && form_ids[form] != sheet.form_id)) {
            return "read_sheet_columns reads another candidate";
        }
        for (const engine::ResponseColumns::Column& column : columns->responses.columns) {
            const std::uint32_t code = column.code.at(candidate);
            const auto given = sheet.responses.find(column.item);
            if ((code == engine::ResponseColumns::nothing) != (given == sheet.responses.end()) ||
                (given != sheet.responses.end() && column.distinct.at(code) != given->second)) {
                return "read_sheet_columns reads another response to " + column.item;
            }
        }
    }
    return std::nullopt;
}

/// Holds version 2 of sheets against version 1 of the same. @return What differs, or nothing.
inline std::optional<std::string> difference_of_versions(const AnswersFile& answers, std::string_view package_id)
{
    const std::string first = encode_sheets(answers);
    const crypto::Bytes second = encode_compact_sheets(answers);
    AnswersFile one;
    AnswersFile two;
    if (!read_sheets(first, one)) { return "version 1 is refused"; }
    if (!decode_compact_sheets(second, two)) { return "version 2 is refused"; }
    if (one.started_at != two.started_at || one.ended_at != two.ended_at ||
        one.journal_records != two.journal_records || one.journal_head != two.journal_head ||
        one.sheets != two.sheets) {
        return "the versions have other values";
    }
    std::set<std::string> forms;
    std::set<std::string> items{"not asked for"};
    for (const AnswerSheet& sheet : one.sheets) {
        forms.insert(sheet.form_id);
        for (const auto& [item, response] : sheet.responses) { items.insert(item); }
    }
    const std::vector<std::string> form_ids(forms.begin(), forms.end());
    const std::vector<std::string> item_ids(items.begin(), items.end());
    const auto left = read_sheet_columns(first, item_ids, form_ids, package_id, one.sheets.size());
    const auto right = read_compact_columns(second, item_ids, form_ids, one.sheets.size());
    if (!left || !right) { return "columns are refused"; }
    if (left->tickets != right->tickets || left->form_of != right->form_of || left->started_at != right->started_at ||
        left->ended_at != right->ended_at || left->journal_records != right->journal_records ||
        left->journal_head != right->journal_head ||
        left->responses.columns.size() != right->responses.columns.size()) {
        return "the columns are of other candidates";
    }
    for (std::size_t n = 0; n < left->responses.columns.size(); ++n) {
        const auto& before = left->responses.columns[n];
        const auto& after = right->responses.columns[n];
        if (before.item != after.item || before.distinct != after.distinct || before.code != after.code) {
            return "the columns differ in " + before.item;
        }
    }
    return std::nullopt;
}

} // namespace papervault::vault::test
