#include "cli/qti_commands.hpp"
#include "cli/qti_lines.hpp"
#include "import/part_source.hpp"

#include <papervault/engine/qti/cases.hpp>

namespace papervault::vault::cli {

Result<Report> run(const ScoreQtiCases& command)
{
    const auto source = PartSource::open(command.items);
    if (!source) { return std::unexpected{source.error()}; }
    engine::qti::CaseRunner runner{source->reader(), command.seed};
    return answer_lines(command.cases, [&](std::string_view line) { return runner.answer(line); });
}

} // namespace papervault::vault::cli
