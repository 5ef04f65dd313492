#include <papervault/vault/office.hpp>

#include <array>

namespace papervault::vault {
namespace {

struct RoleName {
    Role role;
    std::string_view text;
};
constexpr std::array role_names{
    RoleName{Role::manager, "manager"},   RoleName{Role::sealer, "sealer"}, RoleName{Role::key_keeper, "key_keeper"},
    RoleName{Role::releaser, "releaser"}, RoleName{Role::grader, "grader"}, RoleName{Role::supervisor, "supervisor"},
};

} // namespace

std::string_view to_text(Role role) noexcept
{
    for (const auto& entry : role_names) {
        if (entry.role == role) { return entry.text; }
    }
    return "unknown";
}

std::optional<Role> role_from_text(std::string_view text) noexcept
{
    for (const auto& entry : role_names) {
        if (entry.text == text) { return entry.role; }
    }
    return std::nullopt;
}

std::string to_text(const std::set<Role>& roles)
{
    std::string text;
    for (const Role role : roles) { text += (text.empty() ? "" : ",") + std::string{to_text(role)}; }
    return text;
}

Result<std::set<Role>> roles_from_text(std::string_view text)
{
    std::set<Role> roles;
    while (!text.empty()) {
        const auto comma = text.find(',');
        const std::string_view word = text.substr(0, comma);
        const auto role = role_from_text(word);
        if (!role) {
            return refuse(VaultError::malformed,
                          "'" + std::string{word} +
                              "' is no role; roles: manager, sealer, key_keeper, releaser, grader, supervisor");
        }
        roles.insert(*role);
        text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
    }
    if (roles.empty()) { return refuse(VaultError::malformed, "an officer needs at least one role"); }
    if (roles.contains(Role::supervisor) && roles.size() > 1) {
        return refuse(VaultError::not_permitted,
                      "a supervisor sees everything and changes nothing: no other role beside it (A4)");
    }
    return roles;
}

} // namespace papervault::vault
