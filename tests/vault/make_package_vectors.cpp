// Made tests/vectors/package/ once: make_package_vectors <new folder>. The set is published and never edited, only
// added to; running this again gives other keys and other bytes. What the files mean, says
// tests/vectors/package/README.md.
#include "vault/vector_maker.hpp"
#include "vault/vector_program.hpp"

#include <filesystem>

int main(int argc, char** argv)
{
    return papervault::vault::test::make_vectors(argc == 2 && !std::filesystem::exists(argv[1]),
                                                 "make_package_vectors <folder that does not exist>",
                                                 [argv] { papervault::vault::test::VectorMaker{argv[1]}.make(); });
}
