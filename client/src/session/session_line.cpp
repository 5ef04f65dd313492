#include "session/session_state.hpp"

#include <papervault/crypto/hash.hpp>
#include <papervault/engine/sitting.hpp>

#include <algorithm>
#include <array>

namespace papervault::client {
namespace {

enum CloseCode : int { policy = 1008, replaced = 4000, enrolled_elsewhere = 4001, moved = 4002 };

/// Refusals of a sign-in again that pass by themselves: the dead line is noticed, the end of time gives the receipt.
constexpr std::array<std::string_view, 4> passing_refusals{"paper_not_open", "already_signed_in", "too_many_tries",
                                                           "sitting_over"};

bool passes(std::string_view word)
{
    return std::ranges::find(passing_refusals, word) != passing_refusals.end();
}

} // namespace

std::string receipt_of(std::string_view sheet_text)
{
    const auto digest = crypto::blake2b("papervault.receipt.v1", {crypto::bytes_of(sheet_text)});
    const std::string text = crypto::to_base32(digest.view().first(8)); // 60 of its 64 bits are twelve characters
    return text.substr(0, 4) + "-" + text.substr(4, 4) + "-" + text.substr(8, 4);
}

// ---- the line ----

void KioskSession::line_opened(const HallInfo& hall, Monotonic now)
{
    State& state = *state_;
    const bool another_package = state.hall && state.hall->package != hall.package;
    state.hall = hall;
    state.online = true;
    state.signed_in_on_line = false;
    state.sign_in_sent_at.reset();
    state.ping.answered = true;
    state.next_ping_at = now + ping_every;
    state.time.guess(hall.now, now);
    ++state.counters.lines;
    state.view_changed();
    if (state.stopped) { return; }
    if (hall.seat != state.seat) { return state.stop("wrong_seat"); }
    if (another_package) {
        if (state.receipt.empty() && !state.queue.all_saved()) { return state.stop("other_package"); }
        state.leave_candidate("");
    }
    if (state.notice_of_line) { state.notice.clear(); }
    state.notice_of_line = false;
    if (state.credentials && state.receipt.empty()) { state.send_sign_in(now); }
}

void KioskSession::line_closed(int close_code, Monotonic)
{
    State& state = *state_;
    state.online = false;
    state.signed_in_on_line = false;
    state.sign_in_sent_at.reset();
    state.sign_in_again_at.reset();
    state.fetching_form = false;
    state.fetch_form_at.reset();
    state.fetching_pictures = false; // what comes all the same is taken
    state.fetch_pictures_at.reset();
    state.queue.line_lost();
    if (state.hand_in) { state.hand_in->in_flight = false; }
    state.view_changed();
    if (state.stopped || !state.receipt.empty()) { return; }
    switch (close_code) {
    case replaced: return state.stop("seat_replaced");
    case enrolled_elsewhere: return state.stop("enrolled_elsewhere");
    case moved: return state.leave_candidate("candidate_moved");
    case policy:
        if (++state.protocol_faults >= protocol_faults_max) { state.stop("protocol"); }
        return;
    default: return;
    }
}

void KioskSession::line_failed(std::string_view code, Monotonic)
{
    State& state = *state_;
    if (state.stopped || state.notice == code) { return; }
    if (code == "enrolled_anew") { return state.stop("enrolled_elsewhere"); }
    // While the exam runs the page says by itself that the line is down.
    if (state.welcome || !state.receipt.empty()) { return; }
    state.notice = code;
    state.notice_of_line = true;
    state.view_changed();
}

void KioskSession::line_received(std::string_view text, Monotonic now)
{
    State& state = *state_;
    if (!state.online || state.stopped) { return; }
    auto message = engine::decode_hall_message(text);
    if (!message) { return state.break_protocol(message.error().detail); }
    std::visit([&state, now](const auto& content) { state.take(content, now); }, *message);
    if (auto* started = std::get_if<engine::StartedMessage>(&*message)) {
        crypto::wipe(std::as_writable_bytes(std::span{started->form_key}));
    }
}

void KioskSession::form_fetched(crypto::Bytes sealed, Monotonic now)
{
    State& state = *state_;
    if (!state.fetching_form || !state.form_digest) { return; }
    if (crypto::blake2b(sealed) != *state.form_digest) { return form_fetch_failed(now); }
    auto pictures = pictures_of_sealed_form(sealed);
    if (!pictures) { return state.stop("form_damaged"); } // the hall's digest is right, so it is of another version
    state.fetching_form = false;
    state.sealed_form = std::move(sealed);
    state.form_pictures = std::move(*pictures);
    std::erase_if(state.sealed_pictures, [&state](const auto& entry) { return !state.lists(entry.first); });
    state.fetch_pictures();
    state.try_to_open_form();
}

void KioskSession::picture_fetched(crypto::Bytes sealed, Monotonic)
{
    State& state = *state_;
    const crypto::Digest digest = crypto::blake2b(sealed);
    if (!state.lists(digest)) { return; }
    state.sealed_pictures.insert_or_assign(digest, std::move(sealed));
    state.try_to_open_form();
}

void KioskSession::pictures_settled(Monotonic now)
{
    State& state = *state_;
    state.fetching_pictures = false;
    if (state.sealed_form && !state.has_all_pictures()) { state.fetch_pictures_at = state.fetch_again_at(now); }
}

void KioskSession::form_fetch_failed(Monotonic now)
{
    State& state = *state_;
    if (!state.fetching_form) { return; }
    state.fetching_form = false;
    state.fetch_form_at = state.fetch_again_at(now);
}

// ---- what the hall says ----

void KioskSession::State::take(const engine::WelcomeMessage& message, Monotonic now)
{
    if (!credentials || !sign_in_sent_at || message.ticket != credentials->ticket) {
        return break_protocol("a welcome that was not asked for");
    }
    time.sample(message.now, *sign_in_sent_at, now);
    sign_in_sent_at.reset();
    signed_in_on_line = true;
    protocol_faults = 0;
    notice.clear();
    ends_at = message.ends_at;

    const auto merged = queue.merge(message.next_sequence, message.saved);
    counters.put_back += merged.put_back;
    counters.acknowledged -= std::min<std::uint64_t>(counters.acknowledged, merged.put_back);
    for (const auto& answer : merged.confirmed) { settle(answer, true, now); }
    welcome = message;
    welcome->saved.clear();
    settle_sign_in("");
    announce_form(message.form_digest);
    view_changed();
    flush();
}

void KioskSession::State::take(const engine::FormReadyMessage& message, Monotonic)
{
    if (!signed_in_on_line) { return break_protocol("form_ready before welcome"); }
    announce_form(message.form_digest);
}

void KioskSession::State::take(const engine::StartedMessage& message, Monotonic)
{
    if (!signed_in_on_line) { return break_protocol("started before welcome"); }
    auto key = crypto::from_base64(message.form_key);
    if (!key || key->size() != 32) { return break_protocol("a form's key has 32 bytes"); }
    form_key = crypto::SecretBuffer::copy_of(*key);
    crypto::wipe(*key);
    form_key_for = form_digest;
    ends_at = message.ends_at;
    view_changed();
    try_to_open_form();
}

void KioskSession::State::take(const engine::AckMessage& message, Monotonic now)
{
    const auto answer = queue.acknowledge(message.sequence);
    if (answer) {
        settle(*answer, true, now);
        view_changed();
    }
    flush();
}

void KioskSession::State::take(const engine::RefusedMessage& message, Monotonic now)
{
    if (message.sequence == 0) { return refuse_sign_in(message.refusal, now); }
    view_changed();
    if (hand_in && message.sequence == hand_in->sequence) { return settle_hand_in(message.refusal); }
    if (message.refusal == "not_signed_in" || message.refusal == "not_running") {
        // The hall doesn't know this line as ours any more; a new one sends the answer again.
        effects.emplace_back(effect::DropLine{});
        return;
    }
    const auto answer = queue.drop(message.sequence);
    if (answer) {
        const bool late = message.refusal == "sitting_over" || message.refusal == "handed_in_already";
        ++(late ? counters.too_late : counters.refused);
        notice = late ? "answers_too_late" : "answer_refused";
        settle(*answer, false, now);
    }
    flush();
}

void KioskSession::State::take(const engine::ReminderMessage& message, Monotonic)
{
    reminder_seconds_left = message.seconds_left;
    view_changed();
}

void KioskSession::State::take(const engine::EndedMessage& message, Monotonic now)
{
    finish(message.receipt, now);
}
void KioskSession::State::take(const engine::HandedInMessage& message, Monotonic now)
{
    finish(message.receipt, now);
}

void KioskSession::State::take(const engine::PongMessage& message, Monotonic now)
{
    if (message.number != ping.number || ping.answered) { return; } // late: it says nothing of the time
    ping.answered = true;
    time.sample(message.now, ping.sent_at, now);
    view_changed();
}

void KioskSession::State::refuse_sign_in(std::string_view word, Monotonic now)
{
    if (!sign_in_sent_at) { return; }
    sign_in_sent_at.reset();
    view_changed();
    const bool first_time = !welcome;
    if (word == "paper_not_open" || (!first_time && passes(word))) {
        notice = word;
        sign_in_again_at = now + sign_in_again_after;
        settle_sign_in("");
        return;
    }
    if (first_time) {
        credentials.reset();
        if (page_waits_for_sign_in) {
            settle_sign_in(word);
        } else {
            notice = word; // it was tried again by itself, after paper_not_open
        }
        return;
    }
    if (!queue.all_saved()) { return stop(word); } // a person must see that there is something unsaved here
    leave_candidate(word);
}

// ---- doing ----

void KioskSession::State::send_sign_in(Monotonic now)
{
    sign_in_sent_at = now;
    send(engine::SignInMessage{
        .protocol = engine::protocol_version, .ticket = credentials->ticket, .id_tail = credentials->id_tail});
}

void KioskSession::State::settle_sign_in(std::string_view error)
{
    if (std::exchange(page_waits_for_sign_in, false)) {
        effects.emplace_back(effect::SignInSettled{std::string{error}});
    }
}

void KioskSession::State::settle_hand_in(std::string_view error)
{
    if (hand_in) {
        hand_in.reset();
        effects.emplace_back(effect::HandInSettled{std::string{error}});
        view_changed();
    }
}

void KioskSession::State::flush()
{
    if (!ready_to_send() || !receipt.empty()) { return; }
    for (auto& message : queue.send(in_flight_max)) { send(std::move(message)); }
    if (hand_in && !hand_in->in_flight && queue.all_saved()) {
        if (hand_in->sequence == 0) { hand_in->sequence = queue.take_sequence(); }
        hand_in->in_flight = true;
        send(engine::HandInMessage{.sequence = hand_in->sequence});
    }
}

void KioskSession::State::announce_form(std::string_view digest_hex)
{
    if (digest_hex.empty()) { return; }
    const auto digest = crypto::Digest::from_hex(digest_hex);
    if (!digest) { return break_protocol("a form's digest has 64 digits"); }
    if (digest != form_digest) {
        form_digest = digest;
        sealed_form.reset();
    }
    if (!sealed_form && open_digest != form_digest) { fetch_form(); }
    fetch_pictures();
}

void KioskSession::State::fetch_form()
{
    fetch_form_at.reset();
    if (fetching_form || !ready_to_send()) { return; }
    fetching_form = true;
    effects.emplace_back(effect::FetchForm{});
}

bool KioskSession::State::lists(const crypto::Digest& digest) const
{
    return std::ranges::binary_search(form_pictures, digest.bytes, {}, &engine::SealedPicture::digest);
}

bool KioskSession::State::has_all_pictures() const
{
    return sealed_pictures.size() == form_pictures.size();
}

void KioskSession::State::fetch_pictures()
{
    fetch_pictures_at.reset();
    if (!sealed_form || fetching_pictures || !ready_to_send() || has_all_pictures()) { return; }
    effect::FetchPictures fetch;
    for (const engine::SealedPicture& picture : form_pictures) {
        if (!sealed_pictures.contains(crypto::Digest{picture.digest})) { fetch.pictures.push_back(picture); }
    }
    fetching_pictures = true;
    effects.emplace_back(std::move(fetch));
}

void KioskSession::State::forget_sealed_form()
{
    sealed_form.reset();
    form_pictures.clear();
    sealed_pictures.clear();
    fetching_pictures = false;
    fetch_pictures_at.reset();
}

void KioskSession::State::try_to_open_form()
{
    if (!form_key || !sealed_form || !has_all_pictures() || !form_digest || !welcome || !hall) { return; }
    auto opened = open_sealed_form(*sealed_form, *form_digest, *form_key,
                                   {.package_id = hall->package, .ticket = welcome->ticket}, sealed_pictures);
    if (!opened) {
        if (form_key_for != form_digest) {
            form_key.reset(); // of the form before this one; the new one comes with `started`
            return;
        }
        return stop("form_damaged");
    }
    form_id = opened->id;
    form = std::move(*opened);
    open_digest = form_digest;
    forget_sealed_form();
    form_is_new = true;
    view_changed();
}

void KioskSession::State::finish(std::string_view hall_receipt, Monotonic now)
{
    if (!credentials || !receipt.empty()) { return; }
    receipt = hall_receipt;
    receipt_verified = false;
    notice.clear();
    view_changed();
    if (welcome && !form_id.empty() && hall) {
        // At the end of time the hall may have had some of what waits here, in their order: which, the receipt tells.
        engine::CandidateState sheet;
        sheet.candidate.ticket = welcome->ticket;
        sheet.candidate.name = welcome->name;
        sheet.candidate.seat = seat;
        sheet.candidate.form_id = form_id;
        for (std::size_t taken = queue.waiting() + 1; taken-- > 0;) { // marks are not on the sheet: the most that fits
            sheet.answers = queue.sheet(taken);
            if (receipt_of(engine::sheet_text(sheet, hall->package)) == receipt) {
                receipt_verified = true;
                close_queue(taken, now);
                break;
            }
        }
        if (!receipt_verified) { stop("receipt_mismatch"); }
    }
    settle_sign_in("");
    settle_hand_in("");
    form.reset();
    open_digest.reset();
    forget_sealed_form();
    form_key.reset();
    sign_in_again_at.reset();
}

void KioskSession::State::close_queue(std::size_t taken, Monotonic now)
{
    std::size_t place = 0;
    for (const auto& answer : queue.close(taken)) {
        const bool saved = place++ < taken;
        if (!saved) {
            ++counters.too_late;
            notice = "answers_too_late";
        }
        settle(answer, saved, now);
    }
}

void KioskSession::State::settle(const AnswerQueue::Waiting& answer, bool saved, Monotonic now)
{
    if (saved) { ++counters.acknowledged; }
    effects.emplace_back(
        effect::AnswerSettled{.sequence = answer.sequence, .waited = now - answer.put_at, .saved = saved});
}

void KioskSession::State::stop(std::string_view code)
{
    stopped = true;
    notice = code;
    settle_sign_in(code);
    settle_hand_in(code);
    effects.emplace_back(effect::EndLine{});
    view_changed();
}

void KioskSession::State::leave_candidate(std::string_view code)
{
    settle_sign_in(code);
    settle_hand_in(code);
    credentials.reset();
    sign_in_sent_at.reset();
    sign_in_again_at.reset();
    signed_in_on_line = false;
    welcome.reset();
    confirmed = false;
    time_over = false;
    queue = AnswerQueue{};
    reminder_seconds_left.reset();
    form_digest.reset();
    fetching_form = false;
    fetch_form_at.reset();
    forget_sealed_form();
    form_key.reset();
    form_key_for.reset();
    form.reset();
    open_digest.reset();
    form_id.clear();
    receipt.clear();
    receipt_verified = false;
    notice = code;
    view_changed();
}

void KioskSession::State::break_protocol(std::string_view)
{
    if (++protocol_faults >= protocol_faults_max) { return stop("protocol"); }
    effects.emplace_back(effect::DropLine{});
}

} // namespace papervault::client
