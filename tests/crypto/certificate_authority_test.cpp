#include "certificate_fixture.hpp"

#include <openssl/ssl.h>

namespace papervault::crypto {
namespace {

class AuthorityLoadTest : public CertificateTest {
protected:
    static SecretBuffer secret(std::string_view text) { return SecretBuffer::copy_of(bytes_of(text)); }
    const std::vector<std::pair<int, std::string>> subject{
        {NID_organizationName, "papervault"}, {NID_organizationalUnitName, "authority"}, {NID_commonName, "x"}};
    const std::vector<std::pair<int, const char*>> authority_extensions{
        {NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
        {NID_key_usage, "critical,keyCertSign"},
        {NID_subject_key_identifier, "hash"}};
};

TEST_F(AuthorityLoadTest, GivesTheSameAuthorityAgain)
{
    const auto loaded = CertificateAuthority::load(authority.certificate_pem(), authority.key_pem());
    ASSERT_TRUE(loaded) << loaded.error().detail;
    EXPECT_EQ(loaded->certificate_pem(), authority.certificate_pem());
    EXPECT_TRUE(equal_in_constant_time(loaded->key_pem(), authority.key_pem()));
    const auto issued = loaded->issue(request.csr_pem, {"kiosk", "1"}, no_names, false, 30);
    ASSERT_TRUE(issued);
    EXPECT_EQ(foreign::verdict(*issued, authority.certificate_pem(), X509_PURPOSE_SSL_CLIENT), X509_V_OK);
}

TEST_F(AuthorityLoadTest, RefusesAKeyOfAnotherAuthority)
{
    const auto other = CertificateAuthority::create("Site 17", 10);
    EXPECT_THAT(CertificateAuthority::load(authority.certificate_pem(), other.key_pem()),
                IsRefusedWith(CryptoError::unacceptable_key));
}

TEST_F(AuthorityLoadTest, RefusesTextsThatAreNotCertificateAndKey)
{
    const std::string certificate = authority.certificate_pem();
    const SecretBuffer key = authority.key_pem();
    const std::string key_text = text_of(key.expose());
    EXPECT_THAT(CertificateAuthority::load("", key), IsRefusedWith(CryptoError::malformed));
    EXPECT_THAT(CertificateAuthority::load(key_text, key), IsRefusedWith(CryptoError::malformed));
    EXPECT_THAT(CertificateAuthority::load(certificate, secret("")), IsRefusedWith(CryptoError::malformed));
    EXPECT_THAT(CertificateAuthority::load(certificate, secret(certificate)), IsRefusedWith(CryptoError::malformed));
    EXPECT_THAT(CertificateAuthority::load(certificate, secret(key_text.substr(0, 100))),
                IsRefusedWith(CryptoError::malformed));
    EXPECT_THAT(CertificateAuthority::load(certificate, secret(std::string(20'000, 'x'))),
                IsRefusedWith(CryptoError::too_large));
}

TEST_F(AuthorityLoadTest, DoesNotAskForThePassphraseOfAnEncryptedKey)
{
    const auto key = foreign::ec_key("P-256");
    std::string passphrase = "secret";
    const std::string encrypted = foreign::pem_of([&](BIO* bio) {
        return PEM_write_bio_PKCS8PrivateKey(bio, key.get(), EVP_aes_256_cbc(), passphrase.data(),
                                             static_cast<int>(passphrase.size()), nullptr, nullptr);
    });
    EXPECT_THAT(CertificateAuthority::load(authority.certificate_pem(), secret(encrypted)),
                IsRefusedWith(CryptoError::malformed));
}

TEST_F(AuthorityLoadTest, RefusesACertificateThatIsNoAuthority)
{
    const std::string kiosk = kiosk_certificate();
    EXPECT_THAT(CertificateAuthority::load(kiosk, request.key_pem), IsRefusedWith(CryptoError::unacceptable_key));
    const auto key = foreign::ec_key("P-256");
    const SecretBuffer key_text = secret(foreign::key_pem(*key));
    const auto load_with = [&](std::vector<std::pair<int, const char*>> extensions) {
        return CertificateAuthority::load(foreign::certificate_pem(*key, {subject, std::move(extensions), 3600}),
                                          key_text);
    };
    EXPECT_TRUE(load_with(authority_extensions));
    EXPECT_THAT(load_with({}), IsRefusedWith(CryptoError::unacceptable_key));
    for (std::size_t left_out = 0; left_out < authority_extensions.size(); ++left_out) {
        auto incomplete = authority_extensions;
        incomplete.erase(incomplete.begin() + static_cast<std::ptrdiff_t>(left_out));
        const bool without_key_usage = left_out == 1; // RFC 5280: then every use is allowed
        EXPECT_EQ(load_with(incomplete).has_value(), without_key_usage) << left_out;
    }
    auto end_entity = authority_extensions;
    end_entity[0].second = "critical,CA:FALSE";
    EXPECT_THAT(load_with(end_entity), IsRefusedWith(CryptoError::unacceptable_key));
    auto no_signer = authority_extensions;
    no_signer[1].second = "critical,digitalSignature";
    EXPECT_THAT(load_with(no_signer), IsRefusedWith(CryptoError::unacceptable_key));
}

TEST_F(AuthorityLoadTest, AnExpiredAuthorityIssuesNothing)
{
    const auto key = foreign::ec_key("P-256");
    const auto load_with = [&](long seconds_left) {
        return CertificateAuthority::load(foreign::certificate_pem(*key, {subject, authority_extensions, seconds_left}),
                                          secret(foreign::key_pem(*key)));
    };
    const auto expired = load_with(-10);
    ASSERT_TRUE(expired) << expired.error().detail;
    EXPECT_THAT(expired->issue(request.csr_pem, {"kiosk", "1"}, no_names, false, 30),
                IsRefusedWith(CryptoError::unavailable));
    EXPECT_TRUE(load_with(600)->issue(request.csr_pem, {"kiosk", "1"}, no_names, false, 30));
}

TEST_F(AuthorityLoadTest, RefusesAnAuthorityOnAnotherCurve)
{
    const auto key = foreign::ec_key("P-384");
    EXPECT_THAT(CertificateAuthority::load(foreign::certificate_pem(*key, {subject, authority_extensions, 3600}),
                                           secret(foreign::key_pem(*key))),
                IsRefusedWith(CryptoError::unacceptable_key));
}

// --- the use of it all: TLS 1.3 with certificates on both sides
// --------------------------------------------------------

using TlsTest = CertificateTest;
using TlsContext = std::unique_ptr<SSL_CTX, foreign::Releaser<SSL_CTX_free>>;
using Tls = std::unique_ptr<SSL, foreign::Releaser<SSL_free>>;

struct TlsIdentity {
    std::string certificate_pem;
    const SecretBuffer& key_pem;
    std::string authority_pem;
};

TlsContext tls_context(const TlsIdentity& identity)
{
    TlsContext context{foreign::need(SSL_CTX_new(TLS_method()))};
    SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
    SSL_CTX_use_certificate(context.get(), foreign::parse_certificate(identity.certificate_pem).get());
    SSL_CTX_use_PrivateKey(context.get(), foreign::parse_key(identity.key_pem.expose()).get());
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()),
                        foreign::parse_certificate(identity.authority_pem).get());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    return context;
}

/// Both ends in one thread over memory. @return Whether both finished.
bool shake_hands(SSL& client, SSL& server)
{
    BIO* client_side = nullptr;
    BIO* server_side = nullptr;
    BIO_new_bio_pair(&client_side, 0, &server_side, 0);
    SSL_set_bio(&client, client_side, client_side);
    SSL_set_bio(&server, server_side, server_side);
    SSL_set_connect_state(&client);
    SSL_set_accept_state(&server);
    bool client_done = false;
    bool server_done = false;
    for (int i = 0; i < 20 && !(client_done && server_done); ++i) {
        client_done = SSL_do_handshake(&client) == 1;
        server_done = SSL_do_handshake(&server) == 1;
    }
    ERR_clear_error();
    return client_done && server_done;
}

TEST_F(TlsTest, ServesMutualTlsBetweenKioskAndHall)
{
    const CertificateRequest hall_request = make_certificate_request();
    const auto hall = authority.issue(hall_request.csr_pem, {"hall", "1"}, hall_names, true, 30);
    ASSERT_TRUE(hall);
    const auto server_context = tls_context({*hall, hall_request.key_pem, authority.certificate_pem()});
    const auto client_context = tls_context({kiosk_certificate(), request.key_pem, authority.certificate_pem()});
    const Tls server{SSL_new(server_context.get())};
    const Tls client{SSL_new(client_context.get())};
    SSL_set1_host(client.get(), "hall.exam.example");
    ASSERT_TRUE(shake_hands(*client, *server));
    unsigned char* der = nullptr;
    const int length = i2d_X509(SSL_get0_peer_certificate(server.get()), &der);
    EXPECT_EQ(certificate_name_of_der(std::as_bytes(std::span{der, static_cast<std::size_t>(length)})),
              (CertificateName{"kiosk", "Seat 017"}));
    OPENSSL_free(der);
}

TEST_F(TlsTest, DoesNotServeTlsInTheWrongPlace)
{
    const CertificateRequest hall_request = make_certificate_request();
    const std::string ca = authority.certificate_pem();
    const std::string hall = authority.issue(hall_request.csr_pem, {"hall", "1"}, hall_names, true, 30).value();
    const auto meets = [&](const TlsIdentity& client_identity, const TlsIdentity& server_identity, const char* host) {
        const auto server_context = tls_context(server_identity);
        const auto client_context = tls_context(client_identity);
        const Tls server{SSL_new(server_context.get())};
        const Tls client{SSL_new(client_context.get())};
        SSL_set1_host(client.get(), host);
        return shake_hands(*client, *server);
    };
    const TlsIdentity kiosk_identity{kiosk_certificate(), request.key_pem, ca};
    const TlsIdentity hall_identity{hall, hall_request.key_pem, ca};
    EXPECT_TRUE(meets(kiosk_identity, hall_identity, "hall"));
    EXPECT_FALSE(meets(kiosk_identity, hall_identity, "other.example"));
    EXPECT_FALSE(meets(kiosk_identity, kiosk_identity, "hall")) << "a kiosk played the hall";
    EXPECT_FALSE(meets(hall_identity, hall_identity, "hall")) << "a hall played a kiosk";

    const auto rogue = CertificateAuthority::create("Site 17", 10);
    const std::string rogue_kiosk = rogue.issue(request.csr_pem, {"kiosk", "Seat 017"}, no_names, false, 5).value();
    EXPECT_FALSE(meets({rogue_kiosk, request.key_pem, ca}, hall_identity, "hall")) << "a seat of another authority";
}

} // namespace
} // namespace papervault::crypto
