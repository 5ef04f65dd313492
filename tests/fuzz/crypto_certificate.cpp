// Requests and certificates from the network: PEM as it arrives, and DER behind the PEM, where mutations reach further.
#include <papervault/crypto/certificate.hpp>

#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

using namespace papervault::crypto;

namespace {

void require(bool holds)
{
    if (!holds) { std::abort(); }
}

std::string pem_of(std::string_view label, ByteView der)
{
    const std::string base64 = to_base64(der);
    std::string text = "-----BEGIN " + std::string{label} + "-----\n";
    for (std::size_t at = 0; at < base64.size(); at += 64) { text += base64.substr(at, 64) + "\n"; }
    return text + "-----END " + std::string{label} + "-----\n";
}

void try_request(const CertificateAuthority& authority, std::string_view csr)
{
    static const CertificateName name{"kiosk", "Seat 1"};
    const auto fingerprint = public_key_fingerprint_of_csr(csr);
    const auto issued = authority.issue(csr, name, {}, false, 30);
    if (!issued) { return; }
    require(certificate_name(*issued) == name);
    require(fingerprint && public_key_fingerprint_of_certificate(*issued) == fingerprint);
}

void try_certificate(const SecretBuffer& key, std::string_view certificate)
{
    const auto fingerprint = certificate_fingerprint(certificate);
    const auto name = certificate_name(certificate);
    require(!name || fingerprint);
    if (name) { require(!name->role.empty() && !name->name.empty()); }
    if (const auto loaded = CertificateAuthority::load(certificate, key)) {
        require(certificate_fingerprint(loaded->certificate_pem()) == fingerprint);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const CertificateAuthority authority = CertificateAuthority::create("Fuzz", 30);
    static const SecretBuffer authority_key = authority.key_pem();
    static const std::string authority_pem = authority.certificate_pem();
    const ByteView bytes = std::as_bytes(std::span{data, size});
    const std::string text = text_of(bytes);

    try_request(authority, text);
    try_request(authority, pem_of("CERTIFICATE REQUEST", bytes));
    try_certificate(authority_key, text);
    try_certificate(authority_key, pem_of("CERTIFICATE", bytes));
    if (const auto name = certificate_name_of_der(bytes); name && size < 10'000) { // base64 must stay within the limit
        require(certificate_name(pem_of("CERTIFICATE", bytes)) == name);
    }
    require(!CertificateAuthority::load(authority_pem, SecretBuffer::copy_of(bytes)));
    return 0;
}
