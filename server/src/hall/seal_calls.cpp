#include "hall/hall_service.hpp"

#include "log.hpp"

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace papervault::server {

void HallService::seal(Call call)
{
    start_sealing(std::move(call.reply));
}

void HallService::start_sealing(Reply reply)
{
    const engine::SittingPhase phase = shell_.state().phase;
    if (phase == engine::SittingPhase::sealed) {
        return reply(error_response(409, "already_sealed", "the answers are sealed already"));
    }
    if (phase != engine::SittingPhase::ended || !ended_at_) {
        return reply(error_response(409, to_text(engine::Refusal::not_over_yet), "the sitting has not ended yet"));
    }
    if (paper_busy_) { return reply(error_response(409, "busy", "the paper is being opened or sealed just now")); }
    paper_busy_ = true;
    // A copy: the strand goes on meanwhile; whatever comes later (sign-outs, refusals) is not part of the file.
    auto state = std::make_shared<const engine::SittingState>(shell_.state());
    const SittingResult result{.state = state.get(),
                               .started_at = started_at_.value_or(*ended_at_),
                               .ended_at = *ended_at_,
                               .sealed_at = shell_.now(),
                               .journal_records = shell_.chain().records(),
                               .journal_head = shell_.chain().head()};
    shell_.after_durable([this, state = std::move(state), result, reply = std::move(reply)]() mutable {
        parts_.worker.post([this, state = std::move(state), result, reply = std::move(reply)]() mutable {
            auto sealed = parts_.paper.seal_answers(result);
            parts_.strand.post([this, reply = std::move(reply), sealed = std::move(sealed)]() mutable {
                answers_sealed(std::move(reply), std::move(sealed));
            });
        });
    });
}

void HallService::answers_sealed(Reply reply, vault::Result<SealedAnswers> sealed)
{
    if (!sealed) {
        paper_busy_ = false;
        log_line(LogLevel::error, fmt::format("the answers could not be sealed: {}", sealed.error().detail));
        return reply(failure_response(sealed.error()));
    }
    const auto decision = shell_.act(engine::Seal{});
    if (decision.refusal) {
        paper_busy_ = false;
        return reply(error_response(409, to_text(*decision.refusal), "the sitting refused it"));
    }
    shell_.record(note_payload("answers_sealed",
                               {{"file", sealed->file}, {"digest", sealed->digest.hex()}, {"bytes", sealed->bytes}}));
    kiosks_.publish(decision.events);
    log_line(LogLevel::info, fmt::format("the answers are sealed: {}", sealed->file));
    boost::json::object answer{{"file", sealed->file}, {"digest", sealed->digest.hex()}, {"bytes", sealed->bytes}};
    // The keys go only when it is on disk that the answers are safe.
    shell_.after_durable([this, reply = std::move(reply), answer = std::move(answer)]() mutable {
        destroy_keys(std::move(reply), std::move(answer));
    });
}

void HallService::destroy_keys(Reply reply, boost::json::object answer)
{
    const std::uint64_t number = shell_.chain().records();
    const crypto::Digest head = shell_.chain().head();
    parts_.worker.post([this, number, head, reply = std::move(reply), answer = std::move(answer)]() mutable {
        auto destroyed = parts_.paper.destroy_keys();
        if (destroyed) {
            if (auto advanced = parts_.register_.advance(parts_.package_id, PackageStage::sealed, number, head);
                !advanced) {
                destroyed = std::unexpected{advanced.error()};
            }
        }
        parts_.strand.post([this, reply = std::move(reply), answer = std::move(answer),
                            destroyed = std::move(destroyed)]() mutable {
            paper_busy_ = false;
            if (!destroyed) {
                log_line(LogLevel::error, fmt::format("the keys could not be destroyed: {}", destroyed.error().detail));
                return reply(failure_response(destroyed.error()));
            }
            shell_.record(note_payload("keys_destroyed", {{"digest", destroyed->hex()}}));
            reply_when_durable(std::move(reply), json_response(200, answer));
        });
    });
}

} // namespace papervault::server
