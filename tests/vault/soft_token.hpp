#pragma once

#include "vault/temporary_folder.hpp"

#include <papervault/vault/token.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace papervault::vault::test {

/// SoftHSM with tokens in a folder of the test's own.
class SoftHsm {
public:
    static inline const std::filesystem::path module = "/usr/lib/softhsm/libsofthsm2.so";
    static inline const std::string pin = "740913";
    static bool installed()
    {
        return std::filesystem::exists(module) && std::filesystem::exists("/usr/bin/softhsm2-util");
    }

    SoftHsm()
    {
        std::filesystem::create_directory(folder_ / "tokens");
        std::ofstream{folder_ / "softhsm2.conf"} << "directories.tokendir = " << (folder_ / "tokens").string()
                                                 << "\nobjectstore.backend = file\nlog.level = ERROR\n";
        ::setenv("SOFTHSM2_CONF", (folder_ / "softhsm2.conf").c_str(), 1);
    }

    void make_token(const std::string& label) const
    {
        run("--init-token --free --label " + label + " --so-pin 11112222 --pin " + pin);
    }
    /// As pulling it out: its folder goes away.
    void remove_tokens() const
    {
        std::filesystem::remove_all(folder_ / "tokens");
        std::filesystem::create_directory(folder_ / "tokens");
    }
    void delete_token(const std::string& label) const { run("--delete-token --token " + label); }

    [[nodiscard]] static Token login(const std::string& label = "", std::string_view with_pin = pin,
                                     const std::string& key = "")
    {
        return {.module = module,
                .label = label,
                .key = key,
                .pin = crypto::SecretBuffer::copy_of(crypto::bytes_of(with_pin))};
    }

private:
    static void run(const std::string& arguments)
    {
        if (std::system(("softhsm2-util " + arguments + " >/dev/null 2>&1").c_str()) != 0) {
            throw std::runtime_error{"softhsm2-util " + arguments};
        }
    }
    TemporaryFolder folder_;
};

} // namespace papervault::vault::test

/// Loud, so that a run without SoftHSM cannot be taken for a complete one.
#define SKIP_WITHOUT_SOFTHSM()                                                                                         \
    if (!papervault::vault::test::SoftHsm::installed()) {                                                              \
        GTEST_SKIP() << "NOT TESTED: SoftHSM is not installed (Debian package softhsm2)";                              \
    }
