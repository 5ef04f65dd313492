#include "grading/shares.hpp"
#include "grading/typed_number.hpp"
#include "grading/wording.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

namespace papervault::engine::grading {
namespace {

bool is_accepted(const std::string& typed, const BlankKey& key)
{
    if (key.number && is_number_of(normal_text(typed, {.match_case = true}), *key.number)) { return true; }
    const std::string normal = normal_text(typed, key.text_rule);
    return !normal.empty() && std::ranges::any_of(key.texts, [&](const std::string& text) {
        return normal_text(text, key.text_rule) == normal;
    });
}

/// By the blanks' weights; the last blank takes what rounding leaves, so that all together are exactly the item's
/// points.
std::vector<Decimal> shares(Decimal points, const std::vector<BlankKey>& blanks)
{
    std::int64_t weights = 0;
    for (const BlankKey& blank : blanks) { weights += blank.weight; }
    std::vector<Decimal> shares;
    Decimal given;
    for (const BlankKey& blank : blanks) {
        shares.push_back(points.scaled(blank.weight, weights));
        given += shares.back();
    }
    given = given - shares.back();
    if (given > points) {
        // Rounded up on a few millionths of a point, the others would take more than there is.
        given = Decimal{};
        for (std::size_t blank = 0; blank < blanks.size(); ++blank) {
            // Exact: what is below one millionth is cut.
            const Decimal rounded_up = shares[blank];
            const bool is_above = rounded_up.times(weights) > points.times(blanks[blank].weight);
            shares[blank] = is_above ? rounded_up - Decimal::from_units(1) : rounded_up;
            if (blank + 1 < blanks.size()) { given += shares[blank]; }
        }
    }
    shares.back() = points - given;
    return shares;
}

/// Which text goes to which blank so that the points are most: blanks in order of their points, each looks for a text
/// along alternating paths (augmenting paths; taking blanks by falling weight is best, as they form a matroid).
class BestAssignment {
public:
    BestAssignment(const std::vector<std::vector<bool>>& accepts, const std::vector<Decimal>& points)
        : accepts_{accepts}, blank_of_text_(accepts.front().size())
    {
        std::vector<std::size_t> order(points.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::sort(order, std::greater{}, [&](std::size_t blank) { return points[blank]; });
        for (const std::size_t blank : order) {
            std::vector<bool> was_tried(blank_of_text_.size());
            find_text(blank, was_tried);
        }
    }
    /// The text of each blank, where it has one that it accepts.
    [[nodiscard]] std::vector<std::optional<std::size_t>> text_of_blank() const
    {
        std::vector<std::optional<std::size_t>> texts(accepts_.size());
        for (std::size_t text = 0; text < blank_of_text_.size(); ++text) {
            if (blank_of_text_[text]) { texts[*blank_of_text_[text]] = text; }
        }
        return texts;
    }

private:
    bool find_text(std::size_t blank, std::vector<bool>& was_tried)
    {
        for (std::size_t text = 0; text < blank_of_text_.size(); ++text) {
            if (!accepts_[blank][text] || was_tried[text]) { continue; }
            was_tried[text] = true;
            if (!blank_of_text_[text] || find_text(*blank_of_text_[text], was_tried)) {
                blank_of_text_[text] = blank;
                return true;
            }
        }
        return false;
    }

    const std::vector<std::vector<bool>>& accepts_;
    std::vector<std::optional<std::size_t>> blank_of_text_;
};

std::vector<bool> right_blanks_in_any_order(const AnswerKey& key, const Response& response,
                                            const std::vector<Decimal>& points)
{
    const std::size_t texts = std::min(response.size(), key.blanks.size());
    std::vector<std::vector<bool>> accepts(key.blanks.size(), std::vector<bool>(texts));
    for (std::size_t blank = 0; blank < key.blanks.size(); ++blank) {
        for (std::size_t text = 0; text < texts; ++text) {
            accepts[blank][text] = !is_blank(response[text]) && is_accepted(response[text], key.blanks[blank]);
        }
    }
    std::vector<bool> right;
    for (const auto& text : BestAssignment{accepts, points}.text_of_blank()) { right.push_back(text.has_value()); }
    return right;
}

std::vector<bool> right_blanks(const AnswerKey& key, const Response& response, const std::vector<Decimal>& points)
{
    if (key.blanks_in_any_order) { return right_blanks_in_any_order(key, response, points); }
    std::vector<bool> right;
    for (std::size_t blank = 0; blank < key.blanks.size(); ++blank) {
        right.push_back(blank < response.size() && !is_blank(response[blank]) &&
                        is_accepted(response[blank], key.blanks[blank]));
    }
    return right;
}

} // namespace

void grade_blanks(const FormItem& item, const AnswerKey& key, const Response& response, ScoringRule rule,
                  ItemScore& score, Words words)
{
    if (key.blanks.empty()) { return leave_to_person(score, "没有标准答案：由阅卷员处理", words); }
    std::vector<Decimal> points = shares(item.points, key.blanks);
    std::vector<bool> right = right_blanks(key, response, points);
    if (rule == ScoringRule::all_or_nothing && std::ranges::find(right, false) != right.end()) {
        points.assign(points.size(), Decimal{});
    }
    for (std::size_t blank = 0; blank < key.blanks.size(); ++blank) {
        if (right[blank]) { score.points += points[blank]; }
        if (words == nullptr) { continue; }
        const bool is_given = blank < response.size() && !is_blank(response[blank]);
        if (key.blanks.size() > 1) { *words += "第 " + std::to_string(blank + 1) + " 空"; }
        *words += is_given ? "作答“" + wording::quotable(response[blank]) + "”" : std::string{"未作答"};
        *words += "，标准答案 " + wording::blank_key(key.blanks[blank]) + "：" +
                  wording::points(right[blank] ? points[blank] : Decimal{});
        if (blank + 1 < key.blanks.size()) { *words += "；"; }
    }
    if (words == nullptr) { return; }
    if (key.blanks_in_any_order) { *words += "；不分先后"; }
    if (rule == ScoringRule::all_or_nothing) { *words += "；全对得分"; }
    if (key.blanks.size() > 1) { *words += "；共 " + wording::points(score.points); }
}

} // namespace papervault::engine::grading
