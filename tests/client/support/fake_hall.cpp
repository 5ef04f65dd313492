#include "client/support/fake_hall.hpp"

#include <papervault/crypto/aead.hpp>
#include <papervault/crypto/hash.hpp>
#include <papervault/crypto/random.hpp>
#include <papervault/engine/assert.hpp>
#include <papervault/engine/content.hpp>
#include <papervault/engine/form.hpp>
#include <papervault/engine/form_cover.hpp>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace papervault::test {
namespace {

using std::chrono::seconds;

engine::Batch batch_of(const FakeHallOptions& options)
{
    engine::Batch batch;
    batch.id = "2026-11-TEST";
    batch.occupation = "化工总控工";
    batch.occupation_code = "6-11-01-03";
    batch.level = 4;
    batch.subject = "理论知识";
    batch.title = "职业技能等级认定理论知识考试";
    batch.site = "site";
    batch.hall = "hall";
    batch.starts_at = FakeHall::epoch() + options.starts_in;
    batch.ends_at = batch.starts_at + options.lasts;
    batch.opens_at = FakeHall::epoch() - seconds{3600};
    batch.expires_at = batch.ends_at + seconds{3600};
    batch.policy.hand_in_from_before_end = options.hand_in_from_before_end;
    batch.rehearsal = true;
    return batch;
}

engine::Form form_of(const FakeHall& hall, int items)
{
    engine::FormSection choices{.title = "一、选择题", .note = "", .items = {}};
    for (int i = 0; i < items; ++i) {
        engine::FormItem entry;
        entry.item.id = hall.item(i);
        entry.item.type = i % 4 == 3 ? engine::ItemType::short_answer : engine::ItemType::multiple_choice;
        entry.item.stem = engine::parse_content(fmt::format("canary-stem-{}", i)).value();
        if (entry.item.type == engine::ItemType::multiple_choice) {
            for (const char* id : {"A", "B", "C", "D"}) {
                entry.item.options.push_back({.id = id, .content = engine::parse_content(id).value()});
            }
        }
        entry.points = engine::Decimal::from_integer(2);
        choices.items.push_back(std::move(entry));
    }
    return {.id = "A", .title = "test", .sections = {choices}};
}

} // namespace

engine::Instant FakeHall::epoch()
{
    return engine::Instant{std::chrono::milliseconds{1'795'000'000'000}};
}
std::string FakeHall::ticket(int seat) const
{
    return fmt::format("T2026{:04}", seat);
}
std::string FakeHall::id_tail(int seat)
{
    return fmt::format("{:03}X", seat);
}
std::string FakeHall::item(int index) const
{
    return fmt::format("HG4-{}", index + 1);
}

FakeHall::FakeHall(FakeHallOptions options) : options_{options}
{
    std::vector<engine::Candidate> roster;
    for (int seat = 1; seat <= options.candidates; ++seat) {
        roster.push_back({.ticket = ticket(seat),
                          .name = fmt::format("考生{}", seat),
                          .id_tail = id_tail(seat),
                          .seat = seat,
                          .form_id = "A"});
    }
    state_ = engine::initial_state(batch_of(options), roster);
    const auto picture_seed = crypto::blake2b("test.picture-key", {});
    picture_key_ = {picture_seed.bytes.begin(), picture_seed.bytes.end()};
    picture_ = crypto::encrypt(crypto::SecretBuffer::copy_of(picture_key_), crypto::bytes_of("<svg/>"),
                               crypto::bytes_of(fmt::format("papervault.picture.v1|{}|media/pump.svg", package)));
    for (const auto& candidate : roster) { seal_form(candidate, 1); }
    if (options.paper_open) { open_paper(epoch()); }
}

void FakeHall::seal_form(const engine::Candidate& candidate, int version)
{
    boost::json::object document;
    document["page"] = engine::to_page_json(form_of(*this, options_.items));
    const auto picture = crypto::blake2b(picture_);
    document["media"] =
        boost::json::object{{"media/pump.svg", boost::json::object{{"type", "image/svg+xml"},
                                                                   {"sealed", picture.hex()},
                                                                   {"key", crypto::to_base64(picture_key_)}}}};
    const auto cover = engine::encode_form_cover({{.digest = picture.bytes, .bytes = picture_.size()}}).value();
    const auto plaintext = boost::json::serialize(document);
    const auto seed = crypto::blake2b("test.form-key",
                                      {crypto::bytes_of(candidate.ticket), crypto::bytes_of(std::to_string(version))});
    crypto::Bytes key{seed.bytes.begin(), seed.bytes.end()};
    const auto context = fmt::format("papervault.form.v2|{}|{}|{}", package, candidate.ticket, cover);
    const auto cipher =
        crypto::encrypt(crypto::SecretBuffer::copy_of(key), crypto::bytes_of(plaintext), crypto::bytes_of(context));
    const std::string covered = cover + crypto::text_of(cipher);
    const auto sealed = crypto::bytes_of(covered);
    forms_[candidate.ticket] = {.key = std::move(key), .sealed = {sealed.begin(), sealed.end()}};
}

client::HallInfo FakeHall::info(int seat, engine::Instant now) const
{
    const auto& batch = state_.batch;
    return {.package = std::string{package},
            .title = batch.title,
            .occupation = batch.occupation,
            .subject = batch.subject,
            .level = batch.level,
            .seat = seat,
            .now = now,
            .starts_at = batch.starts_at,
            .ends_at = batch.ends_at,
            .hand_in_from = batch.ends_at - batch.policy.hand_in_from_before_end,
            .rehearsal = batch.rehearsal};
}

crypto::Bytes FakeHall::sealed_form(std::string_view ticket) const
{
    return forms_.find(ticket)->second.sealed;
}

crypto::Bytes FakeHall::sealed_picture(const crypto::Digest& digest) const
{
    return crypto::blake2b(picture_) == digest ? picture_ : crypto::Bytes{};
}

const engine::CandidateState& FakeHall::candidate(int seat) const
{
    return state_.candidates.at(ticket(seat));
}

std::string FakeHall::receipt(std::string_view ticket) const
{
    if (wrong_receipts_) { return "AAAA-BBBB-CCCC"; }
    return client::receipt_of(engine::sheet_text(state_.candidates.find(ticket)->second, state_.package_id));
}

engine::Decision FakeHall::act(const engine::Command& command, engine::Instant now)
{
    auto decision = engine::decide(state_, command, now);
    for (const auto& event : decision.events) {
        const auto applied = engine::apply(state_, event);
        PAPERVAULT_ASSERT(applied.has_value());
    }
    return decision;
}

engine::HallMessage FakeHall::started(std::string_view ticket, engine::Instant now) const
{
    return engine::StartedMessage{
        .form_key = crypto::to_base64(forms_.find(ticket)->second.key), .now = now, .ends_at = state_.batch.ends_at};
}

void FakeHall::publish(const engine::Decision& decision, engine::Instant now, Outgoing& out)
{
    for (const auto& event : decision.events) {
        for (const auto& [line, ticket] : lines_) {
            if (std::holds_alternative<engine::Started>(event)) {
                out.emplace_back(line, engine::encode(started(ticket, now)));
            } else if (const auto* reminded = std::get_if<engine::Reminded>(&event)) {
                out.emplace_back(line, engine::encode(engine::HallMessage{
                                           engine::ReminderMessage{.seconds_left = reminded->before_end.count()}}));
            } else if (std::holds_alternative<engine::Ended>(event)) {
                out.emplace_back(line,
                                 engine::encode(engine::HallMessage{engine::EndedMessage{.receipt = receipt(ticket)}}));
            } else if (const auto* handed = std::get_if<engine::HandedIn>(&event);
                       handed != nullptr && !handed->by_end_of_time && handed->ticket == ticket) {
                out.emplace_back(
                    line, engine::encode(engine::HallMessage{engine::HandedInMessage{.receipt = receipt(ticket)}}));
            }
        }
    }
}

FakeHall::Outgoing FakeHall::open_paper(engine::Instant now)
{
    std::set<std::string> items;
    for (int i = 0; i < options_.items; ++i) { items.insert(item(i)); }
    act(engine::OpenPaper{.package_id = std::string{package}, .items_by_form = {{"A", items}}}, now);
    return {};
}

FakeHall::Outgoing FakeHall::tick(engine::Instant now)
{
    Outgoing out;
    publish(act(engine::Tick{}, now), now, out);
    return out;
}

FakeHall::Outgoing FakeHall::end_now(engine::Instant now)
{
    Outgoing out;
    publish(act(engine::EndNow{.by = "chief", .reason = "test"}, now), now, out);
    return out;
}

FakeHall::Outgoing FakeHall::replace_form(int seat, engine::Instant now)
{
    seal_form(candidate(seat).candidate, 2);
    Outgoing out;
    const auto& sealed = forms_.at(ticket(seat)).sealed;
    for (const auto& [line, name] : lines_) {
        if (name != ticket(seat)) { continue; }
        out.emplace_back(line, engine::encode(engine::HallMessage{engine::FormReadyMessage{
                                   .form_digest = crypto::blake2b(sealed).hex(), .form_bytes = sealed.size()}}));
        if (state_.phase == engine::SittingPhase::running) {
            out.emplace_back(line, engine::encode(started(name, now)));
        }
    }
    return out;
}

void FakeHall::line_closed(std::uint64_t line, engine::Instant now)
{
    const auto found = lines_.find(line);
    if (found == lines_.end()) { return; }
    act(engine::SignOut{.ticket = found->second, .connection = line}, now);
    lines_.erase(found);
}

void FakeHall::restart()
{
    lines_.clear();
    engine::forget_connections(state_);
}

void FakeHall::lose_answer(int seat, const std::string& item)
{
    state_.candidates.at(ticket(seat)).answers.erase(item);
}

FakeHall::Outgoing FakeHall::receive(std::uint64_t line, int seat, std::string_view text, engine::Instant now)
{
    Outgoing out;
    const auto say = [&](const engine::HallMessage& message) { out.emplace_back(line, engine::encode(message)); };
    const auto message = engine::decode_kiosk_message(text);
    PAPERVAULT_ASSERT(message.has_value());
    const auto signed_in = lines_.find(line);
    const std::string who = signed_in == lines_.end() ? std::string{} : signed_in->second;

    if (const auto* ping = std::get_if<engine::PingMessage>(&*message)) {
        say(engine::PongMessage{.number = ping->number, .now = now});
    } else if (const auto* answer = std::get_if<engine::AnswerMessage>(&*message)) {
        const auto decision = act(engine::Answer{.ticket = who,
                                                 .connection = line,
                                                 .sequence = answer->sequence,
                                                 .item = answer->item,
                                                 .response = answer->response,
                                                 .marked = answer->marked},
                                  now);
        if (decision.refusal) {
            say(engine::RefusedMessage{.sequence = answer->sequence,
                                       .refusal = std::string{to_text(*decision.refusal)}});
        } else {
            say(engine::AckMessage{.sequence = answer->sequence});
        }
    } else if (const auto* hand_in = std::get_if<engine::HandInMessage>(&*message)) {
        const auto decision =
            act(engine::HandIn{.ticket = who, .connection = line, .sequence = hand_in->sequence}, now);
        if (decision.refusal) {
            say(engine::RefusedMessage{.sequence = hand_in->sequence,
                                       .refusal = std::string{to_text(*decision.refusal)}});
        } else if (decision.events.empty()) {
            say(engine::HandedInMessage{.receipt = receipt(who)});
        }
        publish(decision, now, out);
    } else {
        const auto& sign_in = std::get<engine::SignInMessage>(*message);
        const auto found = state_.candidates.find(sign_in.ticket);
        if (state_.phase == engine::SittingPhase::prepared) {
            say(engine::RefusedMessage{.sequence = 0, .refusal = "paper_not_open"});
            return out;
        }
        if (found != state_.candidates.end() && found->second.phase == engine::CandidatePhase::handed_in &&
            found->second.candidate.id_tail == sign_in.id_tail) {
            if (state_.phase >= engine::SittingPhase::ended) {
                say(engine::EndedMessage{.receipt = receipt(sign_in.ticket)});
            } else {
                say(engine::HandedInMessage{.receipt = receipt(sign_in.ticket)});
            }
            return out;
        }
        // The newest line of a seat replaces the older ones.
        for (auto old = lines_.begin(); old != lines_.end();) {
            if (old->second != sign_in.ticket || found->second.candidate.seat != seat) {
                ++old;
                continue;
            }
            act(engine::SignOut{.ticket = old->second, .connection = old->first}, now);
            old = lines_.erase(old);
        }
        const auto decision =
            act(engine::SignIn{.ticket = sign_in.ticket, .id_tail = sign_in.id_tail, .seat = seat, .connection = line},
                now);
        if (decision.refusal) {
            say(engine::RefusedMessage{.sequence = 0, .refusal = std::string{to_text(*decision.refusal)}});
            return out;
        }
        lines_[line] = sign_in.ticket;
        const auto& entry = found->second;
        engine::WelcomeMessage welcome;
        welcome.ticket = sign_in.ticket;
        welcome.name = entry.candidate.name;
        welcome.seat = seat;
        welcome.title = state_.batch.title;
        welcome.occupation = state_.batch.occupation;
        welcome.subject = state_.batch.subject;
        welcome.level = state_.batch.level;
        welcome.now = now;
        welcome.starts_at = state_.batch.starts_at;
        welcome.ends_at = state_.batch.ends_at;
        welcome.hand_in_from = state_.batch.ends_at - state_.batch.policy.hand_in_from_before_end;
        welcome.next_sequence = entry.highest_sequence + 1;
        for (const auto& [item, saved] : entry.answers) {
            welcome.saved[item] = {.sequence = saved.sequence, .response = saved.response, .marked = saved.marked};
        }
        const auto& sealed = forms_.at(sign_in.ticket).sealed;
        welcome.form_digest = crypto::blake2b(sealed).hex();
        welcome.form_bytes = sealed.size();
        say(welcome);
        if (state_.phase == engine::SittingPhase::running) { say(started(sign_in.ticket, now)); }
    }
    return out;
}

} // namespace papervault::test
