// Made tests/vectors/package/ once: make_package_vectors <new folder>. The set is published and never edited, only
// added to; running this again gives other keys and other bytes. What the files mean, says
// tests/vectors/package/README.md.
#include "vault/vector_maker.hpp"

#include <filesystem>
#include <iostream>

int main(int argc, char** argv)
{
    if (argc != 2 || std::filesystem::exists(argv[1])) {
        std::cerr << "usage: make_package_vectors <folder that does not exist>\n";
        return 2;
    }
    try {
        papervault::vault::test::VectorMaker{argv[1]}.make();
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    return 0;
}
