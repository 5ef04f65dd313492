#pragma once

#include "vault/ceremony.hpp"
#include "vault/surgery.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace papervault::vault::test {

/// Makes the published vectors of packages, custody documents and answers: see tests/vectors/package/README.md.
class VectorMaker {
public:
    explicit VectorMaker(std::filesystem::path folder);
    void make();

private:
    using array = boost::json::array;
    using object = boost::json::object;

    void write(const std::string& name, std::string_view text);
    void save_person(const Identity& identity, const std::string& name);
    void save_people();
    static object summary(const Contents& contents);
    void seal_good_packages();
    void write_front(const std::string& name, Anatomy anatomy);
    /// @return Name of the file.
    std::string give(const PackageReader& package, const std::string& prefix, LockSet locks, const Identity& member);
    void give_documents();
    /// A package with all that opens it.
    static object usual(const std::string& base);
    void refuse(object entry, std::string_view step, std::string_view error, std::string_view why);
    /// A bad package with a front part of its own.
    void refuse_front(const std::string& name, const Anatomy& anatomy, std::string_view step, std::string_view error,
                      std::string_view why, const std::string& base = "good-small", object entry = {});
    void refuse_edit(const std::string& name, const std::function<void(object&)>& edit, std::string_view error,
                     std::string_view why, std::string_view step = "open");
    void refuse_at_opening();
    [[nodiscard]] std::vector<Signer> both() const { return {first_, second_}; }
    /// The same signature in its other form, which a lenient verifier takes: S + order of the group.
    [[nodiscard]] Anatomy with_unreduced_signature() const;
    static object& compartment(object& header, std::size_t index);
    static object& member(object& header, std::string_view quorum, std::size_t index);
    /// P11: both sealers signed it, so that only the layer behind the signatures can refuse.
    void refuse_though_signed();
    void refuse_contents();
    void refuse_document(std::string_view member_name, const std::string& name, const std::string& text,
                         std::string_view step, std::string_view error, std::string_view why);
    [[nodiscard]] object document(const std::string& name) const;
    static void sign_document(object& json, std::string_view purpose, const Identity& signer);
    void refuse_documents();
    void refuse_unlocking();
    void make_handovers();
    void make_answers();
    static std::string long_text();

    static constexpr std::size_t sealed_chunk = 65'536 + 16;

    std::filesystem::path folder_;
    People people_{3, 2};
    Identity stranger_ = Identity::generate("stranger");
    Contents small_{{"key", "the answers: A B C D"}, {"paper", "the paper: 一、单项选择题"}, {"roster", ""}};
    Contents chunks_{{"media", long_text()}};
    crypto::SecretBuffer small_share_{0};
    crypto::SecretBuffer chunks_share_{0};
    Anatomy sound_;
    Anatomy sound_chunks_;
    Signer first_{people_.first_sealer.card().id(), &people_.first_sealer};
    Signer second_{people_.second_sealer.card().id(), &people_.second_sealer};
    array vectors_;
};

} // namespace papervault::vault::test
