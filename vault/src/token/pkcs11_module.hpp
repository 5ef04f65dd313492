#pragma once

#include <papervault/vault/error.hpp>

#define CRYPTOKI_GNU
#include <p11-kit/pkcs11.h>

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace papervault::vault::token {

/// A PKCS#11 library, loaded and initialised. One at a time in a process; a second one waits for the first to go. The
/// library itself stays loaded: many do not survive being unloaded.
class Pkcs11Module {
public:
    /// @return token_not_found.
    [[nodiscard]] static Result<Pkcs11Module> load(const std::filesystem::path& library);

    [[nodiscard]] const ck_function_list* operator->() const noexcept { return functions_.get(); }
    /// Slots with a token in them. @return storage_failed.
    [[nodiscard]] Result<std::vector<ck_slot_id_t>> slots() const;

private:
    /// The functions are the library's own; what ends here is its initialisation.
    struct Finalise {
        bool ours;
        void operator()(const ck_function_list* functions) const noexcept;
    };
    using Functions = std::unique_ptr<const ck_function_list, Finalise>;
    Pkcs11Module(std::unique_lock<std::mutex> only_one, Functions functions)
        : only_one_{std::move(only_one)}, functions_{std::move(functions)}
    {
    }
    std::unique_lock<std::mutex> only_one_;
    Functions functions_;
};

/// "the token can't be opened: CKR 0x31 (device memory)". @param what  With a hole for the module's answer.
[[nodiscard]] std::unexpected<VaultFailure> refuse_with(ck_rv_t problem, std::string_view what);

/// Fixed-width text of PKCS#11: padded with spaces, of whatever bytes the maker likes. Only printable ASCII and UTF-8
/// pass.
[[nodiscard]] std::string padded_text(const unsigned char* text, std::size_t size);

} // namespace papervault::vault::token
