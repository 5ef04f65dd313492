#pragma once

#include <papervault/crypto/bytes.hpp>
#include <papervault/crypto/error.hpp>
#include <papervault/crypto/secret_buffer.hpp>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>

/// OpenSSL's objects with an owner, its errors as text, and the few readers and writers that certificates need.
namespace papervault::crypto::openssl {

template <auto release>
struct Releaser {
    template <class T>
    void operator()(T* object) const noexcept
    {
        release(object);
    }
};

using BioHandle = std::unique_ptr<BIO, Releaser<BIO_free_all>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, Releaser<EVP_PKEY_free>>;
using CertificateHandle = std::unique_ptr<X509, Releaser<X509_free>>;
using RequestHandle = std::unique_ptr<X509_REQ, Releaser<X509_REQ_free>>;
using NameHandle = std::unique_ptr<X509_NAME, Releaser<X509_NAME_free>>;
using ExtensionHandle = std::unique_ptr<X509_EXTENSION, Releaser<X509_EXTENSION_free>>;
using NumberHandle = std::unique_ptr<BIGNUM, Releaser<BN_free>>;
using GeneralNamesHandle = std::unique_ptr<GENERAL_NAMES, Releaser<GENERAL_NAMES_free>>;
using GeneralNameHandle = std::unique_ptr<GENERAL_NAME, Releaser<GENERAL_NAME_free>>;

/// Text beyond this is no certificate, key or request of ours.
inline constexpr std::size_t pem_bytes_max = 16 * 1024;

/// SubjectPublicKeyInfo of a P-256 key as named curve with uncompressed point: always 91 bytes that begin like this.
inline constexpr std::array<unsigned char, 27> p256_public_key_prefix{
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
    0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};
inline constexpr std::size_t p256_public_key_bytes = 91;

/// "what: reason" from OpenSSL's error queue of this thread, which is empty afterwards.
[[nodiscard]] std::string failure_text(std::string_view what);
[[nodiscard]] std::unexpected<CryptoFailure> refuse_with_reason(CryptoError code, std::string_view what);

/// The DER inside the one PEM block that the text consists of. @param label  "CERTIFICATE".
[[nodiscard]] Result<Bytes> read_pem(std::string_view text, std::string_view label);
/// The whole of the bytes is one certificate.
[[nodiscard]] Result<CertificateHandle> certificate_of_der(ByteView der);
[[nodiscard]] Result<CertificateHandle> certificate_of_pem(std::string_view text);
[[nodiscard]] Result<RequestHandle> request_of_pem(std::string_view text);
/// Never asks for a passphrase.
[[nodiscard]] Result<KeyHandle> private_key_of_pem(const SecretBuffer& text);

/// @throws std::runtime_error  OpenSSL failed.
[[nodiscard]] KeyHandle make_p256_key();
[[nodiscard]] std::string to_pem(X509& certificate);
[[nodiscard]] std::string to_pem(X509_REQ& request);
[[nodiscard]] SecretBuffer to_pem(EVP_PKEY& private_key);

/// DER of SubjectPublicKeyInfo; empty if OpenSSL failed.
[[nodiscard]] Bytes public_key_der(const X509_PUBKEY* key);
[[nodiscard]] bool is_p256(ByteView public_key_der) noexcept;

} // namespace papervault::crypto::openssl
