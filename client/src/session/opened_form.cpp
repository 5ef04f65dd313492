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
constexpr std::size_t pictures_max = 1000;
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

Result<void> read_pictures(const boost::json::value& media, OpenedForm& form)
{
    const auto* pictures = media.if_object();
    if (pictures == nullptr || pictures->size() > pictures_max) {
        return refuse(ClientError::malformed, "form: media is no list of pictures");
    }
    for (const auto& [name, value] : *pictures) {
        if (name.size() > name_bytes_max || !engine::is_media_name(name)) {
            return refuse(ClientError::malformed, "form: a picture's name");
        }
        engine::JsonFields fields{value, "picture"};
        std::string type = fields.text("type", 32);
        const auto& encoded = fields.member("base64");
        if (const auto read = fields.finish(); !read) { return malformed(read.error()); }
        if (std::ranges::find(picture_types, type) == picture_types.end() || !encoded.is_string()) {
            return refuse(ClientError::malformed, "form: a picture's type");
        }
        auto bytes = crypto::from_base64(encoded.get_string());
        if (!bytes) { return refuse(ClientError::malformed, "form: a picture's base64"); }
        form.pictures.insert_or_assign(
            std::string{name}, FormPicture{.type = std::move(type), .bytes = crypto::SecretBuffer::copy_of(*bytes)});
        crypto::wipe(*bytes);
    }
    return {};
}

} // namespace

const FormItem* OpenedForm::find(std::string_view item_id) const noexcept
{
    const auto found = std::ranges::find(items, item_id, &FormItem::id);
    return found == items.end() ? nullptr : &*found;
}

Result<OpenedForm> open_sealed_form(crypto::ByteView sealed, const crypto::Digest& digest,
                                    const crypto::SecretBuffer& key, FormContext context)
{
    if (crypto::blake2b(sealed) != digest) {
        return refuse(ClientError::not_trusted, "the sealed form is not the one that the hall announced");
    }
    std::string associated{"papervault.form.v1|"};
    associated.append(context.package_id).append("|").append(context.ticket);
    const auto opened = crypto::decrypt_secret(key, sealed, crypto::bytes_of(associated));
    if (!opened) { return refuse(ClientError::not_trusted, "the key does not open the form"); }

    const auto document = engine::parse_json(text_view(*opened), {.bytes_max = sealed_form_bytes_max, .depth_max = 32});
    if (!document) { return malformed(document.error()); }
    engine::JsonFields fields{*document, ""};
    const auto& page = fields.member("page");
    const auto& media = fields.member("media");
    if (const auto read = fields.finish(); !read) { return malformed(read.error()); }

    OpenedForm form{.id = {}, .page_json = crypto::SecretBuffer{0}, .items = {}, .points = {}, .pictures = {}};
    if (const auto read = read_items(page, form); !read) { return std::unexpected{read.error()}; }
    if (const auto read = read_pictures(media, form); !read) { return std::unexpected{read.error()}; }
    std::string page_json = boost::json::serialize(page);
    form.page_json = crypto::SecretBuffer::copy_of(crypto::bytes_of(page_json));
    crypto::wipe(std::as_writable_bytes(std::span{page_json}));
    return form;
}

} // namespace papervault::client
