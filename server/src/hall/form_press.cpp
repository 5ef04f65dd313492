#include "hall/form_press.hpp"

#include "hall/media_reader.hpp"

#include <papervault/crypto/aead.hpp>
#include <papervault/crypto/kdf.hpp>
#include <papervault/crypto/random.hpp>
#include <papervault/engine/form_cover.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/vault/candidates_paper.hpp>
#include <papervault/vault/trace.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace papervault::server {
namespace {

using vault::Result;
using vault::VaultError;

constexpr std::size_t compartment_bytes_max = 256 << 20;
constexpr engine::JsonLimits content_limits{.bytes_max = compartment_bytes_max, .depth_max = 32};

/// The engine's source of randomness on top of the cipher's stream.
class OrderStream final : public engine::RandomStream {
public:
    explicit OrderStream(const crypto::Digest& seed) : stream_{seed.view(), vault::candidate_order_purpose} {}
    void fill(std::span<std::byte> out) override { stream_.fill(out); }

private:
    crypto::ChaCha20Stream stream_;
};

std::unexpected<vault::VaultFailure> unfit(std::string_view compartment, std::string_view reason)
{
    return vault::refuse(VaultError::malformed, fmt::format("compartment {}: {}", compartment, reason));
}

std::string_view text_view(crypto::ByteView bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Result<void> read_forms(const vault::PackageHeader& header, crypto::ByteView paper, PaperContent& content)
{
    auto read = vault::read_paper(header, text_view(paper));
    if (!read) { return std::unexpected{read.error()}; }
    content.one_each = read->one_each;
    for (engine::Form& form : read->forms) {
        const crypto::Digest digest = crypto::blake2b(crypto::bytes_of(engine::form_identity_text(form)));
        const auto promised = std::ranges::find(header.forms, form.id, &vault::FormSummary::id);
        if (promised == header.forms.end() || promised->spare || promised->digest != digest) {
            return unfit("paper", fmt::format("form {} is not the one that was sealed", form.id));
        }
        content.digests.emplace(form.id, digest);
        std::string id = form.id;
        if (!content.forms.emplace(std::move(id), std::move(form)).second) { return unfit("paper", "a form twice"); }
    }
    const auto promised = std::ranges::count(header.forms, false, &vault::FormSummary::spare);
    if (static_cast<std::size_t>(promised) != content.forms.size()) { return unfit("paper", "a form is missing"); }
    return {};
}

Result<void> read_roster(const vault::PackageHeader& header, crypto::ByteView roster, PaperContent& content)
{
    const auto value = engine::parse_json(text_view(roster), content_limits);
    if (!value) { return unfit("roster", value.error().detail); }
    const auto* array = value->if_array();
    if (array == nullptr) { return unfit("roster", "not an array"); }
    std::set<std::string> given;
    for (const boost::json::value& entry : *array) {
        auto candidate = engine::candidate_from_json(entry, "roster");
        if (!candidate) { return unfit("roster", candidate.error().detail); }
        if (!content.forms.contains(candidate->form_id)) {
            return unfit("roster", fmt::format("there is no form {}", candidate->form_id));
        }
        if (content.one_each && !given.insert(candidate->form_id).second) {
            return unfit("roster", fmt::format("form {} is given to two candidates", candidate->form_id));
        }
        content.roster.push_back(std::move(*candidate));
    }
    if (auto valid = engine::validate_roster(content.roster, header.batch.policy); !valid) {
        return unfit("roster", valid.error().detail);
    }
    if (static_cast<std::size_t>(header.candidates) != content.roster.size()) {
        return unfit("roster", fmt::format("{} candidates, {} were sealed", content.roster.size(), header.candidates));
    }
    return {};
}

std::set<std::string> pictures_of(const engine::Form& form)
{
    std::set<std::string> names;
    const auto add = [&names](const engine::Content& content) {
        for (std::string& name : engine::media_names(content)) { names.insert(std::move(name)); }
    };
    for (const engine::FormSection& section : form.sections) {
        for (const engine::FormItem& item : section.items) {
            add(item.item.stem);
            for (const engine::Option& option : item.item.options) { add(option.content); }
            for (const engine::Option& prompt : item.item.prompts) { add(prompt.content); }
            if (item.item.stimulus) { add(item.item.stimulus->content); }
        }
    }
    return names;
}

} // namespace

std::map<std::string, std::set<std::string>> PaperContent::items_by_form() const
{
    std::map<std::string, std::set<std::string>> items;
    for (const auto& [id, form] : forms) {
        for (const engine::FormSection& section : form.sections) {
            for (const engine::FormItem& item : section.items) { items[id].insert(item.item.id); }
        }
    }
    return items;
}

Result<PaperContent> read_paper_content(const vault::PackageHeader& header, crypto::ByteView paper,
                                        crypto::ByteView roster, crypto::SecretBuffer media)
{
    PaperContent content;
    content.media = std::move(media);
    if (auto read = read_forms(header, paper, content); !read) { return std::unexpected{read.error()}; }
    if (auto read = read_roster(header, roster, content); !read) { return std::unexpected{read.error()}; }
    if (content.media.size_bytes() != 0) {
        auto pictures = read_media(text_view(content.media.expose()));
        if (!pictures) { return unfit("media", pictures.error()); }
        content.pictures = std::move(*pictures);
    }
    for (const std::string& name : pictures_shown(content)) {
        if (!content.pictures.contains(name)) { return unfit("media", fmt::format("{} is missing", name)); }
    }
    return content;
}

crypto::SecretBuffer form_key_of(const crypto::SecretBuffer& form_secret, std::string_view package_id,
                                 std::string_view ticket)
{
    const std::string context = fmt::format("{}|{}", package_id, ticket);
    return crypto::derive_key(form_secret, "papervault.form-key.v1", crypto::bytes_of(context));
}

std::set<std::string> pictures_shown(const PaperContent& content)
{
    std::set<std::string> names;
    for (const auto& [id, form] : content.forms) { names.merge(pictures_of(form)); }
    return names;
}

Result<SealedPictureBytes> press_picture(const PaperContent& content, std::string_view name,
                                         std::string_view package_id, const crypto::SecretBuffer& form_secret)
{
    const PaperPicture& picture = content.pictures.find(name)->second;
    auto plain = crypto::from_base64(picture.base64);
    if (!plain) { return unfit("media", fmt::format("{} is no base64", name)); }
    const std::string context = fmt::format("papervault.picture.v1|{}|{}", package_id, name);
    SealedPictureBytes pressed;
    pressed.facts.type = picture.type;
    pressed.facts.key = crypto::derive_key(form_secret, "papervault.picture-key.v1", crypto::bytes_of(context));
    pressed.sealed = crypto::encrypt(pressed.facts.key, *plain, crypto::bytes_of(context));
    crypto::wipe(*plain);
    pressed.facts.digest = crypto::blake2b(pressed.sealed);
    pressed.facts.bytes = pressed.sealed.size();
    return pressed;
}

Result<crypto::Bytes> press_form(const PaperContent& content, const engine::Candidate& candidate,
                                 std::string_view package_id, const PressedPictures& pictures,
                                 const crypto::SecretBuffer& form_secret)
{
    const engine::Form& form = content.forms.at(candidate.form_id);
    OrderStream stream{
        vault::candidate_order_seed(package_id, content.digests.at(candidate.form_id), candidate.ticket)};
    boost::json::object document;
    document["page"] = engine::to_page_json(engine::permute(form, stream));
    boost::json::object media;
    std::vector<engine::SealedPicture> listed;
    for (const std::string& name : pictures_of(form)) {
        const PressedPicture& picture = pictures.find(name)->second;
        media[name] = {
            {"type", picture.type}, {"sealed", picture.digest.hex()}, {"key", crypto::to_base64(picture.key.expose())}};
        listed.push_back({.digest = picture.digest.bytes, .bytes = picture.bytes});
    }
    document["media"] = std::move(media);
    const auto cover = engine::encode_form_cover(std::move(listed));
    if (!cover) { return unfit("media", cover.error().detail); }
    std::string text = engine::canonical_json(document);
    const std::string context = fmt::format("papervault.form.v2|{}|{}|{}", package_id, candidate.ticket, *cover);
    const crypto::Bytes sealed = crypto::encrypt(form_key_of(form_secret, package_id, candidate.ticket),
                                                 crypto::bytes_of(text), crypto::bytes_of(context));
    crypto::wipe(std::as_writable_bytes(std::span{text}));
    crypto::Bytes covered;
    covered.reserve(cover->size() + sealed.size());
    const auto cover_bytes = crypto::bytes_of(*cover);
    covered.insert(covered.end(), cover_bytes.begin(), cover_bytes.end());
    covered.insert(covered.end(), sealed.begin(), sealed.end());
    return covered;
}

} // namespace papervault::server
