#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// Judges forms from the `.ata` text alone. Shares no code with the engine, not even the reader, so that no mistake of
/// reader or solver can hide here.
namespace papervault::assembly_bench {

/// The text is not what the format asks for; names the line.
class UnreadableText : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Forms one after the other; form f has the items from begins[f] up to begins[f + 1].
struct FormList {
    std::vector<std::uint32_t> items;
    std::vector<std::size_t> begins{0};

    [[nodiscard]] std::size_t size() const noexcept { return begins.size() - 1; }
    [[nodiscard]] std::span<const std::uint32_t> form(std::size_t number) const
    {
        return std::span{items}.subspan(begins[number], begins[number + 1] - begins[number]);
    }
    void add(std::span<const std::uint32_t> form)
    {
        items.insert(items.end(), form.begin(), form.end());
        begins.push_back(items.size());
    }
};

/// Reads lines `FORM item item …`. @throws UnreadableText
[[nodiscard]] FormList read_forms(std::string_view text);

struct Verdict {
    std::vector<std::string> faults; ///< At most 20, the first ones.
    std::size_t fault_count = 0;
    long double objective = 0;        ///< As the goal defines it; 0 for a band.
    std::size_t largest_use = 0;      ///< Forms with the most used item, anchors excepted.
    std::int64_t largest_overlap = 0; ///< Only for a set of forms.
};

class IndependentVerifier {
public:
    /// @throws UnreadableText
    explicit IndependentVerifier(std::string_view text);

    /// The forms of the problem together: number, use and overlap included.
    [[nodiscard]] Verdict check_set(const FormList& forms) const;
    /// Each form by itself, as for one form a candidate; no two may be equal.
    [[nodiscard]] Verdict check_each(const FormList& forms) const;
    [[nodiscard]] std::size_t forms_asked() const noexcept { return form_count_; }

private:
    enum class Kind : std::uint8_t { count, sum, enemies, whole, stimulus };
    struct Rule {
        std::string name;
        Kind kind;
        std::int64_t low;
        std::int64_t high;
    };
    struct Mention {
        std::uint32_t rule;
        std::int32_t small; // value, or place in large_ if rule is a sum
    };
    struct Draft;
    struct Work;
    void judge(std::size_t number, std::span<const std::uint32_t> form, Work& work, Verdict& verdict) const;
    void reach(std::size_t number, std::span<const std::uint32_t> form, Verdict& verdict, long double& best) const;
    static void fault(Verdict& verdict, std::string text);

    std::size_t item_count_ = 0;
    std::size_t form_count_ = 0;
    std::size_t length_ = 0;
    std::size_t use_max_ = 0;
    std::int64_t overlap_max_ = -1;
    std::size_t abilities_ = 0;
    std::string goal_;
    std::vector<std::int64_t> goal_values_; // scaled by 10^information_decimals_ or, for weights, 10^weight_decimals_
    int information_decimals_ = 0;
    int weight_decimals_ = 0;
    std::vector<std::int64_t> information_; // by item and ability
    std::vector<Rule> rules_;
    std::vector<std::size_t> mention_begins_; // by item
    std::vector<Mention> mentions_;
    std::vector<std::int64_t> large_;
    std::vector<bool> is_forced_;
    std::size_t forced_count_ = 0;
    std::vector<bool> is_banned_;
    std::vector<bool> is_anchor_;
    std::int64_t stimuli_low_ = 0;
    std::int64_t stimuli_high_ = INT64_MAX;
    bool has_stimuli_ = false;
};

} // namespace papervault::assembly_bench
