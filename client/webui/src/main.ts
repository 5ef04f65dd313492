import "katex/dist/katex.min.css";
import "./app.css";
import { mount } from "svelte";
import { App } from "./app.svelte.ts";
import { connect_bridge, listen_to_host } from "./bridge.ts";
import { describe_problem, refuse_transfers, report_faults } from "./guards.ts";
import { Kiosk } from "./kiosk.svelte.ts";
import Outside from "./parts/Outside.svelte";
import Page from "./parts/Page.svelte";
import { Preferences } from "./preferences.svelte.ts";

const tick_ms = 100;

function start(target: HTMLElement): void {
  const bridge = connect_bridge(window);
  if (bridge === null) {
    mount(Outside, { target });
    return;
  }
  const log = (message: string): void => bridge.log(message);
  report_faults(window, log);
  refuse_transfers(document);

  const preferences = new Preferences();
  const kiosk = new Kiosk(
    bridge,
    {
      connection_changed: (connection) =>
        app.announce(connection === "online" ? app.text.online_again : app.text.offline),
      candidate_changed: () => preferences.reset(),
      problem: (problem) => log(describe_problem(problem)),
    },
    () => performance.now(),
  );
  const app = new App(kiosk, preferences, log);
  listen_to_host(window, kiosk);
  mount(Page, { target, props: { app } });
  setInterval(() => kiosk.tick(), tick_ms);
  void kiosk.start();
}

const target = document.getElementById("app");
if (target !== null) {
  start(target);
}
