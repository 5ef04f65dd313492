#include <papervault/engine/assembly_problem.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <utility>

namespace papervault::engine {

namespace {

using Item = AssemblyProblem::Item;
using Limits = AssemblyProblemLimits;
__extension__ using Wide = __int128;

/// digits × 10^-decimals, as written.
struct Number {
    std::int64_t digits = 0;
    int decimals = 0;
};

std::optional<Number> parse_number(std::string_view text)
{
    Number number;
    bool is_negative = false;
    std::size_t at = 0;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) { is_negative = text[at++] == '-'; }
    bool has_digit = false;
    bool has_point = false;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '.' && !has_point) {
            has_point = true;
        } else if (c >= '0' && c <= '9') {
            has_digit = true;
            if (number.digits > Limits::value_max / 10) { return std::nullopt; }
            number.digits = number.digits * 10 + (c - '0');
            if (has_point) { ++number.decimals; }
        } else {
            break;
        }
    }
    if (!has_digit) { return std::nullopt; }
    if (at < text.size()) {
        if (text[at] != 'e' && text[at] != 'E') { return std::nullopt; }
        std::string_view exponent_text = text.substr(at + 1);
        if (exponent_text.starts_with('+')) { exponent_text.remove_prefix(1); }
        int exponent = 0;
        const auto [end, error] =
            std::from_chars(exponent_text.data(), exponent_text.data() + exponent_text.size(), exponent);
        if (error != std::errc{} || end != exponent_text.data() + exponent_text.size() || exponent < -30 ||
            exponent > 30) {
            return std::nullopt;
        }
        number.decimals -= exponent;
    }
    if (number.digits == 0) { number.decimals = 0; }
    while (number.decimals > 0 && number.digits % 10 == 0 && number.digits != 0) {
        number.digits /= 10;
        --number.decimals;
    }
    for (; number.decimals < 0; ++number.decimals) {
        if (number.digits > Limits::value_max / 10) { return std::nullopt; }
        number.digits *= 10;
    }
    if (is_negative) { number.digits = -number.digits; }
    return number;
}

/// In units of 10^-decimals, cut to the largest value; rounded where the number has more decimals.
std::int64_t scale(Number number, unsigned decimals)
{
    Wide value = number.digits;
    for (int left = static_cast<int>(decimals) - number.decimals; left > 0 && value != 0; --left) {
        value *= 10;
        if (value > Limits::value_max) { return Limits::value_max; }
        if (value < -Limits::value_max) { return -Limits::value_max; }
    }
    for (int over = number.decimals - static_cast<int>(decimals); over > 0; --over) {
        value = over > 1 ? value / 10 : (value + (value < 0 ? -5 : 5)) / 10;
    }
    return static_cast<std::int64_t>(value);
}

/// As many decimals as asked for, or fewer where the sum of all values would not fit any more.
unsigned decimals_that_fit(std::span<const Number> numbers, unsigned decimals)
{
    const auto fits = [&](unsigned tried) {
        Wide sum = 0;
        for (const Number& number : numbers) {
            const std::int64_t value = scale(number, tried);
            sum += value < 0 ? -value : value;
        }
        return sum <= Limits::value_max;
    };
    while (decimals > 0 && !fits(decimals)) { --decimals; }
    return decimals;
}

/// What was rounded to so many decimals may need fewer yet: as many as its own text would say.
unsigned decimals_used(std::span<const Number> numbers, unsigned decimals)
{
    const auto ends_with_zero = [&](const Number& number) { return scale(number, decimals) % 10 == 0; };
    while (decimals > 0 && std::ranges::all_of(numbers, ends_with_zero)) { --decimals; }
    return decimals;
}

unsigned decimals_of(std::span<const Number> numbers)
{
    int most = 0;
    for (const Number& number : numbers) { most = std::max(most, number.decimals); }
    return static_cast<unsigned>(most);
}

class Reader {
public:
    explicit Reader(std::string_view text) : text_{text} {}

    Result<AssemblyProblem> run()
    {
        if (text_.size() > Limits::text_bytes_max) { return refuse(EngineError::out_of_range, "the text is too long"); }
        while (next_line()) {
            if (rest_.empty()) { continue; }
            const std::string_view kind = word();
            if (kind.empty()) { continue; }
            const bool is_first = std::exchange(is_first_, false);
            if (is_first != (kind == "ATA1") || !record(kind)) {
                return refuse(EngineError::malformed, "line " + std::to_string(line_) + ": not a valid " +
                                                          std::string{kind.substr(0, 20)} + " record");
            }
        }
        if (is_first_ || problem_.item_count == 0) { return refuse(EngineError::malformed, "ATA1 or N is missing"); }
        if (!finish_information() || !finish_goal()) {
            return refuse(EngineError::malformed, "THETA, OBJ and I do not fit together");
        }
        if (const auto valid = validate(problem_); !valid) { return std::unexpected{valid.error()}; }
        return std::move(problem_);
    }

private:
    bool next_line()
    {
        if (next_ >= text_.size()) { return false; }
        const std::size_t end = std::min(text_.find('\n', next_), text_.size());
        rest_ = text_.substr(next_, end - next_);
        if (rest_.ends_with('\r')) { rest_.remove_suffix(1); }
        next_ = end + 1;
        ++line_;
        return true;
    }
    std::string_view word()
    {
        while (rest_.starts_with(' ') || rest_.starts_with('\t')) { rest_.remove_prefix(1); }
        const std::size_t end = std::min(rest_.find_first_of(" \t"), rest_.size());
        const std::string_view found = rest_.substr(0, end);
        rest_.remove_prefix(end);
        return found;
    }
    template <class Integer>
    bool integer(Integer& out)
    {
        const std::string_view text = word();
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
        return error == std::errc{} && end == text.data() + text.size();
    }
    bool number(Number& out)
    {
        const auto parsed = parse_number(word());
        if (!parsed || parsed->decimals > static_cast<int>(Limits::decimals_max)) { return false; }
        out = *parsed;
        return true;
    }
    [[nodiscard]] bool at_end() { return word().empty(); }
    /// A count and as many items.
    bool items(std::vector<Item>& out)
    {
        std::size_t size = 0;
        if (!integer(size) || size > problem_.item_count) { return false; }
        out.reserve(size);
        for (std::size_t i = 0; i < size; ++i) {
            Item item = 0;
            if (!integer(item)) { return false; }
            out.push_back(item);
        }
        return at_end();
    }
    bool once(bool& seen) { return !std::exchange(seen, true); }

    bool record(std::string_view kind)
    {
        if (kind == "I") { return item_record(); }
        if (kind == "C") { return count_record(); }
        if (kind == "E") { return items(problem_.enemies.emplace_back()); }
        if (kind == "A") { return items(problem_.all_or_none.emplace_back()); }
        if (kind == "S") { return sum_record(); }
        if (kind == "T") { return stimulus_record(); }
        if (kind == "NST") {
            return integer(problem_.stimuli_at_least) && integer(problem_.stimuli_at_most) && at_end();
        }
        if (kind == "IN") { return once(has_forced_) && items(problem_.forced); }
        if (kind == "OUT") { return once(has_banned_) && items(problem_.banned); }
        if (kind == "ANCH") { return once(has_anchors_) && items(problem_.anchors); }
        if (kind == "ATA1") {
            problem_.name = word();
            return at_end();
        }
        if (kind == "N") { return problem_.item_count == 0 && size_record(); }
        if (kind == "THETA") { return ability_record(); }
        if (kind == "OBJ") { return goal_.empty() && goal_record(); }
        return false;
    }
    bool size_record()
    {
        const bool is_read = integer(problem_.item_count) && word() == "F" && integer(problem_.form_count) &&
                             word() == "L" && integer(problem_.length) && word() == "USE" &&
                             integer(problem_.use_max) && word() == "OVL" && integer(problem_.overlap_max) && at_end();
        return is_read && problem_.item_count > 0 && problem_.item_count <= Limits::items_max;
    }
    bool ability_record()
    {
        std::size_t size = 0;
        if (!problem_.abilities.empty() || problem_.item_count == 0 || !integer(size) || size > Limits::abilities_max) {
            return false;
        }
        for (std::size_t i = 0; i < size; ++i) {
            const std::string_view text = word();
            if (!parse_number(text)) { return false; }
            problem_.abilities.emplace_back(text);
        }
        raw_information_.assign(size * problem_.item_count, Number{});
        has_information_.assign(problem_.item_count, false);
        return at_end();
    }
    bool goal_record()
    {
        goal_ = word();
        for (std::string_view text = word(); !text.empty(); text = word()) {
            const auto parsed = parse_number(text);
            if (!parsed || parsed->decimals > static_cast<int>(Limits::decimals_max) ||
                raw_goal_.size() == 2 * Limits::abilities_max) {
                return false;
            }
            raw_goal_.push_back(*parsed);
        }
        return goal_ == "max" || goal_ == "minimax" || goal_ == "maximin" || goal_ == "band";
    }
    bool item_record()
    {
        Item item = 0;
        if (!integer(item) || item >= has_information_.size() || has_information_[item]) { return false; }
        has_information_[item] = true;
        for (std::size_t ability = 0; ability < problem_.abilities.size(); ++ability) {
            if (!number(raw_information_[ability * problem_.item_count + item])) { return false; }
        }
        return at_end();
    }
    bool count_record()
    {
        auto& count = problem_.counts.emplace_back();
        count.name = word();
        return integer(count.at_least) && integer(count.at_most) && items(count.items);
    }
    bool sum_record()
    {
        auto& sum = problem_.sums.emplace_back();
        sum.name = word();
        Number lowest;
        Number highest;
        std::size_t size = 0;
        if (!number(lowest) || !number(highest) || !integer(size) || size > problem_.item_count) { return false; }
        std::vector<Number> numbers{lowest, highest};
        for (std::size_t i = 0; i < size; ++i) {
            Item item = 0;
            Number value;
            if (!integer(item) || !number(value)) { return false; }
            sum.items.push_back(item);
            numbers.push_back(value);
        }
        sum.decimals = decimals_used(numbers, decimals_that_fit(std::span{numbers}.subspan(2), decimals_of(numbers)));
        sum.at_least = scale(lowest, sum.decimals);
        sum.at_most = scale(highest, sum.decimals);
        for (std::size_t i = 2; i < numbers.size(); ++i) { sum.values.push_back(scale(numbers[i], sum.decimals)); }
        return at_end();
    }
    bool stimulus_record()
    {
        auto& stimulus = problem_.stimuli.emplace_back();
        stimulus.name = word();
        return integer(stimulus.at_least) && integer(stimulus.at_most) && items(stimulus.items);
    }

    bool finish_information()
    {
        using Goal = AssemblyProblem::Goal;
        problem_.goal = goal_ == "max"       ? Goal::maximum
                        : goal_ == "minimax" ? Goal::minimax
                        : goal_ == "maximin" ? Goal::maximin
                                             : Goal::band;
        unsigned decimals = decimals_of(raw_information_);
        const bool has_targets = problem_.goal == Goal::minimax || problem_.goal == Goal::band;
        if (has_targets) { decimals = std::max(decimals, decimals_of(raw_goal_)); }
        const unsigned fitting = decimals_that_fit(raw_information_, decimals);
        decimals = decimals_used(raw_information_, fitting);
        if (has_targets) { decimals = std::max(decimals, decimals_used(raw_goal_, fitting)); }
        problem_.information_decimals = decimals;
        for (std::size_t ability = 0; ability < problem_.abilities.size(); ++ability) {
            auto& values = problem_.information.emplace_back();
            values.reserve(problem_.item_count);
            for (std::size_t item = 0; item < problem_.item_count; ++item) {
                values.push_back(scale(raw_information_[ability * problem_.item_count + item], decimals));
            }
        }
        return std::ranges::all_of(has_information_, [](bool has) { return has; });
    }
    bool finish_goal()
    {
        using Goal = AssemblyProblem::Goal;
        const std::size_t abilities = problem_.abilities.size();
        if (goal_.empty()) { return abilities == 0; }
        if (raw_goal_.size() != (problem_.goal == Goal::band ? 2 * abilities : abilities)) { return false; }
        if (problem_.goal == Goal::maximum || problem_.goal == Goal::maximin) {
            problem_.weight_decimals = decimals_of(raw_goal_);
            for (const Number& number : raw_goal_) {
                problem_.weights.push_back(scale(number, problem_.weight_decimals));
            }
            return true;
        }
        for (std::size_t i = 0; i < raw_goal_.size(); ++i) {
            const std::int64_t value = scale(raw_goal_[i], problem_.information_decimals);
            if (problem_.goal == Goal::minimax) {
                problem_.targets.push_back(value);
            } else {
                (i % 2 == 0 ? problem_.lowest : problem_.highest).push_back(value);
            }
        }
        return true;
    }

    std::string_view text_;
    std::string_view rest_; // of the line
    std::size_t next_ = 0;
    std::size_t line_ = 0;
    bool is_first_ = true;
    bool has_forced_ = false;
    bool has_banned_ = false;
    bool has_anchors_ = false;
    std::string_view goal_;
    std::vector<Number> raw_goal_;
    std::vector<Number> raw_information_; // by ability and item
    std::vector<bool> has_information_;
    AssemblyProblem problem_;
};

class Writer {
public:
    explicit Writer(const AssemblyProblem& problem) : problem_{problem} {}

    std::string run()
    {
        text_ = "ATA1 " + problem_.name + "\n";
        text_ += "N " + std::to_string(problem_.item_count) + " F " + std::to_string(problem_.form_count) + " L " +
                 std::to_string(problem_.length) + " USE " + std::to_string(problem_.use_max) + " OVL " +
                 std::to_string(problem_.overlap_max) + "\n";
        if (!problem_.abilities.empty()) { write_information(); }
        for (const auto& count : problem_.counts) {
            text_ += "C " + count.name;
            bounded(std::to_string(count.at_least), std::to_string(count.at_most), count.items);
        }
        for (const auto& sum : problem_.sums) { write_sum(sum); }
        for (const auto& set : problem_.enemies) { list("E", set); }
        for (const auto& set : problem_.all_or_none) { list("A", set); }
        for (const auto& stimulus : problem_.stimuli) {
            text_ += "T " + stimulus.name;
            bounded(std::to_string(stimulus.at_least), std::to_string(stimulus.at_most), stimulus.items);
        }
        if (problem_.stimuli_at_least != 0 || problem_.stimuli_at_most != INT64_MAX) {
            text_ += "NST " + std::to_string(problem_.stimuli_at_least) + " " +
                     std::to_string(problem_.stimuli_at_most) + "\n";
        }
        if (!problem_.forced.empty()) { list("IN", problem_.forced); }
        if (!problem_.banned.empty()) { list("OUT", problem_.banned); }
        if (!problem_.anchors.empty()) { list("ANCH", problem_.anchors); }
        return std::move(text_);
    }

private:
    void list(const char* kind, std::span<const Item> items)
    {
        text_ += kind;
        add_items(items);
    }
    void bounded(const std::string& at_least, const std::string& at_most, std::span<const Item> items)
    {
        text_ += " " + at_least + " " + at_most;
        add_items(items);
    }
    void add_items(std::span<const Item> items)
    {
        text_ += " " + std::to_string(items.size());
        for (const Item item : items) { text_ += " " + std::to_string(item); }
        text_ += "\n";
    }
    void write_sum(const AssemblyProblem::Sum& sum)
    {
        text_ += "S " + sum.name + " " + scaled_to_text(sum.at_least, sum.decimals) + " " +
                 scaled_to_text(sum.at_most, sum.decimals) + " " + std::to_string(sum.items.size());
        for (std::size_t i = 0; i < sum.items.size(); ++i) {
            text_ += " " + std::to_string(sum.items[i]) + " " + scaled_to_text(sum.values[i], sum.decimals);
        }
        text_ += "\n";
    }
    void write_information()
    {
        using Goal = AssemblyProblem::Goal;
        text_ += "THETA " + std::to_string(problem_.abilities.size());
        for (const std::string& ability : problem_.abilities) { text_ += " " + ability; }
        text_ += "\nOBJ";
        const auto add = [&](std::int64_t value, unsigned decimals) { text_ += " " + scaled_to_text(value, decimals); };
        switch (problem_.goal) {
        case Goal::maximum: text_ += " max"; break;
        case Goal::minimax: text_ += " minimax"; break;
        case Goal::maximin: text_ += " maximin"; break;
        case Goal::band: text_ += " band"; break;
        }
        for (std::size_t ability = 0; ability < problem_.abilities.size(); ++ability) {
            if (!problem_.weights.empty()) { add(problem_.weights[ability], problem_.weight_decimals); }
            if (!problem_.targets.empty()) { add(problem_.targets[ability], problem_.information_decimals); }
            if (!problem_.lowest.empty()) {
                add(problem_.lowest[ability], problem_.information_decimals);
                add(problem_.highest[ability], problem_.information_decimals);
            }
        }
        text_ += "\n";
        for (std::size_t item = 0; item < problem_.item_count; ++item) {
            text_ += "I " + std::to_string(item);
            for (const auto& values : problem_.information) { add(values[item], problem_.information_decimals); }
            text_ += "\n";
        }
    }

    const AssemblyProblem& problem_;
    std::string text_;
};

} // namespace

Result<AssemblyProblem> assembly_problem_from_text(std::string_view text)
{
    return Reader{text}.run();
}

std::string to_text(const AssemblyProblem& problem)
{
    return Writer{problem}.run();
}

std::string scaled_to_text(std::int64_t value, unsigned decimals)
{
    const bool is_negative = value < 0;
    std::string digits = std::to_string(is_negative ? std::uint64_t{0} - static_cast<std::uint64_t>(value)
                                                    : static_cast<std::uint64_t>(value));
    if (digits.size() <= decimals) { digits.insert(0, decimals + 1 - digits.size(), '0'); }
    if (decimals > 0) { digits.insert(digits.size() - decimals, "."); }
    return (is_negative ? "-" : "") + digits;
}

} // namespace papervault::engine
