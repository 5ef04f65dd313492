#pragma once

#include <papervault/client/session.hpp>
#include <papervault/engine/messages.hpp>
#include <papervault/engine/sitting.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace papervault::client {

/// One candidate's answers: what the hall has on disk, and in order of their numbers those that it has not confirmed.
///
/// A number belongs to one answer for ever. What was never sent may be replaced by a newer answer to its item; what was
/// sent once stays until the hall has spoken, because the hall may have it.
class AnswerQueue {
public:
    using Saved = std::map<std::string, engine::SavedResponse, std::less<>>;

    struct Waiting {
        std::uint64_t sequence = 0;
        std::string item;
        engine::Response response;
        bool marked = false;
        Monotonic put_at{};
        int times_sent = 0;
        bool in_flight = false; ///< Sent over the line that is up now.
    };

    /// The hall's state at a sign-in. What it has of the waiting answers is confirmed thereby; what it had confirmed
    /// and lacks now is put back, to be sent again under the old number.
    struct Merged {
        std::vector<Waiting> confirmed;
        std::size_t put_back = 0; ///< 0 unless the hall has lost durable answers.
    };
    [[nodiscard]] Merged merge(std::uint64_t next_sequence, const Saved& saved);

    /// @return The number of the answer.
    std::uint64_t put(std::string_view item, engine::Response response, bool marked, Monotonic now);
    /// A number for a message that is no answer (hand-in).
    [[nodiscard]] std::uint64_t take_sequence() noexcept { return next_sequence_++; }

    /// What may go out now: at most `in_flight_max` unanswered on the line.
    [[nodiscard]] std::vector<engine::AnswerMessage> send(std::size_t in_flight_max);
    void line_lost() noexcept;
    /// @return The answer, or nothing if none of that number waits (a repeated acknowledgement).
    std::optional<Waiting> acknowledge(std::uint64_t sequence);
    /// The hall won't have it; the same result.
    std::optional<Waiting> drop(std::uint64_t sequence);

    /// The hall has closed the sheet with the first `taken` of the waiting answers; the others are lost.
    /// @return All that waited, in order.
    std::vector<Waiting> close(std::size_t taken);

    [[nodiscard]] bool all_saved() const noexcept { return waiting_.empty(); }
    [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }
    /// Items with something that waits.
    [[nodiscard]] std::size_t unsaved_items() const;
    /// The candidate's latest answer to every item; `sequence` 0 is never used.
    [[nodiscard]] std::map<std::string, AnswerState, std::less<>> states() const;
    [[nodiscard]] std::optional<AnswerState> state(std::string_view item) const;

    /// The sheet as the hall has it if it has taken the first `taken` of the waiting answers.
    [[nodiscard]] std::map<std::string, engine::SavedAnswer, std::less<>> sheet(std::size_t taken) const;
    [[nodiscard]] std::uint64_t resent() const noexcept { return resent_; }
    /// Answers that were never sent because a newer one of their item came before.
    [[nodiscard]] std::uint64_t superseded() const noexcept { return superseded_; }

private:
    std::optional<Waiting> take(std::uint64_t sequence);

    Saved saved_;
    std::deque<Waiting> waiting_; ///< Numbers rise.
    std::uint64_t next_sequence_ = 1;
    std::uint64_t resent_ = 0;
    std::uint64_t superseded_ = 0;
};

} // namespace papervault::client
