#pragma once

#include "hall/history.hpp"
#include "hall/paper.hpp"
#include "hall/sitting_shell.hpp"

#include <papervault/engine/messages.hpp>
#include <papervault/server/http.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace papervault::server {

/// The kiosks' lines: signing in, answers, and what the sitting's events tell them. Strand of the shell only.
class KioskDesk {
public:
    /// After events of anybody's command: the service looks when the next thing is due.
    using Changed = std::function<void()>;

    /// All outlive the desk. @param opening  Filled once the paper is open.
    KioskDesk(SittingShell& shell, Paper& paper, const std::optional<OpeningRecord>& opening, Changed changed);

    void line_opened(LineId id, int seat, std::shared_ptr<Line> line);
    void line_message(LineId id, std::string_view text, InFlight in_flight);
    void line_closed(LineId id);

    /// Tells the kiosks what the events mean for them, once they are durable.
    void publish(const std::vector<engine::Event>& events);
    /// Closes every line of the seat.
    void close_seat(int seat, LineClose code);
    void close_all(LineClose code);

    /// Ticket of who is signed in over a live line of the seat.
    [[nodiscard]] std::optional<std::string> candidate_at(int seat) const;
    [[nodiscard]] std::size_t lines() const noexcept { return lines_.size(); }

private:
    struct KioskLine {
        int seat = 0;
        std::shared_ptr<Line> line;
        std::string ticket; ///< Empty until signed in.
    };

    void take(LineId id, const engine::SignInMessage& message, InFlight in_flight);
    void take(LineId id, const engine::AnswerMessage& message, InFlight in_flight);
    void take(LineId id, const engine::HandInMessage& message, InFlight in_flight);
    void take(LineId id, const engine::PingMessage& message, InFlight in_flight);
    /// Signs the candidate out at other lines of this seat, which are dead or about to be.
    void replace_lines(LineId newest, int seat, std::string_view ticket);
    void welcome(const KioskLine& line, InFlight in_flight);
    /// Sends when everything so far is durable; the message counts as answered then.
    void send(const KioskLine& line, const engine::HallMessage& message, InFlight in_flight);
    void refuse(const KioskLine& line, std::uint64_t sequence, std::string_view refusal, InFlight in_flight);
    void tell_started(const KioskLine& line);
    [[nodiscard]] bool tries_too_often(int seat);
    [[nodiscard]] std::string receipt_of(std::string_view ticket) const;

    SittingShell& shell_;
    Paper& paper_;
    const std::optional<OpeningRecord>& opening_;
    Changed changed_;
    std::map<LineId, KioskLine> lines_;
    std::map<int, std::deque<engine::Instant>> failed_tries_; ///< By seat; a seat's last minute.
};

} // namespace papervault::server
