#include "cli/commands.hpp"
#include "cli/session.hpp"
#include "print/paper_html.hpp"
#include "print/paper_pdf.hpp"

#include <papervault/vault/files.hpp>
#include <papervault/vault/preview.hpp>
#include <papervault/vault/proofs.hpp>

#include <fmt/format.h>

namespace papervault::vault::cli {
namespace {

boost::json::object describe(const ProofMark& mark)
{
    boost::json::array findings;
    for (const ProofFinding& finding : mark.findings) {
        findings.push_back({{"item", finding.item_id}, {"text", finding.text}});
    }
    return {{"form", mark.form_id},
            {"number", mark.number},
            {"officer", mark.officer_id},
            {"name", mark.officer_name},
            {"clean", mark.findings.empty()},
            {"findings", findings},
            {"form_digest", mark.form_digest},
            {"time", engine::to_text(mark.time)}};
}

std::string line_of(const ProofMark& mark)
{
    std::string text = fmt::format("{} {}: {} ({}, {})\n", say("卷", "form"), mark.form_id,
                                   mark.findings.empty() ? say("无误", "clean") : say("有问题", "findings"),
                                   mark.officer_name, local_time(mark.time));
    for (const ProofFinding& finding : mark.findings) {
        text +=
            fmt::format("  {}: {}\n", finding.item_id.empty() ? say("全卷", "form") : std::string_view{finding.item_id},
                        finding.text);
    }
    return text;
}

} // namespace

Result<Report> run(const PreviewDraw& command)
{
    if (!command.html && !command.pdf) {
        return refuse(VaultError::malformed, "say where to write: --html FILE, --pdf FILE, or both");
    }
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto preview =
        open_preview(session->vault, {command.draw, command.forms, command.with_keys, command.purpose}, wall_clock());
    if (!preview) { return std::unexpected{preview.error()}; }
    boost::json::object json{{"draw", command.draw}, {"with_keys", command.with_keys}};
    std::string text;
    const auto write = [&](const char* kind, const File& file, crypto::ByteView bytes) -> Result<void> {
        // Readable for its owner alone.
        if (auto written = write_file_durably(file, bytes, false); !written) { return written; }
        json[kind] = file.string();
        text += fmt::format("{}\n", file.string());
        return {};
    };
    if (command.html) {
        const std::string page = print::to_html(*preview);
        if (auto written = write("html", *command.html, crypto::bytes_of(page)); !written) {
            return std::unexpected{written.error()};
        }
    }
    if (command.pdf) {
        const auto pages = print::to_pdf(*preview);
        if (!pages) { return std::unexpected{pages.error()}; }
        if (auto written = write("pdf", *command.pdf, *pages); !written) { return std::unexpected{written.error()}; }
    }
    text += fmt::format("{}\n",
                        say("明文校对稿：用后立即销毁（V1）。", "A proof in the clear: destroy it after use (V1)."));
    return Report{json, text};
}

Result<Report> run(const ProofForm& command)
{
    if (command.clean == !command.findings.empty()) {
        return refuse(VaultError::malformed, "either --clean, or at least one --finding ITEM=TEXT");
    }
    std::vector<ProofFinding> findings;
    for (const std::string& given : command.findings) {
        const std::size_t sign = given.find('=');
        if (sign == std::string::npos) { return refuse(VaultError::malformed, "'" + given + "' is not ITEM=TEXT"); }
        findings.push_back({given.substr(0, sign), given.substr(sign + 1)});
    }
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto mark = ProofRegister{session->vault}.mark(command.draw, command.form, std::move(findings), wall_clock());
    if (!mark) { return std::unexpected{mark.error()}; }
    return Report{describe(*mark), line_of(*mark)};
}

Result<Report> run(const ListProofs& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto marks = ProofRegister{session->vault}.marks(command.draw);
    if (!marks) { return std::unexpected{marks.error()}; }
    boost::json::array rows;
    std::string text;
    for (const ProofMark& mark : *marks) {
        rows.push_back(describe(mark));
        text += line_of(mark);
    }
    return Report{{{"draw", command.draw}, {"marks", rows}}, text};
}

} // namespace papervault::vault::cli
