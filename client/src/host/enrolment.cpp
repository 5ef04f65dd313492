#include <papervault/client/enrolment.hpp>

#include <papervault/crypto/certificate.hpp>
#include <papervault/crypto/random.hpp>
#include <papervault/engine/json.hpp>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace papervault::client {
namespace {

constexpr std::size_t pem_bytes_max = 16 * 1024;

/// Of an answer of the hall, which is not to be trusted yet.
struct Answer {
    std::string id, authority, certificate, error;
};
std::optional<Answer> read_answer(std::string_view body)
{
    const auto value = engine::parse_json(body, {.bytes_max = 64 * 1024, .depth_max = 4});
    if (!value) { return std::nullopt; }
    engine::JsonFields fields{*value, ""};
    Answer answer;
    answer.id = fields.optional_text("id", 32).value_or("");
    answer.authority = fields.optional_text("authority", pem_bytes_max).value_or("");
    answer.certificate = fields.optional_text("certificate", pem_bytes_max).value_or("");
    answer.error = fields.optional_text("error", 64).value_or("");
    if (!fields.good()) { return std::nullopt; }
    return answer;
}

bool is_enrolment_id(std::string_view id)
{
    return id.size() == 32 &&
           std::ranges::all_of(id, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

} // namespace

std::string enrolment_code(const crypto::Digest& public_key, const crypto::Digest& authority)
{
    const auto digest = crypto::blake2b("papervault.enrolment.v1", {public_key.view(), authority.view()});
    const std::string text = crypto::to_base32(digest.view().first(5)); // 40 bits are eight characters
    return text.substr(0, 4) + "-" + text.substr(4, 4);
}

class Enrolment::Steps : public std::enable_shared_from_this<Steps> {
public:
    Steps(EventLoop& loop, Endpoint hall, int seat, EnrolmentEvents events, EnrolmentTimes times)
        : loop_{loop}, hall_{std::move(hall)}, seat_{seat}, events_{std::move(events)}, times_{times}, timer_{loop}
    {
    }

    void begin()
    {
        id_.clear();
        authority_.clear();
        auto request = crypto::make_certificate_request();
        key_pem_ = std::move(request.key_pem);
        const auto fingerprint = crypto::public_key_fingerprint_of_csr(request.csr_pem);
        if (!fingerprint) { return again("protocol", fingerprint.error().detail); }
        public_key_ = *fingerprint;

        HttpsRequest question;
        question.endpoint = hall_;
        question.post = true;
        question.target = "/v1/enrolments";
        question.body = boost::json::serialize(boost::json::object{{"seat", seat_}, {"csr", request.csr_pem}});
        ask(std::move(question), &Steps::asked);
    }

private:
    void ask(HttpsRequest question, void (Steps::*next)(const HttpsAnswer&))
    {
        send_https(loop_, std::move(question), [weak = weak_from_this(), next](Result<HttpsAnswer> answer) {
            const auto self = weak.lock();
            if (!self) { return; }
            if (answer) { return (*self.*next)(*answer); }
            self->failed(answer.error());
        });
    }

    void failed(const ClientFailure& failure)
    {
        if (failure.code == ClientError::not_trusted && !id_.empty()) {
            // Another hall than the one whose authority is in the code that is shown.
            return again("hall_not_trusted", failure.detail);
        }
        events_.problem(failure.code == ClientError::not_trusted ? "hall_not_trusted" : "hall_unreachable",
                        failure.detail);
        id_.empty() ? later(&Steps::begin) : later(&Steps::poll);
    }

    void asked(const HttpsAnswer& http)
    {
        const auto answer = read_answer(http.body);
        if (!answer) { return again("protocol", "the answer is no JSON object"); }
        if (http.status != 202) { return again(answer->error.empty() ? "protocol" : answer->error, "refused"); }
        const auto fingerprint = crypto::certificate_fingerprint(answer->authority);
        if (!fingerprint || !is_enrolment_id(answer->id)) { return again("protocol", "no id or no authority"); }
        id_ = answer->id;
        authority_ = answer->authority;
        authority_fingerprint_ = *fingerprint;
        events_.code_known(enrolment_code(public_key_, authority_fingerprint_));
        timer_.after(times_.poll_every, [this] { poll(); });
    }

    void poll()
    {
        HttpsRequest question;
        question.endpoint = hall_;
        question.authority_pem = authority_;
        question.target = "/v1/enrolments/" + id_;
        ask(std::move(question), &Steps::polled);
    }

    void polled(const HttpsAnswer& http)
    {
        if (http.status == 404) { return again("hall_unreachable", "the hall has forgotten the request"); }
        if (http.status == 429 || http.status == 503) { return later(&Steps::poll); }
        if (http.status == 202) {
            return timer_.after(times_.poll_every, [this] { poll(); });
        }
        const auto answer = read_answer(http.body);
        if (!answer || http.status != 200) {
            return again(answer && !answer->error.empty() ? answer->error : "protocol", "no certificate");
        }
        const auto name = crypto::certificate_name(answer->certificate);
        const auto key = crypto::public_key_fingerprint_of_certificate(answer->certificate);
        const auto authority = crypto::certificate_fingerprint(answer->authority);
        const bool ours = name && name->role == "kiosk" && name->name == fmt::format("seat-{:02}", seat_) && key &&
                          *key == public_key_ && authority && *authority == authority_fingerprint_;
        if (!ours) { return again("hall_not_trusted", "the certificate is not for this key and seat"); }
        events_.done({.key_pem = std::move(key_pem_),
                      .certificate_pem = answer->certificate,
                      .authority_pem = std::move(authority_)});
    }

    void again(std::string_view code, std::string_view detail)
    {
        events_.problem(code, detail);
        id_.clear();
        later(&Steps::begin);
    }

    void later(void (Steps::*step)())
    {
        std::uint8_t random = 0;
        crypto::fill_random(std::as_writable_bytes(std::span{&random, 1}));
        const auto delay = times_.again_after + times_.again_after * random / 512;
        timer_.after(delay, [this, step] { (this->*step)(); });
    }

    EventLoop& loop_;
    Endpoint hall_;
    int seat_;
    EnrolmentEvents events_;
    EnrolmentTimes times_;
    crypto::SecretBuffer key_pem_{0};
    crypto::Digest public_key_;
    crypto::Digest authority_fingerprint_;
    std::string authority_;
    std::string id_; ///< Empty until the hall has taken the request.
    LoopTimer timer_;
};

Enrolment::Enrolment(EventLoop& loop, Endpoint hall, int seat, EnrolmentEvents events, EnrolmentTimes times)
    : steps_{std::make_shared<Steps>(loop, std::move(hall), seat, std::move(events), times)}
{
}
Enrolment::~Enrolment() = default;

void Enrolment::start()
{
    steps_->begin();
}

} // namespace papervault::client
