#include "net/event_loop_parts.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <csignal>

namespace papervault::client {

namespace asio = boost::asio;

EventLoop::EventLoop() : parts_{std::make_unique<Parts>()} {}
EventLoop::~EventLoop() = default;

void EventLoop::run()
{
    parts_->io.restart();
    parts_->io.run();
}

void EventLoop::stop()
{
    parts_->io.stop();
}
void EventLoop::post(Task task)
{
    asio::post(parts_->io, std::move(task));
}

Monotonic EventLoop::now() noexcept
{
    return std::chrono::duration_cast<Monotonic>(std::chrono::steady_clock::now().time_since_epoch());
}

void EventLoop::on_stop_signal(Task task)
{
    parts_->on_signal = std::move(task);
    if (!parts_->signals) {
        parts_->signals.emplace(parts_->io, SIGINT, SIGTERM);
        parts_->wait_for_signal();
    }
}

void EventLoop::Parts::wait_for_signal()
{
    signals->async_wait([this](const boost::system::error_code& error, int) {
        if (error) { return; }
        on_signal();
        wait_for_signal();
    });
}

struct LoopTimer::Parts {
    explicit Parts(asio::io_context& io) : timer{io} {}
    asio::steady_timer timer;
    std::uint64_t round = 0; ///< A wait that ended before it was cancelled must not run either.
};

LoopTimer::LoopTimer(EventLoop& loop) : parts_{std::make_shared<Parts>(loop.parts().io)} {}
LoopTimer::~LoopTimer()
{
    cancel();
}

void LoopTimer::after(Monotonic delay, EventLoop::Task task)
{
    cancel();
    parts_->timer.expires_after(delay);
    parts_->timer.async_wait([parts = std::weak_ptr{parts_}, round = parts_->round,
                              task = std::move(task)](const boost::system::error_code& error) {
        const auto alive = parts.lock();
        if (!error && alive && alive->round == round) { task(); }
    });
}

void LoopTimer::cancel() noexcept
{
    ++parts_->round;
    parts_->timer.cancel();
}

} // namespace papervault::client
