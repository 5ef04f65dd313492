#include "hall/sealed_forms.hpp"

#include <papervault/engine/form_cover.hpp>
#include <papervault/vault/files.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <set>

#include <fcntl.h>
#include <unistd.h>

namespace papervault::server {
namespace {

using vault::Result;
using vault::VaultError;

constexpr std::size_t sealed_form_bytes_max = 512 << 20;
/// More than the longest cover.
constexpr std::size_t cover_bytes_max = 64 * 1024;
static_assert(8 + 40 * engine::form_pictures_max <= cover_bytes_max);

Result<void> write_file(const std::filesystem::path& file, crypto::ByteView bytes)
{
    const int descriptor = ::open(file.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool good = descriptor >= 0;
    while (good && !bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) { continue; }
        good = written > 0;
        if (good) { bytes = bytes.subspan(static_cast<std::size_t>(written)); }
    }
    const int error = errno;
    if (descriptor >= 0) { ::close(descriptor); }
    if (good) { return {}; }
    return vault::refuse(VaultError::storage_failed,
                         fmt::format("can't write {}: {}", file.string(), std::strerror(error)));
}

/// Enough of the file for the cover; empty when it can't be read.
crypto::Bytes beginning_of(const std::filesystem::path& file)
{
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0) { return {}; }
    crypto::Bytes bytes(cover_bytes_max);
    std::size_t got = 0;
    for (ssize_t more = 1; more > 0 && got < bytes.size();) {
        more = ::pread(descriptor, bytes.data() + got, bytes.size() - got, static_cast<off_t>(got));
        if (more > 0) { got += static_cast<std::size_t>(more); }
    }
    ::close(descriptor);
    bytes.resize(got);
    return bytes;
}

} // namespace

std::filesystem::path SealedFormFiles::form_file(std::string_view ticket) const
{
    // Tickets have no '/' and no '.', so they can't leave the folder and can't be a picture.
    return folder_ / (std::string{ticket} + ".sealed");
}

std::filesystem::path SealedFormFiles::picture_file(const crypto::Digest& digest) const
{
    return folder_ / (digest.hex() + ".picture");
}

Result<void> SealedFormFiles::write_form(std::string_view ticket, crypto::ByteView sealed) const
{
    return write_file(form_file(ticket), sealed);
}

Result<void> SealedFormFiles::write_picture(const crypto::Digest& digest, crypto::ByteView sealed) const
{
    return write_file(picture_file(digest), sealed);
}

bool SealedFormFiles::are_intact(const std::map<std::string, SealedForm, std::less<>>& forms) const
{
    std::set<engine::SealedPicture> pictures;
    const auto form_is_intact = [&](const auto& entry) {
        const auto& [ticket, form] = entry;
        const auto bytes = vault::read_file(form_file(ticket), sealed_form_bytes_max);
        if (!bytes || bytes->size() != form.bytes || crypto::blake2b(*bytes) != form.digest) { return false; }
        const auto cover = engine::read_form_cover(*bytes);
        if (!cover) { return false; }
        pictures.insert(cover->pictures.begin(), cover->pictures.end());
        return true;
    };
    const auto picture_is_intact = [&](const engine::SealedPicture& picture) {
        const crypto::Digest digest{picture.digest};
        const auto bytes = vault::read_file(picture_file(digest), sealed_form_bytes_max);
        return bytes && bytes->size() == picture.bytes && crypto::blake2b(*bytes) == digest;
    };
    return std::ranges::all_of(forms, form_is_intact) && std::ranges::all_of(pictures, picture_is_intact);
}

Result<std::string> SealedFormFiles::form(std::string_view ticket) const
{
    return vault::read_text_file(form_file(ticket), sealed_form_bytes_max);
}

Result<std::string> SealedFormFiles::picture(std::string_view ticket, const crypto::Digest& digest) const
{
    const auto cover = engine::read_form_cover(beginning_of(form_file(ticket)));
    if (!cover) { return vault::refuse(VaultError::storage_failed, "the sealed form can't be read"); }
    if (!std::ranges::binary_search(cover->pictures, digest.bytes, {}, &engine::SealedPicture::digest)) {
        return vault::refuse(VaultError::not_found, "no picture of this candidate's form");
    }
    return vault::read_text_file(picture_file(digest), sealed_form_bytes_max);
}

} // namespace papervault::server
