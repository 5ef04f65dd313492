#include "token/pkcs11_module.hpp"

#include <papervault/vault/identity.hpp>

#include <fmt/format.h>

#include <array>

#include <dlfcn.h>

namespace papervault::vault::token {
namespace {

std::mutex one_module_at_a_time;

constexpr std::size_t slots_max = 64;

struct Named {
    ck_rv_t value;
    std::string_view name;
};
constexpr std::array names{Named{CKR_HOST_MEMORY, "host memory"},
                           Named{CKR_GENERAL_ERROR, "general error"},
                           Named{CKR_FUNCTION_FAILED, "function failed"},
                           Named{CKR_ARGUMENTS_BAD, "arguments bad"},
                           Named{CKR_DEVICE_ERROR, "device error"},
                           Named{CKR_DEVICE_MEMORY, "device memory"},
                           Named{CKR_DEVICE_REMOVED, "device removed"},
                           Named{CKR_FUNCTION_NOT_SUPPORTED, "function not supported"},
                           Named{CKR_KEY_FUNCTION_NOT_PERMITTED, "the key may not be used so"},
                           Named{CKR_MECHANISM_INVALID, "mechanism not known"},
                           Named{CKR_MECHANISM_PARAM_INVALID, "mechanism parameter invalid"},
                           Named{CKR_SESSION_COUNT, "too many sessions"},
                           Named{CKR_TEMPLATE_INCONSISTENT, "template inconsistent"},
                           Named{CKR_TOKEN_NOT_PRESENT, "token not present"},
                           Named{CKR_TOKEN_WRITE_PROTECTED, "token write protected"},
                           Named{CKR_USER_NOT_LOGGED_IN, "not logged in"},
                           Named{CKR_USER_PIN_NOT_INITIALIZED, "the user has no PIN yet"}};

} // namespace

std::unexpected<VaultFailure> refuse_with(ck_rv_t problem, std::string_view what)
{
    std::string_view reason;
    for (const Named& each : names) {
        if (each.value == problem) { reason = each.name; }
    }
    const bool gone = problem == CKR_DEVICE_REMOVED || problem == CKR_TOKEN_NOT_PRESENT;
    return refuse(gone ? VaultError::token_not_found : VaultError::storage_failed,
                  fmt::format(fmt::runtime(what), fmt::format("CKR 0x{:x}{}", problem,
                                                              reason.empty() ? "" : fmt::format(" ({})", reason))));
}

std::string padded_text(const unsigned char* text, std::size_t size)
{
    std::string_view view{reinterpret_cast<const char*>(text), size};
    view = view.substr(0, view.find('\0')); // not allowed, and done
    while (view.ends_with(' ')) { view.remove_suffix(1); }
    while (view.starts_with(' ')) { view.remove_prefix(1); }
    if (is_identity_name(view)) { return std::string{view}; }
    std::string printable;
    for (const char c : view) { printable.push_back(c >= ' ' && c < '\x7f' ? c : '?'); }
    return printable;
}

void Pkcs11Module::Finalise::operator()(const ck_function_list* functions) const noexcept
{
    if (ours) { functions->C_Finalize(nullptr); }
}

Result<Pkcs11Module> Pkcs11Module::load(const std::filesystem::path& library)
{
    std::unique_lock only_one{one_module_at_a_time};
    void* const handle = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (handle == nullptr) {
        const char* const reason = ::dlerror(); // NOLINT(concurrency-mt-unsafe): under the lock
        return refuse(VaultError::token_not_found, fmt::format("the token's PKCS#11 module can't be loaded: {}",
                                                               reason == nullptr ? library.string() : reason));
    }
    const auto get_functions = reinterpret_cast<CK_C_GetFunctionList>(::dlsym(handle, "C_GetFunctionList"));
    ck_function_list* functions = nullptr;
    if (get_functions == nullptr || get_functions(&functions) != CKR_OK || functions == nullptr) {
        return refuse(VaultError::token_not_found, fmt::format("this is no PKCS#11 module: {}", library.string()));
    }
    ck_c_initialize_args arguments{};
    arguments.flags = CKF_OS_LOCKING_OK;
    const ck_rv_t begun = functions->C_Initialize(&arguments);
    if (begun != CKR_OK && begun != CKR_CRYPTOKI_ALREADY_INITIALIZED) {
        return refuse(VaultError::token_not_found,
                      refuse_with(begun, "the token's PKCS#11 module does not start: {}").error().detail);
    }
    return Pkcs11Module{std::move(only_one), Functions{functions, Finalise{begun == CKR_OK}}};
}

Result<std::vector<ck_slot_id_t>> Pkcs11Module::slots() const
{
    // Tokens may come and go between a call for the number and a call for the list: one list that is large enough.
    std::vector<ck_slot_id_t> slots(slots_max);
    unsigned long count = slots.size();
    if (const ck_rv_t problem = functions_->C_GetSlotList(1, slots.data(), &count); problem != CKR_OK) {
        return refuse_with(problem, "the tokens can't be listed: {}");
    }
    slots.resize(std::min<std::size_t>(count, slots.size()));
    return slots;
}

} // namespace papervault::vault::token
