#include <papervault/engine/assert.hpp>
#include <papervault/engine/sitting.hpp>

#include "response_size.hpp"
#include "sitting_schedule.hpp"
#include "utf8.hpp"

#include <algorithm>

namespace papervault::engine {
namespace {

using enum Refusal;

Decision refused(Refusal refusal)
{
    return {.events = {}, .refusal = refusal};
}

Decision happens(Event event)
{
    Decision decision;
    decision.events.push_back(std::move(event));
    return decision;
}

Decision refused_and_recorded(const CandidateState& candidate, int seat, Refusal refusal)
{
    Decision decision{.events = {}, .refusal = refusal};
    if (candidate.refusals_recorded < refusals_recorded_max) {
        decision.events.emplace_back(RefusalRecorded{candidate.candidate.ticket, seat, std::string{to_text(refusal)}});
    }
    return decision;
}

bool is_over(SittingPhase phase)
{
    return phase == SittingPhase::ended || phase == SittingPhase::sealed;
}

bool same_tail(std::string_view known, std::string_view typed)
{
    return std::ranges::equal(known, typed, {}, {},
                              [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
}

bool is_on_form(const SittingState& state, const CandidateState& candidate, const std::string& item)
{
    const auto form = state.items_by_form.find(candidate.candidate.form_id);
    return form != state.items_by_form.end() && form->second.contains(item);
}

bool fits_on_sheet(const CandidateState& candidate, const Answer& answer)
{
    if (!is_response_small(answer.response)) return false;
    std::size_t bytes = response_bytes(answer.response);
    for (const auto& [item, saved] : candidate.answers) {
        if (item != answer.item) bytes += response_bytes(saved.response);
    }
    return bytes <= sheet_bytes_max;
}

/// The rule book: one function a command, one line a rule, in the order in which rules take precedence.
class RuleBook {
public:
    RuleBook(const SittingState& state, Instant now) : state_{state}, batch_{state.batch}, now_{now} {}

    Decision operator()(const OpenPaper& command) const
    {
        if (is_over(state_.phase)) return refused(sitting_over);
        if (state_.phase != SittingPhase::prepared) return refused(already_open);
        if (now_ < batch_.opens_at) return refused(too_early);
        if (now_ > batch_.expires_at || now_ >= batch_.ends_at) return refused(too_late);
        return happens(PaperOpened{command.package_id, command.items_by_form});
    }

    Decision operator()(const SignIn& command) const
    {
        const CandidateState* candidate = find(command.ticket);
        if (candidate == nullptr) return refused(wrong_candidate);
        if (is_over(state_.phase)) return refused(sitting_over);
        if (!same_tail(candidate->candidate.id_tail, command.id_tail)) {
            return refused_and_recorded(*candidate, command.seat, wrong_candidate);
        }
        if (candidate->candidate.seat != command.seat) {
            return refused_and_recorded(*candidate, command.seat, not_on_this_seat);
        }
        if (candidate->phase == CandidatePhase::handed_in) {
            return refused_and_recorded(*candidate, command.seat, handed_in_already);
        }
        if (candidate->connection) return refused_and_recorded(*candidate, command.seat, already_signed_in);
        if (state_.phase == SittingPhase::running && now_ >= answers_end_at(batch_)) return refused(sitting_over);
        // Who has been here before may always come back, and a clock that went backwards locks nobody out.
        if (candidate->phase == CandidatePhase::absent) {
            if (state_.phase != SittingPhase::running && now_ < entry_opens_at(batch_)) return refused(too_early);
            if (state_.absent_recorded || now_ > entry_closes_at(batch_)) return refused(too_late);
        }
        return happens(SignedIn{command.ticket, command.seat, command.connection});
    }

    Decision operator()(const SignOut& command) const
    {
        const CandidateState* candidate = find(command.ticket);
        if (candidate == nullptr || candidate->connection != command.connection) return refused(not_signed_in);
        if (state_.phase == SittingPhase::sealed) return refused(sitting_over);
        return happens(SignedOut{command.ticket, command.connection});
    }

    Decision operator()(const Answer& command) const
    {
        PAPERVAULT_ASSERT(command.sequence >= 1 && command.sequence <= sequence_max);
        const CandidateState* candidate = find(command.ticket);
        if (candidate == nullptr || candidate->connection != command.connection) return refused(not_signed_in);
        // Before all rules of time: a repetition asks for its acknowledgement once more, it changes nothing.
        const auto saved = candidate->answers.find(command.item);
        if (saved != candidate->answers.end() && command.sequence <= saved->second.sequence) return {};
        if (state_.phase == SittingPhase::sealed) return refused(sitting_over);
        if (state_.phase == SittingPhase::ended) return late(*candidate, sitting_over);
        if (state_.phase != SittingPhase::running) return refused(not_running);
        if (candidate->phase == CandidatePhase::handed_in) return late(*candidate, handed_in_already);
        if (now_ >= answers_end_at(batch_)) return late(*candidate, sitting_over);
        if (!is_on_form(state_, *candidate, command.item)) return late(*candidate, unknown_item);
        if (!fits_on_sheet(*candidate, command)) return refused(response_too_large);
        return happens(Answered{command.ticket, command.sequence, command.item, command.response, command.marked});
    }

    Decision operator()(const HandIn& command) const
    {
        PAPERVAULT_ASSERT(command.sequence >= 1 && command.sequence <= sequence_max);
        const CandidateState* candidate = find(command.ticket);
        if (candidate == nullptr || candidate->connection != command.connection) return refused(not_signed_in);
        const bool has_handed_in = candidate->phase == CandidatePhase::handed_in;
        if (has_handed_in && command.sequence == candidate->highest_sequence) return {}; // a repetition
        if (state_.phase == SittingPhase::sealed) return refused(sitting_over);
        if (state_.phase == SittingPhase::ended) return late(*candidate, sitting_over);
        if (state_.phase != SittingPhase::running) return refused(not_running);
        if (has_handed_in) return late(*candidate, handed_in_already);
        if (now_ >= answers_end_at(batch_)) return late(*candidate, sitting_over);
        if (now_ < hand_in_opens_at(batch_)) return refused(hand_in_too_early);
        return happens(HandedIn{command.ticket, command.sequence, false});
    }

    Decision operator()(const MoveSeat& command) const
    {
        const CandidateState* candidate = find(command.ticket);
        if (candidate == nullptr) return refused(wrong_candidate);
        if (is_over(state_.phase)) return refused(sitting_over);
        if (candidate->phase == CandidatePhase::handed_in) return refused(handed_in_already);
        if (command.seat < 1 || command.seat > batch_.policy.candidates_max) return refused(not_on_this_seat);
        if (is_taken(command.seat, *candidate)) return refused(seat_taken);
        return happens(SeatMoved{command.ticket, command.seat, std::string{clipped(command.by, by_bytes_max)},
                                 std::string{clipped(command.reason, reason_bytes_max)}});
    }

    Decision operator()(const Tick&) const
    {
        Decision decision;
        const bool starts = state_.phase == SittingPhase::opened && now_ >= batch_.starts_at;
        if (starts) decision.events.emplace_back(Started{});
        if (!starts && state_.phase != SittingPhase::running) return decision;

        if (now_ >= answers_end_at(batch_)) {
            add_end(decision, {}, {});
        } else {
            if (!state_.absent_recorded && now_ >= entry_closes_at(batch_)) add_absent(decision);
            if (const auto reminder = due_reminder()) decision.events.emplace_back(Reminded{*reminder});
        }
        return decision;
    }

    Decision operator()(const EndNow& command) const
    {
        if (is_over(state_.phase)) return refused(sitting_over);
        if (state_.phase == SittingPhase::prepared) return refused(paper_not_open);
        const std::string by{clipped(command.by, by_bytes_max)};
        const std::string reason{clipped(command.reason, reason_bytes_max)};
        if (state_.phase == SittingPhase::opened) return happens(Ended{by, reason}); // called off: nobody was absent
        Decision decision;
        add_end(decision, by, reason);
        return decision;
    }

    Decision operator()(const Seal&) const
    {
        if (state_.phase == SittingPhase::sealed) return refused(sitting_over);
        if (state_.phase != SittingPhase::ended) return refused(not_over_yet);
        return happens(Sealed{});
    }

private:
    [[nodiscard]] const CandidateState* find(std::string_view ticket) const
    {
        const auto found = state_.candidates.find(ticket);
        return found != state_.candidates.end() ? &found->second : nullptr;
    }

    static Decision late(const CandidateState& candidate, Refusal refusal)
    {
        return refused_and_recorded(candidate, candidate.candidate.seat, refusal);
    }

    /// The seat of somebody who has left or will not come is free.
    [[nodiscard]] bool is_taken(int seat, const CandidateState& mover) const
    {
        return std::ranges::any_of(state_.candidates, [&](const auto& entry) {
            const CandidateState& other = entry.second;
            const bool left = other.phase == CandidatePhase::handed_in ||
                              (other.phase == CandidatePhase::absent && state_.absent_recorded);
            return &other != &mover && other.candidate.seat == seat && !left;
        });
    }

    [[nodiscard]] std::optional<std::chrono::seconds> due_reminder() const
    {
        std::optional<std::chrono::seconds> shortest;
        for (const std::chrono::seconds reminder : batch_.policy.reminders) {
            if (is_pending(state_, reminder) && now_ >= batch_.ends_at - reminder) shortest = reminder; // they descend
        }
        return shortest;
    }

    void add_absent(Decision& decision) const
    {
        AbsentRecorded absent;
        for (const auto& [ticket, candidate] : state_.candidates) {
            if (candidate.phase == CandidatePhase::absent) absent.tickets.push_back(ticket);
        }
        decision.events.emplace_back(std::move(absent));
    }

    /// Everybody stops at once: what is there counts as handed in.
    void add_end(Decision& decision, std::string by, std::string reason) const
    {
        if (!state_.absent_recorded) add_absent(decision);
        for (const auto& [ticket, candidate] : state_.candidates) {
            const bool is_there =
                candidate.phase == CandidatePhase::working || candidate.phase == CandidatePhase::admitted;
            if (is_there) decision.events.emplace_back(HandedIn{ticket, 0, true});
        }
        decision.events.emplace_back(Ended{std::move(by), std::move(reason)});
    }

    const SittingState& state_;
    const Batch& batch_;
    Instant now_;
};

} // namespace

SittingState initial_state(const Batch& batch, const std::vector<Candidate>& roster)
{
    SittingState state;
    state.batch = batch;
    for (const Candidate& candidate : roster) {
        CandidateState entry;
        entry.candidate = candidate;
        const bool is_new = state.candidates.emplace(candidate.ticket, std::move(entry)).second;
        PAPERVAULT_ASSERT(is_new);
    }
    return state;
}

Decision decide(const SittingState& state, const Command& command, Instant now)
{
    return std::visit(RuleBook{state, now}, command);
}

void forget_connections(SittingState& state)
{
    for (auto& [ticket, candidate] : state.candidates) candidate.connection.reset();
}

std::optional<Instant> next_due(const SittingState& state)
{
    if (state.phase == SittingPhase::opened) return state.batch.starts_at;
    if (state.phase != SittingPhase::running) return std::nullopt;
    Instant due = answers_end_at(state.batch);
    if (!state.absent_recorded) due = std::min(due, entry_closes_at(state.batch));
    for (const std::chrono::seconds reminder : state.batch.policy.reminders) {
        if (is_pending(state, reminder)) due = std::min<Instant>(due, state.batch.ends_at - reminder);
    }
    return due;
}

} // namespace papervault::engine
