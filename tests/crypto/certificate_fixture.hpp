#pragma once

#include "openssl_for_tests.hpp"

#include <papervault/crypto/certificate.hpp>

#include <string>
#include <vector>

namespace papervault::crypto {

/// An authority, one request, and the two kinds of certificate that a site has.
class CertificateTest : public testing::Test {
protected:
    const CertificateAuthority authority = CertificateAuthority::create("Site 17", 3650);
    const CertificateRequest request = make_certificate_request();
    const std::vector<std::string> no_names;
    const std::vector<std::string> hall_names{"hall.exam.example", "hall", "192.0.2.7", "2001:db8::7"};

    Result<std::string> issue_kiosk(std::string_view csr) const
    {
        return authority.issue(csr, {"kiosk", "Seat 017"}, no_names, false, 30);
    }
    std::string kiosk_certificate() const { return issue_kiosk(request.csr_pem).value(); }
    std::string hall_certificate() const
    {
        return authority.issue(request.csr_pem, {"hall", "考场 17"}, hall_names, true, 30).value();
    }
};

} // namespace papervault::crypto
