#pragma once

#include "window/seat_thread.hpp"

#include <gtk/gtk.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace papervault::client {

/// The web view with the candidate's page, served from memory at exam://kiosk/. No other address, no network, no
/// window, file, print, menu, permission or dialog of the browser. Main thread only.
class WebPage {
public:
    using Reply = std::function<void(std::string json)>;
    struct Host {
        std::function<void(std::string_view text, Reply reply)> call; ///< A call of the page; the reply may come later.
        std::function<void(std::string name, std::function<void(std::optional<PagePicture>)> reply)> picture;
        std::function<void(std::string_view text)> note;
    };

    explicit WebPage(Host host);
    ~WebPage();
    WebPage(const WebPage&) = delete;
    WebPage& operator=(const WebPage&) = delete;

    /// Belongs to whoever puts it into a window.
    [[nodiscard]] GtkWidget* widget() const noexcept;
    void load();
    /// Runs a script of ours in the page.
    void run(const std::string& script);

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace papervault::client
