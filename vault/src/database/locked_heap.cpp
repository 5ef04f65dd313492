#include "database/locked_heap.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <mutex>
#include <new>
#include <tuple>

#include <sys/mman.h>
#include <sys/resource.h>

namespace papervault::vault::locked_heap {
namespace {

constexpr std::size_t piece_bytes = 1 << 20;
constexpr std::size_t header_bytes = 16;
constexpr std::size_t alignment = 16;
/// Classes of blocks, header included: eight steps to each doubling, from 128 bytes on.
constexpr std::size_t smallest_bytes = 128;
constexpr unsigned smallest_log = 7;
constexpr unsigned steps_log = 3;
constexpr std::size_t class_count = 81;
constexpr std::size_t largest_bytes = 128 * 1024; ///< More gets a mapping of its own.

struct Header {
    std::uint64_t block_bytes; ///< Header included; multiple of `alignment`.
    std::uint64_t class_index; ///< class_count: a mapping of its own.
};
static_assert(sizeof(Header) == header_bytes);

struct FreeBlock {
    FreeBlock* next;
};

/// At the head of each piece, so that the heap needs no memory of another kind.
struct Piece {
    Piece* next;
    std::size_t size_bytes;
    bool locked;
};
constexpr std::size_t piece_header_bytes = 32;
static_assert(sizeof(Piece) <= piece_header_bytes);

struct SizeClass {
    std::size_t index;
    std::size_t block_bytes;
};

/// @param wanted  Header included, at most largest_bytes.
constexpr SizeClass class_of(std::size_t wanted) noexcept
{
    if (wanted <= smallest_bytes) { return {0, smallest_bytes}; }
    const auto doubling = static_cast<unsigned>(std::bit_width(wanted - 1)) - 1;
    const std::size_t base = std::size_t{1} << doubling;
    const std::size_t step = base >> steps_log;
    const std::size_t steps = (wanted - base + step - 1) / step; // 1 to 8
    return {.index = ((doubling - smallest_log) << steps_log) + steps, .block_bytes = base + steps * step};
}
static_assert(class_of(129).block_bytes == 144 && class_of(144).index == class_of(130).index);
static_assert(class_of(256).block_bytes == 256 && class_of(257).block_bytes == 288);
static_assert(class_of(256).index + 1 == class_of(257).index);
static_assert(class_of(largest_bytes).block_bytes == largest_bytes && class_of(largest_bytes).index < class_count);

Header* header_of(void* block) noexcept
{
    return reinterpret_cast<Header*>(static_cast<std::byte*>(block) - header_bytes);
}

/// Half of what may be locked is left to keys and opened papers (crypto::SecretBuffer).
std::size_t lock_limit() noexcept
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_MEMLOCK, &limit) != 0) { return 0; }
    return limit.rlim_cur == RLIM_INFINITY ? SIZE_MAX : static_cast<std::size_t>(limit.rlim_cur) / 2;
}

class Heap {
public:
    void* allocate(std::size_t size_bytes) noexcept
    {
        if (size_bytes > SIZE_MAX / 2) { return nullptr; }
        const std::size_t wanted = size_bytes + header_bytes;
        const std::lock_guard guard{mutex_};
        if (wanted > largest_bytes) { return own_mapping(wanted); }
        const SizeClass kind = class_of(wanted);
        std::byte* block = nullptr;
        if (FreeBlock* const free = free_[kind.index]) {
            free_[kind.index] = free->next;
            block = reinterpret_cast<std::byte*>(free) - header_bytes;
        } else {
            block = cut(kind.block_bytes);
        }
        if (block == nullptr) { return nullptr; }
        new (block) Header{.block_bytes = kind.block_bytes, .class_index = kind.index};
        return block + header_bytes;
    }

    void release(void* block) noexcept
    {
        const Header header = *header_of(block);
        ::explicit_bzero(block, header.block_bytes - header_bytes);
        const std::lock_guard guard{mutex_};
        if (header.class_index == class_count) { return end_mapping(block); }
        free_[header.class_index] = new (block) FreeBlock{free_[header.class_index]};
    }

    void lock_again() noexcept
    {
        const std::lock_guard guard{mutex_};
        for (Piece* piece = pieces_; piece != nullptr; piece = piece->next) {
            if (piece->locked) { std::ignore = ::mlock(piece, piece->size_bytes); } // it was, so it may be
        }
    }

    Use use() noexcept
    {
        const std::lock_guard guard{mutex_};
        return use_;
    }

private:
    Piece* map(std::size_t size_bytes) noexcept
    {
        void* const memory = ::mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) { return nullptr; }
        ::madvise(memory, size_bytes, MADV_DONTDUMP);
        const bool locked = use_.locked_bytes + size_bytes <= lock_limit() && ::mlock(memory, size_bytes) == 0;
        use_.mapped_bytes += size_bytes;
        if (locked) { use_.locked_bytes += size_bytes; }
        pieces_ = new (memory) Piece{.next = pieces_, .size_bytes = size_bytes, .locked = locked};
        return pieces_;
    }

    std::byte* cut(std::size_t block_bytes) noexcept
    {
        if (left_ < block_bytes) {
            Piece* const piece = map(piece_bytes);
            if (piece == nullptr) { return nullptr; }
            next_ = reinterpret_cast<std::byte*>(piece) + piece_header_bytes;
            left_ = piece_bytes - piece_header_bytes;
        }
        std::byte* const block = next_;
        next_ += block_bytes;
        left_ -= block_bytes;
        return block;
    }

    void* own_mapping(std::size_t wanted) noexcept
    {
        constexpr std::size_t page = 4096;
        const std::size_t size = (wanted + piece_header_bytes + page - 1) / page * page;
        Piece* const piece = map(size);
        if (piece == nullptr) { return nullptr; }
        std::byte* const block = reinterpret_cast<std::byte*>(piece) + piece_header_bytes;
        new (block) Header{.block_bytes = size - piece_header_bytes, .class_index = class_count};
        return block + header_bytes;
    }

    void end_mapping(void* block) noexcept
    {
        auto* const leaving =
            reinterpret_cast<Piece*>(static_cast<std::byte*>(block) - header_bytes - piece_header_bytes);
        Piece** link = &pieces_;
        while (*link != leaving) { link = &(*link)->next; }
        *link = leaving->next;
        use_.mapped_bytes -= leaving->size_bytes;
        if (leaving->locked) { use_.locked_bytes -= leaving->size_bytes; }
        ::munmap(leaving, leaving->size_bytes);
    }

    std::mutex mutex_;
    std::array<FreeBlock*, class_count> free_{};
    Piece* pieces_ = nullptr;
    std::byte* next_ = nullptr;
    std::size_t left_ = 0;
    Use use_;
};

/// Never destroyed: SQLite may give memory back after main().
Heap& heap() noexcept
{
    alignas(Heap) static std::byte place[sizeof(Heap)];
    static Heap* const made = new (place) Heap;
    return *made;
}

} // namespace

void* allocate(std::size_t size_bytes) noexcept
{
    return heap().allocate(size_bytes);
}

void release(void* block) noexcept
{
    if (block != nullptr) { heap().release(block); }
}

void* reallocate(void* block, std::size_t size_bytes) noexcept
{
    const std::size_t usable = usable_bytes(block);
    if (block != nullptr && size_bytes <= usable && size_bytes > usable / 2) { return block; }
    void* const moved = heap().allocate(size_bytes);
    if (moved == nullptr || block == nullptr) { return moved; }
    std::memcpy(moved, block, std::min(usable, size_bytes));
    heap().release(block);
    return moved;
}

std::size_t usable_bytes(void* block) noexcept
{
    return block == nullptr ? 0 : header_of(block)->block_bytes - header_bytes;
}

std::size_t rounded_bytes(std::size_t size_bytes) noexcept
{
    const std::size_t wanted = size_bytes + header_bytes;
    return wanted > largest_bytes ? (size_bytes + alignment - 1) / alignment * alignment
                                  : class_of(wanted).block_bytes - header_bytes;
}

void lock_again() noexcept
{
    heap().lock_again();
}

Use use() noexcept
{
    return heap().use();
}

bool give_to_sqlite() noexcept
{
    static const bool given = [] {
        const sqlite3_mem_methods methods{
            .xMalloc = [](int size) { return allocate(static_cast<std::size_t>(size)); },
            .xFree = [](void* block) { release(block); },
            .xRealloc = [](void* block, int size) { return reallocate(block, static_cast<std::size_t>(size)); },
            .xSize = [](void* block) { return static_cast<int>(usable_bytes(block)); },
            .xRoundup = [](int size) { return static_cast<int>(rounded_bytes(static_cast<std::size_t>(size))); },
            .xInit = [](void*) { return SQLITE_OK; },
            .xShutdown = [](void*) {},
            .pAppData = nullptr};
        // The counters of memory in use cost a lock at each call, and nobody reads them.
        return sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) == SQLITE_OK &&
               sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK;
    }();
    return given;
}

} // namespace papervault::vault::locked_heap
