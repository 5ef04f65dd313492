#include "window/findings.hpp"
#include "window/page_assets.hpp"
#include "window/seat_thread.hpp"
#include "window/web_page.hpp"
#include "window/window.hpp"

#include <papervault/crypto/init.hpp>

#include <fmt/format.h>
#include <glib-unix.h>
#include <gtk/gtk.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace papervault::client {
namespace {

void log_line(std::string_view text)
{
    fmt::print(stderr, "kiosk: {}\n", text);
}

/// Keys that the page uses, and what is needed to type. All else is swallowed before the web view sees it (C2).
bool is_allowed(guint key, GdkModifierType state)
{
    const bool chord =
        (state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK | GDK_META_MASK | GDK_HYPER_MASK)) != 0;
    if (chord) { return (key == GDK_KEY_Return || key == GDK_KEY_KP_Enter) && (state & GDK_CONTROL_MASK) != 0; }
    switch (key) {
    case GDK_KEY_Left:
    case GDK_KEY_Right:
    case GDK_KEY_Up:
    case GDK_KEY_Down:
    case GDK_KEY_Page_Up:
    case GDK_KEY_Page_Down:
    case GDK_KEY_Home:
    case GDK_KEY_End:
    case GDK_KEY_Tab:
    case GDK_KEY_ISO_Left_Tab:
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
    case GDK_KEY_Escape:
    case GDK_KEY_BackSpace:
    case GDK_KEY_Delete:
    case GDK_KEY_Shift_L:
    case GDK_KEY_Shift_R:
    case GDK_KEY_Caps_Lock: return true;
    default: break;
    }
    const guint32 character = gdk_keyval_to_unicode(key);
    return character >= 0x20 && character != 0x7F;
}

gboolean key_pressed(GtkEventControllerKey*, guint key, guint, GdkModifierType state, gpointer)
{
    return is_allowed(key, state) ? FALSE : TRUE;
}

/// The clipboards stay empty: nothing comes in, nothing goes out (C6).
void empty_clipboard(GdkClipboard* clipboard, gpointer)
{
    GdkContentFormats* formats = gdk_clipboard_get_formats(clipboard);
    gsize count = 0;
    gdk_content_formats_get_mime_types(formats, &count);
    gsize types = 0;
    gdk_content_formats_get_gtypes(formats, &types);
    if (count + types > 0) { gdk_clipboard_set_content(clipboard, nullptr); }
}

class KioskWindow {
public:
    explicit KioskWindow(const WindowOptions& options)
        : page_{{.call = [this](std::string_view text, WebPage::Reply reply) { called(text, std::move(reply)); },
                 .picture = [this](std::string name, auto reply) { seat_.picture(std::move(name), std::move(reply)); },
                 .note = log_line}},
          seat_{options,
                {.view_changed =
                     [this](std::string view) {
                         page_.run("window.papervault && window.papervault.receive(" + view + ")");
                     },
                 .form_ready = [this] { page_.run("window.papervault && window.papervault.form_ready()"); },
                 .note = log_line}}
    {
        window_ = gtk_window_new();
        gtk_window_set_title(GTK_WINDOW(window_), "Papervault");
        gtk_window_set_decorated(GTK_WINDOW(window_), FALSE);
        gtk_window_set_child(GTK_WINDOW(window_), page_.widget());
        watch_keys();
        watch_display();
        fill_screen(options.fullscreen);
        // The window stays until the program is told to stop: a candidate can't close it.
        g_signal_connect(window_, "close-request", G_CALLBACK(+[](GtkWindow*, gpointer) -> gboolean { return TRUE; }),
                         nullptr);
        g_signal_connect(window_, "notify::is-active", G_CALLBACK(+[](GtkWindow* window, GParamSpec*, gpointer) {
                             if (gtk_window_is_active(window) == FALSE) {
                                 log_line("finding: the window lost the focus");
                             }
                         }),
                         nullptr);
        page_.load();
        gtk_window_present(GTK_WINDOW(window_));
    }
    ~KioskWindow() { gtk_window_destroy(GTK_WINDOW(window_)); }
    KioskWindow(const KioskWindow&) = delete;
    KioskWindow& operator=(const KioskWindow&) = delete;

private:
    void called(std::string_view text, WebPage::Reply reply)
    {
        auto page_call = page_call_from_json(text);
        if (!page_call) {
            log_line("the page broke the contract: " + page_call.error().detail);
            return reply(page_reply("malformed"));
        }
        if (const auto* log = std::get_if<call::Log>(&*page_call)) { log_line("page: " + log->message); }
        seat_.call(std::move(*page_call), std::move(reply));
    }

    void watch_keys()
    {
        GtkEventController* keys = gtk_event_controller_key_new();
        gtk_event_controller_set_propagation_phase(keys, GTK_PHASE_CAPTURE);
        g_signal_connect(keys, "key-pressed", G_CALLBACK(key_pressed), nullptr);
        gtk_widget_add_controller(window_, keys);
        // Middle click would paste the primary selection.
        GtkGesture* middle = gtk_gesture_click_new();
        gtk_gesture_single_set_button(GTK_GESTURE_SINGLE(middle), GDK_BUTTON_MIDDLE);
        gtk_event_controller_set_propagation_phase(GTK_EVENT_CONTROLLER(middle), GTK_PHASE_CAPTURE);
        g_signal_connect(middle, "pressed", G_CALLBACK(+[](GtkGesture* gesture, int, double, double, gpointer) {
                             gtk_gesture_set_state(gesture, GTK_EVENT_SEQUENCE_CLAIMED);
                         }),
                         nullptr);
        gtk_widget_add_controller(window_, GTK_EVENT_CONTROLLER(middle));
    }

    void watch_display()
    {
        GdkDisplay* display = gtk_widget_get_display(window_);
        g_object_set(gtk_settings_get_for_display(display), "gtk-enable-primary-paste", FALSE, nullptr);
        for (GdkClipboard* clipboard :
             {gdk_display_get_clipboard(display), gdk_display_get_primary_clipboard(display)}) {
            gdk_clipboard_set_content(clipboard, nullptr);
            g_signal_connect(clipboard, "changed", G_CALLBACK(empty_clipboard), nullptr);
        }
        GListModel* monitors = gdk_display_get_monitors(display);
        g_signal_connect(monitors, "items-changed",
                         G_CALLBACK(+[](GListModel* model, guint, guint, guint, gpointer self) {
                             static_cast<KioskWindow*>(self)->count_monitors(model);
                         }),
                         this);
        count_monitors(monitors);
    }

    void count_monitors(GListModel* monitors)
    {
        const guint count = g_list_model_get_n_items(monitors);
        if (count > 1) { log_line(fmt::format("finding: {} displays", count)); }
        seat_.block(HostBlock::second_display, count > 1);
    }

    void fill_screen(bool fullscreen)
    {
        GListModel* monitors = gdk_display_get_monitors(gtk_widget_get_display(window_));
        GdkRectangle area{0, 0, 1024, 768};
        if (auto* monitor = static_cast<GdkMonitor*>(g_list_model_get_item(monitors, 0)); monitor != nullptr) {
            gdk_monitor_get_geometry(monitor, &area);
            g_object_unref(monitor);
        }
        gtk_window_set_default_size(GTK_WINDOW(window_), area.width, area.height);
        if (fullscreen) { gtk_window_fullscreen(GTK_WINDOW(window_)); }
    }

    GtkWidget* window_ = nullptr;
    WebPage page_;
    SeatThread seat_;
};

gboolean stop(gpointer loop)
{
    g_main_loop_quit(static_cast<GMainLoop*>(loop));
    return G_SOURCE_CONTINUE;
}

} // namespace

int run_window(const WindowOptions& options)
{
    bool serious = false;
    for (const Finding& finding : look_at_machine()) {
        log_line("finding: " + finding.what);
        serious |= finding.serious;
    }
    if (serious && !options.allow_findings) {
        log_line("本机环境不安全，终端不启动；请联系管理员 the kiosk does not start on this machine as it is");
        return 3;
    }
    crypto::forbid_core_dumps();
    if (gtk_init_check() == FALSE) {
        log_line("没有可用的显示器 no display to show the page on; set DISPLAY or WAYLAND_DISPLAY, or run "
                 "'papervault-kiosk headless'");
        return 1;
    }
    GMainLoop* loop = g_main_loop_new(nullptr, FALSE);
    g_unix_signal_add(SIGTERM, stop, loop);
    g_unix_signal_add(SIGINT, stop, loop);
    {
        const KioskWindow window{options};
        g_main_loop_run(loop);
    }
    g_main_loop_unref(loop);
    return 0;
}

} // namespace papervault::client
