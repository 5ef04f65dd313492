#include "cli/qti_commands.hpp"
#include "cli/qti_lines.hpp"
#include "cli/qti_places.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/engine/qti/cases.hpp>
#include <papervault/engine/qti/test.hpp>
#include <papervault/engine/seeded_stream.hpp>

namespace papervault::vault::cli {
namespace {

using namespace engine::qti;

/// A test and where its items are.
struct PlacedTest {
    AssessmentTest test;
    PartSource source;
    std::string path; ///< Of the file that references start from.
};

/// The test of a package: the only one, or the one that is named.
Result<std::string> chosen_test(const QtiPlace& place, const std::string& inside)
{
    const std::vector<std::string> tests = place.paths(ResourceKind::test);
    if (!inside.empty()) {
        const auto path = checked_path(inside);
        if (!path || !place.source.has(*path)) { return refuse(VaultError::not_found, "no file " + inside); }
        return *path;
    }
    if (tests.size() == 1) { return tests.front(); }
    return refuse(VaultError::not_found,
                  place.name + " has " + std::to_string(tests.size()) + " tests: name one with --inside");
}

Result<PlacedTest> load_test(const ScoreQtiTest& command)
{
    auto place = open_qti_place(command.test);
    if (!place) { return std::unexpected{place.error()}; }
    auto path = place->manifest ? chosen_test(*place, command.inside) : Result<std::string>{place->path};
    if (!path) { return std::unexpected{path.error()}; }
    if (command.items && !place->manifest) {
        // Where the test lies in that folder, its references start from there; else from the folder itself.
        std::error_code error;
        const File root = std::filesystem::canonical(*command.items, error);
        const File file = std::filesystem::canonical(command.test, error).lexically_relative(root);
        const bool is_inside = !file.empty() && *file.begin() != "..";
        auto test = PartReader{place->source.reader()}.test(*path);
        if (!test) { return std::unexpected{failure_of(test.error())}; }
        auto source = PartSource::open(*command.items);
        if (!source) { return std::unexpected{source.error()}; }
        return PlacedTest{std::move(*test), std::move(*source),
                          is_inside ? file.generic_string() : command.test.filename().generic_string()};
    }
    auto test = PartReader{place->source.reader()}.test(*path);
    if (!test) { return std::unexpected{failure_of(test.error())}; }
    return PlacedTest{std::move(*test), std::move(place->source), std::move(*path)};
}

/// The items of a test, kept where the scoring finds them.
struct LoadedItems {
    std::map<std::string, AssessmentItem> by_reference;
    TestItems view;
};

Result<LoadedItems> load_items(const PlacedTest& placed)
{
    PartReader reader{placed.source.reader()};
    LoadedItems loaded;
    for (const ItemReference* reference : placed.test.item_references()) {
        const auto path = resolved_path(placed.path, reference->href);
        if (!path) { return std::unexpected{failure_of(path.error())}; }
        auto item = reader.item(*path);
        if (!item) { return refuse(VaultError::malformed, reference->href + ": " + item.error().detail); }
        loaded.by_reference.emplace(reference->identifier, std::move(*item));
    }
    for (const auto& [reference, item] : loaded.by_reference) { loaded.view.emplace(reference, &item); }
    return loaded;
}

/// @param unreadable  Gets what was no value of its type and so counts as no response.
engine::Result<TestResponses> bind_test(const LoadedItems& items, const boost::json::object& fields,
                                        std::vector<std::string>& unreadable)
{
    TestResponses bound;
    const auto* given = fields.if_contains("responses");
    if (given == nullptr || !given->is_object()) {
        return engine::refuse(engine::EngineError::malformed, "responses is missing or no object");
    }
    for (const auto& [key, value] : given->get_object()) {
        const std::string reference{key};
        const auto item = items.by_reference.find(reference);
        if (item == items.by_reference.end() || !value.is_object()) {
            return engine::refuse(engine::EngineError::inconsistent, "there is no item " + reference);
        }
        Responses& responses = bound[reference];
        for (const auto& [response_key, response] : value.get_object()) {
            const std::string identifier{response_key};
            const ResponseDeclaration* declaration = item->second.response(identifier);
            if (declaration == nullptr) {
                return engine::refuse(engine::EngineError::inconsistent, reference + " has no response " + identifier);
            }
            auto read = response_from_json(*declaration, response, reference + "." + identifier);
            if (!read) { return std::unexpected{read.error()}; }
            if (!read->unreadable.empty()) { unreadable.push_back(reference + ": not readable: " + read->unreadable); }
            responses.insert_or_assign(identifier, std::move(read->value));
        }
    }
    return bound;
}

boost::json::object json_of(const std::vector<NamedValue>& values)
{
    boost::json::object all;
    for (const NamedValue& value : values) { all[value.identifier] = engine::qti::to_json(value.value); }
    return all;
}

boost::json::object json_of(const std::vector<SubScore>& scores)
{
    boost::json::object all;
    for (const SubScore& score : scores) {
        boost::json::object row{{"items", score.items}, {"score", score.score}, {"maximum", nullptr}};
        if (score.maximum) { row["maximum"] = *score.maximum; }
        all[score.name] = std::move(row);
    }
    return all;
}

boost::json::object json_of(const TestOutcome& outcome)
{
    boost::json::object items;
    for (const ItemSession& session : outcome.items) {
        items[session.identifier] = boost::json::object{{"selected", session.is_selected},
                                                        {"presented", session.is_presented},
                                                        {"responded", session.is_responded},
                                                        {"outcomes", json_of(session.outcome.outcomes)}};
    }
    boost::json::object made{{"outcomes", json_of(outcome.outcomes)},
                             {"items", std::move(items)},
                             {"categories", json_of(outcome.categories)},
                             {"sections", json_of(outcome.sections)}};
    if (!outcome.warnings.empty()) { made["warnings"] = texts_json(outcome.warnings); }
    return made;
}

} // namespace

Result<Report> run(const ScoreQtiTest& command)
{
    const auto placed = load_test(command);
    if (!placed) { return std::unexpected{placed.error()}; }
    const auto items = load_items(*placed);
    if (!items) { return std::unexpected{items.error()}; }
    return answer_lines(command.responses, [&](std::string_view line) {
        boost::json::object made;
        const auto answered = [&]() -> engine::Result<boost::json::object> {
            const auto parsed = engine::parse_json(line, {});
            if (!parsed) { return std::unexpected{parsed.error()}; }
            if (!parsed->is_object()) { return engine::refuse(engine::EngineError::malformed, "not an object"); }
            if (const auto* id = parsed->get_object().if_contains("id")) { made["id"] = *id; }
            std::vector<std::string> unreadable;
            const auto responses = bind_test(*items, parsed->get_object(), unreadable);
            if (!responses) { return std::unexpected{responses.error()}; }
            engine::SeededStream random{command.seed};
            auto scored = score_test(placed->test, items->view, *responses, &random, command.weight);
            if (!scored) { return std::unexpected{scored.error()}; }
            scored->warnings.insert(scored->warnings.end(), unreadable.begin(), unreadable.end());
            return json_of(*scored);
        }();
        if (!answered) {
            made["error"] = engine::qti::to_text(answered.error().code);
            made["detail"] = answered.error().detail;
            return made;
        }
        for (const auto& [name, value] : *answered) { made[name] = value; }
        return made;
    });
}

} // namespace papervault::vault::cli
