#include "session/answer_queue.hpp"

#include <algorithm>
#include <set>

namespace papervault::client {

AnswerQueue::Merged AnswerQueue::merge(std::uint64_t next_sequence, const Saved& saved)
{
    Merged merged;
    std::deque<Waiting> still_waiting;
    for (Waiting& each : waiting_) {
        const auto found = saved.find(each.item);
        const bool confirmed = found != saved.end() && found->second.sequence >= each.sequence;
        each.in_flight = false;
        if (confirmed) {
            merged.confirmed.push_back(std::move(each));
        } else {
            still_waiting.push_back(std::move(each));
        }
    }
    for (const auto& [item, mine] : saved_) {
        const auto found = saved.find(item);
        if (found != saved.end() && found->second.sequence >= mine.sequence) { continue; }
        still_waiting.push_back({.sequence = mine.sequence,
                                 .item = item,
                                 .response = mine.response,
                                 .marked = mine.marked,
                                 .put_at = {},
                                 .times_sent = 1,
                                 .in_flight = false});
        ++merged.put_back;
    }
    std::ranges::sort(still_waiting, {}, &Waiting::sequence);
    waiting_ = std::move(still_waiting);
    saved_ = saved;
    next_sequence_ = std::max(next_sequence_, next_sequence);
    return merged;
}

std::uint64_t AnswerQueue::put(std::string_view item, engine::Response response, bool marked, Monotonic now)
{
    superseded_ +=
        std::erase_if(waiting_, [item](const Waiting& each) { return each.times_sent == 0 && each.item == item; });
    waiting_.push_back({.sequence = next_sequence_,
                        .item = std::string{item},
                        .response = std::move(response),
                        .marked = marked,
                        .put_at = now,
                        .times_sent = 0,
                        .in_flight = false});
    return next_sequence_++;
}

std::vector<engine::AnswerMessage> AnswerQueue::send(std::size_t in_flight_max)
{
    auto in_flight = static_cast<std::size_t>(std::ranges::count_if(waiting_, &Waiting::in_flight));
    std::vector<engine::AnswerMessage> messages;
    for (Waiting& each : waiting_) {
        if (in_flight >= in_flight_max) { break; }
        if (each.in_flight) { continue; }
        if (each.times_sent > 0) { ++resent_; }
        each.in_flight = true;
        ++each.times_sent;
        ++in_flight;
        messages.push_back(
            {.sequence = each.sequence, .item = each.item, .response = each.response, .marked = each.marked});
    }
    return messages;
}

void AnswerQueue::line_lost() noexcept
{
    for (Waiting& each : waiting_) { each.in_flight = false; }
}

std::optional<AnswerQueue::Waiting> AnswerQueue::take(std::uint64_t sequence)
{
    const auto found = std::ranges::find(waiting_, sequence, &Waiting::sequence);
    if (found == waiting_.end()) { return std::nullopt; }
    Waiting taken = std::move(*found);
    waiting_.erase(found);
    return taken;
}

std::optional<AnswerQueue::Waiting> AnswerQueue::acknowledge(std::uint64_t sequence)
{
    auto taken = take(sequence);
    if (taken) {
        engine::SavedResponse& mine = saved_[taken->item];
        if (mine.sequence < sequence) {
            mine = {.sequence = sequence, .response = taken->response, .marked = taken->marked};
        }
    }
    return taken;
}

std::optional<AnswerQueue::Waiting> AnswerQueue::drop(std::uint64_t sequence)
{
    return take(sequence);
}

std::vector<AnswerQueue::Waiting> AnswerQueue::close(std::size_t taken)
{
    std::vector<Waiting> all{waiting_.begin(), waiting_.end()};
    for (std::size_t i = 0; i < taken && i < all.size(); ++i) { acknowledge(all[i].sequence); }
    waiting_.clear();
    return all;
}

std::size_t AnswerQueue::unsaved_items() const
{
    std::set<std::string_view> items;
    for (const Waiting& each : waiting_) { items.insert(each.item); }
    return items.size();
}

std::map<std::string, AnswerState, std::less<>> AnswerQueue::states() const
{
    std::map<std::string, AnswerState, std::less<>> states;
    for (const auto& [item, mine] : saved_) {
        states[item] = {.response = mine.response, .marked = mine.marked, .saved = true};
    }
    for (const Waiting& each : waiting_) {
        states[each.item] = {.response = each.response, .marked = each.marked, .saved = false};
    }
    return states;
}

std::optional<AnswerState> AnswerQueue::state(std::string_view item) const
{
    for (auto each = waiting_.rbegin(); each != waiting_.rend(); ++each) {
        if (each->item == item) {
            return AnswerState{.response = each->response, .marked = each->marked, .saved = false};
        }
    }
    const auto found = saved_.find(item);
    if (found == saved_.end()) { return std::nullopt; }
    return AnswerState{.response = found->second.response, .marked = found->second.marked, .saved = true};
}

std::map<std::string, engine::SavedAnswer, std::less<>> AnswerQueue::sheet(std::size_t taken) const
{
    std::map<std::string, engine::SavedAnswer, std::less<>> sheet;
    for (const auto& [item, mine] : saved_) {
        sheet[item] = {.sequence = mine.sequence, .response = mine.response, .marked = mine.marked};
    }
    for (const Waiting& each : waiting_) {
        if (taken-- == 0) { break; }
        engine::SavedAnswer& answer = sheet[each.item];
        if (answer.sequence < each.sequence) {
            answer = {.sequence = each.sequence, .response = each.response, .marked = each.marked};
        }
    }
    return sheet;
}

} // namespace papervault::client
