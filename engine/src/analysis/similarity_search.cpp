#include "analysis/ability_bands.hpp"
#include "analysis/agreement.hpp"
#include "analysis/pair_chances.hpp"
#include "analysis/parallel.hpp"

#include <papervault/engine/assert.hpp>
#include <papervault/engine/similarity.hpp>

#include <algorithm>
#include <atomic>
#include <tuple>

namespace papervault::engine {

using namespace analysis;

namespace {

/// Pairs this many times less improbable than the greater rate asks for are kept as well.
constexpr double level_factor = 1'000;
/// Places compared at a time: their bits stay in the first cache.
constexpr std::size_t block = 512;

SimilarPair tested(const AnswerTable& answers, const ResponseModel& model, std::span<const double> abilities,
                   std::uint32_t one, std::uint32_t other)
{
    SimilarPair pair{.first = std::min(one, other), .second = std::max(one, other), .counts = {}};
    pair.counts = count_pair(answers, pair.first, pair.second);
    const DecidingTests tests =
        deciding_tests(pair_chances(answers, model, pair.first, pair.second, abilities), pair.counts);
    pair.gbt_p = tests.gbt_p;
    pair.wrong_p = tests.wrong_p;
    pair.p = std::min(1.0, 2 * std::min(pair.gbt_p, pair.wrong_p));
    return pair;
}

void adjust(SimilaritySearch& search, const SimilarityOptions& options)
{
    const auto pairs = static_cast<double>(search.pairs);
    double holm = 0;
    for (std::size_t n = 0; n < search.similar.size(); ++n) {
        SimilarPair& pair = search.similar[n];
        holm = std::max(holm, std::min(1.0, (pairs - static_cast<double>(n)) * pair.p));
        pair.holm_p = holm;
        pair.flagged = holm <= options.family_error;
    }
    double lowest = 1;
    for (std::size_t n = search.similar.size(); n-- > 0;) {
        SimilarPair& pair = search.similar[n];
        lowest = std::min(lowest, pairs * pair.p / static_cast<double>(n + 1));
        pair.bh_q = lowest;
        pair.listed = lowest <= options.discovery_rate;
    }
}

} // namespace

Result<SimilaritySearch> find_similar_pairs(const AnswerTable& answers, const ResponseModel& model,
                                            std::span<const double> abilities, const SimilarityOptions& options)
{
    PAPERVAULT_ASSERT(model.item_count() == answers.item_count() && abilities.size() == answers.candidate_count());
    SimilaritySearch search;
    const std::uint64_t candidates = answers.candidate_count();
    if (candidates < 2) { return search; }
    search.pairs = candidates * (candidates - 1) / 2;
    search.level = std::min(1.0, level_factor * std::max(options.family_error, options.discovery_rate) /
                                     static_cast<double>(search.pairs));
    const unsigned workers = std::clamp(options.threads, 1U, 256U);
    const auto divided = AbilityBands::divide(answers, model, abilities, workers);
    if (!divided) { return std::unexpected{divided.error()}; }
    const auto& bands = divided->bands();
    const PackedAnswers packed{answers, divided->order()};
    const Scan scan = scan_for(options.path, packed.planes(), packed.words());
    // Two looks at half the level each; at level 1 everything is kept.
    const double look = search.level < 1 ? search.level / 2 : 1;

    struct Worker {
        std::vector<SimilarPair> similar;
        std::vector<std::uint32_t> hits;
        std::uint64_t examined = 0;
    };
    std::vector<Worker> kept(workers);
    std::atomic<std::uint64_t> passed{0};
    const auto compare = [&](std::size_t first, std::size_t second, Worker& worker) {
        const AbilityBands::Minimum minimum = divided->minimum(first, second, look);
        for (std::size_t from = bands[second].from; from < bands[second].to; from += block) {
            const std::size_t to = std::min(from + block, bands[second].to);
            for (std::size_t row = bands[first].from; row < bands[first].to; ++row) {
                const std::size_t start = std::max(from, row + 1); // within one band each pair once
                if (start >= to || passed.load(std::memory_order_relaxed) > options.kept_max) { continue; }
                worker.hits.clear();
                scan(packed, {row, start, to, minimum.same, minimum.wrong}, worker.hits);
                if (worker.hits.empty()) { continue; }
                worker.examined += worker.hits.size();
                passed += worker.hits.size();
                for (const std::uint32_t place : worker.hits) {
                    const SimilarPair pair =
                        tested(answers, model, abilities, divided->order()[row], divided->order()[place]);
                    if (pair.p <= search.level) { worker.similar.push_back(pair); }
                }
            }
        }
    };
    // One task a band and those after it: long ones first, so that the workers end together.
    for_each_task(bands.size(), workers, [&](std::size_t first, unsigned worker) {
        for (std::size_t second = first; second < bands.size(); ++second) { compare(first, second, kept[worker]); }
    });
    if (passed > options.kept_max) {
        return refuse(EngineError::out_of_range,
                      "more than " + std::to_string(options.kept_max) +
                          " pairs agree beyond the bounds: the model does not fit the batch");
    }
    for (Worker& worker : kept) {
        search.examined += worker.examined;
        search.similar.insert(search.similar.end(), worker.similar.begin(), worker.similar.end());
    }
    std::ranges::sort(search.similar, {},
                      [](const SimilarPair& pair) { return std::tuple{pair.p, pair.first, pair.second}; });
    adjust(search, options);
    return search;
}

} // namespace papervault::engine
