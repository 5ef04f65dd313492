#pragma once

#include <papervault/engine/sitting.hpp>
#include <papervault/server/clock.hpp>
#include <papervault/server/executor.hpp>
#include <papervault/server/journal.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace papervault::server {

/// Ends the process at once, without cleaning up: nothing may leave it any more (J2). Does not return in the program.
using FatalStop = std::function<void(std::string_view reason)>;

/// The sitting with its journal: decides and applies in memory at once, lets nothing leave before it is durable.
/// Used on one serial executor only.
class SittingShell {
public:
    /// @param strand, clock, journal  Outlive the shell; the shell outlives everything posted by it.
    SittingShell(engine::SittingState state, JournalChain chain, const Clock& clock, JournalStore& journal,
                 SerialExecutor& strand, FatalStop fatal);
    SittingShell(const SittingShell&) = delete;

    [[nodiscard]] const engine::SittingState& state() const noexcept { return state_; }
    [[nodiscard]] const JournalChain& chain() const noexcept { return chain_; }
    /// Never before the last record.
    [[nodiscard]] engine::Instant now() const;

    /// Decides, applies and appends.
    engine::Decision act(const engine::Command& command);
    /// Appends a record of the hall's own.
    void record(std::string payload);
    /// The paper is open: the roster is known from now on. Record and event are stored together or not at all.
    engine::Decision open(std::string opening_payload, const std::vector<engine::Candidate>& roster,
                          const engine::OpenPaper& command);

    /// Runs the work once everything appended so far is durable: at once, or later on the strand; in the order of the
    /// calls.
    void after_durable(SerialExecutor::Work work);
    [[nodiscard]] bool is_idle() const noexcept { return outbox_.empty(); }

private:
    struct Waiting {
        std::uint64_t append;
        SerialExecutor::Work work;
    };
    engine::Decision decide_and_apply(const engine::Command& command, std::vector<JournalRecord>& records);
    void append(std::vector<JournalRecord> records);
    void durable(std::uint64_t append);

    engine::SittingState state_;
    JournalChain chain_;
    const Clock& clock_;
    JournalStore& journal_;
    SerialExecutor& strand_;
    FatalStop fatal_;
    std::uint64_t appended_ = 0; ///< Calls to the store.
    std::uint64_t durable_ = 0;
    std::deque<Waiting> outbox_;
};

} // namespace papervault::server
