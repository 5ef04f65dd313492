#pragma once

#include "hall/history.hpp"

#include <papervault/crypto/secret_buffer.hpp>
#include <papervault/engine/form.hpp>
#include <papervault/vault/package.hpp>

#include <boost/json/object.hpp>

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// From an opened package to what each candidate may see (docs/protocol.md, "The sealed form").
namespace papervault::server {

/// How a candidate's order is derived; stands in the journal.
inline constexpr std::string_view order_rule =
    "ChaCha20 stream 'form-order' of BLAKE2b 'papervault.form-order.v1' (package id, form digest, ticket)";

/// The opened compartments, parsed and checked against the package's header. Holds the paper in the clear: short-lived.
struct PaperContent {
    std::map<std::string, engine::Form, std::less<>> forms; ///< By id.
    std::map<std::string, crypto::Digest, std::less<>> digests;
    std::vector<engine::Candidate> roster;
    bool one_each = false;     ///< Each candidate has a form of his own.
    boost::json::object media; ///< Name → {"type","base64"}.

    [[nodiscard]] std::map<std::string, std::set<std::string>> items_by_form() const;
};

/// @param media  Empty where the package has no such compartment.
/// @return malformed when a compartment is not what it should be or the header promised another form or roster.
[[nodiscard]] vault::Result<PaperContent> read_paper_content(const vault::PackageHeader& header, crypto::ByteView paper,
                                                             crypto::ByteView roster, crypto::ByteView media);

/// The key of one candidate's form; needs the sitting's form secret.
[[nodiscard]] crypto::SecretBuffer form_key_of(const crypto::SecretBuffer& form_secret, std::string_view package_id,
                                               std::string_view ticket);
/// The candidate's own order of his form, with the pictures it shows, sealed under his key.
[[nodiscard]] crypto::Bytes press_form(const PaperContent& content, const engine::Candidate& candidate,
                                       std::string_view package_id, const crypto::SecretBuffer& form_secret);

} // namespace papervault::server
