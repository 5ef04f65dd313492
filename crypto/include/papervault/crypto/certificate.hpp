#pragma once

#include <papervault/crypto/bytes.hpp>
#include <papervault/crypto/error.hpp>
#include <papervault/crypto/hash.hpp>
#include <papervault/crypto/secret_buffer.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>

/// X.509 v3 certificates for the TLS inside one exam site: ECDSA on P-256 with SHA-256 (OpenSSL).
namespace papervault::crypto {

/// Who a certificate is for. In the subject: O=papervault, OU=role, CN=name.
struct CertificateName {
    std::string role; ///< 1 to 64 characters of UTF-8 without control characters: "hall", "kiosk".
    std::string name; ///< The same limits: "Seat 017".
    bool operator==(const CertificateName&) const = default;
};

/// A small authority of one site: one self-signed certificate that signs end-entity certificates (path length 0).
/// issue() changes nothing, so threads may share it.
class CertificateAuthority {
public:
    /// @param name  CN of the authority, OU is "authority"; limits as in CertificateName.
    /// @param days  1 to 7300.
    /// @throws std::invalid_argument  A limit is broken.  @throws std::runtime_error  OpenSSL failed.
    [[nodiscard]] static CertificateAuthority create(std::string_view name, int days);
    /// @return malformed, or unacceptable_key (not P-256, not an authority, or key and certificate do not belong
    /// together).
    [[nodiscard]] static Result<CertificateAuthority> load(std::string_view certificate_pem,
                                                           const SecretBuffer& key_pem);

    CertificateAuthority(const CertificateAuthority&) = delete;
    CertificateAuthority& operator=(const CertificateAuthority&) = delete;
    CertificateAuthority(CertificateAuthority&&) noexcept;
    CertificateAuthority& operator=(CertificateAuthority&&) noexcept;
    ~CertificateAuthority();

    [[nodiscard]] std::string certificate_pem() const;
    /// PKCS #8, not encrypted: seal it before it rests anywhere.
    [[nodiscard]] SecretBuffer key_pem() const;

    /// Signs a certificate for the request's public key. Nothing else of the request is taken over: no name, no
    /// extension. Serial: 128 random bits. Valid from one hour ago (clocks of kiosks) for `days`, but not beyond the
    /// authority itself.
    /// @param csr_pem          PKCS #10, at most 16 KiB, signed by its own key with ECDSA and SHA-2.
    /// @param dns_or_ip_names  Subject alternative names: host names (letters, digits, hyphens, dots) or IP addresses;
    ///                         at most 64. At least one for a server.
    /// @param server           True for serverAuth, false for clientAuth; never both.
    /// @param days             1 to 7300.
    /// @return malformed, too_large, authentication_failed (the request's signature), unacceptable_key (not P-256 as
    ///         named curve with uncompressed point), unavailable (OpenSSL failed, or the authority has expired).
    [[nodiscard]] Result<std::string> issue(std::string_view csr_pem, const CertificateName& name,
                                            std::span<const std::string> dns_or_ip_names, bool server, int days) const;

private:
    struct Parts;
    explicit CertificateAuthority(std::unique_ptr<const Parts> parts) noexcept;
    std::unique_ptr<const Parts> parts_;
};

struct CertificateRequest {
    SecretBuffer key_pem; ///< PKCS #8, not encrypted.
    std::string csr_pem;  ///< PKCS #10 with an empty subject: the authority decides on names.
};

/// A new P-256 key with its request. @throws std::runtime_error  OpenSSL failed.
[[nodiscard]] CertificateRequest make_certificate_request();

/// Reads the name of a certificate that somebody else has verified (TLS does): no signature or date is checked here.
/// @return malformed unless there is exactly one O, which is papervault, one OU and one CN, within CertificateName's
///         limits.
[[nodiscard]] Result<CertificateName> certificate_name(std::string_view certificate_pem);
[[nodiscard]] Result<CertificateName> certificate_name_of_der(ByteView der);

/// SHA-256 of the certificate's DER: what people compare by eye and programs pin. @return malformed, too_large.
[[nodiscard]] Result<Digest> certificate_fingerprint(std::string_view certificate_pem);
/// SHA-256 of SubjectPublicKeyInfo's DER: the same for a request and for every certificate made from it. The request's
/// signature is not checked. @return malformed, too_large.
[[nodiscard]] Result<Digest> public_key_fingerprint_of_csr(std::string_view csr_pem);
[[nodiscard]] Result<Digest> public_key_fingerprint_of_certificate(std::string_view certificate_pem);

} // namespace papervault::crypto
