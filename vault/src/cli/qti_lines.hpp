#pragma once

#include "cli/commands.hpp"

#include <papervault/engine/error.hpp>
#include <papervault/vault/files.hpp>

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace papervault::vault::cli {

inline constexpr std::size_t qti_lines_bytes_max = 256U << 20;

/// Answers each line of a file of JSON lines with one of its own; empty lines have none.
/// @param answer  From a line to a boost::json::object.
template <class Answer>
Result<Report> answer_lines(const File& file, Answer&& answer)
{
    const auto text = read_text_file(file, qti_lines_bytes_max);
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

[[nodiscard]] inline boost::json::array texts_json(const std::vector<std::string>& texts)
{
    boost::json::array all;
    for (const std::string& text : texts) { all.push_back(boost::json::string{text}); }
    return all;
}

[[nodiscard]] inline VaultFailure failure_of(const engine::EngineFailure& failure)
{
    return {VaultError::malformed, failure.detail};
}

} // namespace papervault::vault::cli
