#include "vault/vector_maker.hpp"

#include <papervault/engine/json.hpp>

#include <boost/json/value_from.hpp>

#include <algorithm>
#include <array>

namespace papervault::vault::test {

namespace fs = std::filesystem;
using boost::json::array;
using boost::json::object;

void VectorMaker::refuse_at_opening()
{
    const auto size = fs::file_size(folder_ / "good-small.pvp");
    const auto front = size - sound_.body.size();
    const auto with = [](std::string_view name, auto value) {
        object entry = usual("good-small");
        entry[name] = boost::json::value_from(std::move(value));
        return entry;
    };
    refuse(with("flip", array{0, 0}), "open", "malformed", "first bit of the magic");
    refuse(with("flip", array{19, 7}), "open", "malformed", "header length of more than 2 GiB");
    refuse(with("flip", array{front - 3, 0}), "open", "malformed", "one bit of the signature block's text");
    refuse(with("truncate", 0), "open", "malformed", "empty file");
    refuse(with("truncate", 19), "open", "malformed", "ends inside the header length");
    refuse(with("truncate", front - 1), "open", "malformed", "ends inside the signature block");
    refuse(with("truncate", size - 1), "open", "malformed", "one byte short");
    refuse(with("append", "00"), "open", "malformed", "one byte too many");
    object draft = usual("good-small");
    draft["front"] = "draft.front";
    refuse(std::move(draft), "open", "signature_invalid", "V2: the second sealer has not signed");

    Anatomy anatomy = sound_;
    anatomy.magic = "PAPERVAULT-PKG2\n";
    sign_again(anatomy, both());
    refuse_front("magic-2", anatomy, "open", "malformed", "another version of the container");

    anatomy = sound_;
    edit_header(anatomy, [](object& header) { header["candidates"] = 3; });
    refuse_front("edited", anatomy, "open", "signature_invalid", "header edited, signatures of before");
    const std::vector<std::tuple<std::string, std::vector<Signer>, std::string>> signers{
        {"signed-by-stranger", {first_, {second_.label, &stranger_}}, "P10: a stranger under the second sealer's id"},
        {"signed-by-office", {first_, {people_.office.card().id(), &people_.office}}, "P10: a key without that role"},
        {"signed-twice", {first_, first_}, "P10: the same signer twice"},
        {"signed-in-reverse", {second_, first_}, "signatures in the wrong order"},
        {"signed-by-second-alone", {second_}, "P10: one signature, and not the first sealer's"},
    };
    for (const auto& [name, who, why] : signers) {
        anatomy = sound_;
        sign_again(anatomy, who);
        refuse_front(name, anatomy, "open", "signature_invalid", why);
    }
    anatomy = sound_;
    sign_again(anatomy, both(), "papervault.answers.v1");
    refuse_front("signed-for-answers", anatomy, "open", "signature_invalid", "signatures for another purpose");
    refuse_front("signature-not-reduced", with_unreduced_signature(), "open", "signature_invalid",
                 "S of the first signature plus the group order");
}

Anatomy VectorMaker::with_unreduced_signature() const
{
    constexpr std::array<unsigned, 32> order{0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                             0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                             0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
    Anatomy anatomy = sound_;
    auto json = engine::parse_json(anatomy.signature_block, {}).value();
    auto& text = json.as_array()[0].as_object()["signature"];
    auto bytes = crypto::from_base64(std::string{text.as_string()}).value();
    unsigned carry = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const unsigned sum = std::to_integer<unsigned>(bytes[32 + i]) + order[i] + carry;
        bytes[32 + i] = static_cast<std::byte>(sum & 0xFFU);
        carry = sum >> 8;
    }
    text = crypto::to_base64(bytes);
    anatomy.signature_block = engine::canonical_json(json);
    return anatomy;
}

object& VectorMaker::compartment(object& header, std::size_t index)
{
    return header["compartments"].as_array()[index].as_object();
}

object& VectorMaker::member(object& header, std::string_view quorum, std::size_t index)
{
    return header[quorum].as_object()["members"].as_array()[index].as_object();
}

void VectorMaker::refuse_though_signed()
{
    refuse_edit("suite", [](object& header) { header["suite"] = "pv2"; }, "malformed", "unknown suite");
    refuse_edit("version-2", [](object& header) { header["version"] = 2; }, "malformed", "P8: version jump");
    refuse_edit("unknown-member", [](object& header) { header["note"] = ""; }, "malformed", "a member too many");
    refuse_edit("missing-member", [](object& header) { header.erase("draw_digest"); }, "malformed", "a member short");
    refuse_edit(
        "upper-case-digest", [](object& header) { header["draw_digest"] = std::string(64, 'A'); }, "malformed",
        "hex in capitals");
    refuse_edit(
        "time-with-offset", [](object& header) { header["sealed_at"] = "2026-11-20T18:00:00.000+08:00"; }, "malformed",
        "second spelling of a time");
    refuse_edit(
        "points-with-zero", [](object& header) { header["forms"].as_array()[0].as_object()["points"] = "100.0"; },
        "malformed", "second spelling of a decimal");
    refuse_edit(
        "three-sealers", [](object& header) { header["sealers"].as_array().push_back(header["office"]); }, "malformed",
        "three sealers");
    refuse_edit(
        "low-order-key",
        [](object& header) {
            std::array<std::byte, 32> neutral{std::byte{1}};
            header["office"].as_object()["sign_key"] = crypto::to_base64(neutral);
        },
        "malformed", "P10: the neutral element as a signing key");
    refuse_edit(
        "custodian-is-sealer",
        [](object& header) { member(header, "custody", 0)["card"] = header["sealers"].as_array()[1]; }, "not_permitted",
        "K7: one person, two roles");
    refuse_edit(
        "office-is-hall", [](object& header) { header["office"] = header["hall"]; }, "not_permitted",
        "K7: one machine, two roles");
    refuse_edit(
        "shared-box-key",
        [](object& header) {
            member(header, "graders", 0)["card"].as_object()["box_key"] = header["hall"].as_object()["box_key"];
        },
        "not_permitted", "K7: two people, one box key");
    refuse_edit(
        "quorum-of-one", [](object& header) { header["custody"].as_object()["threshold"] = 1; }, "malformed",
        "V2: one custodian alone would do");
    refuse_edit(
        "key-behind-hall", [](object& header) { compartment(header, 0)["locks"] = "hall"; }, "malformed",
        "V10: answers behind the hall's locks");
    refuse_edit("gap", [](object& header) { compartment(header, 2)["offset"] = 1000; }, "malformed", "gap");
    refuse_edit("overlap", [](object& header) { compartment(header, 2)["offset"] = 0; }, "malformed", "overlap");
    refuse_edit(
        "reordered", [](object& header) { std::swap(compartment(header, 1), compartment(header, 2)); }, "malformed",
        "compartments not in the order of their bytes");
    refuse_edit(
        "wrong-plaintext-length", [](object& header) { compartment(header, 1)["plaintext_length"] = 1; }, "malformed",
        "lengths that contradict each other");
    refuse_edit(
        "compartment-dropped", [](object& header) { header["compartments"].as_array().pop_back(); }, "malformed",
        "P2: bytes that no compartment owns");
    const auto spell = [this](const std::string& name, std::string_view from, std::string_view to,
                              std::string_view why) {
        Anatomy anatomy = sound_;
        anatomy.header.replace(anatomy.header.find(from), from.size(), to);
        sign_again(anatomy, both());
        refuse_front(name, anatomy, "open", "malformed", why);
    };
    spell("space", "{\"batch\"", "{ \"batch\"", "white space");
    const std::string version = sound_.header.substr(sound_.header.find("\"version\":"), 11);
    spell("twice", version, version + "," + version, "a member twice");
    spell("escape", "papervault-package", "papervault\\u002dpackage", "an escape that is not needed");
    spell("float", version, version + ".0", "a floating number");
}

void VectorMaker::refuse_contents()
{
    const auto body_flip = [this](const std::string& base, std::size_t at) {
        object entry = usual(base);
        const auto front = fs::file_size(folder_ / (base + ".pvp")) -
                           (base == "good-small" ? sound_.body.size() : sound_chunks_.body.size());
        entry["flip"] = array{front + at, 0};
        return entry;
    };
    refuse(body_flip("good-small", 0), "digests", "authentication_failed", "P1: one bit of a compartment");
    refuse(body_flip("good-chunks", 70'000), "digests", "authentication_failed", "P1: one bit of the second chunk");
    object swapped = usual("good-chunks");
    swapped["swap"] = array{0, sealed_chunk, sealed_chunk};
    refuse(swapped, "digests", "authentication_failed", "P3: two chunks swapped");

    // The same again, with digests that the sealers signed: now the cipher has to notice.
    const auto resigned = [this](const std::string& name, crypto::Bytes body, object entry, std::string_view why,
                                 std::size_t plaintext_length) {
        Anatomy anatomy = sound_chunks_;
        edit_header(anatomy, [&](object& header) {
            compartment(header, 0)["digest"] = crypto::blake2b(body).hex();
            compartment(header, 0)["plaintext_length"] = plaintext_length;
            compartment(header, 0)["length"] = body.size();
        });
        sign_again(anatomy, both());
        refuse_front(name, anatomy, "read", "authentication_failed", why, "good-chunks", std::move(entry));
    };
    const std::size_t length = chunks_.at("media").size();
    auto body = sound_chunks_.body;
    std::swap_ranges(body.begin(), body.begin() + sealed_chunk, body.begin() + sealed_chunk);
    resigned("swapped-resigned", body, {{"swap", array{0, sealed_chunk, sealed_chunk}}},
             "P3: two chunks swapped, digest signed", length);
    body = sound_chunks_.body;
    std::copy_n(body.begin(), sealed_chunk, body.begin() + sealed_chunk);
    resigned("repeated-resigned", body, {{"copy", array{0, sealed_chunk, sealed_chunk}}},
             "P3: a chunk repeated, digest signed", length);
    body = sound_chunks_.body;
    body.resize(2 * sealed_chunk);
    resigned("last-dropped-resigned", body,
             {{"remove", array{2 * sealed_chunk, sound_chunks_.body.size() - 2 * sealed_chunk}}},
             "P3: last chunk dropped, lengths and digest signed", std::size_t{2} * 65'536);
}

} // namespace papervault::vault::test
