#include "qti/paths.hpp"

#include "qti/text.hpp"
#include "utf8.hpp"

#include <algorithm>

namespace papervault::engine::qti {
namespace {

constexpr std::size_t path_bytes_max = 4096;

std::unexpected<EngineFailure> leads_out(std::string_view reference, std::string_view why)
{
    return refuse(EngineError::inconsistent, "\"" + std::string{clipped(reference, 120)} + "\" " + std::string{why});
}

std::optional<int> hex_digit(char c) noexcept
{
    if (c >= '0' && c <= '9') { return c - '0'; }
    if (c >= 'a' && c <= 'f') { return c - 'a' + 10; }
    if (c >= 'A' && c <= 'F') { return c - 'A' + 10; }
    return std::nullopt;
}

/// A '%' that begins no code stands for itself: many programs forget to encode.
std::string decoded(std::string_view text)
{
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto high = text[at] == '%' && at + 2 < text.size() ? hex_digit(text[at + 1]) : std::nullopt;
        const auto low = high ? hex_digit(text[at + 2]) : std::nullopt;
        plain += low ? static_cast<char>(*high * 16 + *low) : text[at];
        if (low) { at += 2; }
    }
    return plain;
}

std::string encoded(std::string_view path)
{
    std::string text;
    for (const char c : path) {
        switch (c) {
        case '%': text += "%25"; break;
        case '#': text += "%23"; break;
        case '?': text += "%3F"; break;
        case ' ': text += "%20"; break;
        // Before the first '/' it would end the name of a scheme.
        case ':': text += "%3A"; break;
        default: text += c;
        }
    }
    return text;
}

/// "http:", "file:", "urn:"; RFC 3986, 3.1.
bool has_scheme(std::string_view reference) noexcept
{
    const std::size_t end = reference.find_first_of(":/?#\\");
    return end != std::string_view::npos && end > 0 && reference[end] == ':';
}

bool is_local(std::string_view reference) noexcept
{
    return !reference.empty() && reference.front() != '/' && reference.front() != '\\' && reference.front() != '#' &&
           reference.front() != '?' && !has_scheme(reference);
}

std::vector<std::string> parts_of(std::string_view path)
{
    std::vector<std::string> parts;
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/'), path.size());
        if (end > 0) { parts.emplace_back(path.substr(0, end)); }
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return parts;
}

std::string joined(std::span<const std::string> parts)
{
    std::string path;
    for (const std::string& part : parts) { path += (path.empty() ? "" : "/") + part; }
    return path;
}

Result<std::string> walked(std::string_view folder, std::string path, std::string_view reference)
{
    if (path.find('\0') != std::string::npos || path.size() + folder.size() > path_bytes_max || !is_utf8(path)) {
        return leads_out(reference, "is not a path");
    }
    std::ranges::replace(path, '\\', '/');
    if (path.starts_with('/')) { return leads_out(reference, "is not inside the package"); }
    std::vector<std::string> parts = parts_of(folder);
    for (std::string& part : parts_of(path)) {
        if (part == ".") { continue; }
        if (part != "..") {
            parts.push_back(std::move(part));
            continue;
        }
        if (parts.empty()) { return leads_out(reference, "leads out of the package"); }
        parts.pop_back();
    }
    if (parts.empty() || path.ends_with('/')) { return leads_out(reference, "is no file of the package"); }
    return joined(parts);
}

} // namespace

std::string_view folder_of(std::string_view file) noexcept
{
    const std::size_t slash = file.rfind('/');
    return slash == std::string_view::npos ? std::string_view{} : file.substr(0, slash);
}

Result<std::string> resolved_path(std::string_view file, std::string_view reference)
{
    const std::string_view word = trimmed(reference);
    if (!is_local(word)) { return leads_out(reference, "is not inside the package"); }
    return walked(folder_of(file), decoded(word.substr(0, word.find_first_of("#?"))), reference);
}

Result<std::string> checked_path(std::string_view name)
{
    return walked({}, std::string{name}, name);
}

std::string reference_to(std::string_view file, std::string_view other)
{
    const std::vector<std::string> from = parts_of(folder_of(file));
    const std::vector<std::string> to = parts_of(other);
    const auto [at_from, at_to] = std::ranges::mismatch(from, to);
    std::string text;
    for (auto part = at_from; part != from.end(); ++part) { text += "../"; }
    return text + encoded(joined(std::span{at_to, to.end()}));
}

std::string rebased(std::string_view reference, std::string_view from, std::string_view to)
{
    const std::string_view word = trimmed(reference);
    if (folder_of(from) == folder_of(to) || !is_local(word)) { return std::string{reference}; }
    const auto path = resolved_path(from, word);
    if (!path) { return std::string{reference}; }
    const std::size_t end = word.find_first_of("#?");
    return reference_to(to, *path) + std::string{end == std::string_view::npos ? std::string_view{} : word.substr(end)};
}

} // namespace papervault::engine::qti
