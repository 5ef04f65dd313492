// Made tests/vectors/package-3/ once: make_package_vectors_3 <new folder>. A package with a form for each candidate,
// from an office's draw, sealed again for people whose keys are published. Never edited: see
// tests/vectors/package/README.md.
#include "vault/office_bench.hpp"
#include "vault/vector_program.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/custody.hpp>
#include <papervault/vault/packages.hpp>
#include <papervault/vault/proofs.hpp>

#include <array>
#include <fstream>
#include <map>
#include <stdexcept>

namespace papervault::vault::test {
namespace {

using boost::json::array;
using boost::json::object;

template <class T>
T must(Result<T> result)
{
    if (!result) { throw std::runtime_error{result.error().detail}; }
    if constexpr (!std::is_void_v<T>) { return std::move(*result); }
}

class Maker {
public:
    explicit Maker(std::filesystem::path folder) : folder_{std::move(folder)}
    {
        std::filesystem::create_directories(folder_);
        must(bench_.hall.save(folder_ / "test_only_hall.identity", FilePermissions{}));
        must(office_.save(folder_ / "test_only_office.identity", FilePermissions{}));
    }

    void make()
    {
        const std::string draw_id = draw();
        open(bench_.seal(draw_id));
        const std::string paper = compartments_.at("paper");
        const auto changed = [&paper](auto change) {
            auto value = engine::parse_json(paper, {}).value();
            change(value.as_object());
            return engine::canonical_json(value);
        };
        object good = seal("good", paper);
        good["lists"] = lists(draw_id);
        object plain;
        for (const auto& [name, content] : compartments_) {
            plain[name] = {{"length", content.size()}, {"blake2b", crypto::blake2b(crypto::bytes_of(content)).hex()}};
        }
        good["compartments"] = plain;
        good["why"] = "sound";
        vectors_.push_back(good);
        good.erase("compartments");
        good.erase("lists");
        good["flip"] = array{std::filesystem::file_size(folder_ / "good.pvp") - 100, 3};
        refused(good, "digests", "authentication_failed", "P1: one bit of a compartment");

        refused(seal("exchanged", changed([](object& value) {
                         auto& forms = value["forms"].as_array();
                         std::swap(forms[0].as_object()["sections"], forms[1].as_object()["sections"]);
                     })),
                "paper", "malformed", "two sealers together give a candidate the form of another number");
        refused(seal("another-seed", changed([](object& value) {
                         auto& seed = value["draw"].as_object()["seed"].as_string();
                         seed[0] = seed[0] == '0' ? '1' : '0';
                     })),
                "paper", "malformed", "a seed that is not the recorded draw's");
        refused(seal("beyond", changed([](object& value) { value["forms"].as_array()[0].as_object()["number"] = 13; })),
                "paper", "malformed", "a number beyond the draw");
        put("vectors.json",
            engine::canonical_json(object{{"format", "papervault-package-vectors"}, {"vectors", vectors_}}));
    }

private:
    std::string draw()
    {
        bench_.import_items();
        bench_.create_batch();
        std::string id;
        {
            OfficeVault vault = bench_.as(bench_.chen);
            id = must(DrawRegister{vault}.open(OfficeBench::blueprint(),
                                               {bench_.chen.card().id(), bench_.lin.card().id()}, at(morning)));
        }
        for (const auto step : {&DrawRegister::commit, &DrawRegister::reveal}) {
            for (const Identity* who : {&bench_.chen, &bench_.lin}) {
                OfficeVault vault = bench_.as(*who);
                must((DrawRegister{vault}.*step)(id, *who, bench_.folder / (id + who->card().id()), at(morning)));
            }
        }
        {
            OfficeVault vault = bench_.as(bench_.chen);
            must(DrawRegister{vault}.run_loft(id, 12, at(morning)));
        }
        OfficeVault vault = bench_.as(bench_.lin);
        for (const char* form : {"1", "2", "3"}) { must(ProofRegister{vault}.mark(id, form, {}, at(morning))); }
        return id;
    }

    /// The hall's compartments of the office's package.
    void open(const std::string& package_id)
    {
        OfficeVault vault = bench_.as(bench_.fa);
        PackageRegister packages{vault};
        const PackageReader reader = must(packages.reader(package_id));
        HallOpening opening = must(HallOpening::begin(reader, bench_.hall));
        for (const Identity* custodian : {&bench_.first_custodian, &bench_.second_custodian}) {
            must(opening.add_share(
                must(give_share(reader, LockSet::hall, *custodian, bench_.hall.card(), at(in_window)))));
        }
        must(opening.add_release(must(packages.release(package_id, at(in_window)))));
        const CompartmentKeys keys = must(opening.open(at(in_window)));
        header_ = std::make_unique<PackageHeader>(reader.header());
        for (const Compartment& compartment : header_->compartments) {
            if (compartment.locks != LockSet::hall) { continue; }
            compartments_[compartment.name] = crypto::text_of(must(reader.read(compartment.name, keys)).expose());
        }
        compartments_["key"] = "the answers: A A A";
    }

    /// @return What a reader is given.
    object seal(const std::string& name, const std::string& paper)
    {
        std::map<std::string, std::string> contents = compartments_;
        contents["paper"] = paper;
        SealRequest request{.batch = header_->batch,
                            .snapshot_digest = header_->snapshot_digest,
                            .draw_digest = header_->draw_digest,
                            .forms = header_->forms,
                            .candidates = header_->candidates,
                            .hall = bench_.hall.card(),
                            .office = office_.card(),
                            .custodians = {bench_.first_custodian.card(), bench_.second_custodian.card()},
                            .custody_threshold = 2,
                            .graders = {bench_.grader.card(), bench_.second_grader.card()},
                            .graders_threshold = 2,
                            .second_sealer = bench_.zhao.card(),
                            .compartments = {},
                            .now = at(morning)};
        for (const auto& [each, content] : contents) {
            request.compartments.push_back({.name = each,
                                            .locks = each == "key" ? LockSet::graders : LockSet::hall,
                                            .plaintext = crypto::bytes_of(content)});
        }
        const auto draft = must(seal_package(request, bench_.wang, bench_.folder / (name + ".draft")));
        must(countersign_package(bench_.folder / (name + ".draft"), bench_.zhao, folder_ / (name + ".pvp")));
        const PackageReader package = must(PackageReader::open(folder_ / (name + ".pvp")));
        array shares;
        array grader_shares;
        const auto share = [&](LockSet locks, const Identity& member, const Identity& opener, const std::string& who) {
            return boost::json::string{
                put(name + "-" + who + ".share",
                    encode(must(give_share(package, locks, member, opener.card(), at(in_window)))))};
        };
        shares.push_back(share(LockSet::hall, bench_.first_custodian, bench_.hall, "custodian-0"));
        shares.push_back(share(LockSet::hall, bench_.second_custodian, bench_.hall, "custodian-1"));
        grader_shares.push_back(share(LockSet::graders, bench_.grader, office_, "grader-0"));
        grader_shares.push_back(share(LockSet::graders, bench_.second_grader, office_, "grader-1"));
        const auto release =
            put(name + ".release",
                encode(must(issue_release(package.header(), draft.release_share, office_, at(in_window)))));
        return {{"kind", "package"},  {"base", name + ".pvp"}, {"now", in_window},
                {"release", release}, {"shares", shares},      {"grader_shares", grader_shares}};
    }

    void refused(object entry, std::string_view step, std::string_view error, std::string_view why)
    {
        entry["step"] = step;
        entry["error"] = error;
        entry["why"] = why;
        vectors_.push_back(std::move(entry));
    }

    /// "number|ids" of each form, from the office's own draw and not from the package.
    array lists(const std::string& draw_id)
    {
        OfficeVault vault = bench_.as(bench_.chen);
        DrawRegister draws{vault};
        const DrawRecord record = must(draws.find(draw_id));
        array all;
        for (const CandidatesForm& form : must(draws.candidates_forms(record, std::array<std::uint32_t, 3>{1, 2, 3}))) {
            std::string line = std::to_string(form.number);
            char separator = '|';
            for (const std::string& id : form.sections.front()) {
                line += separator + id;
                separator = ',';
            }
            all.push_back(boost::json::string{line});
        }
        return all;
    }

    std::string put(const std::string& name, const std::string& text)
    {
        std::ofstream{folder_ / name, std::ios::binary} << text;
        return name;
    }

    std::filesystem::path folder_;
    OfficeBench bench_;
    Identity office_ = Identity::generate("office");
    std::unique_ptr<PackageHeader> header_;
    std::map<std::string, std::string> compartments_;
    array vectors_;
};

} // namespace
} // namespace papervault::vault::test

int main(int argc, char** argv)
{
    return papervault::vault::test::make_vectors(argc == 2 && !std::filesystem::exists(argv[1]),
                                                 "make_package_vectors_3 <folder that does not exist>",
                                                 [argv] { papervault::vault::test::Maker{argv[1]}.make(); });
}
