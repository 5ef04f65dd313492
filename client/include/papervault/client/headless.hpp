#pragma once

#include <papervault/client/error.hpp>
#include <papervault/client/event_loop.hpp>
#include <papervault/client/hall_link.hpp>
#include <papervault/client/session.hpp>
#include <papervault/crypto/hash.hpp>
#include <papervault/engine/grading.hpp>

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Candidates without a window, for tests, rehearsals and load: many seats on one loop, through the same session, line
/// and protocol as a real kiosk.
namespace papervault::client {

inline constexpr std::size_t plan_bytes_max = 64 * 1024 * 1024;

/// What one imaginary candidate does. One line of a plan file is
/// {"ticket":"T1","id_tail":"041X","seat":7,"responses":{"HG4-1":["B"]},"seed":"00ff…"}.
struct CandidatePlan {
    std::string ticket;
    std::string id_tail;
    int seat = 0;
    engine::ResponseSheet responses; ///< Items of the form that are missing here stay unanswered.
    crypto::Digest seed;             ///< Of the hex text: order, changes of mind, pauses.
};
/// @return malformed, naming the line; also for a seat or ticket that comes twice.
[[nodiscard]] Result<std::vector<CandidatePlan>> plan_from_jsonl(std::string_view text);

struct HeadlessOptions {
    Endpoint hall{};
    Endpoint enrolment{};
    std::optional<std::filesystem::path> state{}; ///< Keeps the certificates.
    /// Between two answers, half to one and a half times as long. 0: the next one when the former is durable.
    std::chrono::milliseconds pace{0};
    std::chrono::milliseconds spread{0}; ///< Candidates begin within this time.
    int rounds = 1;                      ///< How often each answers all of the plan; the last round ends on the plan.
    bool stays_to_the_end = false;       ///< Instead of handing in.
    std::optional<int> stop_after{};     ///< Answers; then the line is closed without handing in.
    bool until_signal = false;           ///< When all is answered: wait, and close the line at stop().
};

enum class HeadlessEnd {
    none,      ///< Not yet.
    handed_in, ///< With a receipt that was worked out here too.
    stopped,   ///< As stop_after or a signal asked for; everything is durable.
    failed,
};

struct HeadlessResult {
    std::string ticket;
    int seat = 0;
    HeadlessEnd end = HeadlessEnd::none;
    std::string problem; ///< Of a failed one: the session's or the hall's word.
    std::string receipt;
    bool receipt_verified = false;
    SessionCounters counters;
    std::map<std::string, AnswerState, std::less<>> answers;
    std::vector<Monotonic> waited; ///< From the answer to its acknowledgement; one entry an answer.
};

struct HeadlessSummary {
    std::vector<HeadlessResult> candidates; ///< In the plan's order.
    Monotonic answering{};                  ///< From the first answer to the last acknowledgement of anybody.

    /// Everybody ended as asked, with everything durable and no answer refused.
    [[nodiscard]] bool good() const;
};

struct HeadlessEvents {
    std::function<void(int seat, std::string_view code)> enrolment_code;
    std::function<void(int seat, std::string_view text)> note;
};

class HeadlessCandidate;

/// Runs the candidates of a plan. Loop's thread.
class HeadlessHall {
public:
    /// @param loop  Outlives the hall. @param done  Called once, when nobody has anything left to do.
    HeadlessHall(EventLoop& loop, std::vector<CandidatePlan> plans, HeadlessOptions options, HeadlessEvents events,
                 std::function<void()> done);
    ~HeadlessHall();
    HeadlessHall(const HeadlessHall&) = delete;
    HeadlessHall& operator=(const HeadlessHall&) = delete;

    void start();
    /// Everybody closes the line without handing in.
    void stop();
    [[nodiscard]] HeadlessSummary summary() const;

private:
    friend class HeadlessCandidate;
    void candidate_done();

    EventLoop& loop_;
    HeadlessOptions options_;
    HeadlessEvents events_;
    std::function<void()> done_;
    std::vector<std::unique_ptr<HeadlessCandidate>> candidates_;
    std::size_t left_ = 0;
    std::optional<Monotonic> first_answer_;
    Monotonic last_acknowledgement_{};
};

/// {"candidates":[…],"answers","acknowledged","resent","reconnects","answers_per_second","latency_ms":{…},"good"}.
[[nodiscard]] boost::json::object to_json(const HeadlessSummary& summary);
/// The same for people, a line a candidate.
[[nodiscard]] std::string to_table(const HeadlessSummary& summary);
/// One line a candidate: {"ticket","seat","receipt","responses":{…}}, what is durable of it.
[[nodiscard]] std::string sheets_to_jsonl(const HeadlessSummary& summary);

} // namespace papervault::client
