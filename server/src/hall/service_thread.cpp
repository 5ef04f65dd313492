#include "hall/service_thread.hpp"

#include <algorithm>
#include <chrono>

namespace papervault::server {

ServiceThread::ServiceThread(const Clock& clock) : clock_{clock}, thread_{[this]() noexcept { run(); }} {}

ServiceThread::~ServiceThread()
{
    {
        const std::scoped_lock guard{mutex_};
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void ServiceThread::post(Work work)
{
    {
        const std::scoped_lock guard{mutex_};
        queue_.push_back(std::move(work));
    }
    wake_.notify_one();
}

void ServiceThread::set_alarm(std::optional<engine::Instant> at, std::function<void()> work)
{
    alarm_ = at;
    alarm_work_ = std::move(work);
}

void ServiceThread::run()
{
    // A long sleep is cut into pieces, so that a suspended machine is noticed.
    constexpr std::chrono::milliseconds sleep_max{1000};
    for (;;) {
        std::deque<Work> batch;
        {
            std::unique_lock guard{mutex_};
            const auto ready = [this] { return stopping_ || !queue_.empty(); };
            if (alarm_) {
                const auto left = std::max(*alarm_ - clock_.now(), std::chrono::milliseconds{0});
                wake_.wait_for(guard, std::min(left, sleep_max), ready);
            } else {
                wake_.wait(guard, ready);
            }
            if (stopping_ && queue_.empty()) { return; }
            batch.swap(queue_);
        }
        for (Work& work : batch) { work(); }
        if (alarm_ && clock_.now() >= *alarm_) {
            alarm_.reset();
            const auto work = std::move(alarm_work_);
            work();
        }
    }
}

} // namespace papervault::server
