#pragma once

#include <papervault/engine/error.hpp>

#include <boost/json/value.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

/// What a package is bound to: one batch of one occupation, level and subject, at one site and hall, in one window of
/// time.
namespace papervault::engine {

/// UTC, milliseconds since 1970. Where it comes from is the shell's affair; the engine has no clock.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;
/// What RFC 3339 can write with four digits of the year, from 1970 on.
inline constexpr Instant instant_min{};
inline constexpr Instant instant_max =
    std::chrono::sys_days{std::chrono::year{9999} / 12 / 31} + std::chrono::hours{24} - std::chrono::milliseconds{1};

/// Candidates of a hall (rule E10).
inline constexpr int hall_candidates_max = 30;
/// What one hall server can hold at all: only a rehearsal, which tries it under load, is larger than a hall.
inline constexpr int seats_max = 1000;

/// Defaults of RULES E1–E5 and E10, changeable per batch.
struct ExamPolicy {
    std::chrono::seconds entry_opens_before{30 * 60};      ///< E1: before the start.
    std::chrono::seconds late_entry_until{30 * 60};        ///< E2: after the start.
    std::chrono::seconds hand_in_from_before_end{30 * 60}; ///< E3: not earlier than this before the end.
    std::vector<std::chrono::seconds> reminders{std::chrono::minutes{15}}; ///< E5: before the end, descending.
    /// Answers sent before the end and still on the line are taken for this long after it.
    std::chrono::seconds grace_after_end{0};
    /// Also the highest seat. E10: at most hall_candidates_max unless the batch is a rehearsal.
    int candidates_max = hall_candidates_max;
    bool operator==(const ExamPolicy&) const = default;
};

struct Batch {
    std::string id;              ///< "2026-11-HG4-01"; [A-Za-z0-9._-], 1 to 64.
    std::string occupation;      ///< "化工总控工"
    std::string occupation_code; ///< "6-11-01-03"
    int level = 4;               ///< 1 (一级/高级技师) to 5 (五级/初级工).
    std::string subject;         ///< "理论知识"
    std::string title;           ///< What the candidate reads on top.
    std::string site;
    std::string hall;
    Instant starts_at;
    Instant ends_at; ///< After starts_at, at most 24 h.
    /// Release of the package from this instant on; at most starts_at.
    Instant opens_at;
    /// After this instant the package never opens.
    Instant expires_at;
    ExamPolicy policy;
    /// A rehearsal's results are no results; only a rehearsal may be sat by imaginary candidates.
    bool rehearsal = false;
    bool operator==(const Batch&) const = default;
};

/// Times as RFC 3339 UTC with milliseconds, "2026-11-21T08:00:00.000Z". @param instant  Within instant_min and
/// instant_max.
[[nodiscard]] std::string to_text(Instant instant);
/// Accepts any offset and 0 to 3 decimals; no leap second, `T` and `Z` as capitals, years 1970 to 9999.
[[nodiscard]] Result<Instant> instant_from_text(std::string_view text);

/// Names of 1 to 200 bytes, times and policy in their ranges and in order.
[[nodiscard]] Result<void> validate(const Batch& batch);
[[nodiscard]] boost::json::value to_json(const Batch& batch);
/// Members of the policy and `rehearsal` that are missing have their defaults.
[[nodiscard]] Result<Batch> batch_from_json(const boost::json::value& value, std::string_view where);

/// 应考人员 of one batch.
struct Candidate {
    std::string ticket; ///< 准考证号; [A-Za-z0-9-], 4 to 32; unique in the batch.
    std::string name;
    std::string id_tail; ///< Last 4 characters of the identity number, upper case.
    int seat = 0;        ///< From 1; unique in the hall.
    std::string form_id; ///< Which parallel form.
    bool operator==(const Candidate&) const = default;
};

[[nodiscard]] boost::json::value to_json(const Candidate& candidate);
[[nodiscard]] Result<Candidate> candidate_from_json(const boost::json::value& value, std::string_view where);
/// Every candidate well-formed, unique tickets and seats, no more of them than the policy allows.
[[nodiscard]] Result<void> validate_roster(const std::vector<Candidate>& roster, const ExamPolicy& policy);

} // namespace papervault::engine
