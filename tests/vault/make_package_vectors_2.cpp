// Made tests/vectors/package-2/ once: make_package_vectors_2 <new folder> <pv1 or gm1>. Published and never edited, as
// the first set: see tests/vectors/package/README.md.
#include "vault/ceremony.hpp"
#include "vault/surgery.hpp"
#include "vault/vector_program.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/files.hpp>

#include <boost/json/array.hpp>

#include <filesystem>
#include <fstream>

namespace papervault::vault::test {
namespace {

using boost::json::array;
using boost::json::object;

class Maker {
public:
    Maker(std::filesystem::path folder, crypto::Suite suite) : folder_{std::move(folder)}, people_{3, 2, suite}
    {
        std::filesystem::create_directories(folder_);
    }

    void make()
    {
        save(people_.hall, "hall");
        save(people_.office, "office");
        const auto sealed = seal(people_, contents_, folder_, "good.pvp");
        std::filesystem::remove(folder_ / "good.pvp.draft");
        const auto package = open_package(sealed.file);
        const auto now = time_of(inside_window);
        array shares;
        array grader_shares;
        for (std::size_t i = 0; i < 2; ++i) {
            shares.push_back(text(
                "custodian-" + std::to_string(i) + ".share",
                encode(give_share(package, LockSet::hall, people_.custodians[i], people_.hall.card(), now).value())));
            grader_shares.push_back(text(
                "grader-" + std::to_string(i) + ".share",
                encode(give_share(package, LockSet::graders, people_.graders[i], people_.office.card(), now).value())));
        }
        const auto release = put(
            "good.release", encode(issue_release(package.header(), sealed.release_share, people_.office, now).value()));
        usual_ = {{"kind", "package"},  {"base", "good.pvp"}, {"now", inside_window},
                  {"release", release}, {"shares", shares},   {"grader_shares", grader_shares}};
        object compartments;
        for (const auto& [name, content] : contents_) {
            compartments[name] = {{"length", content.size()},
                                  {"blake2b", crypto::blake2b(crypto::bytes_of(content)).hex()}};
        }
        object sound = usual_;
        sound["compartments"] = std::move(compartments);
        sound["why"] = "sound";
        vectors_.push_back(std::move(sound));

        const Anatomy anatomy = take_apart(content_of(sealed.file));
        const auto size = std::filesystem::file_size(sealed.file);
        const auto front = size - anatomy.body.size();
        const std::size_t chunk = 65'536 + crypto::chunk_overhead_bytes(people_.suite);
        refuse({{"flip", array{front + 5, 3}}}, "digests", "authentication_failed", "P1: one bit of a compartment");
        refuse({{"truncate", size - 1}}, "open", "malformed", "one byte short");
        refuse({{"append", "00"}}, "open", "malformed", "one byte too many");
        const std::uint64_t media = package.header().compartments[1].offset;
        refuse({{"swap", array{media, media + chunk, chunk}}}, "digests", "authentication_failed",
               "P3: two chunks swapped");
        edited(
            "edited", [](object& header) { header["candidates"] = 3; }, false, "signature_invalid",
            "header edited, signatures of before");
        edited("version-3", [](object& header) { header["version"] = 3; }, true, "malformed", "P8: version jump");
        edited(
            "other-suite",
            [this](object& header) { header["suite"] = people_.suite == crypto::Suite::pv1 ? "gm1" : "pv1"; }, true,
            "malformed", "keys of another suite");
        edited("no-recovery", [](object& header) { header.erase("recovery"); }, true, "malformed", "a member short");
        edited(
            "no-spoken-release", [](object& header) { header["spoken_release"] = ""; }, true, "malformed",
            "the release by voice is missing");
        edited(
            "key-behind-hall",
            [](object& header) { header["compartments"].as_array()[0].as_object()["locks"] = "hall"; }, true,
            "malformed", "V10: answers behind the hall's locks");
        object early = usual_;
        early["now"] = before_window;
        add(early, "unlock", "release_time_not_reached", "V5: a millisecond early");
        object alone = usual_;
        alone["shares"] = array{"custodian-0.share"};
        add(alone, "unlock", "quorum_incomplete", "one custodian alone");
        put("vectors.json",
            engine::canonical_json(object{{"format", "papervault-package-vectors"}, {"vectors", vectors_}}));
    }

private:
    boost::json::string text(const std::string& name, const std::string& content)
    {
        return boost::json::string{put(name, content)};
    }
    std::string put(const std::string& name, const std::string& text)
    {
        std::ofstream{folder_ / name, std::ios::binary} << text;
        return name;
    }
    static void must(const Result<void>& result)
    {
        if (!result) { throw std::runtime_error{result.error().detail}; }
    }
    void save(const Identity& identity, const std::string& name) const
    {
        must(identity.save(folder_ / ("test_only_" + name + ".identity"), FilePermissions{}));
    }
    void add(object entry, std::string_view step, std::string_view error, std::string_view why)
    {
        entry["step"] = step;
        entry["error"] = error;
        entry["why"] = why;
        vectors_.push_back(std::move(entry));
    }
    void refuse(const object& change, std::string_view step, std::string_view error, std::string_view why)
    {
        object entry = usual_;
        for (const auto& member : change) { entry[member.key()] = member.value(); }
        add(std::move(entry), step, error, why);
    }
    void edited(const std::string& name, const std::function<void(object&)>& edit, bool sign, std::string_view error,
                std::string_view why)
    {
        Anatomy anatomy = take_apart(content_of(folder_ / "good.pvp"));
        edit_header(anatomy, edit);
        if (sign) {
            sign_again(anatomy, {{people_.first_sealer.card().id(), &people_.first_sealer},
                                 {people_.second_sealer.card().id(), &people_.second_sealer}});
        }
        anatomy.body.clear();
        put(name + ".front", crypto::text_of(put_together(anatomy)));
        object entry = usual_;
        entry["front"] = name + ".front";
        add(std::move(entry), "open", error, why);
    }

    std::filesystem::path folder_;
    People people_;
    Contents contents_{{"key", "the answers: A B C D"},
                       {"media", std::string(2 * 65'536 + 1, 'm')},
                       {"paper", "the paper: 一、单项选择题"},
                       {"roster", ""}};
    object usual_;
    array vectors_;
};

} // namespace
} // namespace papervault::vault::test

int main(int argc, char** argv)
{
    const auto suite = argc == 3 ? papervault::crypto::suite_from_text(argv[2]) : std::nullopt;
    return papervault::vault::test::make_vectors(suite && !std::filesystem::exists(argv[1]),
                                                 "make_package_vectors_2 <folder that does not exist> <pv1 or gm1>",
                                                 [&] { papervault::vault::test::Maker{argv[1], *suite}.make(); });
}
