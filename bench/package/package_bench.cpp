// Sealing and opening a package, beside what the cipher alone can do from memory to memory in the same run.
//   seal_one_package  seals one compartment into a new file, durable when it returns
//   read_compartment  decrypts it whole; stream_compartment checks tags and digest first, then decrypts it
//   verify_digests    the seal inspection: no key, BLAKE2b only
//   cipher_seal, cipher_open   XChaCha20-Poly1305 in chunks of 64 KiB, memory to memory: the physical limit
#include "ceremony.hpp"

#include <papervault/crypto/aead.hpp>
#include <papervault/crypto/random.hpp>

#include <benchmark/benchmark.h>

#include <span>
#include <vector>

namespace {

using namespace papervault;
using namespace papervault::package_bench;
using vault::Result;

constexpr std::size_t chunk_bytes = 64 * 1024;
constexpr std::size_t overhead_bytes = crypto::ChunkCipher::overhead_bytes;

/// One package with one compartment.
class Ceremony {
public:
    explicit Ceremony(std::size_t size_bytes)
        : content_{crypto::random_bytes(size_bytes)},
          request_{request_for(people_, {{.name = "media", .locks = vault::LockSet::hall, .plaintext = content_}})}
    {
    }

    [[nodiscard]] std::filesystem::path file(const char* name) const { return folder_ / name; }
    [[nodiscard]] vault::SealedDraft seal(const std::filesystem::path& draft) const
    {
        return sure(seal_package(request_, people_.sealers[0], draft));
    }
    [[nodiscard]] std::pair<vault::PackageReader, vault::CompartmentKeys> open() const
    {
        auto sealed = package_bench::seal(people_, request_, folder_);
        auto keys = package_bench::open(people_, sealed);
        return {std::move(sealed.package), std::move(keys)};
    }

private:
    crypto::Bytes content_;
    Folder folder_;
    People people_;
    vault::SealRequest request_;
};

void count_bytes(benchmark::State& state)
{
    state.SetBytesProcessed(state.iterations() * state.range(0));
}

void seal_one_package(benchmark::State& state)
{
    const Ceremony ceremony{static_cast<std::size_t>(state.range(0))};
    const auto file = ceremony.file("timed");
    for (auto _ : state) {
        benchmark::DoNotOptimize(ceremony.seal(file));
        state.PauseTiming();
        std::filesystem::remove(file);
        state.ResumeTiming();
    }
    count_bytes(state);
}

void read_compartment(benchmark::State& state)
{
    const Ceremony ceremony{static_cast<std::size_t>(state.range(0))};
    const auto [package, keys] = ceremony.open();
    for (auto _ : state) { benchmark::DoNotOptimize(sure(package.read("media", keys))); }
    count_bytes(state);
}

void stream_compartment(benchmark::State& state)
{
    const Ceremony ceremony{static_cast<std::size_t>(state.range(0))};
    const auto [package, keys] = ceremony.open();
    for (auto _ : state) {
        sure(package.stream("media", keys, [](crypto::ByteView chunk) -> Result<void> {
            benchmark::DoNotOptimize(chunk.data());
            return {};
        }));
    }
    count_bytes(state);
}

void verify_digests(benchmark::State& state)
{
    const Ceremony ceremony{static_cast<std::size_t>(state.range(0))};
    const auto [package, keys] = ceremony.open();
    for (auto _ : state) { sure(package.verify_digests()); }
    count_bytes(state);
}

void cipher_seal(benchmark::State& state)
{
    const auto size = static_cast<std::size_t>(state.range(0));
    const auto plaintext = crypto::random_bytes(size);
    const std::size_t chunks = size / chunk_bytes;
    std::vector<std::byte> sealed(size + chunks * overhead_bytes);
    for (auto _ : state) {
        crypto::ChunkCipher cipher{crypto::random_secret(crypto::aead_key_bytes), {}};
        for (std::size_t i = 0; i < chunks; ++i) {
            cipher.seal(i, i + 1 == chunks, crypto::ByteView{plaintext}.subspan(i * chunk_bytes, chunk_bytes),
                        std::span{sealed}.subspan(i * (chunk_bytes + overhead_bytes), chunk_bytes + overhead_bytes));
        }
        benchmark::DoNotOptimize(sealed.data());
    }
    count_bytes(state);
}

void cipher_open(benchmark::State& state)
{
    const auto size = static_cast<std::size_t>(state.range(0));
    const auto plaintext = crypto::random_bytes(size);
    const std::size_t chunks = size / chunk_bytes;
    std::vector<std::byte> sealed(size + chunks * overhead_bytes);
    std::vector<std::byte> opened(size);
    crypto::ChunkCipher cipher{crypto::random_secret(crypto::aead_key_bytes), {}};
    const auto chunk_of = [&sealed](std::size_t i) {
        return std::span{sealed}.subspan(i * (chunk_bytes + overhead_bytes), chunk_bytes + overhead_bytes);
    };
    for (std::size_t i = 0; i < chunks; ++i) {
        cipher.seal(i, i + 1 == chunks, crypto::ByteView{plaintext}.subspan(i * chunk_bytes, chunk_bytes), chunk_of(i));
    }
    for (auto _ : state) {
        for (std::size_t i = 0; i < chunks; ++i) {
            if (!cipher.open(i, i + 1 == chunks, chunk_of(i),
                             std::span{opened}.subspan(i * chunk_bytes, chunk_bytes))) {
                state.SkipWithError("a chunk did not open");
            }
        }
        benchmark::DoNotOptimize(opened.data());
    }
    count_bytes(state);
}

#define PAPERVAULT_SIZES Arg(1 << 20)->Arg(64 << 20)->Unit(benchmark::kMillisecond)->UseRealTime()
BENCHMARK(seal_one_package)->PAPERVAULT_SIZES;
BENCHMARK(read_compartment)->PAPERVAULT_SIZES;
BENCHMARK(stream_compartment)->PAPERVAULT_SIZES;
BENCHMARK(verify_digests)->PAPERVAULT_SIZES;
BENCHMARK(cipher_seal)->PAPERVAULT_SIZES;
BENCHMARK(cipher_open)->PAPERVAULT_SIZES;

} // namespace
