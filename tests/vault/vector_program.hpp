#pragma once

#include <exception>
#include <functional>
#include <iostream>
#include <string_view>

namespace papervault::vault::test {

/// The main() of a program that makes published vectors.
/// @return Its exit code: 2 for a wrong call, 1 when making them failed.
inline int make_vectors(bool is_called_well, std::string_view usage, const std::function<void()>& make)
{
    if (!is_called_well) {
        std::cerr << "usage: " << usage << '\n';
        return 2;
    }
    try {
        make();
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    return 0;
}

} // namespace papervault::vault::test
