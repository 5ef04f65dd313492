// Any text as a signed note, verifier key, checkpoint, request to a witness, proof, ledger entry or destruction record:
// what is read is written again as it was, and nothing unsigned is believed.
#include <papervault/vault/retention.hpp>
#include <papervault/vault/witness.hpp>

#include <cstdint>
#include <cstdlib>

namespace {

using namespace papervault;
using namespace papervault::vault;

template <class Document>
void expect_same(const Result<Document>& document, std::string_view text)
{
    if (document && encode(*document) != text) { std::abort(); }
}

const Identity& somebody()
{
    static const Identity identity = Identity::generate("fuzz");
    return identity;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto note = decode_signed_note(text);
    expect_same(note, text);
    expect_same(decode_note_key(text), text);
    expect_same(decode_ledger_entry(text), text);
    expect_same(decode_destruction(text), text);
    const auto request = decode_witness_request(text);
    expect_same(request, text);
    const auto proof = decode_ledger_proof(text);
    expect_same(proof, text);
    // A key that was made just now has signed none of it.
    const IdentityCard& card = somebody().card();
    if (verify_checkpoint(text, card.sign_key)) { std::abort(); }
    if (note && verify_cosignature(*note, witness_note_key(card))) { std::abort(); }
    if (request && cosign_checkpoint(*request, {}, card, somebody(), {})) { std::abort(); }
    if (proof && check_ledger_proof(*proof, card, {}, 0)) { std::abort(); }
    return 0;
}
