#include "certificate_subject.hpp"

#include <algorithm>
#include <optional>

namespace papervault::crypto::openssl {

namespace {

constexpr std::string_view organisation = "papervault";
constexpr std::size_t name_characters_max = 64; // RFC 5280: ub-common-name, ub-organizational-unit-name
constexpr std::size_t alternative_names_max = 64;
constexpr std::size_t host_name_bytes_max = 253;
constexpr std::size_t host_label_bytes_max = 63;

struct OpenSslFree {
    void operator()(void* memory) const noexcept { OPENSSL_free(memory); }
};

bool is_control_character(std::string_view text, std::size_t at)
{
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x20 || byte == 0x7f) { return true; }
    const bool follows_c2 = at > 0 && static_cast<unsigned char>(text[at - 1]) == 0xc2;
    return follows_c2 && byte < 0xa0; // U+0080 to U+009F
}

/// OpenSSL counts the characters and refuses what is not UTF-8 when the name is built; the rest is ours to check.
bool is_plain_text(std::string_view text)
{
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (is_control_character(text, at)) { return false; }
    }
    return !text.empty() && text.size() <= 4 * name_characters_max;
}

bool add_entry(X509_NAME& name, int field, std::string_view text)
{
    return X509_NAME_add_entry_by_NID(&name, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text.data()),
                                      static_cast<int>(text.size()), -1, 0) == 1;
}

/// The text of the only entry of this kind.
std::optional<std::string> only_entry(const X509_NAME& name, int field)
{
    const int at = X509_NAME_get_index_by_NID(&name, field, -1);
    if (at < 0 || X509_NAME_get_index_by_NID(&name, field, at) >= 0) { return std::nullopt; }
    unsigned char* utf8 = nullptr;
    const int length = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(&name, at)));
    if (length < 0) { return std::nullopt; }
    const std::unique_ptr<unsigned char, OpenSslFree> owner{utf8};
    return std::string{reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(length)};
}

bool is_host_label(std::string_view label)
{
    const auto is_allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    };
    return !label.empty() && label.size() <= host_label_bytes_max && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label, is_allowed);
}

bool is_host_name(std::string_view text)
{
    if (text.size() > host_name_bytes_max) { return false; }
    for (;;) {
        const auto dot = text.find('.');
        const std::string_view label = text.substr(0, dot);
        if (!is_host_label(label)) { return false; }
        if (dot == std::string_view::npos) {
            return label.find_first_not_of("0123456789") != std::string_view::npos; // else it looks like an address
        }
        text.remove_prefix(dot + 1);
    }
}

GeneralNameHandle alternative_name(const std::string& text)
{
    const bool may_be_address = text.find_first_not_of("0123456789abcdefABCDEF.:") == std::string::npos;
    GeneralNameHandle name{GENERAL_NAME_new()};
    if (!name) { return nullptr; }
    if (ASN1_OCTET_STRING* const address = may_be_address ? a2i_IPADDRESS(text.c_str()) : nullptr) {
        GENERAL_NAME_set0_value(name.get(), GEN_IPADD, address);
        return name;
    }
    if (!is_host_name(text)) { return nullptr; }
    ASN1_IA5STRING* const host = ASN1_IA5STRING_new();
    if (host == nullptr) { return nullptr; }
    GENERAL_NAME_set0_value(name.get(), GEN_DNS, host);
    if (ASN1_STRING_set(host, text.data(), static_cast<int>(text.size())) != 1) { return nullptr; }
    return name;
}

} // namespace

Result<NameHandle> subject_of(const CertificateName& name)
{
    if (!is_plain_text(name.role) || !is_plain_text(name.name)) {
        return refuse(CryptoError::malformed, "role and name have 1 to 64 characters, without control characters");
    }
    NameHandle subject{X509_NAME_new()};
    if (!subject || !add_entry(*subject, NID_organizationName, organisation) ||
        !add_entry(*subject, NID_organizationalUnitName, name.role) ||
        !add_entry(*subject, NID_commonName, name.name)) {
        return refuse_with_reason(CryptoError::malformed, "role and name have 1 to 64 characters of UTF-8");
    }
    return subject;
}

Result<CertificateName> read_subject(const X509& certificate)
{
    const X509_NAME* const subject = X509_get_subject_name(&certificate);
    if (subject == nullptr || X509_NAME_entry_count(subject) != 3 ||
        only_entry(*subject, NID_organizationName) != organisation) {
        return refuse(CryptoError::malformed, "the certificate is not one of ours");
    }
    const auto role = only_entry(*subject, NID_organizationalUnitName);
    const auto name = only_entry(*subject, NID_commonName);
    if (!role || !name) { return refuse(CryptoError::malformed, "the certificate names no role or nobody"); }
    CertificateName read{*role, *name};
    if (auto checked = subject_of(read); !checked) { return std::unexpected{checked.error()}; }
    return read;
}

Result<GeneralNamesHandle> alternative_names_of(std::span<const std::string> dns_or_ip_names)
{
    if (dns_or_ip_names.empty()) { return GeneralNamesHandle{}; }
    if (dns_or_ip_names.size() > alternative_names_max) {
        return refuse(CryptoError::too_large, "more than 64 names in a certificate");
    }
    GeneralNamesHandle names{GENERAL_NAMES_new()};
    for (const std::string& text : dns_or_ip_names) {
        GeneralNameHandle name = alternative_name(text);
        if (!name) { return refuse_with_reason(CryptoError::malformed, "neither a host name nor an IP address"); }
        if (!names || sk_GENERAL_NAME_push(names.get(), name.get()) <= 0) {
            return refuse_with_reason(CryptoError::unavailable, "could not list the names");
        }
        std::ignore = name.release(); // the list owns it now
    }
    return names;
}

} // namespace papervault::crypto::openssl
