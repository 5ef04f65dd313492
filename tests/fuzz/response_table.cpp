// Any bytes as a matrix of responses: what is read is within its limits and can be analysed, scored or not.
#include "analysis/classical.hpp"
#include "analysis/similarity.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace papervault::vault;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const TableLimits limits{.items_max = 40, .candidates_max = 200, .values_max = 20, .value_bytes_max = 32};
    const auto table = ResponseTable::read(text, limits);
    if (!table) {
        std::ignore = read_circumstances(text, {"x", "y"});
        return 0;
    }
    if (table->candidates().empty() || table->items().empty() || table->items().size() > limits.items_max) {
        std::abort();
    }
    std::vector<std::string> keys;
    for (std::size_t item = 0; item < table->items().size(); ++item) {
        if (table->values(item).size() > limits.values_max) { std::abort(); }
        keys.push_back(table->values(item).empty() ? "?" : table->values(item).front());
    }
    const auto by_key = analyse_classical(*table, score_by_key(*table, keys), keys);
    std::ignore = to_json(by_key);
    std::ignore = to_text(by_key, true);
    if (const auto scores = scores_of(*table)) { std::ignore = to_json(analyse_classical(*table, *scores, {})); }
    std::ignore = read_item_keys(text, *table);
    // The same bytes as every other table that goes with one.
    std::ignore = read_circumstances(text, table->candidates());
    std::ignore = read_numbers(text, {"person", "theta"}, table->candidates().size());
    if (const auto authored = table->in_authored_order(*table)) {
        if (authored->candidates() != table->candidates()) { std::abort(); }
    }
    NamedAnswers names = named_answers(*table, keys);
    std::vector<Circumstances> circumstances;
    std::ignore = add_times(circumstances, *table, names);
    if (names.candidates.size() * names.items.size() > 400) { return 0; } // calibration is not what is searched here
    if (const auto found = analyse_similarity(std::move(names), {}, {})) {
        std::ignore = to_json(*found);
        std::ignore = dossiers_html(*found, text.substr(0, 20));
    }
    return 0;
}
