#include <papervault/client/seat.hpp>

#include <fmt/format.h>

#include <utility>

namespace papervault::client {

Seat::Seat(EventLoop& loop, SeatOptions options, SeatListener& listener)
    : loop_{loop}, options_{std::move(options)}, listener_{listener}, session_{options_.seat}, timer_{loop}
{
}
Seat::~Seat() = default;

void Seat::start()
{
    tick();
    if (!options_.state) { return enrol(); }
    auto identity = options_.state->load(options_.seat);
    if (!identity) {
        listener_.note(identity.error().detail);
        return act([](KioskSession& session) { session.enrolment_problem("state_folder"); });
    }
    if (!*identity) { return enrol(); }
    open_line(**identity);
}

void Seat::end()
{
    ended_ = true;
    timer_.cancel();
    enrolment_.reset();
    if (link_) { link_->end(); }
}

void Seat::enrol()
{
    EnrolmentEvents events;
    events.code_known = [this](std::string_view code) {
        listener_.note(fmt::format("enrolment code {}", code));
        listener_.enrolment_code(code);
        act([code](KioskSession& session) { session.enrolment_code_known(code); });
    };
    events.problem = [this](std::string_view code, std::string_view detail) {
        listener_.note(fmt::format("enrolment: {}: {}", code, detail));
        act([code](KioskSession& session) { session.enrolment_problem(code); });
    };
    events.done = [this](KioskIdentity identity) {
        if (options_.state) {
            if (const auto stored = options_.state->store(options_.seat, identity); !stored) {
                // The exam matters more: without the file this machine has to be enrolled again after a restart.
                listener_.note(stored.error().detail);
            }
        }
        open_line(identity);
        // Not now: it is this object that is calling.
        loop_.post([weak = std::weak_ptr{alive_}, this] {
            if (!weak.expired()) { enrolment_.reset(); }
        });
    };
    enrolment_ = std::make_unique<Enrolment>(loop_, options_.enrolment, options_.seat, std::move(events),
                                             options_.enrolment_times);
    enrolment_->start();
}

void Seat::open_line(const KioskIdentity& identity)
{
    auto link = make_hall_link(loop_, options_.hall, identity, *this, options_.link_times);
    if (!link) {
        listener_.note(link.error().detail);
        return act([](KioskSession& session) { session.enrolment_problem("state_folder"); });
    }
    link_ = std::move(*link);
    act([](KioskSession& session) { session.enrolled(); });
    link_->open();
}

void Seat::tick()
{
    if (ended_) { return; }
    act([](KioskSession& session) { session.tick(EventLoop::now()); });
    timer_.after(options_.tick_every, [this] { tick(); });
}

// ---- the line ----

void Seat::line_opened(const HallInfo& hall)
{
    listener_.note(fmt::format("line to {}:{} is up", options_.hall.host, options_.hall.port));
    act([&hall](KioskSession& session) { session.line_opened(hall, EventLoop::now()); });
}

void Seat::line_closed(int close_code)
{
    listener_.note(fmt::format("line closed, code {}", close_code));
    act([close_code](KioskSession& session) { session.line_closed(close_code, EventLoop::now()); });
}

void Seat::line_failed(std::string_view code, std::string_view detail)
{
    listener_.note(fmt::format("no line: {}: {}", code, detail));
    act([code](KioskSession& session) { session.line_failed(code, EventLoop::now()); });
}

void Seat::line_received(std::string_view text)
{
    act([text](KioskSession& session) { session.line_received(text, EventLoop::now()); });
}

void Seat::form_fetched(crypto::Bytes sealed)
{
    act([&sealed](KioskSession& session) { session.form_fetched(std::move(sealed), EventLoop::now()); });
}

void Seat::form_fetch_failed(std::string_view detail)
{
    listener_.note(fmt::format("form: {}", detail));
    act([](KioskSession& session) { session.form_fetch_failed(EventLoop::now()); });
}

void Seat::picture_fetched(crypto::Bytes sealed)
{
    act([&sealed](KioskSession& session) { session.picture_fetched(std::move(sealed), EventLoop::now()); });
}

void Seat::pictures_settled(std::string_view detail)
{
    if (!detail.empty()) { listener_.note(fmt::format("pictures: {}", detail)); }
    act([](KioskSession& session) { session.pictures_settled(EventLoop::now()); });
}

// ---- effects ----

void Seat::perform_effects()
{
    if (std::exchange(performing_, true)) { return; } // a listener has called back; the loop below goes on
    for (auto effects = session_.take_effects(); !effects.empty(); effects = session_.take_effects()) {
        for (const Effect& each : effects) {
            std::visit([this](const auto& content) { perform(content); }, each);
        }
    }
    performing_ = false;
}

void Seat::perform(const effect::Send& send)
{
    if (link_) { link_->send(send.text); }
}
void Seat::perform(const effect::FetchForm&)
{
    if (link_) { link_->fetch_form(); }
}
void Seat::perform(const effect::FetchPictures& fetch)
{
    if (link_) { link_->fetch_pictures(fetch.pictures); }
}
void Seat::perform(const effect::DropLine&)
{
    if (link_) { link_->drop(); }
}
void Seat::perform(const effect::EndLine&)
{
    listener_.note(fmt::format("stopped: {}", session_.notice()));
    if (link_) { link_->end(); }
}
void Seat::perform(const effect::ViewChanged&)
{
    listener_.view_changed();
}
void Seat::perform(const effect::FormReady&)
{
    listener_.form_ready();
}
void Seat::perform(const effect::SignInSettled& settled)
{
    listener_.sign_in_settled(settled.error);
}
void Seat::perform(const effect::HandInSettled& settled)
{
    listener_.hand_in_settled(settled.error);
}
void Seat::perform(const effect::AnswerSettled& settled)
{
    listener_.answer_settled(settled);
}

} // namespace papervault::client
