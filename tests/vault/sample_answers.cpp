#include "vault/sample_answers.hpp"

#include "vault/ceremony.hpp"

#include <papervault/engine/sitting.hpp>

namespace papervault::vault::test {

std::string receipt_of_sheet(const AnswerSheet& sheet, const std::string& package_id)
{
    engine::CandidateState state;
    state.candidate.ticket = sheet.ticket;
    state.candidate.form_id = sheet.form_id;
    for (const auto& [item, response] : sheet.responses) { state.answers[item].response = response; }
    return receipt_of(engine::sheet_text(state, package_id));
}

AnswersFile sample_answers(const PackageReader& package, const Identity& hall,
                           decltype(AnswerSheet::responses) responses)
{
    AnswersFile answers{.package_id = package.header().package_id,
                        .package_digest = package.digest(),
                        .batch_id = package.header().batch.id,
                        .hall_id = hall.card().id(),
                        .started_at = time_of("2026-11-21T09:00:00.000Z"),
                        .ended_at = time_of("2026-11-21T11:00:00.000Z"),
                        .sealed_at = time_of("2026-11-21T11:05:00.000Z"),
                        .journal_records = 0,
                        .journal_head = {},
                        .sheets = {},
                        .journal = {}};
    AnswerSheet present{.ticket = "T0001",
                        .form_id = "A",
                        .seat = 7,
                        .phase = engine::CandidatePhase::handed_in,
                        .responses = std::move(responses),
                        .receipt = {}};
    present.receipt = receipt_of_sheet(present, answers.package_id);
    answers.sheets = {std::move(present),
                      {.ticket = "T0002",
                       .form_id = "S1",
                       .seat = 8,
                       .phase = engine::CandidatePhase::absent,
                       .responses = {},
                       .receipt = {}}};
    return answers;
}

} // namespace papervault::vault::test
