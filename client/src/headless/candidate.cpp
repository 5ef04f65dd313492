#include "headless/candidate.hpp"

#include <algorithm>
#include <array>

namespace papervault::client {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds try_again_after{2000};
constexpr milliseconds without_acknowledgement{1000}; ///< In load pace: how often a script that waits looks again.

/// Refusals of a sign-in that pass.
constexpr std::array<std::string_view, 6> passing{"hall_unreachable", "too_early",         "busy",
                                                  "not_now",          "already_signed_in", "too_many_tries"};
bool passes(std::string_view word)
{
    return std::ranges::find(passing, word) != passing.end();
}

SeatOptions seat_options(const HeadlessOptions& options, int seat)
{
    SeatOptions made;
    made.hall = options.hall;
    made.enrolment = options.enrolment;
    made.seat = seat;
    made.tick_every = milliseconds{500};
    if (options.state) { made.state.emplace(*options.state); }
    return made;
}

} // namespace

HeadlessCandidate::HeadlessCandidate(EventLoop& loop, CandidatePlan plan, HeadlessHall& hall)
    : loop_{loop}, plan_{std::move(plan)}, hall_{hall}, seat_{loop, seat_options(hall.options_, plan_.seat), *this},
      look_timer_{loop}, step_timer_{loop}, chance_{plan_.seed, "papervault.headless.pauses"}
{
    result_.ticket = plan_.ticket;
    result_.seat = plan_.seat;
}

void HeadlessCandidate::start()
{
    const auto spread = static_cast<std::uint64_t>(hall_.options_.spread.count());
    step_timer_.after(milliseconds{spread == 0 ? 0 : chance_.below(spread)}, [this] { seat_.start(); });
}

void HeadlessCandidate::stop()
{
    stopping_ = true;
    look_later(milliseconds{0});
}

void HeadlessCandidate::view_changed()
{
    if (!std::exchange(look_posted_, true)) { look_later(milliseconds{0}); }
}

void HeadlessCandidate::look_later(milliseconds delay)
{
    look_timer_.after(delay, [this] { look(); });
}

void HeadlessCandidate::look()
{
    look_posted_ = false;
    if (result_.end != HeadlessEnd::none) { return; }
    const KioskSession& session = seat_.session();
    switch (session.phase()) {
    case Phase::enrolling:
    case Phase::waiting:
    case Phase::ended: break;
    case Phase::sign_in: sign_in(); break;
    case Phase::confirm_identity:
        std::ignore = seat_.act([](KioskSession& s) { return s.confirm_identity(true, EventLoop::now()); });
        break;
    case Phase::running:
        if (!std::exchange(started_answering_, true)) {
            script_ = make_script(session.form()->items, plan_, hall_.options_.rounds);
            next_step();
        } else if (std::exchange(interrupted_, false)) {
            next_step();
        }
        break;
    case Phase::handed_in:
        return finish(session.receipt_verified() ? HeadlessEnd::handed_in : HeadlessEnd::failed,
                      session.receipt_verified() ? "" : "receipt_not_verified");
    case Phase::blocked: return finish(HeadlessEnd::failed, session.notice());
    }
    if (stopping_ && session.unsaved_items() == 0 && session.phase() != Phase::blocked) {
        finish(HeadlessEnd::stopped, "");
    }
}

void HeadlessCandidate::sign_in()
{
    if (signing_in_ || stopping_ || !seat_.session().online()) { return; }
    if (seat_.session().notice() == "paper_not_open") { return; } // the session tries by itself
    signing_in_ = true;
    seat_.act([this](KioskSession& s) { s.sign_in(plan_.ticket, plan_.id_tail, EventLoop::now()); });
}

void HeadlessCandidate::sign_in_settled(std::string_view error)
{
    if (error.empty()) {
        signing_in_ = false;
    } else if (passes(error)) {
        look_timer_.after(try_again_after, [this] {
            signing_in_ = false;
            look();
        });
        look_posted_ = true;
    } else {
        finish(HeadlessEnd::failed, error);
    }
}

void HeadlessCandidate::next_step()
{
    if (result_.end != HeadlessEnd::none || stopping_) { return; }
    if (seat_.session().phase() != Phase::running) {
        interrupted_ = true; // the end came first, or another form is on its way: look() goes on
        return;
    }
    const auto done = static_cast<int>(seat_.session().counters().answers);
    if (next_step_ == script_.size() || (hall_.options_.stop_after && done >= *hall_.options_.stop_after)) {
        return after_the_last_step();
    }
    const auto answers_before = seat_.session().counters().answers;
    perform(script_[next_step_++]);
    if (hall_.options_.pace.count() > 0) {
        const auto span = static_cast<std::uint64_t>(hall_.options_.pace.count());
        step_timer_.after(milliseconds{span / 2 + chance_.below(span + 1)}, [this] { next_step(); });
    } else if (seat_.session().counters().answers == answers_before) {
        step_timer_.after(milliseconds{0}, [this] { next_step(); }); // it changed nothing, so nothing comes back
    }
}

void HeadlessCandidate::perform(const ScriptStep& step)
{
    if (!hall_.first_answer_) { hall_.first_answer_ = EventLoop::now(); }
    const auto done = seat_.act([&step](KioskSession& s) {
        switch (step.kind) {
        case ScriptStep::Kind::answer: return s.answer(step.item, step.response, EventLoop::now());
        case ScriptStep::Kind::mark: return s.mark(step.item, true, EventLoop::now());
        case ScriptStep::Kind::unmark: return s.mark(step.item, false, EventLoop::now());
        }
        return std::expected<void, std::string>{};
    });
    if (!done && done.error() != "not_running") { finish(HeadlessEnd::failed, done.error()); }
}

void HeadlessCandidate::answer_settled(const effect::AnswerSettled& answer)
{
    if (answer.saved) {
        result_.waited.push_back(answer.waited);
        hall_.last_acknowledgement_ = std::max(hall_.last_acknowledgement_, EventLoop::now());
    }
    if (hall_.options_.pace.count() == 0 && started_answering_) {
        // Posted: the session is in the middle of its effects.
        step_timer_.after(milliseconds{0}, [this] { next_step(); });
    }
}

void HeadlessCandidate::after_the_last_step()
{
    if (hall_.options_.stop_after) { return stop(); }
    if (hall_.options_.stays_to_the_end || hall_.options_.until_signal || handing_in_) { return; }
    if (seat_.session().unsaved_items() > 0 || !seat_.session().hand_in_allowed(EventLoop::now())) {
        step_timer_.after(without_acknowledgement, [this] { next_step(); });
        return;
    }
    handing_in_ = true;
    seat_.act([](KioskSession& s) { s.hand_in(EventLoop::now()); });
}

void HeadlessCandidate::hand_in_settled(std::string_view error)
{
    handing_in_ = false;
    if (!error.empty()) {
        step_timer_.after(without_acknowledgement, [this] { next_step(); });
    }
}

void HeadlessCandidate::finish(HeadlessEnd end, std::string_view problem)
{
    if (result_.end != HeadlessEnd::none) { return; }
    const KioskSession& session = seat_.session();
    result_.end = end;
    result_.problem = problem;
    result_.receipt = session.receipt();
    result_.receipt_verified = session.receipt_verified();
    result_.counters = session.counters();
    result_.answers = session.answers();
    look_timer_.cancel();
    step_timer_.cancel();
    if (end == HeadlessEnd::failed) { note(problem); }
    // Posted: the seat may be in the middle of its effects.
    loop_.post([this] {
        seat_.end();
        hall_.candidate_done();
    });
}

void HeadlessCandidate::enrolment_code(std::string_view code)
{
    if (hall_.events_.enrolment_code) { hall_.events_.enrolment_code(plan_.seat, code); }
}

void HeadlessCandidate::note(std::string_view text)
{
    if (hall_.events_.note) { hall_.events_.note(plan_.seat, text); }
}

} // namespace papervault::client
