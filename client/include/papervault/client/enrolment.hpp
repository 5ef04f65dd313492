#pragma once

#include <papervault/client/event_loop.hpp>
#include <papervault/client/hall_link.hpp>
#include <papervault/crypto/hash.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

/// How a machine gets a certificate for its seat (docs/protocol.md, "Enrolment").
namespace papervault::client {

/// "K7QF-3M2P": what the invigilator compares.
/// @param public_key  Fingerprint of the request's public key.  @param authority  Fingerprint of the certificate.
[[nodiscard]] std::string enrolment_code(const crypto::Digest& public_key, const crypto::Digest& authority);

struct EnrolmentEvents {
    std::function<void(std::string_view code)> code_known;
    /// It goes on by itself. @param code  A word of notice_text().
    std::function<void(std::string_view code, std::string_view detail)> problem;
    std::function<void(KioskIdentity identity)> done;
};

struct EnrolmentTimes {
    std::chrono::milliseconds poll_every{2000};
    std::chrono::milliseconds again_after{3000}; ///< After a problem; half as much again is random.
};

/// Asks until an invigilator has confirmed; begins anew, with a new key and code, when the hall has forgotten it.
/// Loop's thread; gone, it calls nothing any more.
class Enrolment {
public:
    Enrolment(EventLoop& loop, Endpoint hall, int seat, EnrolmentEvents events, EnrolmentTimes times = {});
    ~Enrolment();
    Enrolment(const Enrolment&) = delete;
    Enrolment& operator=(const Enrolment&) = delete;

    void start();

private:
    class Steps;
    std::shared_ptr<Steps> steps_;
};

} // namespace papervault::client
