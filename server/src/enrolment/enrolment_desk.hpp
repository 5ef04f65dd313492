#pragma once

#include <papervault/crypto/certificate.hpp>
#include <papervault/crypto/hash.hpp>
#include <papervault/engine/batch.hpp>
#include <papervault/vault/error.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Kiosks that want a certificate for a seat (docs/protocol.md, "Enrolment").
namespace papervault::server {

/// "K7QF-3M2P": the same on both sides unless somebody stands between them.
[[nodiscard]] std::string enrolment_code(const crypto::Digest& public_key, const crypto::Digest& authority);

enum class EnrolmentState { pending, confirmed, refused };
struct Enrolment {
    std::string id; ///< 32 hex digits, random: only the kiosk that asked knows it.
    int seat = 0;
    std::string code;
    std::string address;
    EnrolmentState state = EnrolmentState::pending;
    engine::Instant asked_at;
    std::string certificate_pem; ///< Once confirmed.
    crypto::Digest key;          ///< SHA-256 of the public key.
};

/// Serial executor only; kept in memory: after a restart kiosks ask again.
class EnrolmentDesk {
public:
    static constexpr std::size_t pending_per_seat_max = 4;
    static constexpr std::chrono::minutes lifetime{30};

    /// @param authority  Outlives the desk.
    EnrolmentDesk(const crypto::CertificateAuthority& authority, int seats_max);

    enum class Refused { malformed, seat_out_of_range, too_many_enrolments };
    /// @return The id, or why not.
    [[nodiscard]] std::expected<std::string, Refused> ask(std::string_view csr_pem, int seat, std::string_view address,
                                                          engine::Instant now);
    /// Nothing for an unknown or too old id.
    [[nodiscard]] const Enrolment* find(std::string_view id, engine::Instant now);
    /// Pending ones, by seat.
    [[nodiscard]] std::vector<const Enrolment*> pending(engine::Instant now);

    /// Issues the certificate when the code fits. Not given to the kiosk before settle().
    /// @return not_found; conflict (already decided); not_permitted (another code).
    [[nodiscard]] vault::Result<const Enrolment*> confirm(std::string_view id, std::string_view code,
                                                          engine::Instant now);
    /// The confirmation is durable: the kiosk may have its certificate.
    void settle(std::string_view id);
    [[nodiscard]] vault::Result<const Enrolment*> refuse(std::string_view id, engine::Instant now);

private:
    struct Entry {
        Enrolment enrolment;
        std::string csr_pem;
    };
    void forget_old(engine::Instant now);

    const crypto::CertificateAuthority& authority_;
    std::string authority_pem_;
    crypto::Digest authority_fingerprint_;
    int seats_max_;
    std::size_t open_max_; ///< Requests that are remembered.
    std::size_t pending_per_address_max_;
    std::map<std::string, Entry, std::less<>> entries_;
};

} // namespace papervault::server
