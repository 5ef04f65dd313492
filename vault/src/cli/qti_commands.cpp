#include "cli/qti_commands.hpp"
#include "cli/session.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/engine/qti/cases.hpp>
#include <papervault/engine/qti/seeded_stream.hpp>
#include <papervault/engine/qti/test.hpp>
#include <papervault/vault/files.hpp>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace papervault::vault::cli {
namespace {

using namespace engine::qti;

constexpr std::size_t item_bytes_max = 2 << 20;
constexpr std::size_t cases_bytes_max = 256U << 20;

/// A folder that names from foreign files cannot leave: not by "..", not by an absolute path, not by a link.
class ItemFolder {
public:
    [[nodiscard]] static Result<ItemFolder> open(const File& folder)
    {
        std::error_code error;
        auto root = std::filesystem::canonical(folder, error);
        if (error || !std::filesystem::is_directory(root, error)) {
            return refuse(VaultError::not_found, folder.string() + " is no folder");
        }
        return ItemFolder{std::move(root)};
    }

    [[nodiscard]] engine::Result<std::string> read(std::string_view name) const
    {
        std::error_code error;
        const File inside = File{name}.lexically_normal();
        const auto file = std::filesystem::canonical(root_ / inside, error);
        if (inside.is_absolute() || (!inside.empty() && *inside.begin() == "..") || error || !is_inside(file)) {
            return engine::refuse(engine::EngineError::inconsistent,
                                  "there is no file of this name in the items' folder: " + std::string{name});
        }
        auto text = read_text_file(file, item_bytes_max);
        if (!text) {
            return engine::refuse(engine::EngineError::malformed, std::string{name} + ": " + text.error().detail);
        }
        return std::move(*text);
    }

private:
    explicit ItemFolder(File root) : root_{std::move(root)} {}
    [[nodiscard]] bool is_inside(const File& file) const
    {
        const auto [at_root, at_file] = std::ranges::mismatch(root_, file);
        return at_root == root_.end() && at_file != file.end();
    }

    File root_;
};

VaultFailure failure_of(const engine::EngineFailure& failure)
{
    return {VaultError::malformed, failure.detail};
}

template <class Answer>
Result<Report> answer_lines(const File& file, Answer&& answer)
{
    const auto text = read_text_file(file, cases_bytes_max);
    if (!text) { return std::unexpected{text.error()}; }
    Report report;
    boost::json::array answers;
    std::string_view rest = *text;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.ends_with('\r')) { line.remove_suffix(1); }
        if (line.find_first_not_of(" \t") == std::string_view::npos) { continue; }
        boost::json::object made = answer(line);
        report.text += boost::json::serialize(made) + "\n";
        answers.push_back(std::move(made));
    }
    report.json["answers"] = std::move(answers);
    return report;
}

// ---- check

boost::json::array json_of(const std::vector<std::string>& texts)
{
    boost::json::array all;
    for (const std::string& text : texts) { all.push_back(boost::json::string{text}); }
    return all;
}

boost::json::object describe_item(const AssessmentItem& item)
{
    boost::json::array interactions;
    for (const Interaction& interaction : item.interactions) {
        interactions.push_back(boost::json::object{{"kind", engine::qti::to_text(interaction.kind)},
                                                   {"response", interaction.response_identifier},
                                                   {"choices", interaction.choices.size()}});
    }
    return {{"kind", "item"},
            {"version", engine::qti::to_text(item.version)},
            {"identifier", item.identifier},
            {"title", item.title},
            {"interactions", std::move(interactions)},
            {"responses", item.responses.size()},
            {"outcomes", item.outcomes.size()},
            {"template", item.processing_template},
            {"problems", json_of(problems(item))}};
}

boost::json::object describe_test(const AssessmentTest& test)
{
    std::vector<std::string> found;
    for (const std::string& file : test.section_files) { found.push_back("a section in another file: " + file); }
    return {{"kind", "test"},
            {"identifier", test.identifier},
            {"title", test.title},
            {"parts", test.parts.size()},
            {"items", test.item_references().size()},
            {"outcomes", test.outcomes.size()},
            {"problems", json_of(found)}};
}

engine::Result<boost::json::object> describe_file(const File& file)
{
    const auto text = read_text_file(file, item_bytes_max);
    if (!text) { return engine::refuse(engine::EngineError::malformed, text.error().detail); }
    auto document = read_xml(*text);
    if (!document) { return std::unexpected{document.error()}; }
    if (document->root.is("assessmenttest")) {
        const auto test = read_test(*text);
        if (!test) { return std::unexpected{test.error()}; }
        return describe_test(*test);
    }
    const auto item = read_item(std::move(*document));
    if (!item) { return std::unexpected{item.error()}; }
    return describe_item(*item);
}

std::string described(const boost::json::object& found)
{
    if (const auto* error = found.if_contains("error")) {
        return fmt::format("  {}: {}\n", say("不能使用", "cannot be used"), std::string_view{error->as_string()});
    }
    const bool is_item = found.at("kind") == "item";
    std::string text = fmt::format("  {} {}: {}\n", is_item ? say("试题", "item") : say("试卷", "test"),
                                   std::string_view{found.at("identifier").as_string()},
                                   std::string_view{found.at("title").as_string()});
    if (is_item) {
        text += fmt::format("  QTI {}", std::string_view{found.at("version").as_string()});
        for (const auto& interaction : found.at("interactions").as_array()) {
            text += fmt::format(", {} {}", std::string_view{interaction.at("kind").as_string()},
                                std::string_view{interaction.at("response").as_string()});
        }
        text += "\n";
    }
    const auto& problems = found.at("problems").as_array();
    if (problems.empty()) { return text + fmt::format("  {}\n", say("未发现问题。", "No problem found.")); }
    for (const auto& problem : problems) { text += fmt::format("  ! {}\n", std::string_view{problem.as_string()}); }
    return text;
}

// ---- test-score

/// The items of a test, kept where the scoring finds them.
struct LoadedItems {
    std::map<std::string, AssessmentItem> by_reference;
    TestItems view;
};

Result<LoadedItems> load_items(const AssessmentTest& test, const ItemFolder& folder)
{
    LoadedItems loaded;
    for (const ItemReference* reference : test.item_references()) {
        const auto text = folder.read(reference->href);
        if (!text) { return std::unexpected{failure_of(text.error())}; }
        auto item = read_item(*text);
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
    if (!outcome.warnings.empty()) { made["warnings"] = json_of(outcome.warnings); }
    return made;
}

} // namespace

Result<Report> run(const ScoreQtiCases& command)
{
    const auto folder = ItemFolder::open(command.items);
    if (!folder) { return std::unexpected{folder.error()}; }
    CaseRunner runner{[&](std::string_view name) { return folder->read(name); }, command.seed};
    return answer_lines(command.cases, [&](std::string_view line) { return runner.answer(line); });
}

Result<Report> run(const CheckQti& command)
{
    Report report;
    boost::json::array rows;
    for (const File& file : command.files) {
        auto found = describe_file(file);
        boost::json::object row = found ? std::move(*found) : boost::json::object{{"error", found.error().detail}};
        report.text += file.string() + "\n" + described(row);
        const auto* sentences = row.if_contains("problems");
        report.found_fault = report.found_fault || sentences == nullptr || !sentences->as_array().empty();
        row["file"] = file.string();
        rows.push_back(std::move(row));
    }
    report.json["files"] = std::move(rows);
    return report;
}

Result<Report> run(const ScoreQtiTest& command)
{
    const auto text = read_text_file(command.test, item_bytes_max);
    if (!text) { return std::unexpected{text.error()}; }
    const auto test = read_test(*text);
    if (!test) { return std::unexpected{failure_of(test.error())}; }
    const File beside = command.test.has_parent_path() ? command.test.parent_path() : File{"."};
    const auto folder = ItemFolder::open(command.items.value_or(beside));
    if (!folder) { return std::unexpected{folder.error()}; }
    const auto items = load_items(*test, *folder);
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
            SeededStream random{command.seed};
            auto scored = score_test(*test, items->view, *responses, &random, command.weight);
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
