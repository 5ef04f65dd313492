// A hall that searches its own memory when it is told to.
//   hall_memory_child FOLDER NEEDLES
// Commands come by lines: "search", "plant" (a careless copy of the first needle), "let go" (of that copy). Answers a
// line for each find and "done" after each command; ends with its input.
#include "composition_root.hpp"
#include "support/memory_search.hpp"

#include <papervault/crypto/init.hpp>

#include <iostream>
#include <memory>

int main(int argc, char** argv)
{
    using namespace papervault;
    try {
        if (argc != 3) { throw std::runtime_error{"hall_memory_child FOLDER NEEDLES"}; }
        crypto::initialise();
        const auto needles = test::read_needles(argv[2]);
        const auto directory = server::HallDirectory::open(argv[1]);
        if (!directory) { throw std::runtime_error{directory.error().detail}; }
        const auto hall = server::RunningHall::start(*directory, {});
        if (!hall) { throw std::runtime_error{hall.error().detail}; }
        std::unique_ptr<std::string> copy;
        std::printf("done\n");
        std::fflush(stdout);
        for (std::string command; std::getline(std::cin, command);) {
            if (command == "search") { std::printf("SEARCHED %lu\n", test::search(needles)); }
            if (command == "let go") { copy.reset(); }
            if (command == "plant") {
                copy = std::make_unique<std::string>(needles.front().masked.size(), '\0');
                std::ranges::transform(needles.front().masked, copy->begin(),
                                       [](std::byte b) { return static_cast<char>(b ^ test::mask); });
            }
            std::printf("done\n");
            std::fflush(stdout);
        }
        return 0;
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "%s\n", failure.what());
        return 1;
    }
}
