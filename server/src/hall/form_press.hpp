#pragma once

#include "hall/history.hpp"

#include <papervault/crypto/secret_buffer.hpp>
#include <papervault/engine/form.hpp>
#include <papervault/vault/package.hpp>

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

/// A picture as it stands in the package.
struct PaperPicture {
    std::string type;        ///< "image/png"
    std::string_view base64; ///< Into PaperContent::media.
};

/// The opened compartments, parsed and checked against the package's header. Holds the paper in the clear: short-lived.
struct PaperContent {
    std::map<std::string, engine::Form, std::less<>> forms; ///< By id.
    std::map<std::string, crypto::Digest, std::less<>> digests;
    std::vector<engine::Candidate> roster;
    bool one_each = false;                                     ///< Each candidate has a form of his own.
    crypto::SecretBuffer media{0};                             ///< The compartment's bytes; pictures point into it.
    std::map<std::string, PaperPicture, std::less<>> pictures; ///< By name, "media/pump.svg".

    [[nodiscard]] std::map<std::string, std::set<std::string>> items_by_form() const;
};

/// @param media  Empty where the package has no such compartment. Not copied: a picture stays where it was decrypted.
/// @return malformed when a compartment is not what it should be or the header promised another form or roster.
[[nodiscard]] vault::Result<PaperContent> read_paper_content(const vault::PackageHeader& header, crypto::ByteView paper,
                                                             crypto::ByteView roster, crypto::SecretBuffer media);

/// The key of one candidate's form; needs the sitting's form secret.
[[nodiscard]] crypto::SecretBuffer form_key_of(const crypto::SecretBuffer& form_secret, std::string_view package_id,
                                               std::string_view ticket);
/// A sealed picture: one for all candidates who see it, under a key of its own that stands in their sealed forms.
struct PressedPicture {
    std::string type;
    crypto::SecretBuffer key{0};
    crypto::Digest digest; ///< Of the sealed bytes; their name.
    std::uint64_t bytes = 0;
};
using PressedPictures = std::map<std::string, PressedPicture, std::less<>>; ///< By the picture's name.

/// @return The names of the pictures that these forms show.
[[nodiscard]] std::set<std::string> pictures_shown(const PaperContent& content);
struct SealedPictureBytes {
    PressedPicture facts;
    crypto::Bytes sealed;
};
/// @param name  One of content.pictures. @return malformed when it is no base64.
[[nodiscard]] vault::Result<SealedPictureBytes> press_picture(const PaperContent& content, std::string_view name,
                                                              std::string_view package_id,
                                                              const crypto::SecretBuffer& form_secret);

/// The candidate's own order of his form, with digest and key of each picture it shows, sealed under his key behind its
/// cover (engine/form_cover.hpp).
/// @param pictures  Has every picture that the form shows.
[[nodiscard]] vault::Result<crypto::Bytes> press_form(const PaperContent& content, const engine::Candidate& candidate,
                                                      std::string_view package_id, const PressedPictures& pictures,
                                                      const crypto::SecretBuffer& form_secret);

} // namespace papervault::server
