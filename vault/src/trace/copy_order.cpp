#include <papervault/vault/trace.hpp>

#include "trace/order_stream.hpp"

#include <papervault/crypto/kdf.hpp>

namespace papervault::vault {

crypto::Digest candidate_order_seed(std::string_view package_id, const crypto::Digest& form_digest,
                                    std::string_view ticket)
{
    return crypto::blake2b("papervault.form-order.v1",
                           {crypto::bytes_of(package_id), form_digest.view(), crypto::bytes_of(ticket)});
}

CopyOrder order_of(const engine::Form& form, std::string id, std::string kind, std::string holder)
{
    CopyOrder order{.id = std::move(id),
                    .kind = std::move(kind),
                    .holder = std::move(holder),
                    .form_id = form.id,
                    .sections = {},
                    .options = {},
                    .spacing = {}};
    for (const engine::FormSection& section : form.sections) {
        CopyOrder::Section listed{.items = {}, .note = section.note};
        for (const engine::FormItem& entry : section.items) {
            listed.items.push_back(entry.item.id);
            if (!entry.item.shuffle_options || entry.item.options.empty()) { continue; }
            auto& options = order.options[entry.item.id];
            for (const engine::Option& option : entry.item.options) { options.push_back(option.id); }
        }
        order.sections.push_back(std::move(listed));
    }
    return order;
}

std::vector<std::string> wordings_of(std::string_view note)
{
    const std::string text{note};
    if (text.empty()) { return {text}; }
    return {text, text + "。", "（" + text + "）", "本部分：" + text};
}

engine::Form mark_copy(const engine::Form& form, const crypto::SecretBuffer& copy_key, std::string_view copy_id)
{
    const std::string context = form.id + "|" + std::string{copy_id};
    const crypto::SecretBuffer seed =
        crypto::derive_key(copy_key, "papervault.copy-marks.v1", crypto::bytes_of(context));
    OrderStream order{crypto::ChaCha20Stream{seed, "copy-order"}};
    engine::Form marked = engine::permute(form, order);
    OrderStream words{crypto::ChaCha20Stream{seed, "copy-wording"}};
    engine::RandomIntegers choice{words};
    for (engine::FormSection& section : marked.sections) {
        auto wordings = wordings_of(section.note);
        section.note = wordings[choice.below(wordings.size())];
    }
    return marked;
}

} // namespace papervault::vault
