#pragma once

#include "client/support/fake_hall.hpp"

#include <papervault/client/hall_link.hpp>
#include <papervault/crypto/certificate.hpp>

#include <cstdint>
#include <memory>
#include <string>

/// A FakeHall behind real sockets on loopback: TLS 1.3 with client certificates, HTTP, WebSocket, enrolment.
namespace papervault::test {

struct TlsHallOptions {
    FakeHallOptions hall{};
    std::string server_role = "hall";
    int polls_until_confirmed = 1;
    bool refuse_enrolments = false;
    /// Gives out another authority than the one that signed: somebody in the middle who was not noticed.
    bool foreign_authority = false;
};

/// Runs on a thread of its own between start and destruction.
class TlsHall {
public:
    explicit TlsHall(TlsHallOptions options = {});
    ~TlsHall();
    TlsHall(const TlsHall&) = delete;
    TlsHall& operator=(const TlsHall&) = delete;

    [[nodiscard]] client::Endpoint hall_endpoint() const;
    [[nodiscard]] client::Endpoint enrolment_endpoint() const;
    /// An identity as an enrolment would give it.
    [[nodiscard]] client::KioskIdentity identity(int seat) const;
    /// Of another authority.
    [[nodiscard]] client::KioskIdentity foreign_identity(int seat) const;

    /// As by kill -9: every connection ends, nobody listens.
    void die();
    /// Listens on the same port again, with what was acknowledged.
    void live_again();
    /// Closes every line with the code.
    void close_lines(int code);
    /// Sends the text to every line.
    void say(std::string text);
    [[nodiscard]] std::size_t lines() const;

    /// What the hall has of a seat.
    [[nodiscard]] engine::CandidateState candidate(int seat) const;
    [[nodiscard]] engine::SittingPhase phase() const;
    void end_now();
    void answer_with_wrong_receipts();

private:
    class Server;
    std::unique_ptr<Server> server_;
};

} // namespace papervault::test
