#include "openssl_handles.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <climits>
#include <stdexcept>

namespace papervault::crypto::openssl {

namespace {

struct OpenSslFree {
    void operator()(void* memory) const noexcept { OPENSSL_free(memory); }
};

int refuse_passphrase(char*, int, int, void*)
{
    return -1;
}

BioHandle reader_of(ByteView bytes)
{
    return BioHandle{BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()))};
}

std::span<const std::byte> written_to(BIO& bio)
{
    char* data = nullptr;
    const long length = BIO_get_mem_data(&bio, &data);
    return std::as_bytes(std::span{data, static_cast<std::size_t>(std::max(length, 0L))});
}

template <class Write>
std::string pem_text(Write write)
{
    const BioHandle bio{BIO_new(BIO_s_mem())};
    if (!bio || write(bio.get()) != 1) { throw std::runtime_error{failure_text("could not write PEM")}; }
    return text_of(written_to(*bio));
}

bool is_blank(std::string_view text)
{
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

} // namespace

std::string failure_text(std::string_view what)
{
    std::string text{what};
    if (const unsigned long first = ERR_get_error(); first != 0) {
        std::array<char, 256> reason{};
        ERR_error_string_n(first, reason.data(), reason.size());
        text.append(": ").append(reason.data());
    }
    ERR_clear_error();
    return text;
}

std::unexpected<CryptoFailure> refuse_with_reason(CryptoError code, std::string_view what)
{
    return refuse(code, failure_text(what));
}

Result<Bytes> read_pem(std::string_view text, std::string_view label)
{
    if (text.size() > pem_bytes_max) { return refuse(CryptoError::too_large, "more than 16 KiB of PEM"); }
    if (!text.starts_with("-----BEGIN ")) { return refuse(CryptoError::malformed, "not a PEM text"); }
    const BioHandle bio = reader_of(bytes_of(text));
    char* name = nullptr;
    char* header = nullptr;
    unsigned char* data = nullptr;
    long length = 0;
    if (!bio || PEM_read_bio(bio.get(), &name, &header, &data, &length) != 1) {
        return refuse_with_reason(CryptoError::malformed, "not a PEM text");
    }
    const std::unique_ptr<char, OpenSslFree> name_owner{name};
    const std::unique_ptr<char, OpenSslFree> header_owner{header};
    const std::unique_ptr<unsigned char, OpenSslFree> data_owner{data};
    if (name != label || *header != '\0') {
        return refuse(CryptoError::malformed, "the PEM text is not a " + std::string{label});
    }
    if (!is_blank(text.substr(text.size() - BIO_ctrl_pending(bio.get())))) {
        return refuse(CryptoError::malformed, "something follows the PEM text");
    }
    const auto der = std::as_bytes(std::span{data, static_cast<std::size_t>(length)});
    return Bytes{der.begin(), der.end()};
}

Result<CertificateHandle> certificate_of_der(ByteView der)
{
    if (der.size() > pem_bytes_max) { return refuse(CryptoError::too_large, "more than 16 KiB of certificate"); }
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    const auto* const end = at + der.size();
    CertificateHandle certificate{d2i_X509(nullptr, &at, static_cast<long>(der.size()))};
    if (!certificate || at != end) { return refuse_with_reason(CryptoError::malformed, "not a certificate"); }
    return certificate;
}

Result<CertificateHandle> certificate_of_pem(std::string_view text)
{
    const auto der = read_pem(text, PEM_STRING_X509);
    if (!der) { return std::unexpected{der.error()}; }
    return certificate_of_der(*der);
}

Result<RequestHandle> request_of_pem(std::string_view text)
{
    const auto der = read_pem(text, PEM_STRING_X509_REQ);
    if (!der) { return std::unexpected{der.error()}; }
    const auto* at = reinterpret_cast<const unsigned char*>(der->data());
    const auto* const end = at + der->size();
    RequestHandle request{d2i_X509_REQ(nullptr, &at, static_cast<long>(der->size()))};
    if (!request || at != end) { return refuse_with_reason(CryptoError::malformed, "not a certificate request"); }
    return request;
}

Result<KeyHandle> private_key_of_pem(const SecretBuffer& text)
{
    if (text.size_bytes() > pem_bytes_max) { return refuse(CryptoError::too_large, "more than 16 KiB of PEM"); }
    const BioHandle bio = reader_of(text.expose());
    KeyHandle key{bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_passphrase, nullptr) : nullptr};
    if (!key) { return refuse_with_reason(CryptoError::malformed, "not a private key in PEM"); }
    return key;
}

KeyHandle make_p256_key()
{
    KeyHandle key{EVP_EC_gen("P-256")};
    if (!key) { throw std::runtime_error{failure_text("could not make a P-256 key")}; }
    return key;
}

std::string to_pem(X509& certificate)
{
    return pem_text([&](BIO* bio) { return PEM_write_bio_X509(bio, &certificate); });
}

std::string to_pem(X509_REQ& request)
{
    return pem_text([&](BIO* bio) { return PEM_write_bio_X509_REQ(bio, &request); });
}

SecretBuffer to_pem(EVP_PKEY& private_key)
{
    const BioHandle bio{BIO_new(BIO_s_secmem())}; // overwrites its memory when it goes
    if (!bio || PEM_write_bio_PKCS8PrivateKey(bio.get(), &private_key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
        throw std::runtime_error{failure_text("could not write a private key")};
    }
    return SecretBuffer::copy_of(written_to(*bio));
}

Bytes public_key_der(const X509_PUBKEY* key)
{
    unsigned char* data = nullptr;
    const int length = key == nullptr ? -1 : i2d_X509_PUBKEY(key, &data);
    if (length <= 0) { return {}; }
    const std::unique_ptr<unsigned char, OpenSslFree> owner{data};
    const auto der = std::as_bytes(std::span{data, static_cast<std::size_t>(length)});
    return {der.begin(), der.end()};
}

bool is_p256(ByteView public_key_der) noexcept
{
    return public_key_der.size() == p256_public_key_bytes &&
           std::ranges::equal(public_key_der.first(p256_public_key_prefix.size()),
                              std::as_bytes(std::span{p256_public_key_prefix}));
}

} // namespace papervault::crypto::openssl
