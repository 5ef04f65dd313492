#include "zeroing_memory.hpp"

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>

#include <malloc.h>

namespace {

constexpr std::size_t scrubbed_bytes = 256 * 1024;

void* take(std::size_t size_bytes, std::size_t alignment) noexcept
{
    if (size_bytes == 0) { size_bytes = 1; }
    for (;;) {
        void* const memory = alignment <= alignof(std::max_align_t)
                                 ? std::malloc(size_bytes)
                                 : std::aligned_alloc(alignment, (size_bytes + alignment - 1) / alignment * alignment);
        if (memory != nullptr) { return memory; }
        const std::new_handler handler = std::get_new_handler();
        if (handler == nullptr) { return nullptr; }
        try {
            handler();
        } catch (const std::bad_alloc&) {
            return nullptr;
        }
    }
}

void* take_or_throw(std::size_t size_bytes, std::size_t alignment)
{
    void* const memory = take(size_bytes, alignment);
    if (memory == nullptr) { throw std::bad_alloc{}; }
    return memory;
}

void give_back(void* memory) noexcept
{
    if (memory == nullptr) { return; }
    ::explicit_bzero(memory, ::malloc_usable_size(memory));
    std::free(memory);
}

constexpr std::size_t usual = alignof(std::max_align_t);

} // namespace

// All forms: a sanitizer brings its own for those that are missing, and would take one's memory for another's.
void* operator new(std::size_t size)
{
    return take_or_throw(size, usual);
}
void* operator new[](std::size_t size)
{
    return take_or_throw(size, usual);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept
{
    return take(size, usual);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept
{
    return take(size, usual);
}
void* operator new(std::size_t size, std::align_val_t alignment)
{
    return take_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment)
{
    return take_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept
{
    return take(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept
{
    return take(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept
{
    give_back(memory);
}
void operator delete[](void* memory) noexcept
{
    give_back(memory);
}
void operator delete(void* memory, std::size_t) noexcept
{
    give_back(memory);
}
void operator delete[](void* memory, std::size_t) noexcept
{
    give_back(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept
{
    give_back(memory);
}
void operator delete[](void* memory, const std::nothrow_t&) noexcept
{
    give_back(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept
{
    give_back(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept
{
    give_back(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept
{
    give_back(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept
{
    give_back(memory);
}
void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept
{
    give_back(memory);
}
void operator delete[](void* memory, std::align_val_t, const std::nothrow_t&) noexcept
{
    give_back(memory);
}

namespace papervault::server {

[[gnu::noinline]] void scrub_stack() noexcept
{
    std::array<std::byte, scrubbed_bytes> below;
    ::explicit_bzero(below.data(), below.size());
}

} // namespace papervault::server
