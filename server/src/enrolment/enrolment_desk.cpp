#include "enrolment/enrolment_desk.hpp"

#include <papervault/crypto/random.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace papervault::server {
namespace {

constexpr int certificate_days = 7; // a batch's days; enrolling again is quick

std::string upper_without_hyphens(std::string_view code)
{
    const auto bytes = crypto::from_base32(code);
    return bytes ? crypto::to_base32(*bytes) : std::string{};
}

} // namespace

std::string enrolment_code(const crypto::Digest& public_key, const crypto::Digest& authority)
{
    const crypto::Digest digest = crypto::blake2b("papervault.enrolment.v1", {public_key.view(), authority.view()});
    const std::string text = crypto::to_base32(digest.view().first(5));
    return text.substr(0, 4) + "-" + text.substr(4);
}

EnrolmentDesk::EnrolmentDesk(const crypto::CertificateAuthority& authority, int seats_max)
    : authority_{authority}, authority_pem_{authority.certificate_pem()}, seats_max_{seats_max},
      open_max_{4 * static_cast<std::size_t>(seats_max)}, pending_per_address_max_{open_max_ / 3}
{
    const auto fingerprint = crypto::certificate_fingerprint(authority_pem_);
    if (!fingerprint) { throw std::runtime_error{"the hall's authority: " + fingerprint.error().detail}; }
    authority_fingerprint_ = *fingerprint;
}

void EnrolmentDesk::forget_old(engine::Instant now)
{
    std::erase_if(entries_, [now](const auto& entry) { return entry.second.enrolment.asked_at + lifetime < now; });
}

std::expected<std::string, EnrolmentDesk::Refused> EnrolmentDesk::ask(std::string_view csr_pem, int seat,
                                                                      std::string_view address, engine::Instant now)
{
    forget_old(now);
    if (seat < 1 || seat > seats_max_) { return std::unexpected{Refused::seat_out_of_range}; }
    const auto key = crypto::public_key_fingerprint_of_csr(csr_pem);
    if (!key) { return std::unexpected{Refused::malformed}; }
    const auto pending_with = [this](auto&& fits) {
        return static_cast<std::size_t>(std::ranges::count_if(entries_, [&](const auto& entry) {
            const Enrolment& enrolment = entry.second.enrolment;
            return enrolment.state == EnrolmentState::pending && fits(enrolment);
        }));
    };
    if (entries_.size() >= open_max_ ||
        pending_with([&](const Enrolment& other) { return other.address == address; }) >= pending_per_address_max_ ||
        pending_with([&](const Enrolment& other) { return other.seat == seat; }) >= pending_per_seat_max) {
        return std::unexpected{Refused::too_many_enrolments};
    }
    Enrolment enrolment{.id = crypto::to_hex(crypto::random_bytes(16)),
                        .seat = seat,
                        .code = enrolment_code(*key, authority_fingerprint_),
                        .address = std::string{address},
                        .state = EnrolmentState::pending,
                        .asked_at = now,
                        .certificate_pem = {},
                        .key = *key};
    std::string id = enrolment.id;
    entries_.emplace(id, Entry{.enrolment = std::move(enrolment), .csr_pem = std::string{csr_pem}});
    return id;
}

const Enrolment* EnrolmentDesk::find(std::string_view id, engine::Instant now)
{
    forget_old(now);
    const auto entry = entries_.find(id);
    return entry == entries_.end() ? nullptr : &entry->second.enrolment;
}

std::vector<const Enrolment*> EnrolmentDesk::pending(engine::Instant now)
{
    forget_old(now);
    std::vector<const Enrolment*> pending;
    for (const auto& [id, entry] : entries_) {
        if (entry.enrolment.state == EnrolmentState::pending) { pending.push_back(&entry.enrolment); }
    }
    std::ranges::sort(pending, {},
                      [](const Enrolment* enrolment) { return std::pair{enrolment->seat, enrolment->id}; });
    return pending;
}

vault::Result<const Enrolment*> EnrolmentDesk::confirm(std::string_view id, std::string_view code, engine::Instant now)
{
    forget_old(now);
    const auto entry = entries_.find(id);
    if (entry == entries_.end()) { return vault::refuse(vault::VaultError::not_found, "there is no such enrolment"); }
    Enrolment& enrolment = entry->second.enrolment;
    if (enrolment.state != EnrolmentState::pending || !enrolment.certificate_pem.empty()) {
        return vault::refuse(vault::VaultError::conflict, "the enrolment is decided already");
    }
    if (upper_without_hyphens(code) != upper_without_hyphens(enrolment.code)) {
        return vault::refuse(
            vault::VaultError::not_permitted,
            "the code on the kiosk's screen is another one: somebody may stand between kiosk and hall");
    }
    auto certificate =
        authority_.issue(entry->second.csr_pem, {.role = "kiosk", .name = fmt::format("seat-{:02}", enrolment.seat)},
                         {}, false, certificate_days);
    if (!certificate) { return vault::refuse(vault::VaultError::malformed, certificate.error().detail); }
    enrolment.certificate_pem = std::move(*certificate);
    return &enrolment;
}

void EnrolmentDesk::settle(std::string_view id)
{
    const auto entry = entries_.find(id);
    if (entry != entries_.end()) { entry->second.enrolment.state = EnrolmentState::confirmed; }
}

vault::Result<const Enrolment*> EnrolmentDesk::refuse(std::string_view id, engine::Instant now)
{
    forget_old(now);
    const auto entry = entries_.find(id);
    if (entry == entries_.end()) { return vault::refuse(vault::VaultError::not_found, "there is no such enrolment"); }
    Enrolment& enrolment = entry->second.enrolment;
    if (enrolment.state != EnrolmentState::pending || !enrolment.certificate_pem.empty()) {
        return vault::refuse(vault::VaultError::conflict, "the enrolment is decided already");
    }
    enrolment.state = EnrolmentState::refused;
    return &enrolment;
}

} // namespace papervault::server
