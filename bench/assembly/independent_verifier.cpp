#include "independent_verifier.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace papervault::assembly_bench {

namespace {

constexpr std::int64_t far = std::int64_t{1} << 60U;

struct Scaled {
    std::int64_t digits = 0;
    int decimals = 0;
};

class Tokens {
public:
    explicit Tokens(std::string_view text) : at_{text.data()}, end_{text.data() + text.size()} {}

    bool next_line()
    {
        while (started_ && at_ != end_ && *at_++ != '\n') {}
        started_ = true;
        ++line_;
        return at_ != end_;
    }
    std::string_view word()
    {
        while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\r')) { ++at_; }
        const char* const from = at_;
        while (at_ != end_ && static_cast<unsigned char>(*at_) > ' ') { ++at_; }
        return {from, static_cast<std::size_t>(at_ - from)};
    }
    std::uint64_t natural()
    {
        const std::string_view text = word();
        if (text.empty() || text.size() > 18) { refuse(); }
        std::uint64_t value = 0;
        for (const char c : text) {
            if (c < '0' || c > '9') { refuse(); }
            value = value * 10 + static_cast<std::uint64_t>(c - '0');
        }
        return value;
    }
    Scaled decimal()
    {
        std::string_view text = word();
        const bool is_negative = text.starts_with('-');
        if (is_negative || text.starts_with('+')) { text.remove_prefix(1); }
        Scaled value;
        std::size_t i = 0;
        bool after_point = false;
        std::size_t digits = 0;
        for (; i < text.size() && text[i] != 'e' && text[i] != 'E'; ++i) {
            if (text[i] == '.' && !after_point) {
                after_point = true;
                continue;
            }
            if (text[i] < '0' || text[i] > '9' || value.digits > far / 10) { refuse(); }
            value.digits = value.digits * 10 + (text[i] - '0');
            value.decimals += after_point ? 1 : 0;
            ++digits;
        }
        if (digits == 0) { refuse(); }
        if (i < text.size()) {
            const long exponent = std::strtol(std::string{text.substr(i + 1)}.c_str(), nullptr, 10);
            if (exponent < -30 || exponent > 18) { refuse(); }
            value.decimals -= static_cast<int>(exponent);
        }
        while (value.decimals < 0) {
            if (value.digits > far / 10) { refuse(); }
            value.digits *= 10;
            ++value.decimals;
        }
        if (is_negative) { value.digits = -value.digits; }
        return value;
    }
    [[noreturn]] void refuse() const { throw UnreadableText{"line " + std::to_string(line_) + " is not readable"}; }

private:
    const char* at_;
    const char* end_;
    bool started_ = false;
    std::size_t line_ = 0;
};

std::int64_t rescale(Scaled value, int decimals)
{
    std::int64_t out = value.digits;
    for (int i = value.decimals; i < decimals; ++i) {
        if (out > far / 10) { return far; }
        if (out < -far / 10) { return -far; }
        out *= 10;
    }
    return out;
}

int most_decimals(std::span<const Scaled> values)
{
    int most = 0;
    for (Scaled value : values) {
        while (value.decimals > most && value.digits % 10 == 0) {
            value.digits /= 10;
            --value.decimals;
        }
        most = std::max(most, value.decimals);
    }
    if (most > 18) { throw UnreadableText{"a number has more than 18 decimals"}; }
    return most;
}

Scaled shortest(Scaled value)
{
    while (value.decimals > 0 && value.digits % 10 == 0) {
        value.digits /= 10;
        --value.decimals;
    }
    return value;
}

long double power_of_ten(int exponent)
{
    long double power = 1;
    for (int i = 0; i < exponent; ++i) { power *= 10; }
    return power;
}

} // namespace

FormList read_forms(std::string_view text)
{
    FormList forms;
    const char* at = text.data();
    const char* const end = at + text.size();
    std::size_t line = 0;
    while (at != end) {
        ++line;
        if (end - at < 5 || std::string_view{at, 5} != "FORM ") {
            throw UnreadableText{"line " + std::to_string(line) + " does not begin with FORM"};
        }
        at += 4;
        while (at != end && *at != '\n') {
            if (*at != ' ') { throw UnreadableText{"line " + std::to_string(line) + " is not readable"}; }
            ++at;
            std::uint64_t item = 0;
            const char* const from = at;
            for (; at != end && *at >= '0' && *at <= '9' && at - from < 10; ++at) {
                item = item * 10 + static_cast<std::uint64_t>(*at - '0');
            }
            if (at == from || item > UINT32_MAX) {
                throw UnreadableText{"line " + std::to_string(line) + " is not readable"};
            }
            forms.items.push_back(static_cast<std::uint32_t>(item));
        }
        if (at != end) { ++at; }
        forms.begins.push_back(forms.items.size());
    }
    return forms;
}

/// What the text says, before it is turned round to say what each item is in.
struct IndependentVerifier::Draft {
    struct Pair {
        std::uint32_t item;
        std::uint32_t rule;
        Scaled value;
    };
    std::vector<Pair> pairs;
    std::vector<Scaled> information;
    std::vector<Scaled> goal;
};

IndependentVerifier::IndependentVerifier(std::string_view text)
{
    Tokens tokens{text};
    Draft draft;
    const auto item = [&] {
        const std::uint64_t value = tokens.natural();
        if (value >= item_count_) { tokens.refuse(); }
        return static_cast<std::uint32_t>(value);
    };
    const auto mention = [&](std::uint64_t size, Scaled value) {
        for (std::uint64_t i = 0; i < size; ++i) {
            draft.pairs.push_back({item(), static_cast<std::uint32_t>(rules_.size()), value});
        }
    };
    const auto mark = [&](std::vector<bool>& marks) {
        const std::uint64_t size = tokens.natural();
        for (std::uint64_t i = 0; i < size; ++i) { marks[item()] = true; }
        return static_cast<std::size_t>(size);
    };
    for (bool more = tokens.next_line(); more; more = tokens.next_line()) {
        const std::string_view kind = tokens.word();
        if (kind.empty() || kind == "ATA1") { continue; }
        if (kind == "N") {
            item_count_ = tokens.natural();
            if (item_count_ == 0 || item_count_ > 10'000'000 || tokens.word() != "F") { tokens.refuse(); }
            form_count_ = tokens.natural();
            if (tokens.word() != "L") { tokens.refuse(); }
            length_ = tokens.natural();
            if (tokens.word() != "USE") { tokens.refuse(); }
            use_max_ = tokens.natural();
            if (tokens.word() != "OVL") { tokens.refuse(); }
            overlap_max_ = tokens.decimal().digits;
            is_forced_.assign(item_count_, false);
            is_banned_.assign(item_count_, false);
            is_anchor_.assign(item_count_, false);
        } else if (kind == "THETA") {
            abilities_ = tokens.natural();
            if (abilities_ > 100) { tokens.refuse(); }
            draft.information.assign(abilities_ * item_count_, {});
        } else if (kind == "OBJ") {
            goal_ = tokens.word();
            const std::size_t size = goal_ == "band" ? 2 * abilities_ : abilities_;
            for (std::size_t i = 0; i < size; ++i) { draft.goal.push_back(shortest(tokens.decimal())); }
        } else if (kind == "I") {
            const std::size_t index = item();
            for (std::size_t a = 0; a < abilities_; ++a) {
                draft.information[index * abilities_ + a] = shortest(tokens.decimal());
            }
        } else if (kind == "C" || kind == "T") {
            Rule rule{std::string{tokens.word()}, kind == "C" ? Kind::count : Kind::stimulus, 0, 0};
            rule.low = tokens.decimal().digits;
            rule.high = tokens.decimal().digits;
            has_stimuli_ = has_stimuli_ || kind == "T";
            mention(tokens.natural(), {1, 0});
            rules_.push_back(std::move(rule));
        } else if (kind == "S") {
            Rule rule{std::string{tokens.word()}, Kind::sum, 0, 0};
            std::vector<Scaled> values{shortest(tokens.decimal()), shortest(tokens.decimal())};
            const std::uint64_t size = tokens.natural();
            const std::size_t first = draft.pairs.size();
            for (std::uint64_t i = 0; i < size; ++i) {
                const std::uint32_t index = item();
                values.push_back(shortest(tokens.decimal()));
                draft.pairs.push_back({index, static_cast<std::uint32_t>(rules_.size()), {}});
            }
            const int decimals = most_decimals(values);
            rule.low = rescale(values[0], decimals);
            rule.high = rescale(values[1], decimals);
            for (std::size_t i = 2; i < values.size(); ++i) {
                draft.pairs[first + i - 2].value = {rescale(values[i], decimals), 0};
            }
            rules_.push_back(std::move(rule));
        } else if (kind == "E" || kind == "A") {
            const std::uint64_t size = tokens.natural();
            mention(size, {1, 0});
            rules_.push_back({std::string{kind} + std::to_string(rules_.size()),
                              kind == "E" ? Kind::enemies : Kind::whole, 0,
                              kind == "E" ? 1 : static_cast<std::int64_t>(size)});
        } else if (kind == "NST") {
            stimuli_low_ = tokens.decimal().digits;
            stimuli_high_ = tokens.decimal().digits;
        } else if (kind == "IN") {
            forced_count_ = mark(is_forced_);
        } else if (kind == "OUT") {
            mark(is_banned_);
        } else if (kind == "ANCH") {
            mark(is_anchor_);
        } else {
            tokens.refuse();
        }
    }
    if (item_count_ == 0) { throw UnreadableText{"N is missing"}; }
    const bool is_in_information_units = goal_ == "band" || goal_ == "minimax";
    information_decimals_ = most_decimals(draft.information);
    if (is_in_information_units) {
        information_decimals_ = std::max(information_decimals_, most_decimals(draft.goal));
    } else {
        weight_decimals_ = most_decimals(draft.goal);
    }
    for (const Scaled value : draft.information) { information_.push_back(rescale(value, information_decimals_)); }
    for (const Scaled value : draft.goal) {
        goal_values_.push_back(rescale(value, is_in_information_units ? information_decimals_ : weight_decimals_));
    }
    mention_begins_.assign(item_count_ + 1, 0);
    for (const auto& pair : draft.pairs) { ++mention_begins_[pair.item + 1]; }
    for (std::size_t i = 0; i < item_count_; ++i) { mention_begins_[i + 1] += mention_begins_[i]; }
    mentions_.resize(draft.pairs.size());
    std::vector<std::size_t> next(mention_begins_.begin(), mention_begins_.end() - 1);
    for (const auto& pair : draft.pairs) {
        Mention& place = mentions_[next[pair.item]++];
        if (pair.value.digits >= INT32_MIN / 2 && pair.value.digits <= INT32_MAX) {
            place = {pair.rule, static_cast<std::int32_t>(pair.value.digits)};
        } else {
            place = {pair.rule, INT32_MIN + static_cast<std::int32_t>(large_.size())};
            large_.push_back(pair.value.digits);
            if (large_.size() > 1'000'000'000) { throw UnreadableText{"too many large values"}; }
        }
    }
}

struct IndependentVerifier::Work {
    std::vector<std::int64_t> sums;     // by rule
    std::vector<std::size_t> last_form; // by item: number of the last form with it, plus one
};

void IndependentVerifier::fault(Verdict& verdict, std::string text)
{
    ++verdict.fault_count;
    if (verdict.faults.size() < 20) { verdict.faults.push_back(std::move(text)); }
}

void IndependentVerifier::judge(std::size_t number, std::span<const std::uint32_t> form, Work& work,
                                Verdict& verdict) const
{
    const auto wrong = [&](const std::string& what) { fault(verdict, "form " + std::to_string(number) + ": " + what); };
    if (form.size() != length_) { wrong(std::to_string(form.size()) + " items"); }
    std::ranges::fill(work.sums, 0);
    std::size_t forced = 0;
    for (const std::uint32_t item : form) {
        if (item >= item_count_) {
            wrong("there is no item " + std::to_string(item));
            return;
        }
        if (std::exchange(work.last_form[item], number + 1) == number + 1) {
            wrong("item " + std::to_string(item) + " twice");
        }
        if (is_banned_[item]) { wrong("item " + std::to_string(item) + " is banned"); }
        forced += is_forced_[item] ? 1 : 0;
        for (std::size_t m = mention_begins_[item]; m < mention_begins_[item + 1]; ++m) {
            const Mention& mention = mentions_[m];
            const bool is_large = mention.small < INT32_MIN / 2;
            work.sums[mention.rule] +=
                is_large ? large_[static_cast<std::size_t>(mention.small - std::int64_t{INT32_MIN})] : mention.small;
        }
    }
    if (forced != forced_count_) { wrong("a forced item is missing"); }
    std::int64_t stimuli = 0;
    for (std::size_t r = 0; r < rules_.size(); ++r) {
        const Rule& rule = rules_[r];
        const std::int64_t sum = work.sums[r];
        bool is_right = sum >= rule.low && sum <= rule.high;
        if (rule.kind == Kind::whole) { is_right = sum == 0 || sum == rule.high; }
        if (rule.kind == Kind::stimulus) {
            is_right = is_right || sum == 0;
            stimuli += sum > 0 ? 1 : 0;
        }
        if (!is_right) { wrong(rule.name + " is " + std::to_string(sum)); }
    }
    if (has_stimuli_ && (stimuli < stimuli_low_ || stimuli > stimuli_high_)) {
        wrong(std::to_string(stimuli) + " stimuli");
    }
}

void IndependentVerifier::reach(std::size_t number, std::span<const std::uint32_t> form, Verdict& verdict,
                                long double& best) const
{
    if (goal_.empty()) { return; }
    const long double unit = power_of_ten(information_decimals_);
    const long double weight_unit = power_of_ten(weight_decimals_);
    long double total = 0;
    for (std::size_t a = 0; a < abilities_; ++a) {
        std::int64_t sum = 0;
        for (const std::uint32_t item : form) {
            if (item < item_count_) { sum += information_[item * abilities_ + a]; }
        }
        if (goal_ == "band") {
            if (sum < goal_values_[2 * a] || sum > goal_values_[2 * a + 1]) {
                fault(verdict, "form " + std::to_string(number) + ": information outside its band");
            }
        } else if (goal_ == "max") {
            total += static_cast<long double>(sum) / unit * (static_cast<long double>(goal_values_[a]) / weight_unit);
        } else if (goal_ == "maximin") {
            const long double ratio =
                static_cast<long double>(sum) / unit / (static_cast<long double>(goal_values_[a]) / weight_unit);
            if ((number == 0 && a == 0) || ratio < best) { best = ratio; }
        } else {
            best = std::max(best, static_cast<long double>(std::llabs(sum - goal_values_[a])) / unit);
        }
    }
    if (goal_ == "max") { best += total; }
}

Verdict IndependentVerifier::check_set(const FormList& forms) const
{
    Verdict verdict;
    if (forms.size() != form_count_) {
        fault(verdict, std::to_string(forms.size()) + " forms, asked for " + std::to_string(form_count_));
    }
    Work work{std::vector<std::int64_t>(rules_.size()), std::vector<std::size_t>(item_count_)};
    std::vector<std::size_t> uses(item_count_);
    for (std::size_t f = 0; f < forms.size(); ++f) {
        judge(f, forms.form(f), work, verdict);
        reach(f, forms.form(f), verdict, verdict.objective);
        for (const std::uint32_t item : forms.form(f)) {
            if (item >= item_count_ || is_anchor_[item]) { continue; }
            verdict.largest_use = std::max(verdict.largest_use, ++uses[item]);
            if (uses[item] == use_max_ + 1) { fault(verdict, "item " + std::to_string(item) + " is used too often"); }
        }
    }
    for (std::size_t f = 0; f < forms.size(); ++f) {
        for (std::size_t g = 0; g < f; ++g) {
            std::int64_t common = 0;
            for (const std::uint32_t item : forms.form(f)) { common += std::ranges::count(forms.form(g), item); }
            verdict.largest_overlap = std::max(verdict.largest_overlap, common);
            if (overlap_max_ >= 0 && common > overlap_max_) {
                fault(verdict, "forms " + std::to_string(g) + " and " + std::to_string(f) + " share " +
                                   std::to_string(common) + " items");
            }
        }
    }
    return verdict;
}

Verdict IndependentVerifier::check_each(const FormList& forms) const
{
    Verdict verdict;
    Work work{std::vector<std::int64_t>(rules_.size()), std::vector<std::size_t>(item_count_)};
    std::vector<std::size_t> uses(item_count_);
    std::vector<std::pair<std::uint64_t, std::size_t>> digests;
    for (std::size_t f = 0; f < forms.size(); ++f) {
        const auto form = forms.form(f);
        judge(f, form, work, verdict);
        long double ignored = 0;
        reach(f, form, verdict, ignored);
        std::uint64_t digest = 0; // the same for every order of the items
        for (const std::uint32_t item : form) {
            std::uint64_t mixed = (item + 1) * 0x9e3779b97f4a7c15U;
            mixed = (mixed ^ (mixed >> 29U)) * 0xbf58476d1ce4e5b9U;
            digest += mixed ^ (mixed >> 32U);
            if (item < item_count_ && !is_anchor_[item]) { ++uses[item]; }
        }
        digests.emplace_back(digest, f);
    }
    if (!uses.empty()) { verdict.largest_use = std::ranges::max(uses); }
    std::ranges::sort(digests);
    for (std::size_t i = 1; i < digests.size(); ++i) {
        if (digests[i].first != digests[i - 1].first) { continue; }
        const auto sorted = [&](std::size_t f) {
            std::vector<std::uint32_t> items(forms.form(f).begin(), forms.form(f).end());
            std::ranges::sort(items);
            return items;
        };
        if (sorted(digests[i].second) == sorted(digests[i - 1].second)) {
            fault(verdict, "forms " + std::to_string(digests[i - 1].second) + " and " +
                               std::to_string(digests[i].second) + " are the same");
        }
    }
    return verdict;
}

} // namespace papervault::assembly_bench
