#include "certificate_fixture.hpp"

#include <set>

namespace papervault::crypto {
namespace {

using namespace std::string_literals;

TEST_F(CertificateTest, CarriesRoleAndName)
{
    EXPECT_EQ(certificate_name(kiosk_certificate()), (CertificateName{"kiosk", "Seat 017"}));
    EXPECT_EQ(certificate_name(hall_certificate()), (CertificateName{"hall", "考场 17"}));
    EXPECT_EQ(certificate_name(authority.certificate_pem()), (CertificateName{"authority", "Site 17"}));
    const std::string longest(64, 'x');
    const std::string longest_wide = [] {
        std::string text;
        for (int i = 0; i < 64; ++i) { text += "席"; }
        return text;
    }();
    const auto issued = authority.issue(request.csr_pem, {longest, longest_wide}, no_names, false, 1);
    ASSERT_TRUE(issued) << issued.error().detail;
    EXPECT_EQ(certificate_name(*issued), (CertificateName{longest, longest_wide}));
}

TEST_F(CertificateTest, NameIsTheSameReadFromDer)
{
    const auto certificate = foreign::parse_certificate(kiosk_certificate());
    unsigned char* data = nullptr;
    const int length = i2d_X509(certificate.get(), &data);
    const auto der = std::as_bytes(std::span{data, static_cast<std::size_t>(length)});
    const Bytes bytes{der.begin(), der.end()};
    OPENSSL_free(data);
    EXPECT_EQ(certificate_name_of_der(bytes), (CertificateName{"kiosk", "Seat 017"}));
    EXPECT_EQ(certificate_fingerprint(kiosk_certificate()).has_value(), true);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_THAT(certificate_name_of_der(ByteView{bytes}.first(size)), IsRefusedWith(CryptoError::malformed));
    }
    Bytes longer = bytes;
    longer.push_back(std::byte{0});
    EXPECT_THAT(certificate_name_of_der(longer), IsRefusedWith(CryptoError::malformed));
    EXPECT_THAT(certificate_name_of_der(Bytes(20'000)), IsRefusedWith(CryptoError::too_large));
}

TEST_F(CertificateTest, IsAcceptedForItsOwnPurposeOnly)
{
    const std::string ca = authority.certificate_pem();
    EXPECT_EQ(foreign::verdict(kiosk_certificate(), ca, X509_PURPOSE_SSL_CLIENT), X509_V_OK);
    EXPECT_EQ(foreign::verdict(kiosk_certificate(), ca, X509_PURPOSE_SSL_SERVER), X509_V_ERR_INVALID_PURPOSE);
    EXPECT_EQ(foreign::verdict(hall_certificate(), ca, X509_PURPOSE_SSL_SERVER), X509_V_OK);
    EXPECT_EQ(foreign::verdict(hall_certificate(), ca, X509_PURPOSE_SSL_CLIENT), X509_V_ERR_INVALID_PURPOSE);
    const std::string other = CertificateAuthority::create("Site 17", 3650).certificate_pem();
    EXPECT_NE(foreign::verdict(kiosk_certificate(), other, X509_PURPOSE_SSL_CLIENT), X509_V_OK);
}

TEST_F(CertificateTest, HasTheExtensionsOfAnEndEntity)
{
    for (const std::string& pem : {kiosk_certificate(), hall_certificate()}) {
        const auto certificate = foreign::parse_certificate(pem);
        EXPECT_EQ(X509_get_version(certificate.get()), X509_VERSION_3);
        const std::uint32_t flags = X509_get_extension_flags(certificate.get());
        EXPECT_TRUE((flags & EXFLAG_BCONS) != 0 && (flags & (EXFLAG_CA | EXFLAG_INVALID)) == 0);
        EXPECT_EQ(X509_get_key_usage(certificate.get()), KU_DIGITAL_SIGNATURE);
        EXPECT_NE(X509_get0_subject_key_id(certificate.get()), nullptr);
        const auto issuer = foreign::parse_certificate(authority.certificate_pem());
        EXPECT_EQ(ASN1_OCTET_STRING_cmp(X509_get0_authority_key_id(certificate.get()),
                                        X509_get0_subject_key_id(issuer.get())),
                  0);
    }
    EXPECT_EQ(X509_get_extended_key_usage(foreign::parse_certificate(kiosk_certificate()).get()), XKU_SSL_CLIENT);
    EXPECT_EQ(X509_get_extended_key_usage(foreign::parse_certificate(hall_certificate()).get()), XKU_SSL_SERVER);
}

TEST_F(CertificateTest, AuthorityMaySignEndEntitiesOnly)
{
    const auto certificate = foreign::parse_certificate(authority.certificate_pem());
    EXPECT_EQ(X509_check_ca(certificate.get()), 1);
    EXPECT_EQ(X509_get_pathlen(certificate.get()), 0);
    EXPECT_EQ(X509_get_key_usage(certificate.get()), static_cast<std::uint32_t>(KU_KEY_CERT_SIGN | KU_CRL_SIGN));
}

TEST_F(CertificateTest, NamesTheServersHostsAndAddresses)
{
    const auto certificate = foreign::parse_certificate(hall_certificate());
    for (const char* const host : {"hall.exam.example", "hall"}) {
        EXPECT_EQ(X509_check_host(certificate.get(), host, 0, 0, nullptr), 1) << host;
    }
    for (const char* const address : {"192.0.2.7", "2001:db8::7"}) {
        EXPECT_EQ(X509_check_ip_asc(certificate.get(), address, 0), 1) << address;
    }
    EXPECT_EQ(X509_check_host(certificate.get(), "other.exam.example", 0, 0, nullptr), 0);
    EXPECT_EQ(X509_check_ip_asc(certificate.get(), "192.0.2.8", 0), 0);
    EXPECT_EQ(X509_check_host(foreign::parse_certificate(kiosk_certificate()).get(), "hall", 0, 0, nullptr), 0);
}

TEST_F(CertificateTest, IsValidFromOneHourAgoForTheDaysAskedFor)
{
    const auto certificate = foreign::parse_certificate(kiosk_certificate());
    int days = 0;
    int seconds = 0;
    ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(certificate.get()), nullptr);
    EXPECT_EQ(days, 0);
    EXPECT_NEAR(seconds, 3600, 60);
    ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(certificate.get()));
    EXPECT_NEAR(days * 86400.0 + seconds, 30 * 86400.0, 60);
}

TEST_F(CertificateTest, DoesNotOutliveItsAuthority)
{
    const auto short_lived = CertificateAuthority::create("Site 17", 3);
    const auto issued = short_lived.issue(request.csr_pem, {"kiosk", "1"}, no_names, false, 300);
    ASSERT_TRUE(issued);
    EXPECT_EQ(ASN1_TIME_compare(X509_get0_notAfter(foreign::parse_certificate(*issued).get()),
                                X509_get0_notAfter(foreign::parse_certificate(short_lived.certificate_pem()).get())),
              0);
}

TEST_F(CertificateTest, HasALongRandomSerialNumber)
{
    std::set<std::string> serials;
    std::size_t longest = 0;
    for (int i = 0; i < 20; ++i) {
        const auto certificate = foreign::parse_certificate(kiosk_certificate());
        const ASN1_INTEGER* const serial = X509_get0_serialNumber(certificate.get());
        const auto bytes = std::as_bytes(
            std::span{ASN1_STRING_get0_data(serial), static_cast<std::size_t>(ASN1_STRING_length(serial))});
        serials.insert(to_hex(bytes));
        longest = std::max(longest, bytes.size());
        EXPECT_EQ(ASN1_STRING_type(serial), V_ASN1_INTEGER); // not V_ASN1_NEG_INTEGER
    }
    EXPECT_EQ(serials.size(), 20U);
    EXPECT_EQ(longest, 16U);
}

TEST_F(CertificateTest, FingerprintsNameCertificateAndKey)
{
    const std::string first = kiosk_certificate();
    const std::string second = kiosk_certificate();
    EXPECT_EQ(certificate_fingerprint(first), certificate_fingerprint(first));
    EXPECT_NE(certificate_fingerprint(first), certificate_fingerprint(second));
    EXPECT_EQ(public_key_fingerprint_of_certificate(first), public_key_fingerprint_of_certificate(second));
    EXPECT_EQ(public_key_fingerprint_of_certificate(first), public_key_fingerprint_of_csr(request.csr_pem));
    EXPECT_NE(public_key_fingerprint_of_csr(make_certificate_request().csr_pem),
              public_key_fingerprint_of_csr(request.csr_pem));
}

TEST_F(CertificateTest, FingerprintsAreThoseOfOpenSsl)
{
    const std::string pem = kiosk_certificate();
    const auto certificate = foreign::parse_certificate(pem);
    Digest expected;
    unsigned length = 0;
    X509_digest(certificate.get(), EVP_sha256(), reinterpret_cast<unsigned char*>(expected.bytes.data()), &length);
    EXPECT_EQ(certificate_fingerprint(pem), expected);
    unsigned char* der = nullptr;
    const int der_length = i2d_PUBKEY(X509_get0_pubkey(certificate.get()), &der);
    EXPECT_EQ(public_key_fingerprint_of_certificate(pem),
              sha256(std::as_bytes(std::span{der, static_cast<std::size_t>(der_length)})));
    OPENSSL_free(der);
}

TEST_F(CertificateTest, FingerprintsRefuseWhatIsNoCertificateOrRequest)
{
    for (const std::string& text :
         {""s, "x"s, request.csr_pem, "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"s}) {
        EXPECT_THAT(certificate_fingerprint(text), IsRefusedWith(CryptoError::malformed));
        EXPECT_THAT(public_key_fingerprint_of_certificate(text), IsRefusedWith(CryptoError::malformed));
    }
    EXPECT_THAT(public_key_fingerprint_of_csr(kiosk_certificate()), IsRefusedWith(CryptoError::malformed));
    EXPECT_THAT(public_key_fingerprint_of_csr(std::string(16'385, '-')), IsRefusedWith(CryptoError::too_large));
}

TEST_F(CertificateTest, TakesNothingButTheKeyFromTheRequest)
{
    const auto key = foreign::ec_key("P-256");
    const std::string greedy = foreign::request_pem(*key, EVP_sha256(), nullptr, [](X509_REQ& csr) {
        X509_NAME* const name = X509_NAME_new();
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("root"), -1, -1, 0);
        X509_REQ_set_subject_name(&csr, name);
        X509_NAME_free(name);
        STACK_OF(X509_EXTENSION)* const extensions = sk_X509_EXTENSION_new_null();
        sk_X509_EXTENSION_push(extensions,
                               X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, "critical,CA:TRUE"));
        sk_X509_EXTENSION_push(extensions,
                               X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:evil.example"));
        X509_REQ_add_extensions(&csr, extensions);
        sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    });
    const auto issued = issue_kiosk(greedy);
    ASSERT_TRUE(issued) << issued.error().detail;
    EXPECT_EQ(certificate_name(*issued), (CertificateName{"kiosk", "Seat 017"}));
    const auto certificate = foreign::parse_certificate(*issued);
    EXPECT_EQ(X509_check_ca(certificate.get()), 0);
    EXPECT_EQ(X509_check_host(certificate.get(), "evil.example", 0, 0, nullptr), 0);
    EXPECT_EQ(X509_get_ext_by_NID(certificate.get(), NID_subject_alt_name, -1), -1);
    EXPECT_EQ(public_key_fingerprint_of_certificate(*issued), public_key_fingerprint_of_csr(greedy));
}

TEST_F(CertificateTest, RefusesARequestSignedByAnotherKey)
{
    const auto key = foreign::ec_key("P-256");
    const auto other = foreign::ec_key("P-256");
    EXPECT_THAT(issue_kiosk(foreign::request_pem(*key, EVP_sha256(), other.get())),
                IsRefusedWith(CryptoError::authentication_failed));
}

TEST_F(CertificateTest, RefusesARequestSignedWithAnotherDigest)
{
    const auto key = foreign::ec_key("P-256");
    EXPECT_THAT(issue_kiosk(foreign::request_pem(*key, EVP_sha1())), IsRefusedWith(CryptoError::authentication_failed));
    EXPECT_TRUE(issue_kiosk(foreign::request_pem(*key, EVP_sha384())));
}

TEST_F(CertificateTest, RefusesKeysThatAreNotOnP256AsWeWriteIt)
{
    const foreign::Key rsa{foreign::need(EVP_RSA_gen(2048))};
    const foreign::Key ed25519{foreign::need(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"))};
    EXPECT_THAT(issue_kiosk(foreign::request_pem(*rsa)), IsRefusedWith(CryptoError::unacceptable_key));
    EXPECT_THAT(issue_kiosk(foreign::request_pem(*ed25519, nullptr)), IsRefusedWith(CryptoError::unacceptable_key));
    for (const char* const curve : {"P-384", "P-521", "secp256k1", "brainpoolP256r1"}) {
        EXPECT_THAT(issue_kiosk(foreign::request_pem(*foreign::ec_key(curve))),
                    IsRefusedWith(CryptoError::unacceptable_key))
            << curve;
    }
    const auto explicit_curve = foreign::p256_key_with(OSSL_PKEY_PARAM_EC_ENCODING, "explicit");
    EXPECT_THAT(issue_kiosk(foreign::request_pem(*explicit_curve)), IsRefusedWith(CryptoError::unacceptable_key));
    const auto compressed = foreign::p256_key_with(OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "compressed");
    EXPECT_THAT(issue_kiosk(foreign::request_pem(*compressed)), IsRefusedWith(CryptoError::unacceptable_key));
}

TEST_F(CertificateTest, RefusesTextsThatAreNotOneRequest)
{
    const std::string& csr = request.csr_pem;
    for (
        const std::string& text :
        {""s, "x"s, " " + csr, "\n" + csr, csr + "x", csr + csr, csr + "\0"s, csr.substr(0, csr.size() / 2),
         kiosk_certificate(), "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"s,
         "-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----\n"s,
         "-----BEGIN CERTIFICATE REQUEST-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END CERTIFICATE REQUEST-----\n"s}) {
        EXPECT_THAT(issue_kiosk(text), IsRefusedWith(CryptoError::malformed)) << text;
    }
    EXPECT_THAT(issue_kiosk(csr + std::string(16'384, '\n')), IsRefusedWith(CryptoError::too_large));
    EXPECT_TRUE(issue_kiosk(csr + "\n\r\n "));
}

TEST_F(CertificateTest, RefusesARequestWithAnyBitOfItsKeyOrSignatureFlipped)
{
    const auto begin = request.csr_pem.find('\n') + 1;
    const auto end = request.csr_pem.find("-----END");
    std::string base64 = request.csr_pem.substr(begin, end - begin);
    std::erase(base64, '\n');
    Bytes der = from_base64(base64).value();
    const auto pem = [&der] {
        return "-----BEGIN CERTIFICATE REQUEST-----\n" + [&] {
            std::string lines;
            const std::string text = to_base64(der);
            for (std::size_t at = 0; at < text.size(); at += 64) { lines += text.substr(at, 64) + "\n"; }
            return lines;
        }() + "-----END CERTIFICATE REQUEST-----\n";
    };
    ASSERT_TRUE(issue_kiosk(pem()));
    for (std::size_t bit = 0; bit < der.size() * 8; bit += 3) { // 3 and 8 have no common factor: every bit position
        const auto mask = static_cast<std::byte>(1U << (bit % 8));
        der[bit / 8] ^= mask;
        EXPECT_FALSE(issue_kiosk(pem())) << bit;
        der[bit / 8] ^= mask;
    }
}

TEST_F(CertificateTest, RefusesNamesBeyondTheLimits)
{
    for (const CertificateName& name :
         {CertificateName{"", "x"}, CertificateName{"x", ""}, CertificateName{std::string(65, 'x'), "x"},
          CertificateName{"x", std::string(65, 'x')}, CertificateName{"x", std::string(10'000, 'x')},
          CertificateName{"x", "a\0b"s}, CertificateName{"x", "a\nb"}, CertificateName{"x", "a\x7f"},
          CertificateName{"x", "a\xc2\x85"}, CertificateName{"x", "\xff\xfe"}, CertificateName{"x", "\xc3"},
          CertificateName{"x", "\xed\xa0\x80"}}) {
        EXPECT_THAT(authority.issue(request.csr_pem, name, no_names, false, 30), IsRefusedWith(CryptoError::malformed))
            << name.role << "/" << name.name;
    }
    EXPECT_TRUE(authority.issue(request.csr_pem, {"x", "O=evil, CN=root+OU=hall/\"\\"}, no_names, false, 30));
}

TEST_F(CertificateTest, RefusesAlternativeNamesThatAreNeitherHostNorAddress)
{
    for (const std::string& name : {""s,
                                    " "s,
                                    "a b"s,
                                    "a,DNS:b"s,
                                    "*.example"s,
                                    ".example"s,
                                    "example."s,
                                    "a..b"s,
                                    "-a"s,
                                    "a-"s,
                                    "a_b"s,
                                    "1.2.3"s,
                                    "256.1.1.1"s,
                                    "1.2.3.4.5"s,
                                    "a.7"s,
                                    "::g"s,
                                    "fe80::1%eth0"s,
                                    "hall\0.example"s,
                                    "h\xc3\xa4ll"s,
                                    "http://hall"s,
                                    std::string(64, 'a'),
                                    std::string(63, 'a') + "." + std::string(63, 'b') + "." + std::string(63, 'c') +
                                        "." + std::string(62, 'd')}) {
        EXPECT_THAT(authority.issue(request.csr_pem, {"hall", "1"}, std::vector{name}, true, 30),
                    IsRefusedWith(CryptoError::malformed))
            << name;
    }
    EXPECT_THAT(authority.issue(request.csr_pem, {"hall", "1"}, std::vector<std::string>(65, "a"), true, 30),
                IsRefusedWith(CryptoError::too_large));
    EXPECT_THAT(authority.issue(request.csr_pem, {"hall", "1"}, no_names, true, 30),
                IsRefusedWith(CryptoError::malformed));
}

TEST_F(CertificateTest, RefusesImpossibleLifetimes)
{
    for (const int days : {0, -1, 7301, 1'000'000}) {
        EXPECT_THAT(authority.issue(request.csr_pem, {"kiosk", "1"}, no_names, false, days),
                    IsRefusedWith(CryptoError::malformed))
            << days;
        EXPECT_THROW(std::ignore = CertificateAuthority::create("x", days), std::invalid_argument) << days;
    }
    EXPECT_THROW(std::ignore = CertificateAuthority::create("", 1), std::invalid_argument);
    EXPECT_THROW(std::ignore = CertificateAuthority::create("a\nb", 1), std::invalid_argument);
}

TEST_F(CertificateTest, NamesAreReadFromOurOwnKindOfCertificateOnly)
{
    const auto key = foreign::ec_key("P-256");
    const auto named = [&key](std::vector<std::pair<int, std::string>> subject) {
        return certificate_name(foreign::certificate_pem(*key, {std::move(subject), {}, 3600}));
    };
    constexpr int o = NID_organizationName;
    constexpr int ou = NID_organizationalUnitName;
    constexpr int cn = NID_commonName;
    EXPECT_EQ(named({{cn, "1"}, {ou, "kiosk"}, {o, "papervault"}}), (CertificateName{"kiosk", "1"}));
    EXPECT_THAT(named({}), IsRefusedWith(CryptoError::malformed));
    EXPECT_THAT(named({{ou, "kiosk"}, {cn, "1"}}), IsRefusedWith(CryptoError::malformed));
    EXPECT_THAT(named({{o, "Papervault"}, {ou, "kiosk"}, {cn, "1"}}), IsRefusedWith(CryptoError::malformed));
    EXPECT_THAT(named({{o, "papervault"}, {ou, "kiosk"}}), IsRefusedWith(CryptoError::malformed));
    EXPECT_THAT(named({{o, "papervault"}, {ou, "kiosk"}, {ou, "hall"}, {cn, "1"}}),
                IsRefusedWith(CryptoError::malformed));
    EXPECT_THAT(named({{o, "papervault"}, {cn, "1"}, {cn, "2"}}), IsRefusedWith(CryptoError::malformed));
    EXPECT_THAT(named({{o, "papervault"}, {ou, "ki\0sk"s}, {cn, "1"}}), IsRefusedWith(CryptoError::malformed));
    EXPECT_THAT(named({{o, "papervault"}, {ou, "kiosk"}, {cn, "1"}, {NID_localityName, "x"}}),
                IsRefusedWith(CryptoError::malformed));
}

} // namespace
} // namespace papervault::crypto
