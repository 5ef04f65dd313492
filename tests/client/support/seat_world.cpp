#include "client/support/seat_world.hpp"

#include <algorithm>
#include <utility>

namespace papervault::test {

using std::chrono::milliseconds;
using std::chrono::seconds;

SeatWorld::SeatWorld(FakeHallOptions options, int number) : hall{options}, session{number}, seat{number}
{
    session.enrolled();
    take_effects();
}

engine::Instant SeatWorld::hall_now() const
{
    return FakeHall::epoch() + std::chrono::duration_cast<milliseconds>(now - seconds{1000});
}

void SeatWorld::add(FakeHall::Outgoing outgoing)
{
    for (auto& [line, text] : outgoing) {
        if (connected_ && line == line_) { to_kiosk_.push_back(std::move(text)); }
    }
}

void SeatWorld::wait(milliseconds time)
{
    while (time > milliseconds{0}) {
        const auto step = std::min(time, milliseconds{seconds{1}});
        now += step;
        time -= step;
        add(hall.tick(hall_now()));
        session.tick(now);
        take_effects();
    }
}

void SeatWorld::pass(seconds time)
{
    for (; time > seconds{0}; time -= seconds{1}) {
        wait(seconds{1});
        deliver_all();
    }
}

void SeatWorld::connect()
{
    connected_ = true;
    ++line_;
    session.line_opened(hall.info(seat, hall_now()), now);
    take_effects();
}

void SeatWorld::disconnect(int close_code)
{
    if (!connected_) { return; }
    connected_ = false;
    to_hall_.clear();
    to_kiosk_.clear();
    wants_form = false;
    wants_pictures.clear();
    hall.line_closed(line_, hall_now());
    session.line_closed(close_code, now);
    take_effects();
}

bool SeatWorld::deliver_to_hall()
{
    if (to_hall_.empty()) { return false; }
    const std::string text = std::move(to_hall_.front());
    to_hall_.pop_front();
    add(hall.receive(line_, seat, text, hall_now()));
    return true;
}

bool SeatWorld::deliver_to_kiosk()
{
    if (to_kiosk_.empty()) { return false; }
    const std::string text = std::move(to_kiosk_.front());
    to_kiosk_.pop_front();
    session.line_received(text, now);
    take_effects();
    return true;
}

void SeatWorld::repeat_to_hall()
{
    if (to_hall_.empty() || to_hall_.front().find("sign_in") != std::string::npos) { return; }
    to_hall_.push_front(to_hall_.front());
    deliver_to_hall();
}

void SeatWorld::repeat_to_kiosk()
{
    // Only what a hall may say twice: acknowledgements and receipts.
    if (to_kiosk_.empty() || to_kiosk_.front().find(R"("kind":"ack")") == std::string::npos) { return; }
    to_kiosk_.push_front(to_kiosk_.front());
    deliver_to_kiosk();
}

void SeatWorld::deliver_all()
{
    bool any = true;
    while (any) {
        any = deliver_to_hall();
        any = deliver_to_kiosk() || any;
        if (wants_form && deliver_forms && connected_) {
            wants_form = false;
            session.form_fetched(hall.sealed_form(hall.ticket(seat)), now);
            take_effects();
            any = true;
        }
        if (!wants_pictures.empty() && deliver_pictures && connected_) {
            for (const engine::SealedPicture& each : std::exchange(wants_pictures, {})) {
                session.picture_fetched(hall.sealed_picture(crypto::Digest{each.digest}), now);
                take_effects();
            }
            session.pictures_settled(now);
            take_effects();
            any = true;
        }
    }
}

void SeatWorld::hall_restarts()
{
    hall.restart();
    disconnect();
}

void SeatWorld::sign_in()
{
    session.sign_in(hall.ticket(seat), FakeHall::id_tail(seat), now);
    take_effects();
    deliver_all();
}

void SeatWorld::begin_exam()
{
    connect();
    sign_in();
    std::ignore = session.confirm_identity(true, now);
    take_effects();
    pass(seconds{61});
}

void SeatWorld::take_effects()
{
    bool drop = false;
    for (auto& each : session.take_effects()) {
        if (auto* send = std::get_if<client::effect::Send>(&each)) {
            sent.push_back(send->text);
            if (connected_) { to_hall_.push_back(std::move(send->text)); }
        } else if (std::holds_alternative<client::effect::FetchForm>(each)) {
            wants_form = true;
        } else if (auto* pictures = std::get_if<client::effect::FetchPictures>(&each)) {
            wants_pictures = std::move(pictures->pictures);
        } else if (auto* signed_in = std::get_if<client::effect::SignInSettled>(&each)) {
            sign_in_errors.push_back(signed_in->error);
        } else if (auto* handed_in = std::get_if<client::effect::HandInSettled>(&each)) {
            hand_in_errors.push_back(handed_in->error);
        } else if (const auto* settled = std::get_if<client::effect::AnswerSettled>(&each)) {
            if (settled->saved) { acknowledged.push_back(settled->sequence); }
        } else if (std::holds_alternative<client::effect::FormReady>(each)) {
            ++forms_ready;
        } else if (std::holds_alternative<client::effect::ViewChanged>(each)) {
            ++views_changed;
        } else if (std::holds_alternative<client::effect::DropLine>(each)) {
            drop = true;
        } else {
            line_ended = true;
            drop = true;
        }
    }
    if (drop) { disconnect(); }
}

} // namespace papervault::test
