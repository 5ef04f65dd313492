#include <papervault/client/opened_form.hpp>

#include <papervault/crypto/aead.hpp>
#include <papervault/engine/content.hpp>
#include <papervault/engine/json.hpp>

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace papervault::client {
namespace {

constexpr std::size_t sections_max = 50;
constexpr std::size_t items_max = 1000;
constexpr std::size_t options_max = 26;
constexpr std::int64_t blanks_max = 20;
constexpr std::size_t pictures_max = engine::form_pictures_max;
constexpr std::size_t name_bytes_max = 200;
constexpr std::array<std::string_view, 5> picture_types{"image/svg+xml", "image/png", "image/jpeg", "image/gif",
                                                        "image/webp"};

std::string_view text_view(const crypto::SecretBuffer& bytes)
{
    const auto view = bytes.expose();
    return {reinterpret_cast<const char*>(view.data()), view.size()};
}

std::unexpected<ClientFailure> malformed(const engine::EngineFailure& failure)
{
    // The detail names the place of the fault, which is no part of the paper.
    return refuse(ClientError::malformed, "form: " + failure.detail);
}

Result<FormItem> read_item(const boost::json::value& value, engine::Decimal& points)
{
    engine::JsonFields fields{value, "item"};
    FormItem item;
    item.id = fields.text("id", 64);
    const auto type = engine::item_type_from_text(fields.text("type", 16));
    if (!type) { fields.problem(engine::EngineError::out_of_range, "type", "no type of item"); }
    item.type = type.value_or(engine::ItemType::single_choice);
    item.blanks = static_cast<int>(fields.optional_integer("blanks", 0, blanks_max).value_or(0));
    points += fields.decimal("points", engine::Decimal{}, engine::Decimal::from_integer(10'000));
    if (fields.has("options")) {
        for (const auto& option : fields.array("options", options_max)) {
            engine::JsonFields option_fields{option, "option"};
            item.options.push_back(option_fields.text("id", 64));
            if (const auto read = option_fields.finish_ignoring_unknown(); !read) { return malformed(read.error()); }
        }
    }
    if (const auto read = fields.finish_ignoring_unknown(); !read) { return malformed(read.error()); }
    return item;
}

Result<void> read_items(const boost::json::value& page, OpenedForm& form)
{
    engine::JsonFields fields{page, "page"};
    form.id = fields.text("form", 64);
    std::set<std::string, std::less<>> ids;
    for (const auto& section : fields.array("sections", sections_max)) {
        engine::JsonFields section_fields{section, "section"};
        for (const auto& value : section_fields.array("items", items_max)) {
            auto item = read_item(value, form.points);
            if (!item) { return std::unexpected{item.error()}; }
            if (!ids.insert(item->id).second) { return refuse(ClientError::malformed, "form: an item comes twice"); }
            form.items.push_back(std::move(*item));
        }
        if (const auto read = section_fields.finish_ignoring_unknown(); !read) { return malformed(read.error()); }
    }
    if (const auto read = fields.finish_ignoring_unknown(); !read) { return malformed(read.error()); }
    if (form.items.empty() || form.items.size() > items_max) {
        return refuse(ClientError::malformed, "form: no items, or too many");
    }
    return {};
}

/// A picture of the form: where its sealed bytes are and what opens them.
Result<FormPicture> open_picture(std::string_view name, const boost::json::value& value, std::string_view package_id,
                                 const engine::FormCover& cover, const SealedPictures& pictures)
{
    engine::JsonFields fields{value, "picture"};
    FormPicture picture{.type = fields.text("type", 32), .bytes = crypto::SecretBuffer{0}};
    const auto digest = crypto::Digest::from_hex(fields.text("sealed", 64));
    std::string key_text = fields.text("key", 64);
    if (const auto read = fields.finish(); !read) { return malformed(read.error()); }
    if (std::ranges::find(picture_types, picture.type) == picture_types.end()) {
        return refuse(ClientError::malformed, "form: a picture's type");
    }
    auto key_bytes = crypto::from_base64(key_text);
    crypto::wipe(std::as_writable_bytes(std::span{key_text}));
    if (!digest || !key_bytes || key_bytes->size() != crypto::aead_key_bytes) {
        return refuse(ClientError::malformed, "form: a picture's digest or key");
    }
    const auto key = crypto::SecretBuffer::copy_of(*key_bytes);
    crypto::wipe(*key_bytes);
    const auto listed = std::ranges::binary_search(cover.pictures, digest->bytes, {}, &engine::SealedPicture::digest);
    const auto sealed = pictures.find(*digest);
    if (!listed || sealed == pictures.end()) {
        return refuse(ClientError::not_trusted, "form: a picture that was not announced");
    }
    std::string associated{"papervault.picture.v1|"};
    associated.append(package_id).append("|").append(name);
    auto opened = crypto::decrypt_secret(key, sealed->second, crypto::bytes_of(associated));
    if (!opened) { return refuse(ClientError::not_trusted, "the key does not open a picture"); }
    picture.bytes = std::move(*opened);
    return picture;
}

Result<void> read_pictures(const boost::json::value& media, std::string_view package_id, const engine::FormCover& cover,
                           const SealedPictures& sealed, OpenedForm& form)
{
    const auto* pictures = media.if_object();
    if (pictures == nullptr || pictures->size() > pictures_max) {
        return refuse(ClientError::malformed, "form: media is no list of pictures");
    }
    for (const auto& [name, value] : *pictures) {
        if (name.size() > name_bytes_max || !engine::is_media_name(name)) {
            return refuse(ClientError::malformed, "form: a picture's name");
        }
        auto picture = open_picture(name, value, package_id, cover, sealed);
        if (!picture) { return std::unexpected{picture.error()}; }
        form.pictures.insert_or_assign(std::string{name}, std::move(*picture));
    }
    return {};
}

} // namespace

const FormItem* OpenedForm::find(std::string_view item_id) const noexcept
{
    const auto found = std::ranges::find(items, item_id, &FormItem::id);
    return found == items.end() ? nullptr : &*found;
}

Result<std::vector<engine::SealedPicture>> pictures_of_sealed_form(crypto::ByteView sealed)
{
    auto cover = engine::read_form_cover(sealed);
    if (!cover) { return refuse(ClientError::malformed, cover.error().detail); }
    return std::move(cover->pictures);
}

Result<OpenedForm> open_sealed_form(crypto::ByteView sealed, const crypto::Digest& digest,
                                    const crypto::SecretBuffer& key, FormContext context,
                                    const SealedPictures& pictures)
{
    if (crypto::blake2b(sealed) != digest) {
        return refuse(ClientError::not_trusted, "the sealed form is not the one that the hall announced");
    }
    const auto cover = engine::read_form_cover(sealed);
    if (!cover) { return refuse(ClientError::malformed, cover.error().detail); }
    std::string associated{"papervault.form.v2|"};
    associated.append(context.package_id).append("|").append(context.ticket).append("|");
    associated += crypto::text_of(sealed.first(cover->cover_bytes));
    const auto opened = crypto::decrypt_secret(key, sealed.subspan(cover->cover_bytes), crypto::bytes_of(associated));
    if (!opened) { return refuse(ClientError::not_trusted, "the key does not open the form"); }

    const auto document = engine::parse_json(text_view(*opened), {.bytes_max = sealed_form_bytes_max, .depth_max = 32});
    if (!document) { return malformed(document.error()); }
    engine::JsonFields fields{*document, ""};
    const auto& page = fields.member("page");
    const auto& media = fields.member("media");
    if (const auto read = fields.finish(); !read) { return malformed(read.error()); }

    OpenedForm form{.id = {}, .page_json = crypto::SecretBuffer{0}, .items = {}, .points = {}, .pictures = {}};
    if (const auto read = read_items(page, form); !read) { return std::unexpected{read.error()}; }
    if (const auto read = read_pictures(media, context.package_id, *cover, pictures, form); !read) {
        return std::unexpected{read.error()};
    }
    std::string page_json = boost::json::serialize(page);
    form.page_json = crypto::SecretBuffer::copy_of(crypto::bytes_of(page_json));
    crypto::wipe(std::as_writable_bytes(std::span{page_json}));
    return form;
}

} // namespace papervault::client
