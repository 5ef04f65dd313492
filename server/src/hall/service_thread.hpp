#pragma once

#include <papervault/server/clock.hpp>
#include <papervault/server/executor.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace papervault::server {

/// One thread with a queue and an alarm. Work that throws ends the process: it can't know what is half done.
class ServiceThread final : public AlarmExecutor {
public:
    /// @param clock  Outlives the thread.
    explicit ServiceThread(const Clock& clock);
    /// Runs what was posted before, then ends.
    ~ServiceThread() override;
    ServiceThread(const ServiceThread&) = delete;

    void post(Work work) override;
    void set_alarm(std::optional<engine::Instant> at, std::function<void()> work) override;

private:
    void run();

    const Clock& clock_;
    std::optional<engine::Instant> alarm_; // only used on the thread
    std::function<void()> alarm_work_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Work> queue_;
    bool stopping_ = false;
    std::thread thread_; // last: it uses all the others
};

} // namespace papervault::server
