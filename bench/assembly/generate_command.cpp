#include "commands.hpp"

#include "instance_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <numeric>
#include <random>
#include <stdexcept>

namespace papervault::assembly_bench {

namespace {

using Item = std::uint32_t;
using Members = std::vector<Item>;

class Chance {
public:
    explicit Chance(std::uint64_t seed) : engine_{seed} {}
    std::uint32_t below(std::size_t bound) { return static_cast<std::uint32_t>(engine_() % bound); }
    double share() { return static_cast<double>(engine_() >> 11U) * 0x1p-53; }
    /// Twelve dice: near enough to the normal distribution, and no library's secret.
    double normal()
    {
        double sum = -6;
        for (int i = 0; i < 12; ++i) { sum += share(); }
        return sum;
    }
    std::size_t among(const std::vector<double>& weights)
    {
        double left = share() * std::accumulate(weights.begin(), weights.end(), 0.0);
        for (std::size_t i = 0; i + 1 < weights.size(); ++i) {
            if (left < weights[i]) { return i; }
            left -= weights[i];
        }
        return weights.size() - 1;
    }
    Members some_of(const Members& items, std::size_t number)
    {
        Members out = items;
        for (std::size_t i = 0; i < number && i < out.size(); ++i) {
            std::swap(out[i], out[i + below(out.size() - i)]);
        }
        out.resize(std::min(number, out.size()));
        std::ranges::sort(out);
        return out;
    }

private:
    std::mt19937_64 engine_;
};

/// What a kind of instance is like where the command does not say otherwise.
struct Kind {
    std::size_t items;
    std::size_t forms;
    std::size_t length;
    std::size_t uses;
    int overlap;
    enum class Goal { maximum, minimax, maximin } goal;
    enum class Pool { science, reading, stimuli, layered } pool;
};

const std::map<std::string, Kind>& kinds()
{
    using enum Kind::Goal;
    using enum Kind::Pool;
    static const std::map<std::string, Kind> table{
        {"a1", {1000, 1, 30, 1, -1, maximum, science}},    {"a2", {1000, 1, 30, 1, -1, minimax, science}},
        {"a3", {303, 1, 30, 1, -1, maximum, reading}},     {"a4", {95, 1, 20, 1, -1, maximum, science}},
        {"a3hard", {303, 1, 30, 1, -1, maximum, stimuli}}, {"a5", {320, 1, 24, 1, -1, maximum, science}},
        {"b1", {1000, 6, 30, 1, 2, maximin, science}},     {"b2", {1000, 6, 30, 3, 5, maximin, science}},
        {"c2", {10'000, 10, 60, 1, -1, maximin, layered}}, {"d2", {100'000, 1, 60, 1, -1, maximin, layered}}};
    return table;
}

class Instance {
public:
    Instance(const GenerateOptions& options, Kind kind) : kind_{kind}, chance_{options.seed}
    {
        if (options.items > 0) { kind_.items = options.items; }
        if (options.forms > 0) { kind_.forms = options.forms; }
        if (options.length > 0) { kind_.length = options.length; }
        if (kind_.items < 3 * kind_.length * kind_.forms / kind_.uses) {
            throw std::runtime_error{"too few items: three for each place are needed"};
        }
        for (Item item = 0; item < kind_.items; ++item) { all_.push_back(item); }
        name_ = fmt::format("{}_seed{}_n{}_f{}", options.kind, options.seed, kind_.items, kind_.forms);
    }

    std::string text()
    {
        make_information();
        if (kind_.pool == Kind::Pool::stimuli) {
            make_stimuli();
        } else if (kind_.pool == Kind::Pool::reading) {
            make_reading();
        } else {
            base_ = chance_.some_of(all_, kind_.length);
            count("length", all_, 0, 0);
            kind_.pool == Kind::Pool::layered ? make_layers() : make_science();
        }
        return head() + body_;
    }

private:
    /// Three-parameter logistic curves at the abilities.
    void make_information()
    {
        abilities_ = kind_.goal == Kind::Goal::maximum ? std::vector{0.0} : std::vector{-1.0, 0.0, 1.0};
        for (std::size_t i = 0; i < kind_.items; ++i) {
            const double slope = std::exp(0.3 * chance_.normal());
            const double difficulty = chance_.normal();
            const double guessing = 0.25 * chance_.share();
            auto& row = information_.emplace_back();
            for (const double ability : abilities_) {
                const double right = guessing + (1 - guessing) / (1 + std::exp(-slope * (ability - difficulty)));
                const double part = (right - guessing) / (1 - guessing);
                row.push_back(slope * slope * part * part * (1 - right) / right);
            }
        }
    }

    [[nodiscard]] std::string head() const
    {
        std::string out = fmt::format("ATA1 {}\nN {} F {} L {} USE {} OVL {}\nTHETA {}", name_, kind_.items,
                                      kind_.forms, kind_.length, kind_.uses, kind_.overlap, abilities_.size());
        for (const double ability : abilities_) { out += fmt::format(" {:.1f}", ability); }
        std::vector<double> mean(abilities_.size());
        std::vector<double> of_base(abilities_.size());
        for (const auto& row : information_) {
            for (std::size_t k = 0; k < row.size(); ++k) { mean[k] += row[k] / static_cast<double>(kind_.items); }
        }
        for (const Item item : base_) {
            for (std::size_t k = 0; k < mean.size(); ++k) { of_base[k] += information_[item][k]; }
        }
        const double largest = *std::ranges::max_element(mean);
        switch (kind_.goal) {
        case Kind::Goal::maximum: out += "\nOBJ max 1"; break;
        case Kind::Goal::minimax:
            out += "\nOBJ minimax";
            for (const double value : of_base) { out += fmt::format(" {:.3f}", 1.4 * value); }
            break;
        case Kind::Goal::maximin:
            out += "\nOBJ maximin";
            for (const double value : mean) { out += fmt::format(" {:.3f}", value / largest); }
            break;
        }
        out += '\n';
        for (std::size_t i = 0; i < information_.size(); ++i) {
            out += fmt::format("I {}", i);
            for (const double value : information_[i]) { out += fmt::format(" {:.8f}", value); }
            out += '\n';
        }
        return out;
    }

    static std::string list(const Members& items) { return fmt::format("{} {}", items.size(), fmt::join(items, " ")); }

    /// Around what the base form has, so that there is a form; less is asked for where several forms would use it up.
    void count(const std::string& name, const Members& members, int below, int above)
    {
        if (members.empty()) { return; }
        Members common;
        std::ranges::set_intersection(members, base_, std::back_inserter(common));
        const auto has = static_cast<int>(common.size());
        const int affordable = static_cast<int>(members.size() * kind_.uses * 2 / (kind_.forms * 3));
        body_ += fmt::format("C {} {} {} {}\n", name, std::max(0, std::min(has - below, affordable)), has + above,
                             list(members));
    }

    void sum(const std::string& name, double mean, double spread, long width)
    {
        std::string entries;
        std::vector<long> values;
        for (std::size_t i = 0; i < kind_.items; ++i) {
            values.push_back(std::max(10L, std::lround(mean + spread * chance_.normal())));
            entries += fmt::format(" {} {}", i, values.back());
        }
        long of_base = 0;
        for (const Item item : base_) { of_base += values[item]; }
        body_ += fmt::format("S {} {} {} {}{}\n", name, of_base - width, of_base + width, kind_.items, entries);
    }

    /// Each item gets one of so many classes.
    std::vector<Members> classes(const std::vector<double>& weights)
    {
        std::vector<Members> out(weights.size());
        for (const Item item : all_) { out[chance_.among(weights)].push_back(item); }
        return out;
    }
    static Members both(const Members& left, const Members& right)
    {
        Members out;
        std::ranges::set_intersection(left, right, std::back_inserter(out));
        return out;
    }

    /// Domains with points of knowledge, types, levels and their pairs, keys, sources, time, words and enemies.
    void make_layers()
    {
        std::vector<double> points;
        for (int domain = 0; domain < 8; ++domain) {
            for (int point = 1; point <= 5; ++point) { points.push_back(1 / std::sqrt(point)); }
        }
        const auto of_points = classes(points);
        for (std::size_t p = 0; p < of_points.size(); ++p) { count(fmt::format("kp{}", p), of_points[p], 1, 1); }
        std::vector<Members> domains(8);
        for (std::size_t p = 0; p < of_points.size(); ++p) {
            domains[p / 5].insert(domains[p / 5].end(), of_points[p].begin(), of_points[p].end());
        }
        for (std::size_t d = 0; d < domains.size(); ++d) {
            std::ranges::sort(domains[d]);
            count(fmt::format("dom{}", d), domains[d], 0, 0);
        }
        const auto types = classes({0.45, 0.2, 0.15, 0.1, 0.1});
        const auto levels = classes({0.2, 0.4, 0.3, 0.1});
        for (std::size_t t = 0; t < types.size(); ++t) { count(fmt::format("ty{}", t), types[t], 0, 0); }
        for (std::size_t l = 0; l < levels.size(); ++l) { count(fmt::format("lv{}", l), levels[l], 1, 1); }
        for (std::size_t t = 0; t < types.size(); ++t) {
            for (std::size_t l = 0; l < levels.size(); ++l) {
                count(fmt::format("tl{}{}", t, l), both(types[t], levels[l]), 1, 1);
            }
        }
        Members hard = levels[2];
        hard.insert(hard.end(), levels[3].begin(), levels[3].end());
        std::ranges::sort(hard);
        const auto keys = classes({1, 1, 1, 1});
        const auto sources = classes({1, 1, 1, 1, 1});
        for (std::size_t d = 0; d < domains.size(); ++d) {
            count(fmt::format("dh{}", d), both(domains[d], hard), 1, 2);
        }
        for (std::size_t k = 0; k < keys.size(); ++k) { count(fmt::format("key{}", k), keys[k], 2, 2); }
        for (std::size_t s = 0; s < sources.size(); ++s) { count(fmt::format("bq{}", s), sources[s], 2, 2); }
        for (std::size_t d = 0; d < domains.size(); ++d) {
            count(fmt::format("dt{}", d), both(domains[d], types[0]), 1, 1);
        }
        sum("time", 54, 17, 60);
        sum("words", 78, 38, 200);
        for (std::size_t e = 0; e < kind_.items / 20; ++e) { set_of_enemies(2 + chance_.below(4)); }
    }

    /// At most one of them in the base form.
    void set_of_enemies(std::size_t size)
    {
        Members enemies;
        bool has_base = false;
        while (enemies.size() < size) {
            const Item item = chance_.below(kind_.items);
            const bool is_base = std::ranges::binary_search(base_, item);
            if (std::ranges::find(enemies, item) != enemies.end() || (is_base && has_base)) { continue; }
            has_base = has_base || is_base;
            enemies.push_back(item);
        }
        std::ranges::sort(enemies);
        body_ += "E " + list(enemies) + "\n";
    }

    /// Three areas with parts, formats, levels and traits that overlap; few items forced, banned, bound together.
    void make_science()
    {
        const auto parts = classes({3, 2, 2, 1, 1, 3, 2, 2, 1, 1, 3, 2, 2, 1, 1});
        for (std::size_t a = 0; a < 3; ++a) {
            Members area;
            for (std::size_t p = a * 5; p < a * 5 + 5; ++p) {
                area.insert(area.end(), parts[p].begin(), parts[p].end());
            }
            std::ranges::sort(area);
            count(fmt::format("area{}", a), area, 0, 0);
        }
        for (std::size_t p = 0; p < parts.size(); ++p) {
            const bool is_exact = chance_.below(3) == 0;
            count(fmt::format("part{}", p), parts[p], is_exact ? 0 : 1, is_exact ? 0 : 1);
        }
        const auto levels = classes({0.69, 0.14, 0.17});
        for (std::size_t l = 0; l < levels.size(); ++l) { count(fmt::format("level{}", l), levels[l], 1, 2); }
        const std::size_t traits = kind_.items >= 1000 ? 10 : 4;
        for (std::size_t t = 0; t < traits; ++t) {
            const double share = 0.02 + 0.4 * chance_.share();
            Members members;
            for (const Item item : all_) {
                if (chance_.share() < share) { members.push_back(item); }
            }
            count(fmt::format("trait{}", t), members, 1, 1);
        }
        set_of_enemies(2);
        // Not in the base form, so that it stays possible; what is forced is in it.
        Members others;
        std::ranges::set_difference(all_, base_, std::back_inserter(others));
        const Members apart = chance_.some_of(others, 2 + kind_.items / 60);
        body_ += "A " + list({apart.begin(), apart.begin() + 2}) + "\n";
        body_ += "OUT " + list({apart.begin() + 2, apart.end()}) + "\n";
        const Members forced = chance_.some_of(base_, 2);
        body_ += "IN " + list(forced) + "\n";
        if (kind_.forms > 1) { body_ += "ANCH " + list(forced) + "\n"; }
    }

    void bounded(const std::string& name, std::size_t least, std::size_t most, const Members& members)
    {
        body_ += fmt::format("C {} {} {} {}\n", name, least, most, list(members));
    }

    /// A rare trait of which the base form has exactly so many items.
    Members rare(const Members& among, std::size_t number)
    {
        Members out = chance_.some_of(both(among, base_), number);
        for (const Item item : among) {
            if (!std::ranges::binary_search(base_, item) && chance_.below(10) == 0) { out.push_back(item); }
        }
        std::ranges::sort(out);
        return out;
    }

    /// Like the shared reading test: passages of two genres, as many of each, each with 4 to 6 items; seven skills,
    /// spread over the genres; two rare traits; nearly all items of the usual kind.
    void make_reading()
    {
        if (kind_.length % 10 != 0) { throw std::runtime_error{"a reading test's length is a multiple of ten"}; }
        std::vector<Members> passages;
        for (Item next = 0; next < kind_.items;) {
            const std::size_t left = kind_.items - next;
            const std::size_t size = std::min<std::size_t>(5 + chance_.below(7), left);
            auto& passage = passages.emplace_back();
            for (std::size_t i = left - size < 5 ? left : size; i > 0; --i) { passage.push_back(next++); }
        }
        const std::size_t used = kind_.length / 5;
        if (passages.size() < used) { throw std::runtime_error{"the passages are too few for the length"}; }
        Members order;
        for (Item p = 0; p < passages.size(); ++p) { order.push_back(p); }
        for (std::size_t left = order.size(); left > 1; --left) {
            std::swap(order[left - 1], order[chance_.below(left)]);
        }
        std::vector<Members> genres(2);
        for (std::size_t i = 0; i < order.size(); ++i) {
            const Members& passage = passages[order[i]];
            Members& genre = genres[i < used ? i % 2 : chance_.below(2)];
            genre.insert(genre.end(), passage.begin(), passage.end());
            if (i >= used) { continue; }
            for (const Item item : chance_.some_of(passage, 5)) { base_.push_back(item); }
        }
        std::ranges::sort(base_);
        for (Members& genre : genres) { std::ranges::sort(genre); }
        constexpr std::size_t skill_count = 7;
        std::vector<Members> skills(skill_count);
        std::size_t dealt = 0;
        for (const Members& genre : genres) {
            Members of_base = both(genre, base_);
            for (std::size_t left = of_base.size(); left > 1; --left) {
                std::swap(of_base[left - 1], of_base[chance_.below(left)]);
            }
            for (const Item item : of_base) { skills[dealt++ % skill_count].push_back(item); }
        }
        for (const Item item : all_) {
            if (!std::ranges::binary_search(base_, item)) { skills[chance_.below(skill_count)].push_back(item); }
        }
        bounded("length", kind_.length, kind_.length, all_);
        const std::size_t of_genre = kind_.length / 2;
        for (std::size_t g = 0; g < 2; ++g) { bounded(fmt::format("genre{}", g), of_genre, of_genre, genres[g]); }
        const auto spread = [&](const std::string& name, std::size_t number, const Members& members) {
            const std::size_t least = number / skill_count;
            bounded(name, least > 0 ? least - 1 : 0, (number + skill_count - 1) / skill_count, members);
        };
        for (std::size_t s = 0; s < skill_count; ++s) {
            std::ranges::sort(skills[s]);
            spread(fmt::format("skill{}", s), kind_.length, skills[s]);
            for (std::size_t g = 0; g < 2; ++g) {
                spread(fmt::format("skill{}_{}", s, g), of_genre, both(skills[s], genres[g]));
            }
        }
        for (std::size_t g = 0; g < 2; ++g) { bounded(fmt::format("rare{}", g), 1, 1, rare(genres[g], 1)); }
        Members usual;
        std::ranges::set_difference(all_, rare(all_, 2), std::back_inserter(usual));
        bounded("usual", kind_.length - 2, kind_.length - 2, usual);
        for (std::size_t p = 0; p < passages.size(); ++p) {
            body_ += fmt::format("T P{} 4 6 {}\n", p, list(passages[p]));
        }
        body_ += fmt::format("NST {} {}\n", used, used);
    }

    /// Passages with five to eleven items of two genres, each with 4 to 6 of them, in numbers that chance has made:
    /// harder than a reading test that somebody has thought about.
    void make_stimuli()
    {
        std::vector<Members> passages;
        for (Item next = 0; next < kind_.items;) {
            const std::size_t size = std::min<std::size_t>(5 + chance_.below(7), kind_.items - next);
            auto& passage = passages.emplace_back();
            for (std::size_t i = 0; i < size; ++i) { passage.push_back(next++); }
        }
        std::vector<std::size_t> order;
        for (std::size_t p = 0; p < passages.size(); ++p) {
            if (passages[p].size() >= 5) { order.push_back(p); }
        }
        std::size_t used = 0;
        for (std::size_t left = order.size(); base_.size() < kind_.length; --left) {
            if (left == 0) { throw std::runtime_error{"the passages are too few for the length"}; }
            std::swap(order[left - 1], order[chance_.below(left)]);
            std::size_t wanted = std::min<std::size_t>(5, kind_.length - base_.size());
            if (const std::size_t rest = kind_.length - base_.size(); rest == 8 || rest == 9 || rest == 4) {
                wanted = 4;
            }
            if (const std::size_t rest = kind_.length - base_.size(); rest == 6) { wanted = 6; }
            if (wanted < 4 || passages[order[left - 1]].size() < wanted) {
                if (wanted < 4) { throw std::runtime_error{"the length can't be made of passages"}; }
                continue;
            }
            for (const Item item : chance_.some_of(passages[order[left - 1]], wanted)) { base_.push_back(item); }
            ++used;
        }
        std::ranges::sort(base_);
        count("length", all_, 0, 0);
        std::vector<Members> genres(2);
        for (std::size_t p = 0; p < passages.size(); ++p) {
            auto& genre = genres[chance_.below(2)];
            genre.insert(genre.end(), passages[p].begin(), passages[p].end());
        }
        for (std::size_t g = 0; g < 2; ++g) {
            std::ranges::sort(genres[g]);
            count(fmt::format("genre{}", g), genres[g], 0, 0);
        }
        const auto skills = classes({1, 1, 1, 1, 1, 1, 1});
        for (std::size_t s = 0; s < skills.size(); ++s) {
            count(fmt::format("skill{}", s), skills[s], 1, 1);
            for (std::size_t g = 0; g < 2; ++g) {
                count(fmt::format("skill{}_{}", s, g), both(skills[s], genres[g]), 1, 1);
            }
        }
        for (std::size_t p = 0; p < passages.size(); ++p) {
            if (passages[p].size() >= 4) { body_ += fmt::format("T P{} 4 6 {}\n", p, list(passages[p])); }
        }
        body_ += fmt::format("NST {} {}\n", used - 1, used + 1);
    }

    Kind kind_;
    Chance chance_;
    std::string name_;
    Members all_;
    Members base_; // a form that meets the constraints
    std::vector<double> abilities_;
    std::vector<std::vector<double>> information_;
    std::string body_;
};

} // namespace

int generate_command(const GenerateOptions& options)
{
    const auto kind = kinds().find(options.kind);
    if (kind == kinds().end()) { throw std::runtime_error{"no such kind: " + options.kind}; }
    const std::string text = Instance{options, kind->second}.text();
    write_text_file(options.out, text);
    fmt::print("{{\"kind\": \"{}\", \"seed\": {}, \"out\": \"{}\", \"bytes\": {}}}\n", options.kind, options.seed,
               options.out, text.size());
    return 0;
}

} // namespace papervault::assembly_bench
