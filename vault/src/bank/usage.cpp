#include "bank/usage.hpp"

#include <papervault/engine/json.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <set>

namespace papervault::vault {

Result<std::map<std::string, ItemUsage, std::less<>>> usage_of_items(Database& database)
{
    std::map<std::string, ItemUsage, std::less<>> usage;
    Statement count = database.prepare("SELECT count(*) FROM packages");
    count.step();
    const auto packages = static_cast<int>(count.integer(0));
    Statement rows = database.prepare("SELECT coalesce(meta.value, draws.forms) FROM packages"
                                      " JOIN draws ON draws.id = packages.draw_id"
                                      " LEFT JOIN meta ON meta.name = 'candidates-forms/' || packages.id"
                                      " ORDER BY packages.sealed_ms, packages.id");
    std::uint32_t form_number = 0;
    for (int package = 0; rows.step(); ++package) {
        const auto forms = engine::parse_json(rows.text(0), {.bytes_max = 64 << 20, .depth_max = 8});
        if (!forms || !forms->is_array()) { return refuse(VaultError::malformed, "the forms of an earlier draw"); }
        std::set<std::string> of_package;
        for (const auto& form : forms->get_array()) {
            const auto* object = form.if_object();
            const auto* sections = object != nullptr ? object->if_contains("sections") : nullptr;
            if (sections == nullptr || !sections->is_array()) {
                return refuse(VaultError::malformed, "a form of an earlier draw");
            }
            for (const auto& section : sections->get_array()) {
                if (!section.is_array()) { return refuse(VaultError::malformed, "a section of an earlier draw"); }
                for (const auto& id : section.get_array()) {
                    if (!id.is_string()) { return refuse(VaultError::malformed, "an item of an earlier draw"); }
                    std::string name{id.get_string()};
                    usage[name].past_forms.push_back(form_number);
                    of_package.insert(std::move(name));
                }
            }
            ++form_number;
        }
        for (const std::string& id : of_package) {
            ItemUsage& item = usage[id];
            ++item.uses;
            item.batches_since_use = packages - 1 - package;
        }
    }
    return usage;
}

} // namespace papervault::vault
