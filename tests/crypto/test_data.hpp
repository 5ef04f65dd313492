#pragma once

#include "support.hpp"

#include <boost/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

/// Vectors in files: our own beside the tests, the public collections in a folder outside the repository.
namespace papervault::crypto {

/// Where the public collections are; the environment has precedence over the build.
inline std::filesystem::path shared_data_folder()
{
    const char* const chosen = std::getenv("PAPERVAULT_SHARED_DATA_DIR");
    return chosen != nullptr ? chosen : PAPERVAULT_SHARED_DATA_DIR;
}

inline std::string read_text(const std::filesystem::path& file)
{
    std::ifstream stream{file, std::ios::binary};
    if (!stream) { throw std::runtime_error{"cannot read " + file.string()}; }
    return {std::istreambuf_iterator<char>{stream}, {}};
}

inline boost::json::value read_json(const std::filesystem::path& file)
{
    return boost::json::parse(read_text(file));
}

inline std::string text_at(const boost::json::value& object, std::string_view name)
{
    return boost::json::value_to<std::string>(object.at(name));
}

inline Bytes bytes_at(const boost::json::value& object, std::string_view name)
{
    return unhex(text_at(object, name));
}

inline SecretBuffer secret_at(const boost::json::value& object, std::string_view name)
{
    return SecretBuffer::copy_of(bytes_at(object, name));
}

} // namespace papervault::crypto

/// Names the file that is missing, so that a run without the collections cannot be taken for a complete one.
#define SKIP_UNLESS_PRESENT(file)                                                                                      \
    if (!std::filesystem::exists(file)) {                                                                              \
        GTEST_SKIP() << "NOT TESTED: " << (file) << " is missing; set PAPERVAULT_SHARED_DATA_DIR";                     \
    }
