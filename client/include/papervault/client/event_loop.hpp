#pragma once

#include <papervault/client/session.hpp>

#include <functional>
#include <memory>

namespace papervault::client {

/// One thread that waits for sockets and time. Everything made with a loop is used on its thread and goes before it.
class EventLoop {
public:
    using Task = std::function<void()>;

    EventLoop();
    ~EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    /// Runs tasks until stop(); may be called again afterwards.
    void run();
    /// Any thread, and signal-safe enough for a task that a signal posts.
    void stop();
    /// Any thread; the task runs on the loop's.
    void post(Task task);
    /// SIGINT and SIGTERM no longer end the program but run the task, each time.
    void on_stop_signal(Task task);
    /// The steady clock. Any thread.
    [[nodiscard]] static Monotonic now() noexcept;

    struct Parts; ///< Of net/ only.
    [[nodiscard]] Parts& parts() noexcept { return *parts_; }

private:
    std::unique_ptr<Parts> parts_;
};

/// Runs one task once, later. Gone, or set anew, it runs nothing.
class LoopTimer {
public:
    explicit LoopTimer(EventLoop& loop);
    ~LoopTimer();
    LoopTimer(const LoopTimer&) = delete;
    LoopTimer& operator=(const LoopTimer&) = delete;

    void after(Monotonic delay, EventLoop::Task task);
    void cancel() noexcept;

private:
    struct Parts;
    std::shared_ptr<Parts> parts_;
};

} // namespace papervault::client
