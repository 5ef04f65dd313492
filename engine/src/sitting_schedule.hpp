#pragma once

#include <papervault/engine/sitting.hpp>

/// When things are due, all from the batch and its policy (RULES E1 to E6).
namespace papervault::engine {

[[nodiscard]] inline Instant entry_opens_at(const Batch& batch)
{
    return batch.starts_at - batch.policy.entry_opens_before;
}
/// The last instant at which a candidate who never was there may enter; also when the absent are recorded.
[[nodiscard]] inline Instant entry_closes_at(const Batch& batch)
{
    return batch.starts_at + batch.policy.late_entry_until;
}
[[nodiscard]] inline Instant hand_in_opens_at(const Batch& batch)
{
    return batch.ends_at - batch.policy.hand_in_from_before_end;
}
/// From here on no answer is taken.
[[nodiscard]] inline Instant answers_end_at(const Batch& batch)
{
    return batch.ends_at + batch.policy.grace_after_end;
}

/// A reminder as long as the sitting says nothing. One that a shorter one has overtaken is not made up for.
[[nodiscard]] inline bool is_pending(const SittingState& state, std::chrono::seconds reminder)
{
    const bool makes_sense = state.batch.ends_at - reminder > state.batch.starts_at;
    const bool overtaken = !state.reminders_given.empty() && *state.reminders_given.begin() <= reminder;
    return makes_sense && !overtaken;
}

} // namespace papervault::engine
