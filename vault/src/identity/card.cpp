#include <papervault/vault/identity.hpp>

#include "json_codec.hpp"

#include <papervault/vault/files.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

namespace papervault::vault {
namespace {

constexpr std::string_view card_format = "papervault-card";
constexpr std::size_t card_bytes_max = 4096;
constexpr std::size_t name_bytes_max = 64;

struct CodePointRange {
    char32_t first;
    char32_t last;
};
/// Invisible, or turning the direction of what follows.
constexpr std::array unprintable{
    CodePointRange{0x0000, 0x001F},   CodePointRange{0x007F, 0x009F}, CodePointRange{0x00AD, 0x00AD},
    CodePointRange{0x061C, 0x061C},   CodePointRange{0x180E, 0x180E}, CodePointRange{0x200B, 0x200F},
    CodePointRange{0x2028, 0x202E},   CodePointRange{0x2060, 0x206F}, CodePointRange{0xD800, 0xDFFF},
    CodePointRange{0xFE00, 0xFE0F},   CodePointRange{0xFEFF, 0xFEFF}, CodePointRange{0xFFF0, 0xFFFF},
    CodePointRange{0xE0000, 0xE0FFF},
};

/// Takes one code point off the front; nothing for bytes that are not UTF-8 in its shortest form.
std::optional<char32_t> take_code_point(std::string_view& text) noexcept
{
    const auto lead = static_cast<unsigned char>(text.front());
    std::size_t length = 1;
    char32_t code = lead;
    char32_t lowest = 0;
    if (lead >= 0xF0) {
        length = 4;
        code = lead & 0x07U;
        lowest = 0x10000;
    } else if (lead >= 0xE0) {
        length = 3;
        code = lead & 0x0FU;
        lowest = 0x800;
    } else if (lead >= 0xC0) {
        length = 2;
        code = lead & 0x1FU;
        lowest = 0x80;
    } else if (lead >= 0x80) {
        return std::nullopt;
    }
    if (lead >= 0xF8 || text.size() < length) { return std::nullopt; }
    for (std::size_t i = 1; i < length; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        if ((next & 0xC0U) != 0x80U) { return std::nullopt; }
        code = (code << 6U) | (next & 0x3FU);
    }
    if (code < lowest || code > 0x10FFFF) { return std::nullopt; }
    text.remove_prefix(length);
    return code;
}

bool is_printable(char32_t code) noexcept
{
    return std::ranges::none_of(
        unprintable, [code](const CodePointRange& range) { return code >= range.first && code <= range.last; });
}

std::string card_file_text(const IdentityCard& card)
{
    auto json = document(card_format);
    json["card"] = to_json(card);
    return engine::canonical_json(json);
}

template <class Key>
std::optional<Key> key_field(engine::JsonFields& fields, std::string_view name)
{
    auto key = Key::from_text(fields.text(name, 88));
    if (!key) {
        fields.problem(engine::EngineError::malformed, name, key.error().detail);
        return std::nullopt;
    }
    return *std::move(key);
}

} // namespace

bool is_identity_name(std::string_view name) noexcept
{
    if (name.empty() || name.size() > name_bytes_max || name.front() == ' ' || name.back() == ' ') { return false; }
    while (!name.empty()) {
        const auto code = take_code_point(name);
        if (!code || !is_printable(*code)) { return false; }
    }
    return true;
}

std::string IdentityCard::id() const
{
    return crypto::blake2b("papervault.identity.v1", {sign_key.view(), box_key.view()}).hex().substr(0, 16);
}

boost::json::value to_json(const IdentityCard& card)
{
    return {{"name", card.name}, {"sign_key", card.sign_key.to_text()}, {"box_key", card.box_key.to_text()}};
}

Result<IdentityCard> card_from_json(const boost::json::value& value, std::string_view where)
{
    engine::JsonFields fields{value, where};
    std::string name = fields.text("name", name_bytes_max);
    const auto sign_key = key_field<crypto::VerifyKey>(fields, "sign_key");
    const auto box_key = key_field<crypto::BoxPublicKey>(fields, "box_key");
    if (!is_identity_name(name)) {
        fields.problem(engine::EngineError::malformed, "name", "is not a printable name of 1 to 64 bytes");
    }
    if (sign_key && box_key && sign_key->suite() != box_key->suite()) {
        fields.problem(engine::EngineError::malformed, "box_key", "is of another suite than sign_key");
    }
    if (auto finished = fields.finish(); !finished) { return malformed(finished.error(), "identity card"); }
    return IdentityCard{.name = std::move(name), .sign_key = sign_key.value(), .box_key = box_key.value()};
}

Result<void> write_card(const IdentityCard& card, const std::filesystem::path& file)
{
    return write_file_durably(file, crypto::bytes_of(card_file_text(card)), false, 0644);
}

Result<IdentityCard> read_card(const std::filesystem::path& file)
{
    const auto text = read_text_file(file, card_bytes_max);
    if (!text) { return std::unexpected{text.error()}; }
    auto value = parse_document(*text, card_bytes_max, card_format);
    if (!value) { return std::unexpected{value.error()}; }
    engine::JsonFields fields{*value, ""};
    read_document_fields(fields, card_format);
    auto card = card_field(fields, "card");
    if (auto finished = finish_document(fields, card_format); !finished) { return std::unexpected{finished.error()}; }
    if (auto same = require_same_spelling(*text, card_file_text(*card), card_format); !same) {
        return std::unexpected{same.error()};
    }
    return *std::move(card);
}

} // namespace papervault::vault
