#pragma once

#include <papervault/client/event_loop.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <optional>

namespace papervault::client {

struct EventLoop::Parts {
    boost::asio::io_context io{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()};
    std::optional<boost::asio::signal_set> signals;
    Task on_signal;

    void wait_for_signal();
};

} // namespace papervault::client
