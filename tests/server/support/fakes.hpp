#pragma once

#include "hall/paper.hpp"

#include <papervault/server/clock.hpp>
#include <papervault/server/executor.hpp>
#include <papervault/server/http.hpp>
#include <papervault/server/journal.hpp>

#include <papervault/crypto/kdf.hpp>
#include <papervault/engine/messages.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace papervault::server::test {

class FakeClock final : public Clock {
public:
    explicit FakeClock(engine::Instant start) : now_{start} {}
    [[nodiscard]] engine::Instant now() const override { return now_; }
    void set(engine::Instant now) { now_ = now; }

private:
    engine::Instant now_;
};

/// A machine whose clock anybody may set, and which may be started anew.
class FakeTime final : public TimeSource {
public:
    explicit FakeTime(engine::Instant wall) : wall_{wall} {}
    [[nodiscard]] std::string boot_id() const override { return "boot " + std::to_string(boots_); }
    [[nodiscard]] std::chrono::milliseconds since_boot() const override { return since_boot_; }
    [[nodiscard]] engine::Instant wall() const override { return wall_; }

    void pass(std::chrono::milliseconds span)
    {
        wall_ += span;
        since_boot_ += span;
    }
    /// Somebody sets the clock, or the time service does.
    void set_wall(engine::Instant wall) { wall_ = wall; }
    void reboot()
    {
        ++boots_;
        since_boot_ = std::chrono::seconds{20};
    }

private:
    engine::Instant wall_;
    std::chrono::milliseconds since_boot_{std::chrono::hours{5}};
    int boots_ = 1;
};

/// Runs what was posted when the test says so.
class ManualStrand final : public AlarmExecutor {
public:
    void post(Work work) override { queue_.push_back(std::move(work)); }
    void set_alarm(std::optional<engine::Instant> at, std::function<void()> work) override
    {
        alarm_ = at;
        alarm_work_ = std::move(work);
    }
    void run()
    {
        while (!queue_.empty()) {
            Work work = std::move(queue_.front());
            queue_.pop_front();
            work();
        }
    }
    void ring_if_due(engine::Instant now)
    {
        if (!alarm_ || *alarm_ > now) { return; }
        alarm_.reset();
        const auto work = alarm_work_;
        work();
    }
    [[nodiscard]] std::optional<engine::Instant> alarm() const { return alarm_; }

private:
    std::deque<Work> queue_;
    std::optional<engine::Instant> alarm_;
    std::function<void()> alarm_work_;
};

/// Durable when the test says so.
class MemoryJournal final : public JournalStore {
public:
    void append(std::vector<JournalRecord> records, Done done) override
    {
        waiting_.push_back({std::move(records), std::move(done)});
        if (at_once) { flush(); }
    }
    void flush()
    {
        while (!waiting_.empty()) {
            auto [records, done] = std::move(waiting_.front());
            waiting_.pop_front();
            if (broken) {
                done(vault::refuse(vault::VaultError::storage_failed, "no space left"));
                continue;
            }
            stored.insert(stored.end(), records.begin(), records.end());
            done({});
        }
    }
    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

    bool at_once = true;
    bool broken = false;
    std::vector<JournalRecord> stored;

private:
    std::deque<std::pair<std::vector<JournalRecord>, Done>> waiting_;
};

/// A paper that any share and release open, with forms "A" and "B" of items A-1 … A-5 and B-1 … B-5.
class FakePaper final : public Paper {
public:
    explicit FakePaper(std::vector<engine::Candidate> people) : roster{std::move(people)} {}

    [[nodiscard]] LockState locks() const override { return state; }
    [[nodiscard]] vault::Result<LockState> add_share(std::string_view) override
    {
        ++state.shares_given;
        state.givers.push_back("保管人" + std::to_string(state.shares_given));
        return state;
    }
    [[nodiscard]] vault::Result<LockState> add_release(std::string_view) override
    {
        state.release = true;
        return state;
    }
    [[nodiscard]] boost::json::object seal_facts() const override { return {{"package_id", "p"}}; }
    [[nodiscard]] vault::Result<void> check_seal() const override { return {}; }
    /// "name" or "name|what does not agree"; nobody who is called a stranger.
    [[nodiscard]] vault::Result<WitnessWord> read_statement(std::string_view document, std::string_view) const override
    {
        if (document.starts_with("stranger")) {
            return vault::refuse(vault::VaultError::not_permitted, "is no witness");
        }
        const std::string_view name = document.substr(0, document.find('|'));
        const std::string_view mismatch = document.substr(std::min(document.size(), name.size() + 1));
        return WitnessWord{.name = std::string{name},
                           .id = std::string{name},
                           .mismatch = std::string{mismatch},
                           .statement = std::string{document}};
    }
    [[nodiscard]] vault::Result<OpenIncident> report(OpenIncident incident, const WitnessWord*,
                                                     engine::Instant) const override
    {
        incident.document = "report of " + incident.reason;
        return incident;
    }
    [[nodiscard]] vault::Result<std::string> keep_report(const OpenIncident&) const override
    {
        if (report_fails) { return vault::refuse(vault::VaultError::storage_failed, "no space left"); }
        return "incident.json";
    }
    [[nodiscard]] vault::Result<void> check_clearance(std::string_view, const OpenIncident&) const override
    {
        return {};
    }
    [[nodiscard]] vault::Result<OpenedPaper> open(engine::Instant) override
    {
        if (state.shares_given < 2) {
            return vault::refuse(vault::VaultError::quorum_incomplete, "shares are missing");
        }
        OpenedPaper opened;
        opened.record.package_id = "p";
        opened.record.givers = state.givers;
        opened.record.roster = roster;
        for (const engine::Candidate& candidate : roster) {
            opened.record.sealed_forms[candidate.ticket] = {.form_id = candidate.form_id, .digest = {}, .bytes = 6};
        }
        for (const std::string form : {"A", "B"}) {
            opened.record.forms[form] = {};
            for (int i = 1; i <= 5; ++i) { opened.items_by_form[form].insert(form + "-" + std::to_string(i)); }
        }
        return opened;
    }
    [[nodiscard]] vault::Result<std::map<std::string, SealedForm, std::less<>>> restore(const OpeningRecord&) override
    {
        return std::map<std::string, SealedForm, std::less<>>{};
    }
    [[nodiscard]] crypto::SecretBuffer form_key(std::string_view) const override { return crypto::SecretBuffer{32}; }
    [[nodiscard]] vault::Result<std::string> sealed_form(std::string_view ticket) const override
    {
        return "form " + std::string{ticket};
    }
    [[nodiscard]] vault::Result<std::string> sealed_picture(std::string_view ticket,
                                                            const crypto::Digest& digest) const override
    {
        if (digest == crypto::Digest{}) { return "picture for " + std::string{ticket}; }
        return vault::refuse(vault::VaultError::not_found, "another form's");
    }
    [[nodiscard]] vault::Result<SealedAnswers> seal_answers(const SittingResult& result) override
    {
        sealed_records = result.journal_records;
        if (seal_fails) { return vault::refuse(vault::VaultError::storage_failed, "no space left"); }
        return SealedAnswers{.file = "answers.pva", .digest = {}, .bytes = 1};
    }
    [[nodiscard]] vault::Result<crypto::Digest> destroy_keys() override
    {
        keys_destroyed = true;
        return crypto::Digest{};
    }

    LockState state{.shares_given = 0, .shares_needed = 2, .givers = {}, .release = false};
    std::vector<engine::Candidate> roster;
    std::uint64_t sealed_records = 0;
    bool seal_fails = false;
    bool report_fails = false;
    bool keys_destroyed = false;
};

/// What the hall sent to one kiosk.
class FakeLine final : public Line {
public:
    void send(std::string text) override
    {
        auto message = engine::decode_hall_message(text);
        if (message) { messages.push_back(std::move(*message)); }
    }
    void close(LineClose code) override { closed = code; }

    std::vector<engine::HallMessage> messages;
    std::optional<LineClose> closed;
};

} // namespace papervault::server::test
