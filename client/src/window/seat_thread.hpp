#pragma once

#include "window/window.hpp"

#include <papervault/client/seat.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace papervault::client {

struct PagePicture {
    std::string type;
    crypto::SecretBuffer bytes;
};

/// The seat on a thread of its own. Functions are called, and callbacks come, on the main loop's thread (GLib's default
/// context).
class SeatThread {
public:
    struct Events {
        std::function<void(std::string view_json)> view_changed;
        std::function<void()> form_ready;
        std::function<void(std::string text)> note;
    };
    using Reply = std::function<void(std::string json)>;

    SeatThread(const WindowOptions& options, Events events);
    ~SeatThread();
    SeatThread(const SeatThread&) = delete;
    SeatThread& operator=(const SeatThread&) = delete;

    /// Answers one call of the page; sign-in and hand-in when the hall has spoken.
    void call(PageCall page_call, Reply reply);
    void picture(std::string name, std::function<void(std::optional<PagePicture>)> reply);
    void block(HostBlock reason, bool blocked);

private:
    class Listener;
    std::unique_ptr<Listener> listener_;
    EventLoop loop_;
    std::unique_ptr<Seat> seat_; ///< The loop's thread only.
    std::jthread thread_;
};

/// Runs a task on GLib's default context, in order. Any thread.
void run_on_main(std::function<void()> task);

} // namespace papervault::client
