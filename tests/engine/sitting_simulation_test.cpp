// Many short sittings of random commands: crashes, broken clocks, and a network that repeats, reorders and delays. What
// the sitting does is compared with a model that knows three things only: who may speak, whether time is up, and that
// the highest number of an item wins.
#include "sitting_hall.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace papervault::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr int sittings = 1200;
constexpr int steps_each = 450;

/// What an observer of events knows.
struct ModelCandidate {
    std::optional<std::uint64_t> connection;
    bool was_here = false;
    bool handed_in = false;
    std::map<std::string, std::pair<std::uint64_t, Response>> taken;
    std::vector<std::tuple<std::string, std::uint64_t, Response>> acknowledged;
    int refusals_recorded = 0;
};
struct Model {
    bool opened = false;
    bool started = false;
    bool ended = false;
    bool sealed = false;
    bool absent_recorded = false;
    std::set<seconds> reminded;
    std::map<std::string, ModelCandidate> candidates;
};

class Simulation {
public:
    explicit Simulation(std::uint64_t seed) : choose_{seed}, batch_{random_batch()}
    {
        const auto count = choose_.between(1, 5);
        for (int seat = 1; seat <= count; ++seat) {
            const std::string ticket = "T-" + std::to_string(1000 + seat);
            roster_.push_back({ticket, "甲", "123" + std::to_string(seat), seat, seat % 2 == 0 ? "B" : "A"});
            model_.candidates[ticket];
        }
        state_ = initial_state(batch_, roster_);
        time_ = batch_.starts_at - minutes{40};
    }

    void run()
    {
        for (int i = 0; i < steps_each && !testing::Test::HasFatalFailure(); ++i) {
            time_ += milliseconds{choose_.between(0, pace_.count())};
            now_ = clock();
            step();
        }
        if (testing::Test::HasFatalFailure()) return;
        crash();
        for (auto& [ticket, candidate] : model_.candidates) check_answers(ticket, candidate);
    }

    [[nodiscard]] const std::map<std::string, int>& seen() const { return seen_; }

private:
    Batch random_batch()
    {
        Batch batch = morning_batch();
        batch.ends_at = batch.starts_at + minutes{choose_.between(5, 90)};
        batch.expires_at = batch.ends_at;
        ExamPolicy& policy = batch.policy;
        policy.entry_opens_before = minutes{choose_.between(0, 60)};
        policy.late_entry_until = minutes{choose_.between(0, 60)};
        policy.hand_in_from_before_end = minutes{choose_.between(0, 60)};
        policy.grace_after_end = seconds{choose_.one_in(2) ? 0 : choose_.between(1, 120)};
        policy.reminders.clear();
        if (!choose_.one_in(4)) policy.reminders = {minutes{15}, minutes{10}, minutes{1}};
        pace_ = milliseconds{(batch.ends_at - batch.starts_at + minutes{60}) / (steps_each / 2)};
        return batch;
    }

    /// Mostly the time; sometimes a little off, rarely far in the past, very rarely in the future.
    Instant clock()
    {
        if (choose_.one_in(25)) return time_ + milliseconds{choose_.between(-60'000, 60'000)};
        if (choose_.one_in(60)) return time_ - minutes{choose_.between(0, 5'000'000)};
        if (choose_.one_in(3000)) return time_ + minutes{choose_.between(0, 500)};
        return time_;
    }

    Candidate& somebody() { return choose_.of(roster_); }

    void step()
    {
        switch (choose_.below(22)) {
        case 0: return act(OpenPaper{"P-1", small_items});
        case 1:
        case 2: return act(Tick{});
        case 3:
        case 4:
        case 5: return sign_in();
        case 6:
            if (choose_.one_in(4)) return sign_out();
            return;
        case 7: return choose_.one_in(12) ? crash() : act(Tick{});
        case 8:
            if (choose_.one_in(6))
                return act(MoveSeat{somebody().ticket, static_cast<int>(choose_.between(0, 8)), "主考", "x"});
            return;
        case 9: return hand_in();
        case 10:
            if (choose_.one_in(200)) return act(EndNow{"主考", "x"});
            if (choose_.one_in(10)) return act(Seal{});
            return;
        case 11:
        case 12:
        case 13:
        case 14: return write_answer();
        default: return deliver_answer();
        }
    }

    void sign_in()
    {
        const Candidate& candidate = somebody();
        const int seat = state_.candidates.at(candidate.ticket).candidate.seat;
        SignIn command{candidate.ticket, candidate.id_tail, seat, ++connection_};
        if (choose_.one_in(10)) command.seat = static_cast<int>(choose_.between(0, 8));
        if (choose_.one_in(10)) command.id_tail = "0000";
        if (choose_.one_in(20)) command.ticket = "T-9999";
        act(command);
    }

    [[nodiscard]] std::uint64_t connection_of(const std::string& ticket)
    {
        const auto& live = model_.candidates.at(ticket).connection;
        return live && !choose_.one_in(15) ? *live : choose_.below(connection_ + 2);
    }

    void sign_out()
    {
        const std::string ticket = somebody().ticket;
        act(SignOut{ticket, connection_of(ticket)});
    }

    void hand_in()
    {
        const std::string ticket = somebody().ticket;
        act(HandIn{ticket, connection_of(ticket), ++next_sequence_[ticket]});
    }

    /// The kiosk writes; the network keeps it for a while.
    void write_answer()
    {
        static const std::array<std::string, 5> items{"S01", "S02", "E01", "S09", "none"};
        const std::string ticket = somebody().ticket;
        Response response(choose_.below(3), std::string(1, static_cast<char>('A' + choose_.below(4))));
        if (choose_.one_in(40)) response = {std::string(response_bytes_max + 1, 'x')};
        network_.push_back(Answer{ticket, 0, ++next_sequence_[ticket], choose_.of(items), response, choose_.one_in(3)});
    }

    /// In any order, any number of times, over whatever line there is by now.
    void deliver_answer()
    {
        if (network_.empty()) return;
        const auto at = network_.begin() + static_cast<std::ptrdiff_t>(choose_.below(network_.size()));
        Answer answer = *at;
        if (choose_.one_in(3)) network_.erase(at);
        answer.connection = connection_of(answer.ticket);
        const std::optional<Refusal> expected = expected_refusal(answer);
        const bool is_repetition = !expected && is_superseded(answer);
        const std::optional<Decision> decision = run(answer);
        if (!decision) return; // no acknowledgement, so the kiosk will send it again
        ASSERT_EQ(decision->refusal, expected);
        ASSERT_EQ(count_of<Answered>(*decision), expected || is_repetition ? 0 : 1);
        if (decision->refusal) return;
        model_.candidates.at(answer.ticket).acknowledged.emplace_back(answer.item, answer.sequence, answer.response);
    }

    [[nodiscard]] bool is_superseded(const Answer& answer) const
    {
        const auto& taken = model_.candidates.at(answer.ticket).taken;
        const auto found = taken.find(answer.item);
        return found != taken.end() && answer.sequence <= found->second.first;
    }

    [[nodiscard]] std::optional<Refusal> expected_refusal(const Answer& answer) const
    {
        const ModelCandidate& candidate = model_.candidates.at(answer.ticket);
        if (candidate.connection != answer.connection) return Refusal::not_signed_in;
        if (is_superseded(answer)) return std::nullopt;
        if (model_.ended) return Refusal::sitting_over;
        if (!model_.started) return Refusal::not_running;
        if (candidate.handed_in) return Refusal::handed_in_already;
        if (now_ >= batch_.ends_at + batch_.policy.grace_after_end) return Refusal::sitting_over;
        const bool on_form_b = (answer.ticket.back() - '0') % 2 == 0;
        if (!small_items.at(on_form_b ? "B" : "A").contains(answer.item)) return Refusal::unknown_item;
        std::size_t bytes = 0;
        for (const std::string& part : answer.response) bytes += part.size();
        if (bytes > response_bytes_max) return Refusal::response_too_large;
        return std::nullopt;
    }

    void act(const Command& command) { std::ignore = run(command); }

    /// @return Nothing when the machine died before it could say anything.
    std::optional<Decision> run(const Command& command)
    {
        const Decision decision = decide(state_, command, now_);
        if (!decision.events.empty() && choose_.one_in(300)) { // the machine dies before the events are durable
            crash();
            return std::nullopt;
        }
        ++seen_["command"];
        ++seen_[decision.refusal ? "refused " + std::string{to_text(*decision.refusal)} : "taken"];
        for (const Event& event : decision.events) {
            journal_.push_back(canonical_json(to_json(event)));
            const auto applied = apply(state_, event);
            EXPECT_THAT(applied, IsAccepted());
            std::visit([this](const auto& each) { watch(each); }, event);
            ++seen_["event " + std::to_string(event.index())];
        }
        if (std::holds_alternative<Tick>(command)) {
            const auto due = next_due(state_);
            EXPECT_TRUE(!due || *due > now_) << "a shell that waits for what is due would spin";
        }
        return decision;
    }

    void crash()
    {
        SittingState rebuilt = initial_state(batch_, roster_);
        for (const std::string& text : journal_) {
            const auto event = event_from_json(json_of(text));
            ASSERT_THAT(event, IsAccepted()) << text;
            ASSERT_THAT(apply(rebuilt, *event), IsAccepted()) << text;
        }
        forget_connections(rebuilt);
        forget_connections(state_);
        ASSERT_EQ(rebuilt, state_);
        state_ = std::move(rebuilt);
        for (auto& [ticket, candidate] : model_.candidates) candidate.connection.reset();
        connection_ = 0; // numbers begin again in a new process
    }

    // ---- the model watches every event, and says which must not be ----

    ModelCandidate& known(const std::string& ticket) { return model_.candidates.at(ticket); }

    void watch(const PaperOpened&)
    {
        EXPECT_FALSE(model_.opened || model_.ended);
        EXPECT_TRUE(now_ >= batch_.opens_at && now_ <= batch_.expires_at && now_ < batch_.ends_at);
        model_.opened = true;
    }
    void watch(const Started&)
    {
        EXPECT_TRUE(model_.opened && !model_.started && !model_.ended);
        EXPECT_GE(now_, batch_.starts_at);
        model_.started = true;
    }
    void watch(const SignedIn& event)
    {
        ModelCandidate& candidate = known(event.ticket);
        EXPECT_FALSE(candidate.connection || candidate.handed_in || model_.ended);
        if (!candidate.was_here) {
            EXPECT_LE(now_, batch_.starts_at + batch_.policy.late_entry_until);
            EXPECT_FALSE(model_.absent_recorded);
            if (!model_.started) { EXPECT_GE(now_, batch_.starts_at - batch_.policy.entry_opens_before); }
        }
        candidate.was_here = true;
        candidate.connection = event.connection;
    }
    void watch(const SignedOut& event)
    {
        EXPECT_EQ(known(event.ticket).connection, event.connection);
        known(event.ticket).connection.reset();
    }
    void watch(const Answered& event)
    {
        ModelCandidate& candidate = known(event.ticket);
        EXPECT_TRUE(model_.started && !model_.ended && !candidate.handed_in && candidate.connection);
        EXPECT_LT(now_, batch_.ends_at + batch_.policy.grace_after_end);
        candidate.taken[event.item] = {event.sequence, event.response};
    }
    void watch(const HandedIn& event)
    {
        ModelCandidate& candidate = known(event.ticket);
        EXPECT_TRUE(model_.started && !model_.ended && candidate.was_here && !candidate.handed_in);
        if (!event.by_end_of_time) {
            EXPECT_TRUE(candidate.connection.has_value());
            EXPECT_GE(now_, batch_.ends_at - batch_.policy.hand_in_from_before_end);
            EXPECT_LT(now_, batch_.ends_at + batch_.policy.grace_after_end);
        }
        candidate.handed_in = true;
    }
    void watch(const SeatMoved& event)
    {
        EXPECT_FALSE(model_.ended || known(event.ticket).handed_in);
        known(event.ticket).connection.reset();
    }
    void watch(const Reminded& event)
    {
        EXPECT_TRUE(model_.started && !model_.ended);
        EXPECT_GE(now_, batch_.ends_at - event.before_end);
        EXPECT_TRUE(model_.reminded.empty() || event.before_end < *model_.reminded.begin())
            << "once each, never backwards";
        model_.reminded.insert(event.before_end);
    }
    void watch(const AbsentRecorded& event)
    {
        EXPECT_TRUE(model_.started && !model_.absent_recorded);
        model_.absent_recorded = true;
        std::set<std::string> absent;
        for (const auto& [ticket, candidate] : model_.candidates) {
            if (!candidate.was_here) absent.insert(ticket);
        }
        EXPECT_EQ(std::set<std::string>(event.tickets.begin(), event.tickets.end()), absent);
    }
    void watch(const Ended& event)
    {
        EXPECT_TRUE(model_.opened && !model_.ended);
        if (event.by.empty()) { EXPECT_GE(now_, batch_.ends_at + batch_.policy.grace_after_end); }
        model_.ended = true;
        for (const auto& [ticket, candidate] : model_.candidates) {
            EXPECT_EQ(candidate.handed_in, candidate.was_here && model_.started) << ticket;
        }
    }
    void watch(const Sealed&)
    {
        EXPECT_TRUE(model_.ended && !model_.sealed);
        model_.sealed = true;
        for (auto& [ticket, candidate] : model_.candidates) candidate.connection.reset();
    }
    void watch(const RefusalRecorded& event)
    {
        EXPECT_FALSE(model_.sealed);
        EXPECT_LE(++known(event.ticket).refusals_recorded, refusals_recorded_max);
    }

    /// J6: of all that was acknowledged for an item, the highest number is what counts.
    void check_answers(const std::string& ticket, const ModelCandidate& candidate)
    {
        std::map<std::string, std::pair<std::uint64_t, Response>> highest;
        for (const auto& [item, sequence, response] : candidate.acknowledged) {
            if (sequence >= highest[item].first) highest[item] = {sequence, response};
        }
        std::map<std::string, std::pair<std::uint64_t, Response>> saved;
        for (const auto& [item, answer] : state_.candidates.at(ticket).answers)
            saved[item] = {answer.sequence, answer.response};
        EXPECT_EQ(saved, highest) << ticket;
    }

    Chooser choose_;
    milliseconds pace_{};
    Batch batch_;
    std::vector<Candidate> roster_;
    SittingState state_;
    Model model_;
    Instant time_;
    Instant now_;
    std::uint64_t connection_ = 0;
    std::map<std::string, std::uint64_t> next_sequence_;
    std::vector<Answer> network_;
    std::vector<std::string> journal_;
    std::map<std::string, int> seen_;
};

/// For a look at how far a run got: --gtest_output=json.
void report(const std::map<std::string, int>& seen)
{
    for (const auto& [what, count] : seen) testing::Test::RecordProperty(what, count);
}

TEST(SittingSimulationTest, J6T2KeepsEveryRuleThroughCrashesBrokenClocksAndABadNetwork)
{
    std::map<std::string, int> seen;
    for (std::uint64_t seed = 1; seed <= sittings; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Simulation simulation{seed};
        simulation.run();
        if (HasFailure()) FAIL() << "first failure with seed " << seed;
        for (const auto& [what, count] : simulation.seen()) seen[what] += count;
    }
    report(seen);
    EXPECT_GE(seen["command"], 200'000);
    // A simulation that never gets somewhere proves nothing about that place.
    for (std::size_t kind = 0; kind < std::variant_size_v<Event>; ++kind) {
        EXPECT_GT(seen["event " + std::to_string(kind)], 50) << "kind of event " << kind;
    }
    for (const Refusal refusal :
         {Refusal::already_open, Refusal::too_early, Refusal::too_late, Refusal::wrong_candidate,
          Refusal::not_on_this_seat, Refusal::already_signed_in, Refusal::not_signed_in, Refusal::unknown_item,
          Refusal::response_too_large, Refusal::sitting_over, Refusal::handed_in_already, Refusal::hand_in_too_early,
          Refusal::not_running, Refusal::seat_taken, Refusal::not_over_yet}) {
        EXPECT_GT(seen["refused " + std::string{to_text(refusal)}], 10) << to_text(refusal);
    }
}

} // namespace
} // namespace papervault::engine
