#include <papervault/vault/preview.hpp>

#include <algorithm>

namespace papervault::vault {
namespace {

constexpr std::size_t purpose_bytes_max = 500;

Result<void> may_look(OfficeVault& vault, const PreviewRequest& request)
{
    if (!vault.require(Role::manager) && !vault.require(Role::sealer) && !vault.require(Role::supervisor)) {
        return refuse(VaultError::not_permitted,
                      vault.actor().name + " neither makes papers nor supervises it (manager, sealer or supervisor)");
    }
    if (request.purpose.empty() || request.purpose.size() > purpose_bytes_max) {
        return refuse(VaultError::malformed, "a look into a paper needs a purpose of at most 500 bytes (B5)");
    }
    if (request.form_ids.empty() || request.form_ids.size() > 2) {
        return refuse(VaultError::malformed, "one form, or two to be compared");
    }
    if (request.with_keys) {
        if (const auto key = vault.answers_key(); !key) { return std::unexpected{key.error()}; }
    }
    Statement sealed = vault.database().prepare("SELECT id FROM packages WHERE draw_id = ?");
    sealed.bind(request.draw_id);
    if (sealed.step()) {
        return refuse(VaultError::conflict, "draw " + request.draw_id + " is sealed in package " + sealed.text(0) +
                                                "; nobody opens a sealed paper (V3)");
    }
    return {};
}

Result<void> gather(OfficeVault& vault, bool with_keys, PaperPreview& preview)
{
    ItemBank bank{vault};
    for (const engine::Form& form : preview.forms) {
        for (const engine::FormSection& section : form.sections) {
            for (const engine::FormItem& entry : section.items) {
                std::vector<std::string> names = engine::media_names(entry.item.stem);
                for (const engine::Option& option : entry.item.options) {
                    std::ranges::copy(engine::media_names(option.content), std::back_inserter(names));
                }
                for (const std::string& name : names) {
                    if (preview.media.contains(name)) { continue; }
                    auto media = bank.media(name);
                    if (!media) { return std::unexpected{media.error()}; }
                    preview.media.emplace(name, std::move(*media));
                }
                if (!with_keys || preview.keys.contains(entry.item.id)) { continue; }
                auto key = bank.key(entry.item.id, entry.item.version);
                if (!key) { return std::unexpected{key.error()}; }
                preview.keys.emplace(entry.item.id, std::move(*key));
            }
        }
    }
    return {};
}

} // namespace

Result<PaperPreview> open_preview(OfficeVault& vault, const PreviewRequest& request, engine::Instant now)
{
    return guarded([&]() -> Result<PaperPreview> {
        if (auto allowed = may_look(vault, request); !allowed) { return std::unexpected{allowed.error()}; }
        DrawRegister draws{vault};
        const auto record = draws.find(request.draw_id);
        if (!record) { return std::unexpected{record.error()}; }
        PaperPreview preview{.draw_id = record->id,
                             .draw_digest = record->digest,
                             .viewer = vault.actor().name,
                             .at = now,
                             .forms = {},
                             .keys = {},
                             .media = {},
                             .spacing = {}};
        for (const std::string& id : request.form_ids) {
            auto form = draws.form(*record, id);
            if (!form) { return std::unexpected{form.error()}; }
            preview.forms.push_back(std::move(*form));
        }
        if (auto gathered = gather(vault, request.with_keys, preview); !gathered) {
            return std::unexpected{gathered.error()};
        }
        const auto recorded = vault.record(request.with_keys ? "draw.preview_with_keys" : "draw.preview", now,
                                           [&](Database&) -> Result<boost::json::object> {
                                               boost::json::array forms;
                                               for (const std::string& id : request.form_ids) {
                                                   forms.push_back(boost::json::string{id});
                                               }
                                               return boost::json::object{{"draw", record->id},
                                                                          {"forms", std::move(forms)},
                                                                          {"purpose", request.purpose}};
                                           });
        if (!recorded) { return std::unexpected{recorded.error()}; }
        return preview;
    });
}

} // namespace papervault::vault
