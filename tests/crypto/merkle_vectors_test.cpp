// The proofs of the transparency-dev/merkle project, made for Certificate Transparency.
#include "test_data.hpp"

#include <papervault/crypto/merkle.hpp>

#include <algorithm>
#include <cstdlib>

namespace papervault::crypto {
namespace {

/// The unpacked test data, removed with the suite.
class MerkleVectorsTest : public testing::Test {
protected:
    static inline std::filesystem::path folder;

    static void SetUpTestSuite()
    {
        if (!std::filesystem::exists(archive())) { return; }
        std::string pattern = (std::filesystem::temp_directory_path() / "papervault-merkle-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) { throw std::runtime_error{"no temporary folder"}; }
        folder = pattern;
        const std::string unpack = "tar -xzf '" + archive().string() + "' -C '" + folder.string() + "'";
        if (std::system(unpack.c_str()) != 0) { throw std::runtime_error{"cannot unpack " + archive().string()}; }
    }
    static void TearDownTestSuite()
    {
        if (!folder.empty()) { std::filesystem::remove_all(folder); }
    }
    static std::filesystem::path archive() { return shared_data_folder() / "security/merkle/testdata.tar.gz"; }

    /// Calls check(vector, is it valid) for each file. @return How many.
    template <class Check>
    static int for_each_vector(std::string_view kind, Check check)
    {
        int count = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator{folder / "testdata" / kind}) {
            if (entry.path().extension() != ".json") { continue; }
            SCOPED_TRACE(entry.path().string());
            const auto vector = read_json(entry.path());
            check(vector, !vector.at("wantErr").as_bool());
            ++count;
        }
        return count;
    }
    /// Nothing for another length: such a leaf or root is refused before it becomes a Digest.
    static std::optional<Digest> digest(const boost::json::value& base64)
    {
        const auto bytes = from_base64(base64.as_string());
        Digest digest;
        if (!bytes || bytes->size() != digest.bytes.size()) { return std::nullopt; }
        std::ranges::copy(*bytes, digest.bytes.begin());
        return digest;
    }
    /// Some consistency vectors have "don't care" roots of another length: then a digest that is as unique.
    static Digest digest_or_stand_in(const boost::json::value& base64)
    {
        return digest(base64).value_or(sha256(bytes_of(std::string_view{base64.as_string()})));
    }
    static std::vector<Digest> proof(const boost::json::value& vector)
    {
        std::vector<Digest> digests;
        if (vector.at("proof").is_null()) { return digests; }
        for (const auto& one : vector.at("proof").as_array()) { digests.push_back(digest_or_stand_in(one)); }
        return digests;
    }
    static std::uint64_t number(const boost::json::value& vector, std::string_view name)
    {
        return vector.at(name).to_number<std::uint64_t>();
    }
};

TEST_F(MerkleVectorsTest, InclusionProofsGetTheExpectedVerdict)
{
    SKIP_UNLESS_PRESENT(archive());
    const int count = for_each_vector("inclusion", [](const auto& vector, bool valid) {
        const auto leaf = digest(vector.at("leafHash"));
        const auto root = digest(vector.at("root"));
        const bool accepted =
            leaf && root &&
            verify_inclusion(*leaf, number(vector, "leafIdx"), number(vector, "treeSize"), proof(vector), *root);
        EXPECT_EQ(accepted, valid);
    });
    EXPECT_EQ(count, 98);
}

TEST_F(MerkleVectorsTest, ConsistencyProofsGetTheExpectedVerdict)
{
    SKIP_UNLESS_PRESENT(archive());
    const int count = for_each_vector("consistency", [](const auto& vector, bool valid) {
        EXPECT_EQ(verify_consistency(number(vector, "size1"), digest_or_stand_in(vector.at("root1")),
                                     number(vector, "size2"), digest_or_stand_in(vector.at("root2")), proof(vector)),
                  valid);
    });
    EXPECT_EQ(count, 98);
}

} // namespace
} // namespace papervault::crypto
