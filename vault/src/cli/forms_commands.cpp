#include "cli/commands.hpp"
#include "cli/session.hpp"
#include "print/printed_form.hpp"

#include <papervault/vault/files.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace papervault::vault::cli {
namespace {

Result<Report> write_form(const print::PrintedForm& form, const File& file)
{
    const auto pdf = print::to_pdf(form);
    if (!pdf) { return std::unexpected{pdf.error()}; }
    if (auto written = write_file_durably(file, *pdf, false); !written) { return std::unexpected{written.error()}; }
    return Report{{{"file", file.string()}, {"title", form.title}}, fmt::format("{} {}\n", form.title, file.string())};
}

} // namespace

Result<Report> run(const PrintHandover& command)
{
    const auto text = read_text_file(command.handover, 1 << 20);
    if (!text) { return std::unexpected{text.error()}; }
    const auto handover = decode_handover(*text);
    if (!handover) { return std::unexpected{handover.error()}; }
    return write_form(print::handover_form(*handover), command.pdf);
}

Result<Report> run(const PrintOpening& command)
{
    const auto package = PackageReader::open(command.package);
    if (!package) { return std::unexpected{package.error()}; }
    return write_form(print::opening_form(*package), command.pdf);
}

Result<Report> run(const PrintDestructions& command)
{
    auto session = open_vault(command.login);
    if (!session) { return std::unexpected{session.error()}; }
    const auto records = RetentionRegister{session->vault}.destructions();
    if (!records) { return std::unexpected{records.error()}; }
    engine::Instant date = records->empty() ? wall_clock() : records->front().proposed_at;
    for (const DestructionRecord& record : *records) {
        date = std::max(date, record.confirmed_at.value_or(record.proposed_at));
    }
    return write_form(print::destruction_form(session->vault.name(), *records, date), command.pdf);
}

} // namespace papervault::vault::cli
