#pragma once

#include <papervault/engine/batch.hpp>

#include <functional>
#include <optional>

namespace papervault::server {

/// Runs work one piece after another, in the order it was posted. post() from any thread.
class SerialExecutor {
public:
    using Work = std::move_only_function<void()>;
    virtual ~SerialExecutor() = default;
    virtual void post(Work work) = 0;
};

/// A serial executor with one alarm clock, by the hall's time.
class AlarmExecutor : public SerialExecutor {
public:
    /// Runs the alarm's work once when the time has come; replaces the alarm before. Nothing switches it off.
    /// Only from work that runs here.
    virtual void set_alarm(std::optional<engine::Instant> at, std::function<void()> work) = 0;
};

} // namespace papervault::server
