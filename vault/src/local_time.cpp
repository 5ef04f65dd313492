#include <papervault/vault/local_time.hpp>

#include <array>
#include <ctime>

namespace papervault::vault {

std::string local_time(engine::Instant instant)
{
    const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count();
    std::tm parts{};
    localtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts);
    return text.data();
}

} // namespace papervault::vault
