#pragma once

#include "support.hpp"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

/// Requests and certificates that our own code would never write, and a second opinion on those that it does.
namespace papervault::crypto::foreign {

template <auto release>
struct Releaser {
    template <class T>
    void operator()(T* object) const noexcept
    {
        release(object);
    }
};
using Bio = std::unique_ptr<BIO, Releaser<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Releaser<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Releaser<X509_free>>;
using Request = std::unique_ptr<X509_REQ, Releaser<X509_REQ_free>>;
using Store = std::unique_ptr<X509_STORE, Releaser<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, Releaser<X509_STORE_CTX_free>>;

template <class T>
T* need(T* pointer)
{
    if (pointer == nullptr) { throw std::runtime_error{"OpenSSL failed in a test"}; }
    return pointer;
}

inline std::string pem_of(const std::function<int(BIO*)>& write)
{
    const Bio bio{need(BIO_new(BIO_s_mem()))};
    if (write(bio.get()) != 1) { throw std::runtime_error{"PEM could not be written"}; }
    char* data = nullptr;
    const long length = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(length)};
}

inline Certificate parse_certificate(std::string_view pem)
{
    const Bio bio{need(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())))};
    return Certificate{need(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr))};
}

inline Key parse_key(ByteView pem)
{
    const Bio bio{need(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())))};
    return Key{need(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr))};
}

inline Key ec_key(const char* curve)
{
    return Key{need(EVP_EC_gen(curve))};
}

/// A P-256 key that is written down in another way: "explicit" encoding, or "compressed" points.
inline Key p256_key_with(const char* parameter, const char* value)
{
    Key key = ec_key("P-256");
    if (EVP_PKEY_set_utf8_string_param(key.get(), parameter, value) != 1) {
        throw std::runtime_error{"parameter refused"};
    }
    return key;
}

/// @param signer  Signs in place of the key, if given.
/// @param adjust  Last changes before the signature.
inline std::string request_pem(EVP_PKEY& key, const EVP_MD* digest = EVP_sha256(), EVP_PKEY* signer = nullptr,
                               const std::function<void(X509_REQ&)>& adjust = {})
{
    const Request request{need(X509_REQ_new())};
    X509_REQ_set_version(request.get(), 0);
    X509_REQ_set_pubkey(request.get(), &key);
    if (adjust) { adjust(*request); }
    if (X509_REQ_sign(request.get(), signer != nullptr ? signer : &key, digest) <= 0) {
        throw std::runtime_error{"request could not be signed"};
    }
    return pem_of([&](BIO* bio) { return PEM_write_bio_X509_REQ(bio, request.get()); });
}

inline std::string key_pem(EVP_PKEY& key)
{
    return pem_of(
        [&](BIO* bio) { return PEM_write_bio_PKCS8PrivateKey(bio, &key, nullptr, nullptr, 0, nullptr, nullptr); });
}

struct SelfSigned {
    std::vector<std::pair<int, std::string>> subject; ///< Field and text, in this order.
    std::vector<std::pair<int, const char*>> extensions;
    long seconds_left = 3600;
};

/// A self-signed certificate with any subject and extensions.
inline std::string certificate_pem(EVP_PKEY& key, const SelfSigned& with)
{
    const Certificate certificate{need(X509_new())};
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_NAME* const name = X509_get_subject_name(certificate.get());
    for (const auto& [field, text] : with.subject) {
        X509_NAME_add_entry_by_NID(name, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()), -1, 0);
    }
    X509_set_issuer_name(certificate.get(), name);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -86400);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), with.seconds_left);
    X509_set_pubkey(certificate.get(), &key);
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate.get(), certificate.get(), nullptr, nullptr, 0);
    for (const auto& [kind, text] : with.extensions) {
        X509_EXTENSION* const extension = need(X509V3_EXT_conf_nid(nullptr, &context, kind, text));
        X509_add_ext(certificate.get(), extension, -1);
        X509_EXTENSION_free(extension);
    }
    X509_sign(certificate.get(), &key, EVP_sha256());
    return pem_of([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); });
}

/// What OpenSSL, as strict as it can be, says of the chain: X509_V_OK or another X509_V_ERR_….
inline int verdict(std::string_view certificate_pem, std::string_view authority_pem, int purpose)
{
    const Certificate certificate = parse_certificate(certificate_pem);
    const Certificate authority = parse_certificate(authority_pem);
    const Store store{need(X509_STORE_new())};
    X509_STORE_add_cert(store.get(), authority.get());
    const StoreContext context{need(X509_STORE_CTX_new())};
    X509_STORE_CTX_init(context.get(), store.get(), certificate.get(), nullptr);
    X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_X509_STRICT | X509_V_FLAG_CHECK_SS_SIGNATURE);
    X509_STORE_CTX_set_purpose(context.get(), purpose);
    X509_verify_cert(context.get());
    return X509_STORE_CTX_get_error(context.get());
}

} // namespace papervault::crypto::foreign
