#include "blueprints/yaml.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace papervault::vault {
namespace {

namespace json = boost::json;

constexpr std::size_t depth_max = 32;
constexpr std::size_t values_max = 200'000;
/// A knowledge point "1" or an item "12" is a name, not a number.
constexpr std::array<std::string_view, 6> text_names{"scope", "item", "items", "excluded_items", "title", "note"};

/// Thrown inside the parser's callbacks, caught in yaml_to_json.
struct Refusal {
    YAML::Mark mark;
    std::string why;
};

class Builder final : public YAML::EventHandler {
public:
    void OnDocumentStart(const YAML::Mark& mark) override
    {
        if (++documents_ > 1) { throw Refusal{mark, "more than one document"}; }
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override
    {
        check(mark, "", anchor);
        put(mark, nullptr);
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { throw Refusal{mark, "an alias"}; }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override
    {
        check(mark, tag, anchor);
        if (!levels_.empty() && levels_.back().is_map && !levels_.back().name) {
            if (levels_.back().value.as_object().contains(value)) { throw Refusal{mark, "'" + value + "' twice"}; }
            levels_.back().name = value;
            return;
        }
        put(mark, tag == "!" || names_text() ? json::value(json::string{value}) : plain(value));
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value /*style*/) override
    {
        begin(mark, tag, anchor, json::array{}, false);
    }
    void OnSequenceEnd() override { end(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value /*style*/) override
    {
        begin(mark, tag, anchor, json::object{}, true);
    }
    void OnMapEnd() override { end(); }

    [[nodiscard]] json::value take() { return std::move(root_); }
    [[nodiscard]] int documents() const noexcept { return documents_; }

private:
    struct Level {
        json::value value;
        bool is_map = false;
        std::optional<std::string> name; ///< Of a map: read, its value awaited.
        YAML::Mark mark;
    };

    void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor)
    {
        if (anchor != 0) { throw Refusal{mark, "an anchor"}; }
        if (!tag.empty() && tag != "?" && tag != "!") { throw Refusal{mark, "a tag"}; }
        if (++values_ > values_max) { throw Refusal{mark, "too many values"}; }
    }

    /// The name above this value, through lists, is one that holds texts.
    [[nodiscard]] bool names_text() const
    {
        for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) {
            if (level->is_map) {
                return level->name && std::ranges::find(text_names, *level->name) != text_names.end();
            }
        }
        return false;
    }

    static json::value plain(const std::string& text)
    {
        if (text == "true") { return true; }
        if (text == "false") { return false; }
        if (text == "null" || text == "~" || text.empty()) { return nullptr; }
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        // "007" is a text: a number has one spelling.
        if (error == std::errc{} && end == text.data() + text.size() && std::to_string(number) == text) {
            return number;
        }
        return json::value(json::string{text});
    }

    void begin(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, json::value value, bool is_map)
    {
        check(mark, tag, anchor);
        if (levels_.size() == depth_max) { throw Refusal{mark, "too deep"}; }
        if (!levels_.empty() && levels_.back().is_map && !levels_.back().name) {
            throw Refusal{mark, "a name that is no text"};
        }
        levels_.push_back({std::move(value), is_map, std::nullopt, mark});
    }

    void end()
    {
        Level level = std::move(levels_.back());
        levels_.pop_back();
        put(level.mark, std::move(level.value));
    }

    void put(const YAML::Mark& mark, json::value value)
    {
        if (levels_.empty()) {
            root_ = std::move(value);
            return;
        }
        Level& level = levels_.back();
        if (!level.is_map) {
            level.value.as_array().push_back(std::move(value));
            return;
        }
        if (!level.name) { throw Refusal{mark, "a name that is no text"}; }
        level.value.as_object()[*level.name] = std::move(value);
        level.name.reset();
    }

    std::vector<Level> levels_;
    json::value root_;
    std::size_t values_ = 0;
    int documents_ = 0;
};

std::unexpected<VaultFailure> malformed(const YAML::Mark& mark, const std::string& why)
{
    return refuse(VaultError::malformed,
                  "line " + std::to_string(mark.line + 1) + ", column " + std::to_string(mark.column + 1) + ": " + why);
}

} // namespace

Result<json::value> yaml_to_json(std::string_view text)
{
    std::istringstream in{std::string{text}};
    Builder builder;
    try {
        YAML::Parser parser{in};
        while (parser.HandleNextDocument(builder)) {}
    } catch (const Refusal& refusal) {
        return malformed(refusal.mark, refusal.why);
    } catch (const YAML::Exception& error) {
        return malformed(error.mark, error.msg);
    }
    if (builder.documents() == 0) { return refuse(VaultError::malformed, "the file is empty"); }
    return builder.take();
}

} // namespace papervault::vault
