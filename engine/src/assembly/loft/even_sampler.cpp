#include "assembly/loft/even_sampler.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace papervault::engine::assembly {

namespace {

constexpr std::size_t forms_most = 2'048;
constexpr std::size_t forms_least = 256;
/// Where so few units are, fewer forms show as much.
constexpr std::size_t small_bank = 500;
constexpr std::size_t forms_of_small_bank = 512;
constexpr std::size_t units_in_plan_most = std::size_t{1} << 20U;
constexpr int sweeps_most = 60;
/// Sweeps without exchanges by way of broken constraints; these only begin to pay when the plan is nearly even.
constexpr int gentle_sweeps = 4;
/// So many sweeps in a row that lessen what is beyond the target by less than a fiftieth raise it by a twentieth.
constexpr int idle_sweeps_most = 3;
constexpr int tries_a_form = 3;
/// Above what counts alone ask of the most used item, in thousandths: the target of the plan.
constexpr std::int64_t target_above = 20;
/// Units looked at for the place of one that is forced out.
constexpr std::size_t candidates_most = 4'096;
/// Prices: in the last tenth before the target up to this, in strain; then much more.
constexpr std::int64_t near_parts = 10;
constexpr std::int64_t price_near = 32;
constexpr std::int64_t price_beyond = 200;
constexpr std::int64_t price_of_each_beyond = 8;
constexpr std::int64_t price_most = 2'000;
/// Uses from which on an item stays as planned, and that another may have on trial, in hundredths of the peak.
constexpr std::uint64_t stays_from = 80;
constexpr std::uint64_t trial_uses_most = 88;
constexpr int trials_most = 4;
constexpr int walks_a_trial = 4;
/// Exchanges that must go round what stays get about more slowly.
constexpr int walks_a_form = 3;
/// Forms looked at for the next place of the plan.
constexpr std::size_t places_ahead = 256;

/// Streams for planning, beside those that the chain takes for its starts.
constexpr std::uint64_t plan_streams = (std::uint64_t{1} << 63U) + (std::uint64_t{1} << 32U);

} // namespace

class EvenSampler::Planner {
public:
    Planner(EvenSampler& sampler, const RandomStreams& streams)
        : out_{sampler}, streams_{streams}, scratch_{sampler.chain_}, uses_(sampler.chain_.problem().units.size()),
          prices_(uses_.size())
    {
    }

    bool run()
    {
        if (!draw_forms()) { return false; }
        even_out();
        mark_what_stays();
        order();
        for (const auto& form : plan_) {
            out_.units_.insert(out_.units_.end(), form.begin(), form.end());
            out_.begins_.push_back(out_.units_.size());
        }
        try_what_stays();
        return true;
    }

private:
    [[nodiscard]] Dice dice() { return Dice{streams_, next_stream_++}; }
    [[nodiscard]] std::int64_t peak() const { return *std::ranges::max_element(uses_); }
    [[nodiscard]] std::int64_t excess() const
    {
        std::int64_t sum = 0;
        for (const std::int64_t uses : uses_) { sum += std::max<std::int64_t>(uses - target_, 0); }
        return sum;
    }

    bool draw_forms()
    {
        const std::size_t most = uses_.size() < small_bank ? forms_of_small_bank : forms_most;
        std::size_t wanted = most;
        while (plan_.size() < wanted) {
            Dice lots = dice();
            if (!out_.chain_.draw(lots, scratch_)) { return false; }
            plan_.push_back(scratch_.form.chosen());
            if (plan_.size() > 1) { continue; }
            if (plan_.front().empty()) {
                wanted = 1;
            } else {
                wanted = std::clamp(units_in_plan_most / plan_.front().size(), forms_least, most);
            }
        }
        count_uses();
        return true;
    }

    void count_uses()
    {
        std::ranges::fill(uses_, 0);
        for (const auto& form : plan_) {
            for (const Unit unit : form) { ++uses_[unit]; }
        }
    }

    /// Uses that some unit of some count must have, whatever the forms: at_least of them stand in every form.
    [[nodiscard]] std::int64_t least_peak() const
    {
        const UnitProblem& problem = out_.chain_.problem();
        std::vector<std::int64_t> amounts(problem.counts.size());
        for (const auto& part : problem.parts) { amounts[part.constraint] += part.amount; }
        std::int64_t least = 1;
        for (std::size_t count = 0; count < amounts.size(); ++count) {
            if (amounts[count] == 0) { continue; }
            const std::int64_t uses = problem.counts[count].at_least * static_cast<std::int64_t>(plan_.size());
            least = std::max(least, (uses + amounts[count] - 1) / amounts[count]);
        }
        return least;
    }

    /// What a unit costs that so many other forms have.
    [[nodiscard]] std::int64_t price(Unit unit) const
    {
        const std::int64_t beyond = uses_[unit] - target_;
        if (beyond >= 0) { return std::min(price_beyond + beyond * price_of_each_beyond, price_most); }
        return std::max<std::int64_t>(target_ + beyond * near_parts, 0) * price_near / target_;
    }
    void use(Unit unit, std::int64_t by)
    {
        uses_[unit] += by;
        prices_[unit] = price(unit);
    }
    [[nodiscard]] std::int64_t cost_of(const std::vector<Unit>& form) const
    {
        std::int64_t sum = 0;
        for (const Unit unit : form) { sum += prices_[unit]; }
        return sum;
    }

    void even_out()
    {
        target_ = least_peak() * (1'000 + target_above) / 1'000;
        std::int64_t least = peak();
        std::vector<std::vector<Unit>> best = plan_;
        int idle = 0;
        std::int64_t before = excess();
        for (int sweep = 0; sweep < sweeps_most && least > target_; ++sweep) {
            for (Unit unit = 0; unit < uses_.size(); ++unit) { prices_[unit] = price(unit); }
            for (auto& form : plan_) { make_cheaper(form, sweep >= gentle_sweeps); }
            if (peak() < least) {
                least = peak();
                best = plan_;
            }
            idle = excess() * 50 > before * 49 ? idle + 1 : 0;
            if (idle == idle_sweeps_most) {
                idle = 0;
                target_ += std::max<std::int64_t>(target_ / 20, 1);
            }
            before = excess();
        }
        plan_ = std::move(best);
        count_uses();
        out_.peak_ = static_cast<std::uint32_t>(least);
    }

    /// One form, at prices by what the other forms use.
    void make_cheaper(std::vector<Unit>& form, bool forces)
    {
        for (const Unit unit : form) { use(unit, -1); }
        Dice lots = dice();
        std::vector<Unit> beyond;
        for (int tried = 0; forces && tried < tries_a_form; ++tried) {
            beyond.clear();
            for (const Unit unit : form) {
                if (uses_[unit] >= target_) { beyond.push_back(unit); }
            }
            if (beyond.empty()) { break; }
            force_out(beyond[lots.below(static_cast<std::uint32_t>(beyond.size()))], form, lots);
        }
        load(form);
        out_.chain_.walk(lots, scratch_, {{}, prices_});
        form = scratch_.form.chosen();
        for (const Unit unit : form) { use(unit, 1); }
    }

    /// The unit makes way for one that strains the constraints little; what is broken then is mended with units that
    /// are not used too often yet.
    void force_out(Unit leaving, std::vector<Unit>& form, Dice& lots)
    {
        constexpr std::uint32_t noise = 127; // of strain: not the same unit every time
        load(form);
        Unit best = leaving;
        std::int64_t least = INT64_MAX;
        const std::size_t looked_at = std::min(candidates_most, uses_.size());
        Unit coming = lots.below(static_cast<std::uint32_t>(uses_.size()));
        for (std::size_t n = 0; n < looked_at; ++n, coming = coming + 1 == uses_.size() ? 0 : coming + 1) {
            if (uses_[coming] >= target_ || scratch_.form.has(coming)) { continue; }
            const std::int64_t strain =
                out_.chain_.strain_of(scratch_.form, leaving, coming) + prices_[coming] + (lots.word() & noise);
            if (strain >= least || scratch_.form.has_enemy(coming, leaving)) { continue; }
            least = strain;
            best = coming;
        }
        if (best == leaving) { return; }
        scratch_.form.remove(leaving);
        scratch_.form.add(best);
        if (!out_.chain_.repair(lots, scratch_, prices_) || cost_of(scratch_.form.chosen()) >= cost_of(form)) {
            return;
        }
        form = scratch_.form.chosen();
    }

    void load(const std::vector<Unit>& form)
    {
        scratch_.form.clear();
        for (const Unit unit : form) { scratch_.form.put(unit); }
        scratch_.form.settle();
    }

    void mark_what_stays()
    {
        out_.stays_.assign(uses_.size(), 0);
        for (Unit unit = 0; unit < uses_.size(); ++unit) {
            out_.stays_[unit] = static_cast<std::uint64_t>(uses_[unit]) * 100 >= out_.peak_ * stays_from ? 1 : 0;
        }
    }

    /// So that the first forms of the plan, however many, use what stays nearly as evenly as the whole plan does.
    void order()
    {
        std::vector<std::int64_t> ahead(uses_.size()); // uses so far × forms − uses in all × forms so far
        std::vector<std::vector<Unit>> ordered;
        const auto forms = static_cast<std::int64_t>(plan_.size());
        std::vector<Unit> kept;
        for (Unit unit = 0; unit < uses_.size(); ++unit) {
            if (out_.stays_[unit] != 0) { kept.push_back(unit); }
        }
        while (!plan_.empty()) {
            std::size_t best = 0;
            std::int64_t least = INT64_MAX;
            for (std::size_t at = 0; at < std::min(places_ahead, plan_.size()); ++at) {
                std::int64_t sum = 0;
                for (const Unit unit : plan_[at]) { sum += out_.stays_[unit] != 0 ? ahead[unit] : 0; }
                if (sum < least) {
                    least = sum;
                    best = at;
                }
            }
            std::swap(plan_[best], plan_.back());
            for (const Unit unit : kept) { ahead[unit] -= uses_[unit]; }
            for (const Unit unit : plan_.back()) { ahead[unit] += forms; }
            ordered.push_back(std::move(plan_.back()));
            plan_.pop_back();
        }
        plan_ = std::move(ordered);
    }

    /// Two of these sorted forms differ in less than an eighth of their units, so that there are few to choose from.
    static bool are_alike(const std::vector<std::vector<Unit>>& forms)
    {
        for (std::size_t a = 0; a < forms.size(); ++a) {
            for (std::size_t b = 0; b < a; ++b) {
                std::vector<Unit> common;
                std::ranges::set_intersection(forms[a], forms[b], std::back_inserter(common));
                if (forms[a].size() - common.size() < std::max<std::size_t>(forms[a].size() / 8, 1)) { return true; }
            }
        }
        return false;
    }

    /// What chance alone would bring near the peak stays as planned too. A form of which too little is left to chance
    /// then is left free.
    void try_what_stays()
    {
        out_.is_free_.assign(plan_.size(), 0);
        for (int trial = 0; trial < trials_most; ++trial) {
            std::ranges::fill(uses_, 0);
            std::vector<std::vector<Unit>> seen;
            for (std::size_t slot = 0; slot < plan_.size(); ++slot) {
                seen.clear();
                for (int walk = 0; walk < walks_a_trial; ++walk) {
                    Dice lots = dice();
                    out_.walk(lots, slot, scratch_);
                    for (const Unit unit : scratch_.form.chosen()) { ++uses_[unit]; }
                    std::ranges::sort(seen.emplace_back(scratch_.form.chosen()));
                }
                if (are_alike(seen)) { out_.is_free_[slot] = 1; }
            }
            bool is_settled = true;
            for (Unit unit = 0; unit < uses_.size(); ++unit) {
                const std::uint64_t most = out_.peak_ * trial_uses_most * walks_a_trial;
                if (out_.stays_[unit] != 0 || static_cast<std::uint64_t>(uses_[unit]) * 100 < most) { continue; }
                out_.stays_[unit] = 1;
                is_settled = false;
            }
            if (is_settled) { return; }
        }
    }

    EvenSampler& out_;
    const RandomStreams& streams_;
    ChainSampler::Scratch scratch_;
    std::vector<std::vector<Unit>> plan_;
    std::vector<std::int64_t> uses_; // by unit: forms of the plan that have it
    std::vector<std::int64_t> prices_;
    std::int64_t target_ = 1; // uses
    std::uint64_t next_stream_ = plan_streams;
};

std::optional<EvenSampler> EvenSampler::build(ChainSampler chain, const RandomStreams& streams)
{
    EvenSampler sampler{std::move(chain)};
    if (!Planner{sampler, streams}.run()) { return std::nullopt; }
    return sampler;
}

void EvenSampler::walk(Dice& dice, std::uint64_t slot, ChainSampler::Scratch& scratch) const
{
    scratch.form.clear();
    for (std::size_t at = begins_[slot]; at < begins_[slot + 1]; ++at) { scratch.form.put(units_[at]); }
    scratch.form.settle();
    ChainSampler::Preference preference;
    if (is_free_[slot] == 0) { preference.stays = stays_; }
    for (int walked = 0; walked < walks_a_form; ++walked) { chain_.walk(dice, scratch, preference); }
}

void EvenSampler::draw(Dice& dice, std::uint64_t number, ChainSampler::Scratch& scratch,
                       std::span<AssemblyProblem::Item> form) const
{
    walk(dice, number % period(), scratch);
    chain_.write(scratch.form, form);
}

std::size_t EvenSampler::bytes() const noexcept
{
    return chain_.bytes() + units_.size() * sizeof(Unit) + begins_.size() * 8 + stays_.size() + is_free_.size();
}

} // namespace papervault::engine::assembly
