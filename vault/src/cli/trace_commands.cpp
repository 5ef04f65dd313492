#include "cli/commands.hpp"
#include "cli/session.hpp"
#include "print/paper_html.hpp"
#include "print/paper_pdf.hpp"

#include <papervault/vault/files.hpp>
#include <papervault/vault/preview.hpp>
#include <papervault/vault/trace.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace papervault::vault::cli {
namespace {

/// What was measured in lengths, as wider and narrower lines.
void add_measured_spacing(Observation& seen, const std::vector<engine::Form>& forms)
{
    if (seen.lengths.empty()) { return; }
    NominalLengths nominal;
    for (const engine::Form& form : forms) { nominal.merge(print::stem_lengths(form, true)); }
    for (const auto& group : seen.lengths) {
        for (SpacingSeen& item : spacing_from_lengths(group, nominal)) { seen.spacing.push_back(std::move(item)); }
    }
}

} // namespace

Result<Report> run(const IssueCopy& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    // The look is recorded, and refused where a look is refused, before a copy is registered.
    auto preview = open_preview(session->vault, {command.draw, {command.form}, false, command.purpose}, wall_clock());
    if (!preview) { return std::unexpected{preview.error()}; }
    auto issued =
        CopyRegister{session->vault}.issue(command.draw, command.form, command.kind, command.holder, wall_clock());
    if (!issued) { return std::unexpected{issued.error()}; }
    preview->forms = {std::move(issued->form)};
    preview->spacing = std::move(issued->spacing);
    preview->viewer = command.holder;
    const auto pdf = print::to_pdf(*preview);
    if (!pdf) { return std::unexpected{pdf.error()}; }
    if (auto written = write_file_durably(command.pdf, *pdf, false); !written) {
        return std::unexpected{written.error()};
    }
    if (command.html) {
        const std::string page = print::to_html(*preview);
        if (auto written = write_file_durably(*command.html, crypto::bytes_of(page), false); !written) {
            return std::unexpected{written.error()};
        }
    }
    const IssuedCopy& copy = issued->copy;
    return Report{
        {{"copy", copy.id}, {"form", copy.form_id}, {"holder", copy.holder}, {"file", command.pdf.string()}},
        fmt::format("{} {}: {} ({})\n", say("编号副本", "Marked copy"), copy.id, command.pdf.string(), copy.holder)};
}

Result<Report> run(const TraceLeak& command)
{
    const auto text = read_text_file(command.seen, 64 * 1024);
    if (!text) { return std::unexpected{text.error()}; }
    auto seen = decode_observation(*text);
    if (!seen) { return std::unexpected{seen.error()}; }
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto copies = CopyRegister{session->vault}.copies_of(command.package, command.purpose, wall_clock());
    if (!copies) { return std::unexpected{copies.error()}; }
    add_measured_spacing(*seen, copies->forms);
    const auto suspects = rank_copies(copies->orders, copies->forms, *seen, command.misread);
    boost::json::array rows;
    std::string lines =
        fmt::format("{} {} {}\n", say("比对", "Compared with"), copies->orders.size(), say("份副本", "copies"));
    for (std::size_t n = 0; n < std::min(command.show, suspects.size()); ++n) {
        const Suspect& each = suspects[n];
        rows.push_back({{"copy", each.copy->id},
                        {"kind", each.copy->kind},
                        {"holder", each.copy->holder},
                        {"evidence", fmt::format("{:.2f}", each.evidence)},
                        {"probability", fmt::format("{:.6f}", each.probability)},
                        {"innocent_match_max", fmt::format("{:.3g}", each.innocent_match_max)}});
        lines += fmt::format(
            "  {}. {} {} {}  {} 10^{:.1f}  {} {:.4f}  {} {:.2g}\n", n + 1, each.copy->holder, each.copy->kind,
            each.copy->id, say("证据", "evidence"), each.evidence, say("可能", "probability"), each.probability,
            say("无辜者同样相符的机会不超过", "an innocent copy fits as well with at most"), each.innocent_match_max);
    }
    return Report{{{"copies", copies->orders.size()}, {"suspects", rows}}, lines};
}

} // namespace papervault::vault::cli
