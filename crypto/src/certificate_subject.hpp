#pragma once

#include "openssl_handles.hpp"

#include <papervault/crypto/certificate.hpp>

#include <span>
#include <string>

/// Names in certificates: our subjects, and the subject alternative names of servers.
namespace papervault::crypto::openssl {

[[nodiscard]] Result<NameHandle> subject_of(const CertificateName& name);
[[nodiscard]] Result<CertificateName> read_subject(const X509& certificate);
/// @return Null for an empty list.
[[nodiscard]] Result<GeneralNamesHandle> alternative_names_of(std::span<const std::string> dns_or_ip_names);

} // namespace papervault::crypto::openssl
