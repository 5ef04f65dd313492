#include "vault/vector_maker.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/files.hpp>

#include <stdexcept>

namespace papervault::vault::test {

namespace fs = std::filesystem;
using boost::json::array;
using boost::json::object;

VectorMaker::VectorMaker(std::filesystem::path folder) : folder_{std::move(folder)}
{
    fs::create_directories(folder_);
}

void VectorMaker::make()
{
    save_people();
    seal_good_packages();
    give_documents();
    refuse_at_opening();
    refuse_though_signed();
    refuse_contents();
    refuse_documents();
    refuse_unlocking();
    make_handovers();
    make_answers();
    const object manifest{{"format", "papervault-package-vectors"}, {"version", 1}, {"vectors", vectors_}};
    write("vectors.json", engine::canonical_json(manifest) + "\n");
}

void VectorMaker::write(const std::string& name, std::string_view text)
{
    if (!write_file_durably(folder_ / name, crypto::bytes_of(text), false, 0644)) {
        throw std::runtime_error{"cannot write " + name};
    }
}

void VectorMaker::save_person(const Identity& identity, const std::string& name)
{
    if (!identity.save(folder_ / ("test_only_" + name + ".identity"), FilePermissions{})) {
        throw std::runtime_error{"cannot save " + name};
    }
}

void VectorMaker::save_people()
{
    save_person(people_.hall, "hall");
    save_person(people_.office, "office");
    save_person(people_.first_sealer, "first_sealer");
    save_person(people_.second_sealer, "second_sealer");
    for (std::size_t i = 0; i < people_.custodians.size(); ++i) {
        save_person(people_.custodians[i], "custodian_" + std::to_string(i));
    }
    for (std::size_t i = 0; i < people_.graders.size(); ++i) {
        save_person(people_.graders[i], "grader_" + std::to_string(i));
    }
    save_person(stranger_, "stranger");
}

object VectorMaker::summary(const Contents& contents)
{
    object json;
    for (const auto& [name, content] : contents) {
        json[name] = object{{"length", content.size()}, {"blake2b", crypto::blake2b(crypto::bytes_of(content)).hex()}};
    }
    return json;
}

void VectorMaker::seal_good_packages()
{
    small_share_ = seal(people_, small_, folder_, "good-small.pvp").release_share;
    chunks_share_ = seal(people_, chunks_, folder_, "good-chunks.pvp").release_share;
    sound_ = take_apart(content_of(folder_ / "good-small.pvp"));
    sound_chunks_ = take_apart(content_of(folder_ / "good-chunks.pvp"));
    write_front("draft.front", take_apart(content_of(folder_ / "good-small.pvp.draft")));
    fs::remove(folder_ / "good-small.pvp.draft");
    fs::remove(folder_ / "good-chunks.pvp.draft");
}

void VectorMaker::write_front(const std::string& name, Anatomy anatomy)
{
    anatomy.body.clear();
    write(name, crypto::text_of(put_together(anatomy)));
}

std::string VectorMaker::give(const PackageReader& package, const std::string& prefix, LockSet locks,
                              const Identity& member)
{
    const IdentityCard& opener = locks == LockSet::hall ? people_.hall.card() : people_.office.card();
    const std::string name = prefix + "-" + member.card().name + ".share";
    write(name, encode(give_share(package, locks, member, opener, time_of(inside_window)).value()));
    return name;
}

void VectorMaker::give_documents()
{
    for (const auto& [prefix, share] :
         {std::pair{"good-small", &small_share_}, std::pair{"good-chunks", &chunks_share_}}) {
        const auto package = open_package(folder_ / (std::string{prefix} + ".pvp"));
        for (const Identity& custodian : people_.custodians) { give(package, prefix, LockSet::hall, custodian); }
        for (const Identity& grader : people_.graders) { give(package, prefix, LockSet::graders, grader); }
        write(std::string{prefix} + ".release",
              encode(issue_release(package.header(), *share, people_.office, time_of(inside_window)).value()));
    }
    for (const auto& [base, contents] : {std::pair{"good-small", small_}, std::pair{"good-chunks", chunks_}}) {
        object entry = usual(base);
        entry["compartments"] = summary(contents);
        entry["why"] = "sound";
        vectors_.push_back(std::move(entry));
    }
    object other_quorum = usual("good-small");
    other_quorum["shares"] = array{"good-small-custodian-2.share", "good-small-custodian-1.share"};
    other_quorum["compartments"] = summary(small_);
    other_quorum["why"] = "another quorum of the same custodians, the last one first";
    vectors_.push_back(std::move(other_quorum));
}

object VectorMaker::usual(const std::string& base)
{
    return {{"kind", "package"},
            {"base", base + ".pvp"},
            {"shares", array{base + "-custodian-0.share", base + "-custodian-1.share"}},
            {"grader_shares", array{base + "-grader-0.share", base + "-grader-1.share"}},
            {"release", base + ".release"},
            {"now", inside_window}};
}

void VectorMaker::refuse(object entry, std::string_view step, std::string_view error, std::string_view why)
{
    entry["step"] = step;
    entry["error"] = error;
    entry["why"] = why;
    vectors_.push_back(std::move(entry));
}

void VectorMaker::refuse_front(const std::string& name, const Anatomy& anatomy, std::string_view step,
                               std::string_view error, std::string_view why, const std::string& base, object entry)
{
    write_front(name + ".front", anatomy);
    object whole = usual(base);
    for (const auto& member : entry) { whole[member.key()] = member.value(); }
    whole["front"] = name + ".front";
    refuse(std::move(whole), step, error, why);
}

void VectorMaker::refuse_edit(const std::string& name, const std::function<void(object&)>& edit, std::string_view error,
                              std::string_view why, std::string_view step)
{
    Anatomy anatomy = sound_;
    edit_header(anatomy, edit);
    sign_again(anatomy, both());
    refuse_front(name, anatomy, step, error, why);
}

std::string VectorMaker::long_text()
{
    std::string text;
    for (int i = 0; text.size() < 131'073; ++i) { text += "media " + std::to_string(i) + "\n"; }
    text.resize(131'073);
    return text;
}

} // namespace papervault::vault::test
