#include "headless/script.hpp"

#include <algorithm>

namespace papervault::client {
namespace {

constexpr unsigned changes_mind_percent = 15;

/// The first half, cut between characters.
std::string half_of(const std::string& text)
{
    std::size_t end = text.size() / 2;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) { --end; }
    return text.substr(0, end);
}

engine::Response another(const FormItem& item, const engine::Response& planned, SeededChance& chance)
{
    engine::Response other;
    switch (item.type) {
    case engine::ItemType::single_choice:
    case engine::ItemType::true_false: other = {item.options.at(chance.below(item.options.size()))}; break;
    case engine::ItemType::multiple_choice:
        for (const std::string& option : item.options) {
            if (chance.happens(50)) { other.push_back(option); }
        }
        break;
    case engine::ItemType::order: other = {planned.rbegin(), planned.rend()}; break;
    case engine::ItemType::match:
        for (const std::string& pair : planned) {
            if (chance.happens(50)) { other.push_back(pair); }
        }
        break;
    case engine::ItemType::fill_in:
    case engine::ItemType::short_answer:
    case engine::ItemType::essay:
    case engine::ItemType::calculation:
        for (const std::string& part : planned) { other.push_back(half_of(part)); }
        break;
    }
    return other;
}

void shuffle(std::vector<ScriptStep>& steps, SeededChance& chance)
{
    for (std::size_t left = steps.size(); left > 1; --left) { std::swap(steps[left - 1], steps[chance.below(left)]); }
}

} // namespace

std::vector<ScriptStep> make_script(const std::vector<FormItem>& form, const CandidatePlan& plan, int rounds)
{
    using enum ScriptStep::Kind;
    SeededChance chance{plan.seed, "papervault.headless.script"};
    std::vector<ScriptStep> steps;
    for (int round = 1; round <= rounds; ++round) {
        const bool last = round == rounds;
        std::vector<ScriptStep> later;
        for (const FormItem& item : form) {
            const auto planned = plan.responses.find(item.id);
            if (planned == plan.responses.end()) { continue; }
            const bool unsure = (!last || chance.happens(changes_mind_percent)) &&
                                (!item.options.empty() || is_open(item.type) || item.type == engine::ItemType::fill_in);
            if (!unsure) {
                steps.push_back({.kind = answer, .item = item.id, .response = planned->second});
                continue;
            }
            steps.push_back({.kind = answer, .item = item.id, .response = another(item, planned->second, chance)});
            if (!last) { continue; }
            steps.push_back({.kind = mark, .item = item.id, .response = {}});
            later.push_back({.kind = answer, .item = item.id, .response = planned->second});
        }
        shuffle(later, chance);
        for (ScriptStep& step : later) {
            ScriptStep sure{.kind = unmark, .item = step.item, .response = {}};
            steps.push_back(std::move(step));
            steps.push_back(std::move(sure));
        }
    }
    return steps;
}

} // namespace papervault::client
