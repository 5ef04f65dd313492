#include "rehearsal/rehearsal.hpp"

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

std::string right_text(const engine::BlankKey& blank)
{
    if (!blank.number) { return blank.texts.front(); }
    std::string text = blank.number->value.to_string();
    if (blank.number->decimal_comma) { std::ranges::replace(text, '.', ','); }
    return text + blank.number->unit;
}

/// A number that is off by a tenth, or a text nobody accepts.
std::string wrong_text(const engine::BlankKey& blank, engine::RandomIntegers& random)
{
    if (!blank.number) { return random.below(2) == 0 ? "不清楚" : "其他"; }
    const auto off = engine::Decimal::from_units(
        std::max<std::int64_t>(blank.number->tolerance.units() * 3, engine::Decimal::units_per_one));
    engine::BlankKey wrong = blank;
    wrong.number->value += off;
    if (wrong.number->relative_tolerance > engine::Decimal{} || wrong.number->significant_figures > 0) {
        wrong.number->value = wrong.number->value.times(10); // far from any share or figure
    }
    return right_text(wrong);
}

engine::Response right_response(const engine::ItemWithKey& item)
{
    if (item.item.type != engine::ItemType::fill_in) { return item.key.correct_options; }
    engine::Response response;
    for (const engine::BlankKey& blank : item.key.blanks) { response.push_back(right_text(blank)); }
    return response;
}

engine::Response wrong_response(const engine::ItemWithKey& item, engine::RandomIntegers& random)
{
    const auto& right = item.key.correct_options;
    switch (item.item.type) {
    case engine::ItemType::true_false: return {right.front() == "true" ? "false" : "true"};
    case engine::ItemType::single_choice: {
        engine::Response others;
        for (const engine::Option& option : item.item.options) {
            if (option.id != right.front()) { others.push_back(option.id); }
        }
        return {others[random.below(others.size())]};
    }
    case engine::ItemType::multiple_choice: {
        // One option changes sides, so that the set is never the right one.
        engine::Response response = right;
        const std::string& moved = item.item.options[random.below(item.item.options.size())].id;
        if (const auto found = std::ranges::find(response, moved); found != response.end() && response.size() > 1) {
            response.erase(found);
        } else if (found == response.end()) {
            response.push_back(moved);
            std::ranges::sort(response);
        } else {
            response = {item.item.options.front().id == moved ? item.item.options.back().id
                                                              : item.item.options.front().id};
        }
        return response;
    }
    case engine::ItemType::fill_in: {
        engine::Response response = right_response(item);
        const std::size_t place = random.below(response.size());
        response[place] = wrong_text(item.key.blanks[place], random);
        return response;
    }
    case engine::ItemType::order: {
        engine::Response response = right;
        const std::size_t place = random.below(response.size() - 1);
        std::swap(response[place], response[place + 1]);
        return response;
    }
    case engine::ItemType::match: {
        engine::Response response = right;
        std::string& pair = response[random.below(response.size())];
        const std::string& other = item.item.options[random.below(item.item.options.size())].id;
        pair = pair.substr(0, pair.find(' ') + 1) + (pair.ends_with(other) ? "-" : other);
        return response;
    }
    case engine::ItemType::short_answer:
    case engine::ItemType::calculation:
    case engine::ItemType::essay: return {"（演练作答）"};
    }
    return {};
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
