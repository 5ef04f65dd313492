#include <papervault/crypto/init.hpp>

#include <sodium.h>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <stdexcept>

namespace papervault::crypto {

void initialise()
{
    static const bool ready = sodium_init() >= 0;
    if (!ready) { throw std::runtime_error{"libsodium could not start (is there a source of random bytes?)"}; }
}

bool memory_can_be_locked(std::size_t bytes)
{
    rlimit limit{};
    if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0) { return false; }
    if (limit.rlim_cur == RLIM_INFINITY || bytes <= limit.rlim_cur) { return true; }
    // A privileged process may go beyond the limit: try, and give it back at once.
    void* const pages = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) { return false; }
    const bool locked = syscall(SYS_mlock, pages, bytes) == 0; // not mlock(): the address sanitizer makes it do nothing
    munmap(pages, bytes);
    return locked;
}

void forbid_core_dumps()
{
    constexpr rlimit none{.rlim_cur = 0, .rlim_max = 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
        throw std::runtime_error{"core dumps could not be forbidden"};
    }
}

} // namespace papervault::crypto
