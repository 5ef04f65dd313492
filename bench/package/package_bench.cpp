// Sealing and opening a package, beside what the cipher alone can do from memory to memory in the same run.
//   seal_one_package  seals one compartment into a new file, durable when it returns
//   read_compartment  decrypts it whole; stream_compartment authenticates it first, then decrypts it, so twice the work
//   verify_digests    the seal inspection: no key, BLAKE2b only
//   cipher_seal, cipher_open   XChaCha20-Poly1305 in chunks of 64 KiB, memory to memory: the physical limit
#include <papervault/crypto/aead.hpp>
#include <papervault/crypto/random.hpp>
#include <papervault/vault/custody.hpp>
#include <papervault/vault/package.hpp>

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <span>
#include <vector>

namespace {

using namespace papervault;
using namespace papervault::vault;

constexpr std::size_t chunk_bytes = 64 * 1024;
constexpr std::size_t overhead_bytes = crypto::ChunkCipher::overhead_bytes;

/// A benchmark has nobody to hand an error to.
template <class Value>
Value sure(Result<Value> result)
{
    if (!result) {
        std::cerr << to_text(result.error().code) << ": " << result.error().detail << '\n';
        std::exit(1);
    }
    if constexpr (!std::is_void_v<Value>) { return std::move(*result); }
}

engine::Instant time_of(const char* text)
{
    return engine::instant_from_text(text).value();
}

engine::Batch batch()
{
    engine::Batch batch;
    batch.id = "bench";
    batch.occupation = batch.subject = batch.title = batch.site = batch.hall = "bench";
    batch.occupation_code = "6-11-01-03";
    batch.opens_at = batch.starts_at = time_of("2026-11-21T09:00:00.000Z");
    batch.ends_at = batch.expires_at = time_of("2026-11-21T11:00:00.000Z");
    return batch;
}

/// One package with one compartment, its people and its keys.
class Ceremony {
public:
    explicit Ceremony(std::size_t size_bytes) : content_{crypto::random_bytes(size_bytes)}
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "papervault-bench-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) { std::exit(1); }
        folder_ = pattern;
    }
    Ceremony(const Ceremony&) = delete;
    Ceremony& operator=(const Ceremony&) = delete;
    ~Ceremony()
    {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    [[nodiscard]] std::filesystem::path file(const char* name) const { return folder_ / name; }

    SealedDraft seal(const std::filesystem::path& draft) const
    {
        const SealRequest request{.batch = batch(),
                                  .snapshot_digest = {},
                                  .draw_digest = {},
                                  .forms = {},
                                  .candidates = 0,
                                  .hall = hall_.card(),
                                  .office = office_.card(),
                                  .custodians = {custodians_[0].card(), custodians_[1].card()},
                                  .custody_threshold = 2,
                                  .graders = {graders_[0].card(), graders_[1].card()},
                                  .graders_threshold = 2,
                                  .second_sealer = sealers_[1].card(),
                                  .compartments = {{.name = "media", .locks = LockSet::hall, .plaintext = content_}},
                                  .now = time_of("2026-11-20T09:00:00.000Z")};
        return sure(seal_package(request, sealers_[0], draft));
    }

    std::pair<PackageReader, CompartmentKeys> open() const
    {
        const auto draft = seal(file("draft"));
        sure(countersign_package(file("draft"), sealers_[1], file("package")));
        auto package = sure(PackageReader::open(file("package")));
        auto opening = sure(HallOpening::begin(package, hall_));
        const auto now = time_of("2026-11-21T09:00:00.000Z");
        for (const Identity& custodian : custodians_) {
            sure(opening.add_share(sure(give_share(package, LockSet::hall, custodian, hall_.card(), now))));
        }
        sure(opening.add_release(sure(issue_release(package.header(), draft.release_share, office_, now))));
        auto keys = sure(opening.open(now));
        return {std::move(package), std::move(keys)};
    }

private:
    crypto::Bytes content_;
    std::filesystem::path folder_;
    Identity hall_ = Identity::generate("hall");
    Identity office_ = Identity::generate("office");
    std::array<Identity, 2> sealers_{Identity::generate("sealer-1"), Identity::generate("sealer-2")};
    std::array<Identity, 2> custodians_{Identity::generate("custodian-1"), Identity::generate("custodian-2")};
    std::array<Identity, 2> graders_{Identity::generate("grader-1"), Identity::generate("grader-2")};
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
