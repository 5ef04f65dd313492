#pragma once

#include <papervault/crypto/bytes.hpp>
#include <papervault/vault/identity.hpp>

#include <boost/json/value.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// Takes a package or answers file apart and puts it together again as an attacker would: written from
/// docs/package-format.md alone, without the code under test.
namespace papervault::vault::test {

struct Anatomy {
    std::string magic;
    std::string header;
    std::string signature_block;
    crypto::Bytes body;
};
[[nodiscard]] Anatomy take_apart(crypto::ByteView file);
[[nodiscard]] crypto::Bytes put_together(const Anatomy& anatomy);

/// Changes the header's JSON and writes it canonically again; the signatures stay what they were.
void edit_header(Anatomy& anatomy, const std::function<void(boost::json::object&)>& edit);

struct Signer {
    std::string label; ///< The id that the signature block says.
    const Identity* identity;
};
void sign_again(Anatomy& anatomy, const std::vector<Signer>& signers,
                std::string_view purpose = "papervault.package.v1");

} // namespace papervault::vault::test
