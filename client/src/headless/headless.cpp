#include "headless/candidate.hpp"

#include <algorithm>

namespace papervault::client {

HeadlessHall::HeadlessHall(EventLoop& loop, std::vector<CandidatePlan> plans, HeadlessOptions options,
                           HeadlessEvents events, std::function<void()> done)
    : loop_{loop}, options_{std::move(options)}, events_{std::move(events)}, done_{std::move(done)}, left_{plans.size()}
{
    for (CandidatePlan& plan : plans) {
        candidates_.push_back(std::make_unique<HeadlessCandidate>(loop_, std::move(plan), *this));
    }
}
HeadlessHall::~HeadlessHall() = default;

void HeadlessHall::start()
{
    for (const auto& candidate : candidates_) { candidate->start(); }
    if (candidates_.empty()) { done_(); }
}

void HeadlessHall::stop()
{
    for (const auto& candidate : candidates_) { candidate->stop(); }
}

void HeadlessHall::candidate_done()
{
    if (--left_ == 0) { done_(); }
}

HeadlessSummary HeadlessHall::summary() const
{
    HeadlessSummary summary;
    for (const auto& candidate : candidates_) { summary.candidates.push_back(candidate->result()); }
    if (first_answer_) { summary.answering = std::max(Monotonic{0}, last_acknowledgement_ - *first_answer_); }
    return summary;
}

bool HeadlessSummary::good() const
{
    return std::ranges::all_of(candidates, [](const HeadlessResult& each) {
        const auto& counters = each.counters;
        return (each.end == HeadlessEnd::handed_in || each.end == HeadlessEnd::stopped) && counters.refused == 0 &&
               counters.too_late == 0 && counters.answers == counters.acknowledged + counters.superseded;
    });
}

} // namespace papervault::client
