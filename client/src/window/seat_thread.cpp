#include "window/seat_thread.hpp"

#include <boost/json/serialize.hpp>

#include <glib.h>

#include <utility>

namespace papervault::client {

void run_on_main(std::function<void()> task)
{
    auto owned = std::make_unique<std::function<void()>>(std::move(task));
    g_idle_add_full(
        G_PRIORITY_DEFAULT,
        [](gpointer data) -> gboolean {
            (*static_cast<std::function<void()>*>(data))();
            return G_SOURCE_REMOVE;
        },
        owned.release(), [](gpointer data) { delete static_cast<std::function<void()>*>(data); });
}

/// Lives on the loop's thread and hands everything over to the main one.
class SeatThread::Listener final : public SeatListener {
public:
    Listener(Events events, Language language) : events_{std::move(events)}, language_{language} {}

    void view_changed() override
    {
        if (seat == nullptr) { return; }
        run_on_main([view = view_json(), changed = events_.view_changed]() mutable { changed(std::move(view)); });
    }
    void form_ready() override { run_on_main(events_.form_ready); }
    void sign_in_settled(std::string_view error) override { settle(sign_in, error); }
    void hand_in_settled(std::string_view error) override { settle(hand_in, error); }
    void note(std::string_view text) override
    {
        run_on_main([text = std::string{text}, note = events_.note]() mutable { note(std::move(text)); });
    }

    [[nodiscard]] std::string view_json() const
    {
        return boost::json::serialize(page_view(seat->session(), language_, EventLoop::now()));
    }
    static void settle(Reply& waiting, std::string_view error)
    {
        if (auto reply = std::exchange(waiting, {})) {
            run_on_main([text = page_reply(error), reply = std::move(reply)]() mutable { reply(std::move(text)); });
        }
    }

    Seat* seat = nullptr;
    Reply sign_in;
    Reply hand_in;

private:
    Events events_;
    Language language_;
};

namespace {

/// What one call answers at once; nothing for those that the hall answers.
struct CallOnSeat {
    Seat& seat;

    std::optional<std::string> operator()(const call::Form&) const
    {
        const OpenedForm* form = seat.session().form();
        if (form == nullptr) { return "null"; }
        const auto bytes = form->page_json.expose();
        return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    std::optional<std::string> operator()(const call::ConfirmIdentity& each) const
    {
        return done(seat.act(
            [&](KioskSession& session) { return session.confirm_identity(each.confirmed, EventLoop::now()); }));
    }
    std::optional<std::string> operator()(const call::Answer& each) const
    {
        return done(seat.act(
            [&](KioskSession& session) { return session.answer(each.item, each.response, EventLoop::now()); }));
    }
    std::optional<std::string> operator()(const call::Mark& each) const
    {
        return done(
            seat.act([&](KioskSession& session) { return session.mark(each.item, each.marked, EventLoop::now()); }));
    }
    std::optional<std::string> operator()(const call::SignIn& each) const
    {
        seat.act([&](KioskSession& session) { session.sign_in(each.ticket, each.id_tail, EventLoop::now()); });
        return std::nullopt;
    }
    std::optional<std::string> operator()(const call::HandIn&) const
    {
        seat.act([](KioskSession& session) { session.hand_in(EventLoop::now()); });
        return std::nullopt;
    }
    std::optional<std::string> operator()(const call::View&) const { return std::nullopt; }
    std::optional<std::string> operator()(const call::Log&) const { return page_reply(""); }

    static std::string done(const std::expected<void, std::string>& result)
    {
        return page_reply(result ? std::string_view{} : std::string_view{result.error()});
    }
};

} // namespace

SeatThread::SeatThread(const WindowOptions& options, Events events)
    : listener_{std::make_unique<Listener>(std::move(events), options.language)}
{
    SeatOptions seat_options;
    seat_options.hall = options.hall;
    seat_options.enrolment = options.enrolment;
    seat_options.seat = options.seat;
    seat_options.state = StateFolder{options.state};
    loop_.post([this, seat_options = std::move(seat_options)]() mutable {
        seat_ = std::make_unique<Seat>(loop_, std::move(seat_options), *listener_);
        listener_->seat = seat_.get();
        seat_->start();
    });
    thread_ = std::jthread{[this] { loop_.run(); }};
}

SeatThread::~SeatThread()
{
    loop_.post([this] {
        listener_->seat = nullptr;
        seat_->end();
        seat_.reset();
        loop_.stop();
    });
}

void SeatThread::call(PageCall page_call, Reply reply)
{
    loop_.post([this, page_call = std::move(page_call), reply = std::move(reply)]() mutable {
        if (std::holds_alternative<call::View>(page_call)) {
            run_on_main(
                [text = listener_->view_json(), reply = std::move(reply)]() mutable { reply(std::move(text)); });
            return;
        }
        if (std::holds_alternative<call::SignIn>(page_call)) {
            Listener::settle(listener_->sign_in, "busy");
            listener_->sign_in = std::move(reply);
        } else if (std::holds_alternative<call::HandIn>(page_call)) {
            Listener::settle(listener_->hand_in, "busy");
            listener_->hand_in = std::move(reply);
        }
        if (auto text = std::visit(CallOnSeat{*seat_}, page_call)) {
            run_on_main([text = std::move(*text), reply = std::move(reply)]() mutable { reply(std::move(text)); });
        }
    });
}

void SeatThread::picture(std::string name, std::function<void(std::optional<PagePicture>)> reply)
{
    loop_.post([this, name = std::move(name), reply = std::move(reply)]() mutable {
        auto found = std::make_shared<std::optional<PagePicture>>();
        if (const OpenedForm* form = seat_->session().form(); form != nullptr) {
            if (const auto picture = form->pictures.find(name); picture != form->pictures.end()) {
                found->emplace(PagePicture{picture->second.type, picture->second.bytes.clone()});
            }
        }
        run_on_main([found, reply = std::move(reply)] { reply(std::move(*found)); });
    });
}

void SeatThread::block(HostBlock reason, bool blocked)
{
    loop_.post([this, reason, blocked] {
        seat_->act([&](KioskSession& session) { blocked ? session.block(reason) : session.unblock(reason); });
    });
}

} // namespace papervault::client
