#include "window/web_page.hpp"

#include "window/page_assets.hpp"

#include <fmt/format.h>
#include <webkit/webkit.h>

#include <utility>

namespace papervault::client {
namespace {

constexpr const char* home = "exam://kiosk/index.html";
constexpr std::string_view origin = "exam://kiosk/";
constexpr const char* policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'none'; base-uri 'none'; form-action 'none'";

/// Answers one request of the page for bytes.
void finish(WebKitURISchemeRequest* request, std::string_view type, GBytes* bytes)
{
    GInputStream* stream = g_memory_input_stream_new_from_bytes(bytes);
    WebKitURISchemeResponse* response =
        webkit_uri_scheme_response_new(stream, static_cast<gint64>(g_bytes_get_size(bytes)));
    const std::string content_type{type};
    webkit_uri_scheme_response_set_content_type(response, content_type.c_str());
    SoupMessageHeaders* headers = soup_message_headers_new(SOUP_MESSAGE_HEADERS_RESPONSE);
    // WebKit heeds nosniff only for a Content-Type that stands among the headers.
    soup_message_headers_append(headers, "Content-Type", content_type.c_str());
    soup_message_headers_append(headers, "Content-Security-Policy", policy);
    soup_message_headers_append(headers, "X-Content-Type-Options", "nosniff");
    soup_message_headers_append(headers, "Cache-Control", "no-store");
    soup_message_headers_append(headers, "Access-Control-Allow-Origin", "exam://kiosk");
    webkit_uri_scheme_response_set_http_headers(response, headers);
    webkit_uri_scheme_request_finish_with_response(request, response);
    g_object_unref(response);
    g_object_unref(stream);
}

void finish_with_nothing(WebKitURISchemeRequest* request)
{
    GError* error = g_error_new_literal(G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "not part of the page");
    webkit_uri_scheme_request_finish_error(request, error);
    g_error_free(error);
}

/// The bytes of a picture in memory that is overwritten when WebKit lets go of it.
GBytes* bytes_of(crypto::SecretBuffer picture)
{
    auto owned = std::make_unique<crypto::SecretBuffer>(std::move(picture));
    const auto view = owned->expose();
    auto* raw = owned.release();
    return g_bytes_new_with_free_func(
        view.data(), view.size(), [](gpointer data) { delete static_cast<crypto::SecretBuffer*>(data); }, raw);
}

gboolean refuse_always(...)
{
    return TRUE;
}

gboolean decide_policy(WebKitWebView*, WebKitPolicyDecision* decision, WebKitPolicyDecisionType type, gpointer)
{
    if (type == WEBKIT_POLICY_DECISION_TYPE_RESPONSE) {
        WebKitURIRequest* request =
            webkit_response_policy_decision_get_request(WEBKIT_RESPONSE_POLICY_DECISION(decision));
        const bool ours = std::string_view{webkit_uri_request_get_uri(request)}.starts_with(origin);
        ours ? webkit_policy_decision_use(decision) : webkit_policy_decision_ignore(decision);
        return TRUE;
    }
    WebKitNavigationAction* action =
        webkit_navigation_policy_decision_get_navigation_action(WEBKIT_NAVIGATION_POLICY_DECISION(decision));
    const std::string_view uri = webkit_uri_request_get_uri(webkit_navigation_action_get_request(action));
    const bool ours = type == WEBKIT_POLICY_DECISION_TYPE_NAVIGATION_ACTION && uri == home;
    ours ? webkit_policy_decision_use(decision) : webkit_policy_decision_ignore(decision);
    return TRUE;
}

WebKitSettings* locked_settings()
{
    return WEBKIT_SETTINGS(
        g_object_new(WEBKIT_TYPE_SETTINGS, "enable-developer-extras", FALSE, "enable-html5-database", FALSE,
                     "enable-html5-local-storage", FALSE, "enable-webgl", FALSE, "enable-webrtc", FALSE, "enable-media",
                     FALSE, "enable-media-stream", FALSE, "enable-webaudio", FALSE, "enable-page-cache", FALSE,
                     "enable-back-forward-navigation-gestures", FALSE, "enable-tabs-to-links", TRUE,
                     "javascript-can-access-clipboard", FALSE, "javascript-can-open-windows-automatically", FALSE,
                     "allow-modal-dialogs", FALSE, "enable-write-console-messages-to-stdout", FALSE,
                     "print-backgrounds", FALSE, nullptr));
}

} // namespace

struct WebPage::State {
    explicit State(Host host_functions) : host{std::move(host_functions)}
    {
        context = webkit_web_context_new();
        const char* languages[]{"zh-CN", "en", nullptr};
        webkit_web_context_set_preferred_languages(context, languages);
        webkit_web_context_register_uri_scheme(context, "exam", serve, this, nullptr);
        WebKitSecurityManager* security = webkit_web_context_get_security_manager(context);
        webkit_security_manager_register_uri_scheme_as_secure(security, "exam");
        webkit_security_manager_register_uri_scheme_as_cors_enabled(security, "exam");

        // Nothing is kept, and whatever would leave the machine goes nowhere.
        network = webkit_network_session_new_ephemeral();
        WebKitNetworkProxySettings* nowhere = webkit_network_proxy_settings_new("http://127.0.0.1:1", nullptr);
        webkit_network_session_set_proxy_settings(network, WEBKIT_NETWORK_PROXY_MODE_CUSTOM, nowhere);
        webkit_network_proxy_settings_free(nowhere);
        g_signal_connect(network, "download-started",
                         G_CALLBACK(+[](WebKitNetworkSession*, WebKitDownload* download, gpointer) {
                             webkit_download_cancel(download);
                         }),
                         nullptr);

        content = webkit_user_content_manager_new();
        webkit_user_content_manager_register_script_message_handler_with_reply(content, "papervault", nullptr);
        g_signal_connect(content, "script-message-with-reply-received::papervault", G_CALLBACK(message_received), this);

        WebKitSettings* settings = locked_settings();
        view = WEBKIT_WEB_VIEW(g_object_new(WEBKIT_TYPE_WEB_VIEW, "web-context", context, "network-session", network,
                                            "settings", settings, "user-content-manager", content, nullptr));
        g_object_unref(settings);
        g_object_ref_sink(view);
        g_signal_connect(view, "decide-policy", G_CALLBACK(decide_policy), nullptr);
        for (const char* signal : {"context-menu", "print", "script-dialog", "enter-fullscreen", "show-notification"}) {
            g_signal_connect(view, signal, G_CALLBACK(refuse_always), nullptr);
        }
        g_signal_connect(view, "permission-request",
                         G_CALLBACK(+[](WebKitWebView*, WebKitPermissionRequest* request, gpointer) -> gboolean {
                             webkit_permission_request_deny(request);
                             return TRUE;
                         }),
                         nullptr);
        g_signal_connect(view, "run-file-chooser",
                         G_CALLBACK(+[](WebKitWebView*, WebKitFileChooserRequest* request, gpointer) -> gboolean {
                             webkit_file_chooser_request_cancel(request);
                             return TRUE;
                         }),
                         nullptr);
        g_signal_connect(
            view, "create",
            G_CALLBACK(+[](WebKitWebView*, WebKitNavigationAction*, gpointer) -> GtkWidget* { return nullptr; }),
            nullptr);
        g_signal_connect(
            view, "web-process-terminated",
            G_CALLBACK(+[](WebKitWebView* web_view, WebKitWebProcessTerminationReason reason, gpointer self) {
                static_cast<State*>(self)->host.note(
                    fmt::format("the page's process ended ({}); loading it anew", static_cast<int>(reason)));
                webkit_web_view_load_uri(web_view, home);
            }),
            this);
        g_signal_connect(
            view, "load-failed",
            G_CALLBACK(+[](WebKitWebView*, WebKitLoadEvent, char* uri, GError* error, gpointer self) -> gboolean {
                static_cast<State*>(self)->host.note(fmt::format("loading {} failed: {}", uri, error->message));
                return TRUE;
            }),
            this);
    }
    ~State()
    {
        g_signal_handlers_disconnect_by_data(content, this);
        g_signal_handlers_disconnect_by_data(view, this);
        g_object_unref(view);
        g_object_unref(content);
        g_object_unref(network);
        g_object_unref(context);
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    static void serve(WebKitURISchemeRequest* request, gpointer self)
    {
        const std::string_view uri = webkit_uri_scheme_request_get_uri(request);
        if (!uri.starts_with(origin)) { return finish_with_nothing(request); }
        const std::string path{uri.substr(origin.size())};
        if (const PageAsset* asset = find_page_asset(path)) {
            GBytes* bytes = g_bytes_new_static(asset->bytes.data(), asset->bytes.size());
            finish(request, content_type_of(path), bytes);
            g_bytes_unref(bytes);
            return;
        }
        if (!path.starts_with("media/")) { return finish_with_nothing(request); }
        g_object_ref(request);
        static_cast<State*>(self)->host.picture(path, [request](std::optional<PagePicture> picture) {
            if (picture) {
                GBytes* bytes = bytes_of(std::move(picture->bytes));
                finish(request, picture->type, bytes);
                g_bytes_unref(bytes);
            } else {
                finish_with_nothing(request);
            }
            g_object_unref(request);
        });
    }

    static gboolean message_received(WebKitUserContentManager*, JSCValue* value, WebKitScriptMessageReply* reply,
                                     gpointer self)
    {
        if (jsc_value_is_string(value) == FALSE) {
            webkit_script_message_reply_return_error_message(reply, "a text was expected");
            return TRUE;
        }
        char* text = jsc_value_to_string(value);
        const std::string message{text};
        g_free(text);
        JSCContext* script = jsc_value_get_context(value);
        g_object_ref(script);
        webkit_script_message_reply_ref(reply);
        static_cast<State*>(self)->host.call(message, [script, reply](std::string json) {
            JSCValue* answer = jsc_value_new_string(script, json.c_str());
            webkit_script_message_reply_return_value(reply, answer);
            g_object_unref(answer);
            webkit_script_message_reply_unref(reply);
            g_object_unref(script);
        });
        return TRUE;
    }

    Host host;
    WebKitWebContext* context = nullptr;
    WebKitNetworkSession* network = nullptr;
    WebKitUserContentManager* content = nullptr;
    WebKitWebView* view = nullptr;
};

WebPage::WebPage(Host host) : state_{std::make_unique<State>(std::move(host))} {}
WebPage::~WebPage() = default;

GtkWidget* WebPage::widget() const noexcept
{
    return GTK_WIDGET(state_->view);
}

void WebPage::load()
{
    webkit_web_view_load_uri(state_->view, home);
}

void WebPage::run(const std::string& script)
{
    webkit_web_view_evaluate_javascript(state_->view, script.c_str(), static_cast<gssize>(script.size()), nullptr,
                                        nullptr, nullptr, nullptr, nullptr);
}

} // namespace papervault::client
