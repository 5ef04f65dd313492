#include "cli/qti_commands.hpp"
#include "cli/qti_lines.hpp"
#include "cli/qti_places.hpp"
#include "cli/session.hpp"

#include <fmt/format.h>

namespace papervault::vault::cli {
namespace {

using namespace engine::qti;

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
            {"problems", texts_json(problems(item))}};
}

/// @param listed  The files of the manifest, or nothing.
boost::json::object describe_test(const AssessmentTest& test, const std::string& path, PartReader& reader,
                                  const std::optional<PackageManifest>& manifest)
{
    std::vector<std::string> found = test.unread;
    const auto listed = manifest ? manifest->files() : std::set<std::string, std::less<>>{};
    for (const ItemReference* reference : test.item_references()) {
        const auto target = resolved_path(path, reference->href);
        const auto item =
            target ? reader.item(*target) : engine::Result<AssessmentItem>{std::unexpected{target.error()}};
        if (!item) { found.push_back("item " + reference->identifier + ": " + item.error().detail); }
        if (item && manifest && !listed.contains(*target)) {
            found.push_back("item " + reference->identifier + ": the manifest does not list " + *target);
        }
    }
    return {{"kind", "test"},
            {"identifier", test.identifier},
            {"title", test.title},
            {"parts", test.parts.size()},
            {"items", test.item_references().size()},
            {"outcomes", test.outcomes.size()},
            {"problems", texts_json(found)}};
}

/// Sections, passages, rules: that they can be read.
boost::json::object describe_part(std::string_view kind, const XmlDocument& document,
                                  const std::vector<std::string>& unread)
{
    const std::string* identifier = document.root.attribute("identifier");
    const std::string* title = document.root.attribute("title");
    return {{"kind", kind},
            {"identifier", identifier == nullptr ? "" : *identifier},
            {"title", title == nullptr ? "" : *title},
            {"problems", texts_json(unread)}};
}

engine::Result<boost::json::object> describe_part(const QtiPlace& place, const std::string& path)
{
    PartReader reader{place.source.reader()};
    std::vector<std::string> unread;
    const auto document = reader.document(path, unread);
    if (!document) { return std::unexpected{document.error()}; }
    const XmlNode& root = document->root;
    if (root.is("assessmenttest")) {
        const auto test = reader.test(path);
        if (!test) { return std::unexpected{test.error()}; }
        return describe_test(*test, path, reader, place.manifest);
    }
    if (root.is("assessmentsection")) { return describe_part("section", *document, unread); }
    if (root.is("assessmentstimulus")) { return describe_part("stimulus", *document, unread); }
    if (root.is("responseprocessing")) { return describe_part("response processing", *document, unread); }
    const auto item = reader.item(path);
    if (!item) { return std::unexpected{item.error()}; }
    return describe_item(*item);
}

boost::json::object describe_package(const QtiPlace& place)
{
    std::vector<std::string> found = place.manifest->problems;
    for (const std::string& file : place.manifest->files()) {
        if (!place.source.has(file)) { found.push_back("the file " + file + " is not there"); }
    }
    return {{"kind", "package"},
            {"identifier", place.manifest->identifier},
            {"title", ""},
            {"resources", place.manifest->resources.size()},
            {"items", place.paths(ResourceKind::item).size()},
            {"tests", place.paths(ResourceKind::test).size()},
            {"problems", texts_json(found)}};
}

std::string_view word_for(std::string_view kind)
{
    if (kind == "item") { return say("试题", "item"); }
    if (kind == "test") { return say("试卷", "test"); }
    if (kind == "package") { return say("内容包", "package"); }
    if (kind == "section") { return say("试卷部分", "section"); }
    if (kind == "stimulus") { return say("材料", "passage"); }
    return say("评分规则", "response processing");
}

std::string described(const boost::json::object& found)
{
    if (const auto* error = found.if_contains("error")) {
        return fmt::format("  {}: {}\n", say("不能使用", "cannot be used"), std::string_view{error->as_string()});
    }
    const bool is_item = found.at("kind") == "item";
    std::string text = fmt::format("  {} {}: {}\n", word_for(std::string_view{found.at("kind").as_string()}),
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

class Checker {
public:
    void check(const File& file)
    {
        const auto place = open_qti_place(file);
        if (!place) { return add(file.string(), {{"error", place.error().detail}}); }
        if (!place->manifest) { return check(*place, place->path); }
        add(place->name, describe_package(*place));
        for (const ResourceKind kind : {ResourceKind::test, ResourceKind::section, ResourceKind::item,
                                        ResourceKind::stimulus, ResourceKind::response_processing}) {
            for (const std::string& path : place->paths(kind)) { check(*place, path); }
        }
    }
    [[nodiscard]] Report report()
    {
        report_.json["files"] = std::move(rows_);
        return std::move(report_);
    }

private:
    void check(const QtiPlace& place, const std::string& path)
    {
        auto found = describe_part(place, path);
        add(place.name_of(path), found ? std::move(*found) : boost::json::object{{"error", found.error().detail}});
    }

    void add(const std::string& name, boost::json::object row)
    {
        report_.text += name + "\n" + described(row);
        const auto* sentences = row.if_contains("problems");
        report_.found_fault = report_.found_fault || sentences == nullptr || !sentences->as_array().empty();
        row["file"] = name;
        rows_.push_back(std::move(row));
    }

    Report report_;
    boost::json::array rows_;
};

} // namespace

Result<Report> run(const CheckQti& command)
{
    Checker checker;
    for (const File& file : command.files) { checker.check(file); }
    return checker.report();
}

} // namespace papervault::vault::cli
