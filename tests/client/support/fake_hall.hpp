#pragma once

#include <papervault/client/session.hpp>
#include <papervault/crypto/bytes.hpp>
#include <papervault/crypto/secret_buffer.hpp>
#include <papervault/engine/messages.hpp>
#include <papervault/engine/sitting.hpp>

#include <map>
#include <string>
#include <utility>
#include <vector>

/// A hall without sockets: the engine's sitting behind the messages of docs/protocol.md.
namespace papervault::test {

struct FakeHallOptions {
    int candidates = 1;
    int items = 12;
    std::chrono::seconds starts_in{60};
    std::chrono::seconds lasts{3600};
    std::chrono::seconds hand_in_from_before_end{1800};
    bool paper_open = true;
};

class FakeHall {
public:
    using Outgoing = std::vector<std::pair<std::uint64_t, std::string>>; ///< Line, message.

    explicit FakeHall(FakeHallOptions options = {});

    static constexpr std::string_view package = "pkg-2026-11-test";
    static engine::Instant epoch();
    [[nodiscard]] std::string ticket(int seat) const;
    [[nodiscard]] static std::string id_tail(int seat);
    [[nodiscard]] std::string item(int index) const;

    [[nodiscard]] client::HallInfo info(int seat, engine::Instant now) const;
    [[nodiscard]] crypto::Bytes sealed_form(std::string_view ticket) const;
    /// The one picture of all forms; empty for another digest.
    [[nodiscard]] crypto::Bytes sealed_picture(const crypto::Digest& digest) const;

    /// @return What the hall says, not yet delivered.
    Outgoing open_paper(engine::Instant now);
    Outgoing receive(std::uint64_t line, int seat, std::string_view text, engine::Instant now);
    Outgoing tick(engine::Instant now);
    Outgoing end_now(engine::Instant now);
    /// For a form that replaces the one before: another key, another digest.
    Outgoing replace_form(int seat, engine::Instant now);
    void line_closed(std::uint64_t line, engine::Instant now);
    /// As after a crash: what was acknowledged is there, no line is.
    void restart();
    /// As after a crash of a hall that broke its promise: the candidate's answer to the item is gone.
    void lose_answer(int seat, const std::string& item);

    [[nodiscard]] const engine::SittingState& state() const noexcept { return state_; }
    [[nodiscard]] const engine::CandidateState& candidate(int seat) const;
    void answer_with_wrong_receipts() noexcept { wrong_receipts_ = true; }

private:
    struct FormCopy {
        crypto::Bytes key;
        crypto::Bytes sealed;
    };
    engine::Decision act(const engine::Command& command, engine::Instant now);
    void publish(const engine::Decision& decision, engine::Instant now, Outgoing& out);
    [[nodiscard]] engine::HallMessage started(std::string_view ticket, engine::Instant now) const;
    [[nodiscard]] std::string receipt(std::string_view ticket) const;
    void seal_form(const engine::Candidate& candidate, int version);

    FakeHallOptions options_;
    engine::SittingState state_;
    std::map<std::string, FormCopy, std::less<>> forms_;
    crypto::Bytes picture_key_, picture_;
    std::map<std::uint64_t, std::string> lines_; ///< Signed in: line → ticket.
    bool wrong_receipts_ = false;
};

} // namespace papervault::test
