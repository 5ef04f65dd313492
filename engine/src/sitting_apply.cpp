#include <papervault/engine/json.hpp>
#include <papervault/engine/sitting.hpp>

#include "response_size.hpp"

#include <algorithm>
#include <array>

namespace papervault::engine {
namespace {

/// In which phases an event may stand, and which phase it leads to. The order of the rows is the order of Event.
struct PhaseRule {
    bool prepared, opened, running, ended;
    std::optional<SittingPhase> leads_to = std::nullopt;

    [[nodiscard]] constexpr bool allows(SittingPhase phase) const noexcept
    {
        switch (phase) {
        case SittingPhase::prepared: return prepared;
        case SittingPhase::opened: return opened;
        case SittingPhase::running: return running;
        case SittingPhase::ended: return ended;
        case SittingPhase::sealed: return false;
        }
        return false;
    }
};

constexpr bool y = true;
constexpr bool n = false;
constexpr std::array<PhaseRule, std::variant_size_v<Event>> phase_rules{{
    //                    prepared opened running ended
    /* PaperOpened     */ {y, n, n, n, SittingPhase::opened},
    /* Started         */ {n, y, n, n, SittingPhase::running},
    /* SignedIn        */ {y, y, y, n},
    /* SignedOut       */ {y, y, y, y},
    /* Answered        */ {n, n, y, n},
    /* HandedIn        */ {n, n, y, n},
    /* SeatMoved       */ {y, y, y, n},
    /* Reminded        */ {n, n, y, n},
    /* AbsentRecorded  */ {n, n, y, n},
    /* Ended           */ {n, y, y, n, SittingPhase::ended},
    /* Sealed          */ {n, n, n, y, SittingPhase::sealed},
    /* RefusalRecorded */ {y, y, y, y},
}};

/// Why an event does not fit; empty when it does, and only then the state has changed.
using Misfit = std::string_view;

class Application {
public:
    explicit Application(SittingState& state) : state_{state} {}

    Misfit operator()(const PaperOpened& event) const
    {
        state_.package_id = event.package_id;
        state_.items_by_form = event.items_by_form;
        return {};
    }

    Misfit operator()(const Started&) const
    {
        for (auto& [ticket, candidate] : state_.candidates) {
            if (candidate.phase == CandidatePhase::admitted) candidate.phase = CandidatePhase::working;
        }
        return {};
    }

    Misfit operator()(const SignedIn& event) const
    {
        CandidateState* candidate = find(event.ticket);
        if (candidate == nullptr) return "a ticket that is not on the roster";
        if (candidate->candidate.seat != event.seat) return "a sign-in on another seat";
        if (candidate->phase == CandidatePhase::handed_in) return "a sign-in after the hand-in";
        if (candidate->phase == CandidatePhase::absent && state_.absent_recorded)
            return "a sign-in after the record of absence";
        // A connection that is still noted died with an earlier run of the shell.
        candidate->connection = event.connection;
        candidate->phase = state_.phase == SittingPhase::running ? CandidatePhase::working : CandidatePhase::admitted;
        return {};
    }

    Misfit operator()(const SignedOut& event) const
    {
        CandidateState* candidate = find(event.ticket);
        if (candidate == nullptr) return "a ticket that is not on the roster";
        if (candidate->connection != event.connection) return "a sign-out of a connection that was not signed in";
        candidate->connection.reset();
        return {};
    }

    Misfit operator()(const Answered& event) const
    {
        CandidateState* candidate = find(event.ticket);
        if (candidate == nullptr) return "a ticket that is not on the roster";
        if (candidate->phase != CandidatePhase::working) return "an answer of a candidate who is not working";
        const auto form = state_.items_by_form.find(candidate->candidate.form_id);
        if (form == state_.items_by_form.end() || !form->second.contains(event.item))
            return "an answer to a foreign item";
        if (!is_response_small(event.response)) return "an answer that is too large";
        const auto saved = candidate->answers.find(event.item);
        const std::uint64_t before = saved != candidate->answers.end() ? saved->second.sequence : 0;
        if (event.sequence <= before) return "an answer older than the one before";
        candidate->answers.insert_or_assign(event.item, SavedAnswer{event.sequence, event.response, event.marked});
        candidate->highest_sequence = std::max(candidate->highest_sequence, event.sequence);
        return {};
    }

    Misfit operator()(const HandedIn& event) const
    {
        CandidateState* candidate = find(event.ticket);
        if (candidate == nullptr) return "a ticket that is not on the roster";
        if (candidate->phase != CandidatePhase::working) return "a hand-in of a candidate who is not working";
        candidate->phase = CandidatePhase::handed_in;
        candidate->highest_sequence = std::max(candidate->highest_sequence, event.sequence);
        return {};
    }

    Misfit operator()(const SeatMoved& event) const
    {
        CandidateState* candidate = find(event.ticket);
        if (candidate == nullptr) return "a ticket that is not on the roster";
        if (event.seat < 1 || event.seat > state_.batch.policy.candidates_max)
            return "a seat that the hall does not have";
        candidate->candidate.seat = event.seat;
        candidate->connection.reset();
        return {};
    }

    Misfit operator()(const Reminded& event) const
    {
        state_.reminders_given.insert(event.before_end);
        return {};
    }

    Misfit operator()(const AbsentRecorded& event) const
    {
        if (state_.absent_recorded) return "a second record of absence";
        for (const std::string& ticket : event.tickets) {
            const CandidateState* candidate = find(ticket);
            if (candidate == nullptr) return "a ticket that is not on the roster";
            if (candidate->phase != CandidatePhase::absent) return "an absence of somebody who is there";
        }
        state_.absent_recorded = true;
        return {};
    }

    Misfit operator()(const Ended&) const
    {
        const bool somebody_works = std::ranges::any_of(
            state_.candidates, [](const auto& entry) { return entry.second.phase == CandidatePhase::working; });
        return somebody_works ? "an end while somebody is working" : Misfit{};
    }

    Misfit operator()(const Sealed&) const
    {
        forget_connections(state_);
        return {};
    }

    Misfit operator()(const RefusalRecorded& event) const
    {
        CandidateState* candidate = find(event.ticket);
        if (candidate == nullptr) return "a ticket that is not on the roster";
        ++candidate->refusals_recorded;
        return {};
    }

private:
    [[nodiscard]] CandidateState* find(std::string_view ticket) const
    {
        const auto found = state_.candidates.find(ticket);
        return found != state_.candidates.end() ? &found->second : nullptr;
    }

    SittingState& state_;
};

} // namespace

Result<void> apply(SittingState& state, const Event& event)
{
    const PhaseRule& rule = phase_rules[event.index()];
    const Misfit misfit =
        rule.allows(state.phase) ? std::visit(Application{state}, event) : "an event of another phase of the sitting";
    if (!misfit.empty()) return refuse(EngineError::inconsistent, "sitting: " + std::string{misfit});
    if (rule.leads_to) state.phase = *rule.leads_to;
    return {};
}

std::string sheet_text(const CandidateState& candidate, std::string_view package_id)
{
    boost::json::object answers;
    for (const auto& [item, saved] : candidate.answers) {
        if (saved.response.empty()) continue;
        boost::json::array parts;
        for (const std::string& part : saved.response) parts.emplace_back(part);
        answers[item] = std::move(parts);
    }
    boost::json::object sheet{
        {"package", package_id}, {"ticket", candidate.candidate.ticket}, {"form", candidate.candidate.form_id}};
    sheet["answers"] = std::move(answers);
    return canonical_json(sheet);
}

} // namespace papervault::engine
