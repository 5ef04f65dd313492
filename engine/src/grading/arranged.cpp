#include "grading/shares.hpp"
#include "grading/wording.hpp"

#include <algorithm>

/// Order and match: options that were put into an order or beside a prompt.
namespace papervault::engine::grading {
namespace {

std::size_t right_neighbours(const std::vector<std::string>& picked, const std::vector<std::string>& right)
{
    std::size_t count = 0;
    for (std::size_t place = 1; place < right.size(); ++place) {
        const auto first = std::ranges::find(picked, right[place - 1]);
        if (first != picked.end() && first + 1 != picked.end() && *(first + 1) == right[place]) { ++count; }
    }
    return count;
}

/// The longest sequence in the response, gaps allowed, that stands in the key's order.
std::size_t longest_run(const std::vector<std::string>& picked, const std::vector<std::string>& right)
{
    std::vector<std::ptrdiff_t> places;
    for (const std::string& id : picked) {
        const auto place = std::ranges::find(right, id) - right.begin();
        if (place < static_cast<std::ptrdiff_t>(right.size())) { places.push_back(place); }
    }
    std::vector<std::size_t> run_to(places.size(), 1);
    std::size_t longest = 0;
    for (std::size_t last = 0; last < places.size(); ++last) {
        for (std::size_t before = 0; before < last; ++before) {
            if (places[before] < places[last]) { run_to[last] = std::max(run_to[last], run_to[before] + 1); }
        }
        longest = std::max(longest, run_to[last]);
    }
    return longest;
}

void give_part(ItemScore& score, std::size_t parts, std::size_t of)
{
    score.points = score.points_max.scaled(static_cast<std::int64_t>(parts), static_cast<std::int64_t>(of));
}

std::string fraction(std::size_t parts, std::size_t of)
{
    return std::to_string(parts) + "/" + std::to_string(of);
}

} // namespace

void grade_order(const FormItem& item, const AnswerKey& key, const Response& response, ScoringRule rule,
                 ItemScore& score, Words words)
{
    const std::vector<std::string>& right = key.correct_options;
    if (right.empty()) { return leave_to_person(score, "没有标准答案：由阅卷员处理", words); }
    const std::vector<std::string> picked = chosen(response);
    std::string part;
    if (picked == right) {
        score.points = score.points_max;
    } else if (rule == ScoringRule::adjacent_pairs && right.size() > 1) {
        const std::size_t neighbours = right_neighbours(picked, right);
        give_part(score, neighbours, right.size() - 1);
        if (words != nullptr) { part = "，相邻正确 " + fraction(neighbours, right.size() - 1); }
    } else if (rule == ScoringRule::longest_run && right.size() > 1) {
        const std::size_t run = longest_run(picked, right);
        give_part(score, run == 0 ? 0 : run - 1, right.size() - 1);
        if (words != nullptr) { part = "，最长正确次序 " + fraction(run, right.size()); }
    }
    if (words == nullptr) { return; }
    *words = "作答顺序 " + wording::options(item.item.type, picked) + "，标准答案 " +
             wording::options(item.item.type, right) + part + "：" + wording::points(score.points);
}

void grade_match(const FormItem& item, const AnswerKey& key, const Response& response, ScoringRule rule,
                 ItemScore& score, Words words)
{
    const std::vector<std::string>& right = key.correct_options;
    if (right.empty()) { return leave_to_person(score, "没有标准答案：由阅卷员处理", words); }
    const std::vector<std::string> picked = chosen(response);
    std::size_t right_pairs = 0;
    for (const std::string& pair : right) {
        const std::string prompt = pair.substr(0, pair.find(' ') + 1);
        const auto is_of_prompt = [&](const std::string& given) { return given.starts_with(prompt); };
        const bool is_given = std::ranges::find(picked, pair) != picked.end();
        if (is_given && std::ranges::count_if(picked, is_of_prompt) == 1) { ++right_pairs; }
    }
    const bool is_whole = right_pairs == right.size() && picked.size() == right.size();
    if (rule != ScoringRule::all_or_nothing) {
        give_part(score, right_pairs, right.size());
    } else if (is_whole) {
        score.points = score.points_max;
    }
    if (words == nullptr) { return; }
    *words = "作答 " + wording::options(item.item.type, picked) + "，标准答案 " +
             wording::options(item.item.type, right) + "，配对正确 " + fraction(right_pairs, right.size()) + "：" +
             wording::points(score.points);
}

} // namespace papervault::engine::grading
