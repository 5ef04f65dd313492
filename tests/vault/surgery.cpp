#include "vault/surgery.hpp"

#include <papervault/engine/json.hpp>

#include <stdexcept>

namespace papervault::vault::test {
namespace {

std::string take(std::string_view& text, std::size_t count)
{
    if (text.size() < count) { throw std::runtime_error{"the file is too short to be taken apart"}; }
    std::string taken{text.substr(0, count)};
    text.remove_prefix(count);
    return taken;
}

std::string take_block(std::string_view& text)
{
    std::size_t length = 0;
    unsigned shift = 0;
    for (const char c : take(text, 4)) {
        length |= std::size_t{static_cast<unsigned char>(c)} << shift;
        shift += 8;
    }
    return take(text, length);
}

std::string block(std::string_view content)
{
    std::string length;
    for (unsigned shift = 0; shift < 32; shift += 8) { length += static_cast<char>((content.size() >> shift) & 0xFFU); }
    return length + std::string{content};
}

} // namespace

Anatomy take_apart(crypto::ByteView file)
{
    const std::string whole = crypto::text_of(file);
    std::string_view rest = whole;
    Anatomy anatomy;
    anatomy.magic = take(rest, 16);
    anatomy.header = take_block(rest);
    anatomy.signature_block = take_block(rest);
    const auto body = crypto::bytes_of(rest);
    anatomy.body.assign(body.begin(), body.end());
    return anatomy;
}

crypto::Bytes put_together(const Anatomy& anatomy)
{
    const std::string head = anatomy.magic + block(anatomy.header) + block(anatomy.signature_block);
    const auto bytes = crypto::bytes_of(head);
    crypto::Bytes file{bytes.begin(), bytes.end()};
    file.insert(file.end(), anatomy.body.begin(), anatomy.body.end());
    return file;
}

void edit_header(Anatomy& anatomy, const std::function<void(boost::json::object&)>& edit)
{
    auto json = engine::parse_json(anatomy.header, {}).value();
    edit(json.as_object());
    anatomy.header = engine::canonical_json(json);
}

void sign_again(Anatomy& anatomy, const std::vector<Signer>& signers, std::string_view purpose)
{
    const std::string message = anatomy.magic + block(anatomy.header);
    boost::json::array signatures;
    for (const Signer& signer : signers) {
        const auto signature = signer.identity->signing_key().sign(purpose, crypto::bytes_of(message));
        signatures.push_back({{"sealer", signer.label}, {"signature", crypto::to_base64(signature)}});
    }
    anatomy.signature_block = engine::canonical_json(signatures);
}

} // namespace papervault::vault::test
