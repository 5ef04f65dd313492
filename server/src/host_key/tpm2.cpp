#include "host_key/tpm.hpp"

#include <fmt/format.h>

#include <tss2/tss2_esys.h>
#include <tss2/tss2_mu.h>
#include <tss2/tss2_rc.h>
#include <tss2/tss2_tctildr.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>

namespace papervault::server {
namespace {

using vault::Result;
using vault::VaultError;

constexpr std::size_t key_bytes = 32;

struct FreeTcti {
    void operator()(TSS2_TCTI_CONTEXT* tcti) const noexcept { Tss2_TctiLdr_Finalize(&tcti); }
};
struct FreeEsys {
    void operator()(ESYS_CONTEXT* esys) const noexcept { Esys_Finalize(&esys); }
};
/// What the stack gives out belongs to the caller.
struct FreeReturned {
    void operator()(void* object) const noexcept { Esys_Free(object); }
};
template <class T>
using Returned = std::unique_ptr<T, FreeReturned>;

/// An object or session inside the TPM, which has room for three of each.
class Loaded {
public:
    Loaded(ESYS_CONTEXT* esys, ESYS_TR handle) noexcept : esys_{esys}, handle_{handle} {}
    Loaded(Loaded&& other) noexcept : esys_{other.esys_}, handle_{std::exchange(other.handle_, ESYS_TR_NONE)} {}
    Loaded& operator=(Loaded&&) = delete;
    ~Loaded()
    {
        if (handle_ != ESYS_TR_NONE) { Esys_FlushContext(esys_, handle_); }
    }
    [[nodiscard]] ESYS_TR get() const noexcept { return handle_; }

private:
    ESYS_CONTEXT* esys_;
    ESYS_TR handle_;
};

std::unexpected<vault::VaultFailure> tpm_failed(TSS2_RC problem, std::string_view what)
{
    return vault::refuse(VaultError::storage_failed, fmt::format("TPM: {}: {}", what, Tss2_RC_Decode(problem)));
}

std::unexpected<vault::VaultFailure> another_machine()
{
    return vault::refuse(VaultError::wrong_host, "this machine's TPM does not open the hall's key: the folder was "
                                                 "copied from another machine, or the TPM was cleared");
}

TPMT_SYM_DEF_OBJECT aes_128_cfb() noexcept
{
    TPMT_SYM_DEF_OBJECT symmetric{};
    symmetric.algorithm = TPM2_ALG_AES;
    symmetric.keyBits.aes = 128;
    symmetric.mode.aes = TPM2_ALG_CFB;
    return symmetric;
}

/// The storage key of the TCG's ECC template: the TPM makes the same one from its seed every time.
TPM2B_PUBLIC storage_key_template() noexcept
{
    TPM2B_PUBLIC wanted{};
    TPMT_PUBLIC& area = wanted.publicArea;
    area.type = TPM2_ALG_ECC;
    area.nameAlg = TPM2_ALG_SHA256;
    area.objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN |
                            TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_NODA | TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT;
    area.parameters.eccDetail.symmetric = aes_128_cfb();
    area.parameters.eccDetail.scheme.scheme = TPM2_ALG_NULL;
    area.parameters.eccDetail.curveID = TPM2_ECC_NIST_P256;
    area.parameters.eccDetail.kdf.scheme = TPM2_ALG_NULL;
    return wanted;
}

/// Data that leaves the TPM to whoever asks on this machine, and never this TPM in another form.
TPM2B_PUBLIC sealed_data_template() noexcept
{
    TPM2B_PUBLIC wanted{};
    TPMT_PUBLIC& area = wanted.publicArea;
    area.type = TPM2_ALG_KEYEDHASH;
    area.nameAlg = TPM2_ALG_SHA256;
    area.objectAttributes =
        TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_NODA;
    area.parameters.keyedHashDetail.scheme.scheme = TPM2_ALG_NULL;
    return wanted;
}

class Tpm2 final : public vault::MachineSealer {
public:
    Tpm2(std::unique_ptr<TSS2_TCTI_CONTEXT, FreeTcti> tcti, std::unique_ptr<ESYS_CONTEXT, FreeEsys> esys)
        : tcti_{std::move(tcti)}, esys_{std::move(esys)}
    {
    }

    [[nodiscard]] std::string_view device() const noexcept override { return "tpm2"; }

    [[nodiscard]] Result<crypto::Bytes> seal(const crypto::SecretBuffer& key) override
    {
        const auto parent = storage_key();
        if (!parent) { return std::unexpected{parent.error()}; }
        const auto session = encrypted_session(*parent, TPMA_SESSION_DECRYPT);
        if (!session) { return std::unexpected{session.error()}; }
        // Not a place for a stack variable: the key stands in it.
        crypto::SecretBuffer room{sizeof(TPM2B_SENSITIVE_CREATE)};
        auto* const sensitive = new (room.expose().data()) TPM2B_SENSITIVE_CREATE{};
        sensitive->sensitive.data.size = static_cast<UINT16>(key.size_bytes());
        std::ranges::copy(std::as_bytes(std::span{key.expose()}),
                          std::as_writable_bytes(std::span{sensitive->sensitive.data.buffer}).begin());
        const TPM2B_PUBLIC wanted = sealed_data_template();
        const TPM2B_DATA nothing{};
        const TPML_PCR_SELECTION no_registers{};
        TPM2B_PRIVATE* made_private = nullptr;
        TPM2B_PUBLIC* made_public = nullptr;
        const TSS2_RC problem =
            Esys_Create(esys_.get(), parent->get(), session->get(), ESYS_TR_NONE, ESYS_TR_NONE, sensitive, &wanted,
                        &nothing, &no_registers, &made_private, &made_public, nullptr, nullptr, nullptr);
        const Returned<TPM2B_PRIVATE> private_part{made_private};
        const Returned<TPM2B_PUBLIC> public_part{made_public};
        if (problem != TSS2_RC_SUCCESS) { return tpm_failed(problem, "the key can't be sealed"); }

        std::array<std::uint8_t, vault::machine_sealed_bytes_max> marshalled{};
        std::size_t size = 0;
        TSS2_RC written = Tss2_MU_TPM2B_PUBLIC_Marshal(public_part.get(), marshalled.data(), marshalled.size(), &size);
        if (written == TSS2_RC_SUCCESS) {
            written = Tss2_MU_TPM2B_PRIVATE_Marshal(private_part.get(), marshalled.data(), marshalled.size(), &size);
        }
        if (written != TSS2_RC_SUCCESS) { return tpm_failed(written, "the sealed key can't be written"); }
        const auto bytes = std::as_bytes(std::span{marshalled}.first(size));
        return crypto::Bytes{bytes.begin(), bytes.end()};
    }

    [[nodiscard]] Result<crypto::SecretBuffer> unseal(crypto::ByteView sealed) override
    {
        TPM2B_PUBLIC public_part{};
        TPM2B_PRIVATE private_part{};
        const auto* const bytes = reinterpret_cast<const std::uint8_t*>(sealed.data());
        std::size_t at = 0;
        if (Tss2_MU_TPM2B_PUBLIC_Unmarshal(bytes, sealed.size(), &at, &public_part) != TSS2_RC_SUCCESS ||
            Tss2_MU_TPM2B_PRIVATE_Unmarshal(bytes, sealed.size(), &at, &private_part) != TSS2_RC_SUCCESS ||
            at != sealed.size()) {
            return another_machine();
        }
        const auto parent = storage_key();
        if (!parent) { return std::unexpected{parent.error()}; }
        ESYS_TR handle = ESYS_TR_NONE;
        TSS2_RC problem = Esys_Load(esys_.get(), parent->get(), ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
                                    &private_part, &public_part, &handle);
        // Format one: the TPM found something wrong with what it was given, above all its integrity.
        if ((problem & TSS2_RC_LAYER_MASK) == TSS2_TPM_RC_LAYER && (problem & TPM2_RC_FMT1) != 0) {
            return another_machine();
        }
        if (problem != TSS2_RC_SUCCESS) { return tpm_failed(problem, "the sealed key can't be loaded"); }
        const Loaded item{esys_.get(), handle};
        const auto session = encrypted_session(*parent, TPMA_SESSION_ENCRYPT);
        if (!session) { return std::unexpected{session.error()}; }
        TPM2B_SENSITIVE_DATA* out = nullptr;
        problem = Esys_Unseal(esys_.get(), item.get(), session->get(), ESYS_TR_NONE, ESYS_TR_NONE, &out);
        const Returned<TPM2B_SENSITIVE_DATA> data{out};
        if (problem != TSS2_RC_SUCCESS) { return tpm_failed(problem, "the key can't be unsealed"); }
        const auto content = std::as_writable_bytes(std::span{data->buffer}.first(data->size));
        crypto::SecretBuffer key = crypto::SecretBuffer::copy_of(content);
        crypto::wipe(content);
        if (key.size_bytes() != key_bytes) { return another_machine(); }
        return key;
    }

private:
    Result<Loaded> storage_key()
    {
        const TPM2B_SENSITIVE_CREATE no_secret{};
        const TPM2B_PUBLIC wanted = storage_key_template();
        const TPM2B_DATA nothing{};
        const TPML_PCR_SELECTION no_registers{};
        ESYS_TR handle = ESYS_TR_NONE;
        const TSS2_RC problem =
            Esys_CreatePrimary(esys_.get(), ESYS_TR_RH_OWNER, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &no_secret,
                               &wanted, &nothing, &no_registers, &handle, nullptr, nullptr, nullptr, nullptr);
        if (problem != TSS2_RC_SUCCESS) {
            return tpm_failed(problem, "its storage key can't be made (the owner's password must be empty)");
        }
        return Loaded{esys_.get(), handle};
    }

    /// The key crosses the wires of the machine encrypted. @param direction  To the TPM (DECRYPT) or from it (ENCRYPT).
    Result<Loaded> encrypted_session(const Loaded& salt_key, TPMA_SESSION direction)
    {
        TPMT_SYM_DEF symmetric{};
        symmetric.algorithm = TPM2_ALG_AES;
        symmetric.keyBits.aes = 128;
        symmetric.mode.aes = TPM2_ALG_CFB;
        ESYS_TR handle = ESYS_TR_NONE;
        TSS2_RC problem =
            Esys_StartAuthSession(esys_.get(), salt_key.get(), ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                  nullptr, TPM2_SE_HMAC, &symmetric, TPM2_ALG_SHA256, &handle);
        if (problem != TSS2_RC_SUCCESS) { return tpm_failed(problem, "no session"); }
        Loaded session{esys_.get(), handle};
        const auto flags = static_cast<TPMA_SESSION>(TPMA_SESSION_CONTINUESESSION | direction);
        problem = Esys_TRSess_SetAttributes(esys_.get(), handle, flags, 0xff);
        if (problem != TSS2_RC_SUCCESS) { return tpm_failed(problem, "no encrypted session"); }
        return session;
    }

    std::unique_ptr<TSS2_TCTI_CONTEXT, FreeTcti> tcti_;
    std::unique_ptr<ESYS_CONTEXT, FreeEsys> esys_;
};

} // namespace

bool built_with_tpm() noexcept
{
    return true;
}

Result<std::unique_ptr<vault::MachineSealer>> open_tpm(const std::string& tcti)
{
    // What goes wrong is said by us, in words; the stack's own lines would stand between them.
    ::setenv("TSS2_LOG", "all+none", 0); // NOLINT(concurrency-mt-unsafe): at the start, before any thread
    TSS2_TCTI_CONTEXT* opened = nullptr;
    if (const TSS2_RC problem = Tss2_TctiLdr_Initialize(tcti.c_str(), &opened); problem != TSS2_RC_SUCCESS) {
        return tpm_failed(problem, fmt::format("can't be reached ({})", tcti));
    }
    std::unique_ptr<TSS2_TCTI_CONTEXT, FreeTcti> transport{opened};
    ESYS_CONTEXT* context = nullptr;
    if (const TSS2_RC problem = Esys_Initialize(&context, transport.get(), nullptr); problem != TSS2_RC_SUCCESS) {
        return tpm_failed(problem, fmt::format("does not answer ({})", tcti));
    }
    return std::make_unique<Tpm2>(std::move(transport), std::unique_ptr<ESYS_CONTEXT, FreeEsys>{context});
}

} // namespace papervault::server
