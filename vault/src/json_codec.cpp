#include "json_codec.hpp"

#include <algorithm>

namespace papervault::vault {

std::unexpected<VaultFailure> malformed(const engine::EngineFailure& failure, std::string_view what)
{
    return refuse(VaultError::malformed, std::string{what} + ": " + failure.detail);
}

Result<boost::json::value> parse_document(std::string_view text, std::size_t bytes_max, std::string_view format)
{
    auto value = engine::parse_json(text, {.bytes_max = bytes_max, .depth_max = 12});
    if (!value) { return malformed(value.error(), format); }
    return *std::move(value);
}

boost::json::object document(std::string_view format)
{
    return {{"format", format}, {"version", 1}};
}

void read_document_fields(engine::JsonFields& fields, std::string_view format)
{
    if (fields.text("format", 64) != format) {
        fields.problem(engine::EngineError::malformed, "format", "is not " + std::string{format});
    }
    fields.integer("version", 1, 1);
}

Result<void> finish_document(engine::JsonFields& fields, std::string_view format)
{
    if (auto finished = fields.finish(); !finished) { return malformed(finished.error(), format); }
    return {};
}

Result<void> require_same_spelling(std::string_view text, std::string_view again, std::string_view what)
{
    if (text != again) { return refuse(VaultError::malformed, std::string{what} + " is not in canonical form"); }
    return {};
}

crypto::Digest digest_field(engine::JsonFields& fields, std::string_view name)
{
    const std::string text = fields.text(name, 64);
    const auto digest = crypto::Digest::from_hex(text);
    if (!digest) { fields.problem(engine::EngineError::malformed, name, "is not a digest"); }
    return digest.value_or(crypto::Digest{});
}

crypto::Bytes base64_field(engine::JsonFields& fields, std::string_view name, std::size_t bytes_max)
{
    const std::string text = fields.text(name, (bytes_max + 2) / 3 * 4);
    auto bytes = crypto::from_base64(text);
    if (!bytes || bytes->size() > bytes_max) {
        fields.problem(engine::EngineError::malformed, name, "is not base64");
        return {};
    }
    return *std::move(bytes);
}

crypto::Signature signature_field(engine::JsonFields& fields, std::string_view name)
{
    crypto::Signature signature{};
    const crypto::Bytes bytes = base64_field(fields, name, signature.size());
    if (bytes.size() != signature.size()) {
        fields.problem(engine::EngineError::malformed, name, "is not a signature");
        return signature;
    }
    std::ranges::copy(bytes, signature.begin());
    return signature;
}

engine::Instant instant_field(engine::JsonFields& fields, std::string_view name)
{
    const auto instant = engine::instant_from_text(fields.text(name, 40));
    if (!instant) {
        fields.problem(engine::EngineError::malformed, name, "is not a time");
        return {};
    }
    return *instant;
}

std::string hex_field(engine::JsonFields& fields, std::string_view name, std::size_t digits)
{
    std::string text = fields.text(name, digits);
    const bool lower_hex =
        std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
    if (text.size() != digits || !lower_hex) {
        fields.problem(engine::EngineError::malformed, name, "is not " + std::to_string(digits) + " hex digits");
    }
    return text;
}

std::optional<IdentityCard> card_field(engine::JsonFields& fields, std::string_view name)
{
    const boost::json::value& value = fields.member(name);
    if (!fields.good()) { return std::nullopt; }
    auto card = card_from_json(value, fields.path(name));
    if (!card) {
        fields.problem({engine::EngineError::malformed, card.error().detail});
        return std::nullopt;
    }
    return *std::move(card);
}

bool is_plain_name(std::string_view text, std::size_t bytes_max) noexcept
{
    return !text.empty() && text.size() <= bytes_max && std::ranges::all_of(text, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
               c == '-';
    });
}

} // namespace papervault::vault
