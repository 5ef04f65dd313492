#include "hall/sitting_shell.hpp"

#include "hall/history.hpp"

#include <algorithm>
#include <utility>

namespace papervault::server {

SittingShell::SittingShell(engine::SittingState state, JournalChain chain, const Clock& clock, JournalStore& journal,
                           SerialExecutor& strand, FatalStop fatal)
    : state_{std::move(state)}, chain_{std::move(chain)}, clock_{clock}, journal_{journal}, strand_{strand},
      fatal_{std::move(fatal)}
{
}

engine::Instant SittingShell::now() const
{
    return std::max(clock_.now(), chain_.last_time());
}

engine::Decision SittingShell::act(const engine::Command& command)
{
    std::vector<JournalRecord> records;
    engine::Decision decision = decide_and_apply(command, records);
    append(std::move(records));
    return decision;
}

engine::Decision SittingShell::open(std::string opening_payload, const std::vector<engine::Candidate>& roster,
                                    const engine::OpenPaper& command)
{
    // Decided on a copy of the chain: a refusal leaves neither record.
    engine::SittingState with_roster = engine::initial_state(state_.batch, roster);
    engine::Decision preview = engine::decide(with_roster, command, now());
    if (preview.refusal) { return preview; }
    std::vector<JournalRecord> records;
    records.push_back(chain_.extend(now(), std::move(opening_payload)));
    state_ = std::move(with_roster);
    engine::Decision decision = decide_and_apply(command, records);
    append(std::move(records));
    return decision;
}

void SittingShell::record(std::string payload)
{
    std::vector<JournalRecord> records;
    records.push_back(chain_.extend(now(), std::move(payload)));
    append(std::move(records));
}

engine::Decision SittingShell::decide_and_apply(const engine::Command& command, std::vector<JournalRecord>& records)
{
    const engine::Instant time = now();
    engine::Decision decision = engine::decide(state_, command, time);
    for (const engine::Event& event : decision.events) {
        if (const auto applied = engine::apply(state_, event); !applied) {
            fatal_("the sitting refused its own event: " + applied.error().detail);
            return decision;
        }
        records.push_back(chain_.extend(time, event_payload(event)));
    }
    return decision;
}

void SittingShell::append(std::vector<JournalRecord> records)
{
    if (records.empty()) { return; }
    const std::uint64_t number = ++appended_;
    journal_.append(std::move(records), [this, number](vault::Result<void> stored) {
        if (!stored) {
            fatal_("the journal can't be written: " + stored.error().detail);
            return;
        }
        strand_.post([this, number] { durable(number); });
    });
}

void SittingShell::durable(std::uint64_t append)
{
    durable_ = append;
    while (!outbox_.empty() && outbox_.front().append <= durable_) {
        SerialExecutor::Work work = std::move(outbox_.front().work);
        outbox_.pop_front();
        work();
    }
}

void SittingShell::after_durable(SerialExecutor::Work work)
{
    if (outbox_.empty() && appended_ == durable_) {
        work();
        return;
    }
    outbox_.push_back({.append = appended_, .work = std::move(work)});
}

} // namespace papervault::server
