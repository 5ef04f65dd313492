// Sealing and opening beside age and beside the loop that nothing with this cipher can beat by much, in one run.
//   bench-sealing [--sizes 1,50,500] [--turns N] [--memory FOLDER] [--disk FOLDER]
// Sizes in 10^6 bytes. `raw loop` is libsodium's XChaCha20-Poly1305 over chunks of 64 KiB, memory to memory. Sealing
// and age are measured with files in memory (a tmpfs), where no disk hides the work, and on a disk, where sealing is
// durable when it returns and age is not. Rows of one core have one processor and no second thread.
#include "ceremony.hpp"
#include "measure.hpp"

#include <papervault/crypto/aead.hpp>
#include <papervault/crypto/hash.hpp>
#include <papervault/crypto/init.hpp>
#include <papervault/crypto/random.hpp>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <sodium.h>

#include <charconv>
#include <fstream>
#include <functional>
#include <span>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace {

using namespace papervault;
using namespace papervault::package_bench;

constexpr std::size_t chunk_bytes = 64 * 1024;
constexpr std::size_t tag_bytes = 16;

struct Options {
    std::vector<std::size_t> megabytes{1, 50, 500};
    int turns = 5;
    std::filesystem::path memory = "/dev/shm";
    std::filesystem::path disk;
};

unsigned char* raw(std::byte* bytes)
{
    return reinterpret_cast<unsigned char*>(bytes);
}
const unsigned char* raw(const std::byte* bytes)
{
    return reinterpret_cast<const unsigned char*>(bytes);
}

[[noreturn]] void stop(std::string_view why)
{
    fmt::print(stderr, "bench-sealing: {}\n", why);
    std::exit(1);
}

/// Prints rows; the first loop that it is told of is what the others are compared with.
class Table {
public:
    explicit Table(std::size_t size_bytes) : size_bytes_{static_cast<double>(size_bytes)}
    {
        fmt::print("\n## {} MB\n\n| what | MB/s of CPU | MB/s of wall | of the raw loop |\n| --- | --- | --- | --- |\n",
                   size_bytes / 1'000'000);
    }
    void row(std::string_view what, const Cost& cost)
    {
        if (raw_cpu_s_ == 0) { raw_cpu_s_ = cost.cpu_s; }
        fmt::print("| {} | {:.0f} | {:.0f} | {:.0f} % of CPU, {:.0f} % of wall |\n", what, rate(cost.cpu_s),
                   rate(cost.wall_s), 100 * raw_cpu_s_ / cost.cpu_s, 100 * raw_cpu_s_ / cost.wall_s);
        std::fflush(stdout);
    }
    void row(std::string_view what, const std::optional<Cost>& cost)
    {
        if (cost) { return row(what, *cost); }
        fmt::print("| {} | **SKIPPED: age is not installed or failed** | | |\n", what);
    }

private:
    [[nodiscard]] double rate(double seconds) const { return size_bytes_ / 1e6 / seconds; }
    double size_bytes_;
    double raw_cpu_s_ = 0;
};

/// libsodium alone, called as directly as can be.
class RawLoop {
public:
    explicit RawLoop(std::span<const std::byte> plaintext)
        : plaintext_{plaintext}, sealed_(plaintext.size() + (plaintext.size() / chunk_bytes + 1) * tag_bytes),
          opened_(plaintext.size())
    {
        randombytes_buf(key_.data(), key_.size());
    }
    void seal()
    {
        std::size_t out = 0;
        for (std::size_t at = 0; at < plaintext_.size(); at += chunk_bytes) {
            const std::size_t size = std::min(chunk_bytes, plaintext_.size() - at);
            nonce_for(at);
            crypto_aead_xchacha20poly1305_ietf_encrypt(raw(sealed_.data() + out), nullptr, raw(plaintext_.data() + at),
                                                       size, nullptr, 0, nullptr, nonce_.data(), key_.data());
            out += size + tag_bytes;
        }
    }
    void open()
    {
        std::size_t in = 0;
        for (std::size_t at = 0; at < plaintext_.size(); at += chunk_bytes) {
            const std::size_t size = std::min(chunk_bytes, plaintext_.size() - at);
            nonce_for(at);
            if (crypto_aead_xchacha20poly1305_ietf_decrypt(raw(opened_.data() + at), nullptr, nullptr,
                                                           raw(sealed_.data() + in), size + tag_bytes, nullptr, 0,
                                                           nonce_.data(), key_.data()) != 0) {
                stop("the raw loop does not open what it has sealed");
            }
            in += size + tag_bytes;
        }
    }

private:
    void nonce_for(std::size_t at) { std::memcpy(nonce_.data(), &at, sizeof at); }
    std::span<const std::byte> plaintext_;
    std::vector<std::byte> sealed_;
    std::vector<std::byte> opened_;
    std::array<unsigned char, crypto_aead_xchacha20poly1305_ietf_KEYBYTES> key_{};
    std::array<unsigned char, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES> nonce_{};
};

/// The same through the cipher of the product.
class OurLoop {
public:
    explicit OurLoop(std::span<const std::byte> plaintext)
        : plaintext_{plaintext}, sealed_(plaintext.size() + (plaintext.size() / chunk_bytes + 1) * tag_bytes),
          opened_(plaintext.size())
    {
    }
    void seal()
    {
        crypto::ChunkCipher cipher{key_.clone(), {}};
        each([&](std::uint64_t index, bool last, std::size_t at, std::size_t size, std::span<std::byte> sealed) {
            cipher.seal(index, last, plaintext_.subspan(at, size), sealed);
        });
    }
    void open()
    {
        const crypto::ChunkCipher cipher{key_.clone(), {}};
        each([&](std::uint64_t index, bool last, std::size_t at, std::size_t size, std::span<std::byte> sealed) {
            if (!cipher.open(index, last, sealed, std::span{opened_}.subspan(at, size))) {
                stop("the cipher does not open what it has sealed");
            }
        });
    }

private:
    template <class Work>
    void each(const Work& work)
    {
        std::size_t place = 0;
        std::uint64_t index = 0;
        for (std::size_t at = 0; at < plaintext_.size(); at += chunk_bytes) {
            const std::size_t size = std::min(chunk_bytes, plaintext_.size() - at);
            work(index++, at + size == plaintext_.size(), at, size,
                 std::span{sealed_}.subspan(place, size + tag_bytes));
            place += size + tag_bytes;
        }
    }
    std::span<const std::byte> plaintext_;
    std::vector<std::byte> sealed_;
    std::vector<std::byte> opened_;
    crypto::SecretBuffer key_ = crypto::random_secret(crypto::aead_key_bytes);
};

/// The package of one compartment, sealed and opened in one folder.
class OurPackage {
public:
    OurPackage(crypto::ByteView plaintext, const std::filesystem::path& where)
        : folder_{where},
          request_{request_for(people_, {{.name = "media", .locks = vault::LockSet::hall, .plaintext = plaintext}})},
          sealed_{package_bench::seal(people_, request_, folder_)}, keys_{package_bench::open(people_, sealed_)}
    {
    }
    void seal() const
    {
        std::filesystem::remove(folder_ / "timed");
        sure(seal_package(request_, people_.sealers[0], folder_ / "timed"));
    }
    void countersign() const
    {
        std::filesystem::remove(folder_ / "finished");
        sure(countersign_package(folder_ / "draft", people_.sealers[1], folder_ / "finished"));
    }
    void read() const { std::ignore = sure(sealed_.package.read("media", keys_)); }
    void stream() const
    {
        sure(sealed_.package.stream("media", keys_, [](crypto::ByteView) -> vault::Result<void> { return {}; }));
    }
    void inspect() const { sure(sealed_.package.verify_digests()); }

private:
    Folder folder_;
    People people_;
    vault::SealRequest request_;
    Sealed sealed_;
    vault::CompartmentKeys keys_;
};

class Age {
public:
    Age(std::span<const std::byte> plaintext, const std::filesystem::path& where, int turns)
        : folder_{where}, turns_{turns}
    {
        std::ofstream{folder_ / "plain", std::ios::binary}.write(reinterpret_cast<const char*>(plaintext.data()),
                                                                 static_cast<std::streamsize>(plaintext.size()));
        is_there_ = run({{"age-keygen"}, {}, folder_ / "identity"}).has_value() &&
                    run({{"age-keygen", "-y", folder_ / "identity"}, {}, folder_ / "recipient"}).has_value();
        if (is_there_) { std::getline(std::ifstream{folder_ / "recipient"}, recipient_); }
    }
    [[nodiscard]] std::optional<Cost> seal(const std::filesystem::path& out) const
    {
        return measured({{"age", "-r", recipient_}, folder_ / "plain", out});
    }
    [[nodiscard]] std::optional<Cost> open(const std::filesystem::path& out) const
    {
        return measured({{"age", "-d", "-i", folder_ / "identity"}, sealed_file(), out});
    }
    [[nodiscard]] std::filesystem::path sealed_file() const { return folder_ / "sealed"; }
    [[nodiscard]] std::filesystem::path opened_file() const { return folder_ / "opened"; }

private:
    [[nodiscard]] std::optional<Cost> measured(const Command& command) const
    {
        return is_there_ ? best_of(turns_, command) : std::nullopt;
    }
    Folder folder_;
    int turns_;
    bool is_there_ = false;
    std::string recipient_;
};

/// What the disk alone takes: as many bytes, written and synced.
Cost durable_write(std::span<const std::byte> bytes, const std::filesystem::path& where, int turns)
{
    const Folder folder{where};
    return best_of(turns, [&] {
        const int file = ::open((folder / "plain").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        for (auto rest = bytes; !rest.empty();) {
            const ssize_t count = ::write(file, rest.data(), std::min<std::size_t>(rest.size(), 1 << 20));
            if (count <= 0) { stop("the disk does not take it"); }
            rest = rest.subspan(static_cast<std::size_t>(count));
        }
        if (::fsync(file) != 0) { stop("the disk does not take it"); }
        ::close(file);
    });
}

void measure_memory(Table& table, std::span<const std::byte> plaintext, int turns)
{
    RawLoop bare{plaintext};
    table.row("raw loop, seal", best_of(turns, [&] { bare.seal(); }));
    table.row("raw loop, open", best_of(turns, [&] { bare.open(); }));
    OurLoop ours{plaintext};
    table.row("our cipher alone, seal", best_of(turns, [&] { ours.seal(); }));
    table.row("our cipher alone, open", best_of(turns, [&] { ours.open(); }));
    std::array<unsigned char, 64> digest{};
    table.row("BLAKE2b-256 alone, libsodium", best_of(turns, [&] {
                  crypto_generichash(digest.data(), 32, raw(plaintext.data()), plaintext.size(), nullptr, 0);
              }));
    table.row("BLAKE2b-256 alone, as the product calls it", best_of(turns, [&] {
                  crypto::SuiteHasher hasher{crypto::Suite::pv1};
                  hasher.update(plaintext);
                  std::ignore = hasher.finish();
              }));
    table.row("SHA-256 alone, OpenSSL", best_of(turns, [&] {
                  EVP_Digest(plaintext.data(), plaintext.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
              }));
}

void measure_package(Table& table, const OurPackage& package, std::string_view where, int turns)
{
    const auto row = [&](std::string_view what, const std::function<void()>& work) {
        table.row(fmt::format("{}, {}", what, where), best_of(turns, work));
    };
    row("seal a package", [&] { package.seal(); });
    row("countersign it", [&] { package.countersign(); });
    row("read it whole", [&] { package.read(); });
    row("stream it", [&] { package.stream(); });
    row("inspect the seals (no key)", [&] { package.inspect(); });
}

void measure(std::size_t size_bytes, const Options& options)
{
    const crypto::Bytes plaintext = crypto::random_bytes(size_bytes);
    Table table{size_bytes};
    use_one_core(true);
    measure_memory(table, plaintext, options.turns);
    {
        const Age age{plaintext, options.memory, options.turns};
        table.row("age, seal to /dev/null, one core", age.seal("/dev/null"));
        table.row("age, seal, file in memory, one core", age.seal(age.sealed_file()));
        table.row("age, open to /dev/null, one core", age.open("/dev/null"));
        table.row("age, open, file in memory, one core", age.open(age.opened_file()));
        use_one_core(false);
        table.row("age, seal, file in memory, all cores", age.seal(age.sealed_file()));
        table.row("age, open, file in memory, all cores", age.open(age.opened_file()));
    }
    {
        use_one_core(true);
        const OurPackage package{plaintext, options.memory};
        measure_package(table, package, "file in memory, one core", options.turns);
        use_one_core(false);
        measure_package(table, package, "file in memory, two threads", options.turns);
    }
    table.row("write and sync as many bytes, disk", durable_write(plaintext, options.disk, options.turns));
    const OurPackage package{plaintext, options.disk};
    measure_package(table, package, "disk, durable, two threads", options.turns);
    const Age age{plaintext, options.disk, options.turns};
    table.row("age, seal, disk, not durable, all cores", age.seal(age.sealed_file()));
}

Options read_options(std::span<char*> arguments)
{
    Options options;
    for (std::size_t n = 1; n + 1 < arguments.size(); n += 2) {
        const std::string_view name = arguments[n];
        const std::string value = arguments[n + 1];
        if (name == "--memory") {
            options.memory = value;
        } else if (name == "--disk") {
            options.disk = value;
        } else if (name == "--turns") {
            options.turns = std::max(1, std::atoi(value.c_str()));
        } else if (name == "--sizes") {
            options.megabytes.clear();
            for (const char *at = value.data(), *end = at + value.size(); at < end;) {
                std::size_t megabytes = 0;
                const auto read = std::from_chars(at, end, megabytes);
                if (read.ec != std::errc{} || megabytes == 0 || megabytes > 2000) { stop("--sizes 1,50,500"); }
                options.megabytes.push_back(megabytes);
                at = read.ptr + 1;
            }
        } else {
            stop("--sizes 1,50,500, --turns N, --memory FOLDER, --disk FOLDER");
        }
    }
    return options;
}

} // namespace

int main(int argc, char** argv)
{
    crypto::initialise();
    const Options options = read_options({argv, static_cast<std::size_t>(argc)});
    for (const std::size_t megabytes : options.megabytes) { measure(megabytes * 1'000'000, options); }
    return 0;
}
