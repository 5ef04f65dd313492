#include "rehearsal/rehearsal.hpp"

#include "rehearsal/responses.hpp"

#include <papervault/crypto/random.hpp>
#include <papervault/engine/json.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace papervault::vault {
namespace {

class CandidateStream final : public engine::RandomStream {
public:
    CandidateStream(const crypto::Digest& seed, const std::string& ticket)
        : stream_{seed.view(), "papervault.rehearsal.v1|" + ticket}
    {
    }
    void fill(std::span<std::byte> out) override { stream_.fill(out); }

private:
    crypto::ChaCha20Stream stream_;
};

/// Uniform over (0, 1), 53 bits.
double uniform(engine::RandomIntegers& random)
{
    return (static_cast<double>(random.bits() >> 11U) + 0.5) * 0x1p-53;
}

double normal(engine::RandomIntegers& random)
{
    const double radius = std::sqrt(-2.0 * std::log(uniform(random)));
    return radius * std::cos(2.0 * std::numbers::pi * uniform(random));
}

double chance_of_guessing(const engine::Item& item)
{
    if (item.type == engine::ItemType::single_choice) { return 1.0 / static_cast<double>(item.options.size()); }
    return item.type == engine::ItemType::true_false ? 0.5 : 0.0;
}

} // namespace

Result<std::string> plan_rehearsal(OfficeVault& vault, const BatchRecord& batch, const DrawRecord& draw,
                                   const crypto::Digest& seed, const AbilityModel& model)
{
    if (!batch.batch.rehearsal) {
        return refuse(VaultError::not_permitted,
                      "batch " + batch.batch.id + " is no rehearsal; imaginary candidates never sit a real one");
    }
    const auto forms = DrawRegister{vault}.forms(draw);
    if (!forms) { return std::unexpected{forms.error()}; }
    ItemBank bank{vault};
    std::map<std::string, engine::ItemWithKey> items;
    for (const engine::Form& form : *forms) {
        for (const engine::FormSection& section : form.sections) {
            for (const engine::FormItem& entry : section.items) {
                auto key = bank.key(entry.item.id, entry.item.version);
                if (!key) { return std::unexpected{key.error()}; }
                items.insert_or_assign(entry.item.id, engine::ItemWithKey{entry.item, std::move(*key)});
            }
        }
    }
    std::string lines;
    for (const engine::Candidate& candidate : batch.roster) {
        CandidateStream stream{seed, candidate.ticket};
        engine::RandomIntegers random{stream};
        const double ability = model.mean + model.spread * normal(random);
        boost::json::object responses;
        for (const auto& [id, item] : items) {
            const double p = std::clamp(item.item.difficulty.to_double(), 0.02, 0.98);
            const double b = -std::log(p / (1.0 - p));
            const double guess = chance_of_guessing(item.item);
            const double right = guess + (1.0 - guess) / (1.0 + std::exp(b - ability));
            const double left_empty = uniform(random);
            const bool is_right = uniform(random) < right;
            if (left_empty < 0.03) { continue; }
            boost::json::array parts;
            for (const std::string& part :
                 engine::is_open(item.item.type) || !is_right ? wrong_response(item, random) : right_response(item)) {
                parts.push_back(boost::json::string{part});
            }
            responses[id] = std::move(parts);
        }
        lines += engine::canonical_json(
                     boost::json::object{{"ticket", candidate.ticket},
                                         {"id_tail", candidate.id_tail},
                                         {"seat", candidate.seat},
                                         {"seed", crypto::blake2b("papervault.rehearsal.pace.v1",
                                                                  {seed.view(), crypto::bytes_of(candidate.ticket)})
                                                      .hex()},
                                         {"responses", std::move(responses)}}) +
                 "\n";
    }
    return lines;
}

} // namespace papervault::vault
