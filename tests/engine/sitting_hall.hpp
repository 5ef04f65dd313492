#pragma once

#include "batches.hpp"
#include "support.hpp"

#include <papervault/engine/sitting.hpp>

#include <array>

namespace papervault::engine {

inline void PrintTo(Refusal refusal, std::ostream* out)
{
    *out << to_text(refusal);
}
inline void PrintTo(SittingPhase phase, std::ostream* out)
{
    *out << std::array{"prepared", "opened", "running", "ended", "sealed"}.at(static_cast<std::size_t>(phase));
}
inline void PrintTo(CandidatePhase phase, std::ostream* out)
{
    *out << std::array{"absent", "admitted", "working", "handed_in"}.at(static_cast<std::size_t>(phase));
}
inline void PrintTo(const Event& event, std::ostream* out)
{
    *out << canonical_json(to_json(event));
}

inline const std::map<std::string, std::set<std::string>> small_items{{"A", {"S01", "S02", "E01"}},
                                                                      {"B", {"S01", "S09"}}};

/// A shell that makes every event durable at once. Times are minutes from the start of the sitting.
class Hall {
public:
    explicit Hall(Batch batch = morning_batch()) : state_{initial_state(batch, small_roster())} {}

    using Minutes = std::chrono::duration<double, std::ratio<60>>;
    [[nodiscard]] Instant at_minute(double minute) const
    {
        return state_.batch.starts_at + std::chrono::round<std::chrono::milliseconds>(Minutes{minute});
    }

    Decision act_at(Instant now, const Command& command)
    {
        Decision decision = decide(state_, command, now);
        for (const Event& event : decision.events) {
            const Result<void> applied = apply(state_, event);
            if (!applied) throw std::logic_error{"decide() gave an event that does not fit: " + applied.error().detail};
            journal_.push_back(canonical_json(to_json(event)));
        }
        return decision;
    }
    Decision act(double minute, const Command& command) { return act_at(at_minute(minute), command); }

    Decision open(double minute = -30) { return act(minute, OpenPaper{"P-1", small_items}); }
    Decision tick(double minute) { return act(minute, Tick{}); }
    /// The rightful candidate on his seat, with his seat's number as connection.
    Decision sign_in(double minute, int seat) { return act(minute, rightful(seat)); }
    [[nodiscard]] static SignIn rightful(int seat)
    {
        const Candidate candidate = small_roster().at(static_cast<std::size_t>(seat) - 1);
        return {candidate.ticket, candidate.id_tail, seat, static_cast<std::uint64_t>(seat)};
    }
    Decision answer(double minute, int seat, std::uint64_t sequence, std::string item = "S01",
                    Response response = {"A"})
    {
        return act(minute, Answer{ticket(seat), static_cast<std::uint64_t>(seat), sequence, std::move(item),
                                  std::move(response), false});
    }
    Decision hand_in(double minute, int seat, std::uint64_t sequence)
    {
        return act(minute, HandIn{ticket(seat), static_cast<std::uint64_t>(seat), sequence});
    }
    /// Open, seats 1 and 2 signed in, running.
    void start()
    {
        open();
        sign_in(-10, 1);
        sign_in(-10, 2);
        tick(0);
    }

    [[nodiscard]] static std::string ticket(int seat) { return "T-000" + std::to_string(seat); }
    [[nodiscard]] const SittingState& state() const { return state_; }
    [[nodiscard]] SittingState& state() { return state_; }
    [[nodiscard]] const CandidateState& candidate(int seat) const { return state_.candidates.at(ticket(seat)); }
    [[nodiscard]] const std::vector<std::string>& journal() const { return journal_; }

private:
    SittingState state_;
    std::vector<std::string> journal_;
};

template <class Kind>
int count_of(const Decision& decision)
{
    return static_cast<int>(
        std::ranges::count_if(decision.events, [](const Event& event) { return std::holds_alternative<Kind>(event); }));
}

/// One event of the kind, no refusal.
template <class Kind>
testing::AssertionResult leads_to(const Decision& decision)
{
    if (decision.refusal) return testing::AssertionFailure() << "refused: " << to_text(*decision.refusal);
    if (decision.events.size() == 1 && std::holds_alternative<Kind>(decision.events[0]))
        return testing::AssertionSuccess();
    return testing::AssertionFailure() << "events: " << testing::PrintToString(decision.events);
}

/// No event and no refusal: a repetition, or nothing was due.
inline testing::AssertionResult changes_nothing(const Decision& decision)
{
    if (decision.events.empty() && !decision.refusal) return testing::AssertionSuccess();
    return testing::AssertionFailure() << testing::PrintToString(decision.events)
                                       << (decision.refusal ? to_text(*decision.refusal) : "");
}

inline testing::AssertionResult is_refused(const Decision& decision, Refusal refusal)
{
    if (decision.refusal == refusal && decision.events.empty()) return testing::AssertionSuccess();
    return testing::AssertionFailure() << testing::PrintToString(decision.events) << " "
                                       << (decision.refusal ? to_text(*decision.refusal) : "not refused");
}

inline testing::AssertionResult is_refused_and_recorded(const Decision& decision, Refusal refusal)
{
    const auto* recorded = decision.events.size() == 1 ? std::get_if<RefusalRecorded>(&decision.events[0]) : nullptr;
    if (decision.refusal == refusal && recorded != nullptr && recorded->refusal == to_text(refusal)) {
        return testing::AssertionSuccess();
    }
    return testing::AssertionFailure() << testing::PrintToString(decision.events) << " "
                                       << (decision.refusal ? to_text(*decision.refusal) : "not refused");
}

} // namespace papervault::engine
