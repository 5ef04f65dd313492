#include "qti/pattern.hpp"

#include <re2/re2.h>

namespace papervault::engine::qti {

class Pattern::Program {
public:
    explicit Program(const std::string& text) : expression_{text, options()} {}
    [[nodiscard]] bool is_good() const { return expression_.ok(); }
    [[nodiscard]] bool is_too_large() const
    {
        return expression_.error_code() == re2::RE2::ErrorPatternTooLarge ||
               expression_.error_code() == re2::RE2::ErrorRepeatSize;
    }
    [[nodiscard]] bool matches_whole(std::string_view text) const
    {
        return re2::RE2::FullMatch(re2::StringPiece{text.data(), text.size()}, expression_);
    }

private:
    static re2::RE2::Options options()
    {
        re2::RE2::Options made;
        made.set_log_errors(false);
        made.set_max_mem(pattern_memory_bytes_max);
        made.set_never_capture(true);
        return made;
    }
    re2::RE2 expression_;
};

Result<Pattern> compile_pattern(std::string_view source)
{
    const auto text = xsd_pattern_to_re2(source);
    if (!text) { return std::unexpected{text.error()}; }
    auto program = std::make_shared<const Pattern::Program>(*text);
    if (!program->is_good()) {
        return refuse(program->is_too_large() ? EngineError::out_of_range : EngineError::malformed,
                      program->is_too_large() ? "pattern: too large" : "pattern: not a regular expression");
    }
    return Pattern{std::string{source}, std::move(program)};
}

bool matches(const Pattern& pattern, std::string_view text)
{
    return text.size() <= pattern_text_bytes_max && pattern.program->matches_whole(text);
}

} // namespace papervault::engine::qti
