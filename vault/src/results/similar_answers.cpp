#include "results/report_data.hpp"

#include <papervault/engine/json.hpp>

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace papervault::vault {
namespace {

/// A response as one text: several choices in order of their options' ids, all else as it was given.
std::string text_of(const engine::Response& response, engine::ItemType type)
{
    engine::Response parts = response;
    if (type == engine::ItemType::multiple_choice) { std::ranges::sort(parts); }
    std::string text;
    bool is_empty = true;
    for (const std::string& part : parts) {
        text += (text.empty() ? "" : " | ") + part;
        is_empty &= part.empty();
    }
    return is_empty ? std::string{} : text;
}

struct Column {
    engine::ItemType type{};
    std::map<std::string, std::size_t> counts; ///< By response.
    std::set<std::string> right;               ///< Responses with full marks.
};

} // namespace

std::optional<SimilarityAnalysis> similar_answers(const std::vector<CandidateResult>& candidates,
                                                  const std::vector<engine::Form>& forms, std::string_view hall)
{
    std::map<std::string, Column> columns;
    for (const engine::Form& form : forms) {
        for (const auto& section : form.sections) {
            for (const auto& entry : section.items) { columns[entry.item.id].type = entry.item.type; }
        }
    }
    std::vector<const CandidateResult*> present;
    for (const CandidateResult& candidate : candidates) {
        if (!candidate.present) { continue; }
        present.push_back(&candidate);
        for (const CandidateResult::Item& item : candidate.items) {
            const auto column = columns.find(item.id);
            if (column == columns.end()) { return std::nullopt; }
            if (engine::is_open(column->second.type)) { continue; }
            const std::string text = text_of(item.response, column->second.type);
            if (text.empty()) { continue; }
            ++column->second.counts[text];
            if (item.points == item.points_max) { column->second.right.insert(text); }
        }
    }
    // What people mark is not compared as text.
    std::erase_if(columns,
                  [](const auto& each) { return engine::is_open(each.second.type) || each.second.counts.empty(); });
    if (present.size() < similarity_candidates_min || columns.size() < similarity_items_min) { return std::nullopt; }

    std::vector<std::string> items;
    std::vector<std::vector<std::string>> options;
    std::vector<std::vector<bool>> right;
    std::map<std::string, std::size_t, std::less<>> places;
    for (const auto& [id, column] : columns) {
        std::vector<std::pair<std::size_t, std::string>> ranked;
        for (const auto& [text, count] : column.counts) { ranked.emplace_back(count, text); }
        std::ranges::sort(ranked, [](const auto& a, const auto& b) {
            return a.first != b.first ? a.first > b.first : a.second < b.second;
        });
        ranked.resize(std::min(ranked.size(), engine::AnswerTable::options_max));
        auto& names = options.emplace_back();
        auto& is_right = right.emplace_back();
        for (auto& [count, text] : ranked) {
            is_right.push_back(column.right.contains(text));
            names.push_back(std::move(text));
        }
        places.emplace(id, items.size());
        items.push_back(id);
    }
    NamedAnswers named{std::move(items), {}, std::move(options), engine::AnswerTable{std::move(right)}};
    std::vector<Circumstances> circumstances;
    for (const CandidateResult* const candidate : present) {
        std::vector<std::uint8_t> row(named.items.size(), engine::AnswerTable::not_presented);
        for (const CandidateResult::Item& item : candidate->items) {
            const auto place = places.find(item.id);
            if (place == places.end()) { continue; }
            const std::string text = text_of(item.response, columns.find(item.id)->second.type);
            const auto& names = named.options[place->second];
            const auto found = std::ranges::find(names, text);
            row[place->second] = text.empty()           ? engine::AnswerTable::left_out
                                 : found == names.end() ? engine::AnswerTable::other
                                                        : static_cast<std::uint8_t>(found - names.begin());
        }
        named.answers.add_candidate(row);
        named.candidates.push_back(candidate->ticket);
        Circumstances& where = circumstances.emplace_back();
        where.form = candidate->form_id;
        where.hall = hall;
        where.seat = candidate->seat;
    }
    auto found = analyse_similarity(std::move(named), {}, circumstances);
    if (!found) { return std::nullopt; }
    return std::optional{std::move(*found)};
}

std::string similarity_json(const ReportData& report)
{
    boost::json::object json{{"format", "papervault-similarity"}, {"version", 1}, {"package", report.package_id}};
    json["analysis"] =
        report.similarity ? boost::json::value(to_json(*report.similarity)) : boost::json::value(nullptr);
    return boost::json::serialize(json) + "\n";
}

std::string similarity_html(const ReportData& report)
{
    if (report.similarity) { return dossiers_html(*report.similarity, report.batch.title); }
    return "<!doctype html>\n<html lang=\"zh-CN\"><meta "
           "charset=\"utf-8\"><title>作答雷同分析</title><p>人数或题数过少，未作分析。 "
           "Too few candidates or items for an analysis of similar answers.</p></html>\n";
}

} // namespace papervault::vault
