#pragma once

#include "client/support/fake_hall.hpp"

#include <papervault/client/session.hpp>

#include <deque>
#include <optional>
#include <random>
#include <string>
#include <vector>

/// One kiosk session and a fake hall with a line between them whose faults are chosen by the test.
namespace papervault::test {

class SeatWorld {
public:
    explicit SeatWorld(FakeHallOptions options = {}, int seat = 1);

    FakeHall hall;
    client::KioskSession session;
    client::Monotonic now{std::chrono::seconds{1000}};

    [[nodiscard]] engine::Instant hall_now() const;
    /// Moves time on in steps of at most a second, with the session's and the hall's ticks; nothing is delivered.
    void wait(std::chrono::milliseconds time);

    /// The same, but everything is delivered as it comes.
    void pass(std::chrono::seconds time);

    // ---- the line ----
    void connect();
    void disconnect(int close_code = 0);
    [[nodiscard]] bool connected() const noexcept { return connected_; }
    /// Delivers what is under way in both directions until nothing is left.
    void deliver_all();
    /// The oldest message of one direction. @return False if there is none.
    bool deliver_to_hall();
    bool deliver_to_kiosk();
    /// The oldest message of the direction is delivered and stays under way: it comes twice.
    void repeat_to_hall();
    void repeat_to_kiosk();
    void hall_restarts();

    /// Signed in, confirmed, form there, exam running.
    void begin_exam();
    void sign_in();

    // ---- what the session wanted ----
    void take_effects();
    std::vector<std::string> sent;           ///< Every message, ever.
    std::vector<std::string> sign_in_errors; ///< Settled; "" is well.
    std::vector<std::string> hand_in_errors;
    std::vector<std::uint64_t> acknowledged; ///< Numbers settled as saved.
    int forms_ready = 0;
    int views_changed = 0;
    bool line_ended = false;
    bool wants_form = false;
    std::vector<engine::SealedPicture> wants_pictures;
    bool deliver_forms = true;
    bool deliver_pictures = true;

    const int seat;

private:
    void add(FakeHall::Outgoing outgoing);

    std::uint64_t line_ = 0;
    bool connected_ = false;
    std::deque<std::string> to_hall_;
    std::deque<std::string> to_kiosk_;
};

} // namespace papervault::test
