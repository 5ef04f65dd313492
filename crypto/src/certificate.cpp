#include <papervault/crypto/certificate.hpp>

#include <papervault/crypto/random.hpp>

#include "certificate_subject.hpp"
#include "openssl_handles.hpp"

#include <array>
#include <stdexcept>
#include <utility>

namespace papervault::crypto {

using namespace openssl;

namespace {

constexpr int days_max = 7300;
constexpr long clock_difference_seconds = 3600; // kiosks whose clock is late must not refuse a new certificate
constexpr std::size_t serial_bytes = 16;

using ExtensionTexts = std::span<const std::pair<int, const char*>>;

bool set_random_serial(X509& certificate)
{
    const Bytes random = random_bytes(serial_bytes);
    const NumberHandle number{
        BN_bin2bn(reinterpret_cast<const unsigned char*>(random.data()), static_cast<int>(random.size()), nullptr)};
    return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(&certificate)) != nullptr;
}

/// The texts are constants of this file, never built from names, so nothing can be smuggled into them.
bool add_extensions(X509& certificate, X509& issuer, ExtensionTexts extensions)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
    for (const auto& [kind, text] : extensions) {
        const ExtensionHandle extension{X509V3_EXT_conf_nid(nullptr, &context, kind, text)};
        if (!extension || X509_add_ext(&certificate, extension.get(), -1) != 1) { return false; }
    }
    return true;
}

/// Everything but the end of validity, the extensions and the signature.
bool fill_certificate(X509& certificate, const X509_NAME& subject, const X509_NAME& issuer, EVP_PKEY& key)
{
    return X509_set_version(&certificate, X509_VERSION_3) == 1 && set_random_serial(certificate) &&
           X509_set_subject_name(&certificate, &subject) == 1 && X509_set_issuer_name(&certificate, &issuer) == 1 &&
           X509_set_pubkey(&certificate, &key) == 1 &&
           X509_gmtime_adj(X509_getm_notBefore(&certificate), -clock_difference_seconds) != nullptr;
}

bool set_end(X509& certificate, int days, const X509* not_beyond)
{
    if (X509_time_adj_ex(X509_getm_notAfter(&certificate), days, 0, nullptr) == nullptr) { return false; }
    if (not_beyond == nullptr) { return true; }
    const ASN1_TIME* const latest = X509_get0_notAfter(not_beyond);
    return ASN1_TIME_compare(X509_get0_notAfter(&certificate), latest) <= 0 ||
           X509_set1_notAfter(&certificate, latest) == 1;
}

bool sign_certificate(X509& certificate, EVP_PKEY& key)
{
    return X509_sign(&certificate, &key, EVP_sha256()) > 0;
}

bool is_possible_duration(int days)
{
    return days >= 1 && days <= days_max;
}

/// The request, once its signature and its key have been checked.
Result<RequestHandle> accepted_request(std::string_view csr_pem)
{
    auto request = request_of_pem(csr_pem);
    if (!request) { return request; }
    if (!is_p256(public_key_der(X509_REQ_get_X509_PUBKEY(request->get())))) {
        return refuse(CryptoError::unacceptable_key, "the request's key is not on P-256 as we write it");
    }
    const int algorithm = X509_REQ_get_signature_nid(request->get());
    if (algorithm != NID_ecdsa_with_SHA256 && algorithm != NID_ecdsa_with_SHA384 &&
        algorithm != NID_ecdsa_with_SHA512) {
        return refuse(CryptoError::authentication_failed, "the request is not signed with ECDSA and SHA-2");
    }
    EVP_PKEY* const key = X509_REQ_get0_pubkey(request->get());
    if (key == nullptr) { return refuse_with_reason(CryptoError::unacceptable_key, "the request's key is no point"); }
    if (X509_REQ_verify(request->get(), key) != 1) {
        return refuse_with_reason(CryptoError::authentication_failed, "the request is not signed by its own key");
    }
    return request;
}

Result<Digest> fingerprint_of_public_key(const X509_PUBKEY* key)
{
    const Bytes der = public_key_der(key);
    if (der.empty()) { return refuse_with_reason(CryptoError::malformed, "there is no public key"); }
    return sha256(der);
}

} // namespace

struct CertificateAuthority::Parts {
    CertificateHandle certificate;
    KeyHandle key;
};

CertificateAuthority::CertificateAuthority(std::unique_ptr<const Parts> parts) noexcept : parts_{std::move(parts)} {}
CertificateAuthority::CertificateAuthority(CertificateAuthority&&) noexcept = default;
CertificateAuthority& CertificateAuthority::operator=(CertificateAuthority&&) noexcept = default;
CertificateAuthority::~CertificateAuthority() = default;

CertificateAuthority CertificateAuthority::create(std::string_view name, int days)
{
    const auto subject = subject_of({"authority", std::string{name}});
    if (!subject) { throw std::invalid_argument{subject.error().detail}; }
    if (!is_possible_duration(days)) { throw std::invalid_argument{"an authority lives 1 to 7300 days"}; }

    static constexpr std::array<std::pair<int, const char*>, 4> extensions{{
        {NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
        {NID_key_usage, "critical,keyCertSign,cRLSign"},
        {NID_subject_key_identifier, "hash"},
        {NID_authority_key_identifier, "keyid:always"},
    }};
    KeyHandle key = make_p256_key();
    CertificateHandle certificate{X509_new()};
    if (!certificate || !fill_certificate(*certificate, **subject, **subject, *key) ||
        !set_end(*certificate, days, nullptr) || !add_extensions(*certificate, *certificate, extensions) ||
        !sign_certificate(*certificate, *key)) {
        throw std::runtime_error{failure_text("could not make an authority")};
    }
    return CertificateAuthority{std::make_unique<const Parts>(std::move(certificate), std::move(key))};
}

Result<CertificateAuthority> CertificateAuthority::load(std::string_view certificate_pem, const SecretBuffer& key_pem)
{
    auto certificate = certificate_of_pem(certificate_pem);
    if (!certificate) { return std::unexpected{certificate.error()}; }
    auto key = private_key_of_pem(key_pem);
    if (!key) { return std::unexpected{key.error()}; }
    X509* const authority = certificate->get();
    if (!is_p256(public_key_der(X509_get_X509_PUBKEY(authority)))) {
        return refuse(CryptoError::unacceptable_key, "the authority's key is not on P-256");
    }
    if (X509_check_private_key(authority, key->get()) != 1) {
        return refuse_with_reason(CryptoError::unacceptable_key, "key and certificate do not belong together");
    }
    if (X509_check_ca(authority) != 1 || X509_get0_subject_key_id(authority) == nullptr ||
        X509_verify(authority, key->get()) != 1) {
        return refuse_with_reason(CryptoError::unacceptable_key, "the certificate is not a self-signed authority");
    }
    return CertificateAuthority{std::make_unique<const Parts>(std::move(*certificate), std::move(*key))};
}

std::string CertificateAuthority::certificate_pem() const
{
    return to_pem(*parts_->certificate);
}

SecretBuffer CertificateAuthority::key_pem() const
{
    return to_pem(*parts_->key);
}

Result<std::string> CertificateAuthority::issue(std::string_view csr_pem, const CertificateName& name,
                                                std::span<const std::string> dns_or_ip_names, bool server,
                                                int days) const
{
    if (!is_possible_duration(days)) { return refuse(CryptoError::malformed, "a certificate lives 1 to 7300 days"); }
    if (server && dns_or_ip_names.empty()) {
        return refuse(CryptoError::malformed, "a server's certificate needs a host name or address");
    }
    const auto subject = subject_of(name);
    if (!subject) { return std::unexpected{subject.error()}; }
    const auto alternative_names = alternative_names_of(dns_or_ip_names);
    if (!alternative_names) { return std::unexpected{alternative_names.error()}; }
    const auto request = accepted_request(csr_pem);
    if (!request) { return std::unexpected{request.error()}; }
    X509& authority = *parts_->certificate;
    if (X509_cmp_current_time(X509_get0_notAfter(&authority)) <= 0) {
        return refuse(CryptoError::unavailable, "the authority has expired");
    }

    const std::array<std::pair<int, const char*>, 5> extensions{{
        {NID_basic_constraints, "critical,CA:FALSE"},
        {NID_key_usage, "critical,digitalSignature"},
        {NID_ext_key_usage, server ? "serverAuth" : "clientAuth"},
        {NID_subject_key_identifier, "hash"},
        {NID_authority_key_identifier, "keyid:always"},
    }};
    const CertificateHandle certificate{X509_new()};
    const bool issued =
        certificate &&
        fill_certificate(*certificate, **subject, *X509_get_subject_name(&authority),
                         *X509_REQ_get0_pubkey(request->get())) &&
        set_end(*certificate, days, &authority) && add_extensions(*certificate, authority, extensions) &&
        (!*alternative_names ||
         X509_add1_ext_i2d(certificate.get(), NID_subject_alt_name, alternative_names->get(), 0, 0) == 1) &&
        sign_certificate(*certificate, *parts_->key);
    if (!issued) { return refuse_with_reason(CryptoError::unavailable, "could not issue the certificate"); }
    return to_pem(*certificate);
}

CertificateRequest make_certificate_request()
{
    const KeyHandle key = make_p256_key();
    const RequestHandle request{X509_REQ_new()};
    if (!request || X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) != 1 ||
        X509_REQ_set_pubkey(request.get(), key.get()) != 1 ||
        X509_REQ_sign(request.get(), key.get(), EVP_sha256()) <= 0) {
        throw std::runtime_error{failure_text("could not make a certificate request")};
    }
    return {to_pem(*key), to_pem(*request)};
}

Result<CertificateName> certificate_name(std::string_view certificate_pem)
{
    const auto certificate = certificate_of_pem(certificate_pem);
    if (!certificate) { return std::unexpected{certificate.error()}; }
    return read_subject(**certificate);
}

Result<CertificateName> certificate_name_of_der(ByteView der)
{
    const auto certificate = certificate_of_der(der);
    if (!certificate) { return std::unexpected{certificate.error()}; }
    return read_subject(**certificate);
}

Result<Digest> certificate_fingerprint(std::string_view certificate_pem)
{
    const auto der = read_pem(certificate_pem, "CERTIFICATE");
    if (!der) { return std::unexpected{der.error()}; }
    if (auto certificate = certificate_of_der(*der); !certificate) { return std::unexpected{certificate.error()}; }
    return sha256(*der);
}

Result<Digest> public_key_fingerprint_of_csr(std::string_view csr_pem)
{
    const auto request = request_of_pem(csr_pem);
    if (!request) { return std::unexpected{request.error()}; }
    return fingerprint_of_public_key(X509_REQ_get_X509_PUBKEY(request->get()));
}

Result<Digest> public_key_fingerprint_of_certificate(std::string_view certificate_pem)
{
    const auto certificate = certificate_of_pem(certificate_pem);
    if (!certificate) { return std::unexpected{certificate.error()}; }
    return fingerprint_of_public_key(X509_get_X509_PUBKEY(certificate->get()));
}

} // namespace papervault::crypto
