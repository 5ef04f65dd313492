#include "vault/sample_answers.hpp"
#include "vault/vector_maker.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/answers.hpp>
#include <papervault/vault/custody.hpp>
#include <papervault/vault/files.hpp>

#include <boost/json/value_from.hpp>

#include <stdexcept>

namespace papervault::vault::test {

using boost::json::array;
using boost::json::object;

void VectorMaker::refuse_document(std::string_view member_name, const std::string& name, const std::string& text,
                                  std::string_view step, std::string_view error, std::string_view why)
{
    write(name, text);
    object entry = usual("good-small");
    if (member_name == "release") {
        entry[member_name] = name;
    } else {
        entry[member_name] = array{name};
    }
    refuse(std::move(entry), step, error, why);
}

object VectorMaker::document(const std::string& name) const
{
    return engine::parse_json(read_text_file(folder_ / name, 100'000).value(), {}).value().as_object();
}

void VectorMaker::sign_document(object& json, std::string_view purpose, const Identity& signer)
{
    json.erase("signature");
    json["signature"] =
        crypto::to_base64(signer.signing_key().sign(purpose, crypto::bytes_of(engine::canonical_json(json))));
}

void VectorMaker::refuse_documents()
{
    const auto share = [this](const std::string& name, const std::string& base,
                              const std::function<void(object&)>& edit, const Identity& signer, std::string_view error,
                              std::string_view why) {
        object json = document(base);
        edit(json);
        sign_document(json, "papervault.share-part.v1", signer);
        refuse_document("shares", name + ".share", engine::canonical_json(json), "share", error, why);
    };
    const std::string mine = "good-small-custodian-0.share";
    const Identity& custodian = people_.custodians[0];
    const auto keep = [](object&) {};
    share("share-signed-by-stranger", mine, keep, stranger_, "signature_invalid", "not the giver's signature");
    share("share-of-another-package", "good-chunks-custodian-0.share", keep, custodian, "wrong_batch",
          "K3: a share of another ceremony");
    share(
        "share-relabelled", "good-chunks-custodian-0.share",
        [&](object& json) { json["package_id"] = document(mine)["package_id"]; }, custodian, "share_invalid",
        "K3: the same, and its giver lies about it");
    share(
        "share-of-a-stranger", mine, [&](object& json) { json["member_id"] = stranger_.card().id(); }, stranger_,
        "not_permitted", "no member of the quorum");
    share("share-for-graders", "good-small-grader-0.share", keep, people_.graders[0], "not_permitted",
          "a share for other locks");
    share(
        "share-for-another-opener", mine, [&](object& json) { json["opener_id"] = people_.office.card().id(); },
        custodian, "wrong_host", "sealed for somebody else");
    share(
        "share-in-another-place", mine, [](object& json) { json["share_index"] = 1; }, custodian, "share_invalid",
        "K2: another index");
    share(
        "share-altered", mine,
        [&](object& json) { json["sealed_share"] = document("good-small-custodian-1.share")["sealed_share"]; },
        custodian, "share_invalid", "K2: another share inside");
    const std::string spelled = read_text_file(folder_ / mine, 100'000).value();
    refuse_document("shares", "share-with-line-feed.share", spelled + "\n", "share", "malformed",
                    "second spelling of a share");

    const auto release = [this](const std::string& name, const std::string& base,
                                const std::function<void(object&)>& edit, const Identity& signer,
                                std::string_view error, std::string_view why) {
        object json = document(base);
        edit(json);
        sign_document(json, "papervault.release.v1", signer);
        refuse_document("release", name + ".release", engine::canonical_json(json), "release", error, why);
    };
    release("release-of-another-package", "good-chunks.release", keep, people_.office, "wrong_batch",
            "P4: a release of another package");
    release(
        "release-relabelled", "good-chunks.release",
        [&](object& json) { json["package_id"] = document("good-small.release")["package_id"]; }, people_.office,
        "share_invalid", "P4: the same under this package's id");
    release("release-signed-by-hall", "good-small.release", keep, people_.hall, "signature_invalid",
            "P10: a key without that role");
    release(
        "release-for-another-hall", "good-small.release",
        [this](object& json) { json["hall_id"] = stranger_.card().id(); }, people_.office, "wrong_host",
        "P4: another hall");
    release(
        "release-for-another-window", "good-small.release",
        [](object& json) { json["not_before"] = "2026-11-20T08:30:00.000Z"; }, people_.office, "wrong_batch",
        "P4: another window");
}

void VectorMaker::refuse_unlocking()
{
    const auto with = [](std::string_view name, auto value) {
        object entry = usual("good-small");
        entry[name] = boost::json::value_from(std::move(value));
        return entry;
    };
    const std::string one = "good-small-custodian-0.share";
    refuse(with("shares", array{one}), "unlock", "quorum_incomplete", "K1: one custodian alone");
    refuse(with("shares", array{one, one}), "unlock", "quorum_incomplete", "K1: one custodian twice");
    refuse(with("release", nullptr), "unlock", "release_time_not_reached", "T5: no release, whatever the clock says");
    refuse(with("now", before_window), "unlock", "release_time_not_reached", "a millisecond too early");
    refuse(with("now", after_window), "unlock", "expired", "P7: a millisecond too late");
    refuse(with("grader_shares", array{"good-small-grader-0.share"}), "key", "quorum_incomplete",
           "V10: one grader alone");
    refuse(with("grader_shares", array{one}), "key", "not_permitted", "K6: a custodian's share for the key");
    refuse_edit(
        "other-form",
        [](object& header) { header["forms"].as_array()[0].as_object()["digest"] = std::string(64, '0'); },
        "authentication_failed", "P4: locks of another binding", "unlock");
    refuse_edit(
        "wrapped-keys-swapped",
        [](object& header) { std::swap(compartment(header, 1)["wrapped_key"], compartment(header, 2)["wrapped_key"]); },
        "authentication_failed", "another compartment's key", "unlock");
}

void VectorMaker::make_handovers()
{
    const auto package = open_package(folder_ / "good-small.pvp");
    const auto now = time_of(inside_window);
    const Identity giver = Identity::generate("押运员");
    const Identity taker = Identity::generate("主考");
    const auto given = give_package(package, giver, taker.card(), now);
    write("good.handover", encode(take_package(given, package, taker, now).value()));
    const object usual{{"kind", "handover"}, {"document", "good.handover"}, {"package", "good-small.pvp"}};
    object good = usual;
    good["why"] = "V4: both have signed";
    vectors_.push_back(std::move(good));

    object other_package = usual;
    other_package["package"] = "good-chunks.pvp";
    refuse(std::move(other_package), "handover", "wrong_batch", "another package than the one at hand");
    const auto refuse_text = [&](const std::string& name, const std::string& text, std::string_view error,
                                 std::string_view why) {
        write(name, text);
        object entry = usual;
        entry["document"] = name;
        refuse(std::move(entry), "handover", error, why);
    };
    const auto refuse_edited = [&](const std::string& name, const std::function<void(object&)>& edit,
                                   std::string_view error, std::string_view why) {
        object json = document("good.handover");
        edit(json);
        refuse_text(name, engine::canonical_json(json), error, why);
    };
    refuse_text("not-taken.handover", encode(given), "signature_invalid", "V4: the taker has not signed");
    refuse_text("to-himself.handover", encode(give_package(package, giver, giver.card(), now)), "not_permitted",
                "V4: giver and taker are one person");
    refuse_edited("other-level.handover", [](object& json) { json["level"] = 3; }, "wrong_batch", "V4: another level");
    refuse_edited(
        "other-time.handover", [](object& json) { json["given_at"] = "2026-11-21T08:45:00.001Z"; }, "signature_invalid",
        "the giver signed another time");
    refuse_edited(
        "taken-later.handover", [](object& json) { json["taken_at"] = "2026-11-21T08:45:00.001Z"; },
        "signature_invalid", "the taker signed another time");
    refuse_edited(
        "signatures-exchanged.handover",
        [](object& json) { std::swap(json["giver_signature"], json["taker_signature"]); }, "signature_invalid",
        "each signature for the other's purpose");
    refuse_edited(
        "half.handover", [](object& json) { json.erase("taker_signature"); }, "malformed",
        "taken, and nobody signed that");
}

void VectorMaker::make_answers()
{
    const auto package = open_package(folder_ / "good-small.pvp");
    AnswersFile answers = sample_answers(package, people_.hall, {{"item-1", {"A", "C"}}, {"item-2", {"三角函数"}}});
    answers.version = 1;
    answers.journal = "{\"n\":1}\n{\"n\":2}\n";
    answers.journal_records = 2;
    answers.journal_head = crypto::blake2b(crypto::bytes_of("{\"n\":2}"));
    const auto seal_as = [&](const std::string& name, const IdentityCard& office) {
        if (!seal_answers(answers, people_.hall, office, folder_ / name)) {
            throw std::runtime_error{"cannot seal " + name};
        }
    };
    seal_as("good-answers.pva", people_.office.card());
    const object usual{{"kind", "answers"}, {"base", "good-answers.pva"}, {"package", "good-small.pvp"}};
    object good = usual;
    good["receipts"] = object{{"T0001", answers.sheets[0].receipt}, {"T0002", ""}};
    good["why"] = "sound";
    vectors_.push_back(std::move(good));

    const auto with = [&usual](std::string_view name, auto value) {
        object entry = usual;
        entry[name] = boost::json::value_from(std::move(value));
        return entry;
    };
    const auto anatomy = take_apart(content_of(folder_ / "good-answers.pva"));
    const auto size = put_together(anatomy).size();
    refuse(with("package", "good-chunks.pvp"), "answers", "wrong_batch", "answers of another package");
    refuse(with("truncate", size - 1), "answers", "malformed", "P2: one byte short");
    refuse(with("append", "0a"), "answers", "malformed", "P2: one byte too many");
    refuse(with("flip", array{size - 1, 3}), "answers", "authentication_failed", "P1: one bit of the journal");
    refuse(with("base", "good-small.pvp"), "answers", "malformed", "a package is no answers file");
    const auto front = [&](const std::string& name, const Anatomy& changed, std::string_view error,
                           std::string_view why) {
        write_front(name, changed);
        refuse(with("front", name), "answers", error, why);
    };
    Anatomy changed = anatomy;
    sign_again(changed, {{people_.hall.card().id(), &stranger_}}, "papervault.answers.v1");
    front("answers-signed-by-stranger.front", changed, "signature_invalid", "a stranger under the hall's id");
    changed = anatomy;
    edit_header(changed, [this](object& header) { header["hall_id"] = stranger_.card().id(); });
    sign_again(changed, {{people_.hall.card().id(), &people_.hall}}, "papervault.answers.v1");
    front("answers-of-another-hall.front", changed, "wrong_host", "answers of another hall");
    changed = anatomy;
    edit_header(changed, [](object& header) { header["sealed_at"] = "2026-11-21T11:06:00.000Z"; });
    sign_again(changed, {{people_.hall.card().id(), &people_.hall}}, "papervault.answers.v1");
    front("answers-redated.front", changed, "authentication_failed", "keys are bound to the time of sealing");
}

} // namespace papervault::vault::test
