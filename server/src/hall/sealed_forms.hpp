#pragma once

#include "hall/history.hpp"

#include <papervault/crypto/bytes.hpp>
#include <papervault/crypto/hash.hpp>
#include <papervault/vault/error.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace papervault::server {

/// The sealed forms and pictures in the sitting's folder: "<ticket>.sealed" and "<digest>.picture". Nothing here can be
/// read without a candidate's key. Any thread; writing from one.
class SealedFormFiles {
public:
    /// @param folder  Exists before anything is written.
    explicit SealedFormFiles(std::filesystem::path folder) : folder_{std::move(folder)} {}

    // Not durable on purpose: what a power cut takes is sealed again from the package.
    [[nodiscard]] vault::Result<void> write_form(std::string_view ticket, crypto::ByteView sealed) const;
    [[nodiscard]] vault::Result<void> write_picture(const crypto::Digest& digest, crypto::ByteView sealed) const;

    /// Whether every form is as recorded, and every picture on the forms' covers is here as it should be.
    [[nodiscard]] bool are_intact(const std::map<std::string, SealedForm, std::less<>>& forms) const;

    [[nodiscard]] vault::Result<std::string> form(std::string_view ticket) const;
    /// @return not_found when the cover of the ticket's form doesn't have it.
    [[nodiscard]] vault::Result<std::string> picture(std::string_view ticket, const crypto::Digest& digest) const;

private:
    [[nodiscard]] std::filesystem::path form_file(std::string_view ticket) const;
    [[nodiscard]] std::filesystem::path picture_file(const crypto::Digest& digest) const;

    std::filesystem::path folder_;
};

} // namespace papervault::server
