// Any bytes as the sheets of an answers file of version 2, and as lines of its journal: what is read has one spelling,
// and columns and sheets have the same in it.
#include "answers/compact_sheets.hpp"

#include <papervault/vault/journal.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <set>

namespace {

using namespace papervault::vault;
namespace engine = papervault::engine;

void require(bool holds)
{
    if (!holds) { std::abort(); }
}

void read_journal(std::string_view text)
{
    const auto record = read_journal_line(text.substr(0, text.find('\n')));
    if (record) { require(journal_line(*record) == text.substr(0, text.find('\n'))); }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const papervault::crypto::ByteView bytes{reinterpret_cast<const std::byte*>(data), size};
    read_journal({reinterpret_cast<const char*>(data), size});
    AnswersFile answers;
    if (!decode_compact_sheets(bytes, answers)) {
        // Columns are read of what was taken in, so they may take more; they must only not fall over it.
        CompactReader reader{bytes};
        if (reader.head()) {
            const std::vector<std::string> forms(reader.forms.begin(), reader.forms.end());
            const std::vector<std::string> items{"Q1", "Q2"};
            std::ignore = read_compact_columns(bytes, items, forms, reader.candidates());
        }
        return 0;
    }
    require(std::ranges::equal(encode_compact_sheets(answers), bytes));
    std::set<std::string> forms;
    std::set<std::string> items;
    std::set<std::string> tickets;
    for (const AnswerSheet& sheet : answers.sheets) {
        forms.insert(sheet.form_id);
        tickets.insert(sheet.ticket);
        for (const auto& [item, response] : sheet.responses) { items.insert(item); }
    }
    const std::vector<std::string> form_ids(forms.begin(), forms.end());
    const std::vector<std::string> item_ids(items.begin(), items.end());
    const auto columns = read_compact_columns(bytes, item_ids, form_ids, answers.sheets.size());
    require(columns.has_value() == (tickets.size() == answers.sheets.size()));
    if (!columns) { return 0; }
    for (const engine::ResponseColumns::Column& column : columns->responses.columns) {
        for (std::size_t candidate = 0; candidate < answers.sheets.size(); ++candidate) {
            const auto given = answers.sheets[candidate].responses.find(column.item);
            const std::uint32_t code = column.code[candidate];
            require((code == 0) == (given == answers.sheets[candidate].responses.end()));
            require(code == 0 || column.distinct.at(code) == given->second);
        }
    }
    return 0;
}
