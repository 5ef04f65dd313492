#pragma once

#include "headless/script.hpp"

#include <papervault/client/headless.hpp>
#include <papervault/client/seat.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace papervault::client {

class HeadlessCandidate final : private SeatListener {
public:
    HeadlessCandidate(EventLoop& loop, CandidatePlan plan, HeadlessHall& hall);
    ~HeadlessCandidate() override = default;
    HeadlessCandidate(const HeadlessCandidate&) = delete;
    HeadlessCandidate& operator=(const HeadlessCandidate&) = delete;

    void start();
    void stop();
    [[nodiscard]] const HeadlessResult& result() const noexcept { return result_; }

private:
    void view_changed() override;
    void sign_in_settled(std::string_view error) override;
    void hand_in_settled(std::string_view error) override;
    void answer_settled(const effect::AnswerSettled& answer) override;
    void enrolment_code(std::string_view code) override;
    void note(std::string_view text) override;

    void look();
    void look_later(std::chrono::milliseconds delay);
    void sign_in();
    void next_step();
    void perform(const ScriptStep& step);
    void after_the_last_step();
    void finish(HeadlessEnd end, std::string_view problem);

    EventLoop& loop_;
    CandidatePlan plan_;
    HeadlessHall& hall_;
    Seat seat_;
    LoopTimer look_timer_;
    LoopTimer step_timer_;
    SeededChance chance_;
    HeadlessResult result_;
    std::vector<ScriptStep> script_;
    std::size_t next_step_ = 0;
    bool started_answering_ = false;
    bool interrupted_ = false;
    bool signing_in_ = false;
    bool handing_in_ = false;
    bool stopping_ = false;
    bool look_posted_ = false;
};

} // namespace papervault::client
