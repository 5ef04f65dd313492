#pragma once

#include <papervault/client/enrolment.hpp>
#include <papervault/client/event_loop.hpp>
#include <papervault/client/hall_link.hpp>
#include <papervault/client/session.hpp>
#include <papervault/client/state_folder.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace papervault::client {

class SeatListener {
public:
    virtual ~SeatListener() = default;
    virtual void view_changed() {}
    virtual void form_ready() {}
    /// @param error  Empty: well.
    virtual void sign_in_settled(std::string_view /*error*/) {}
    virtual void hand_in_settled(std::string_view /*error*/) {}
    virtual void answer_settled(const effect::AnswerSettled& /*answer*/) {}
    virtual void enrolment_code(std::string_view /*code*/) {}
    /// For the log: precise, nothing of the paper, no secret.
    virtual void note(std::string_view /*text*/) {}
};

struct SeatOptions {
    Endpoint hall{};
    Endpoint enrolment{};
    int seat = 0;
    std::optional<StateFolder> state; ///< None: the certificate is forgotten with the program.
    std::chrono::milliseconds tick_every{250};
    HallLinkTimes link_times;
    EnrolmentTimes enrolment_times;
};

/// A session with its enrolment, its line and its time. Loop's thread.
class Seat final : private HallLinkListener {
public:
    /// @param loop, listener  Outlive the seat.
    Seat(EventLoop& loop, SeatOptions options, SeatListener& listener);
    ~Seat() override;
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

    void start();
    /// Says goodbye to the hall and does nothing more.
    void end();

    [[nodiscard]] const KioskSession& session() const noexcept { return session_; }
    /// Calls the session and then does what it wants done.
    template <class Action>
    auto act(Action&& action)
    {
        if constexpr (std::is_void_v<decltype(action(session_))>) {
            action(session_);
            perform_effects();
        } else {
            auto result = action(session_);
            perform_effects();
            return result;
        }
    }

private:
    void line_opened(const HallInfo& hall) override;
    void line_closed(int close_code) override;
    void line_failed(std::string_view code, std::string_view detail) override;
    void line_received(std::string_view text) override;
    void form_fetched(crypto::Bytes sealed) override;
    void form_fetch_failed(std::string_view detail) override;
    void picture_fetched(crypto::Bytes sealed) override;
    void pictures_settled(std::string_view detail) override;

    void enrol();
    void open_line(const KioskIdentity& identity);
    void tick();
    void perform_effects();
    void perform(const effect::Send& send);
    void perform(const effect::FetchForm& fetch);
    void perform(const effect::FetchPictures& fetch);
    void perform(const effect::DropLine& drop);
    void perform(const effect::EndLine& end);
    void perform(const effect::ViewChanged& view);
    void perform(const effect::FormReady& form);
    void perform(const effect::SignInSettled& settled);
    void perform(const effect::HandInSettled& settled);
    void perform(const effect::AnswerSettled& settled);

    EventLoop& loop_;
    SeatOptions options_;
    SeatListener& listener_;
    KioskSession session_;
    LoopTimer timer_;
    std::unique_ptr<Enrolment> enrolment_;
    std::unique_ptr<HallLink> link_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true); ///< Posted tasks ask whether it is there.
    bool performing_ = false;
    bool ended_ = false;
};

} // namespace papervault::client
