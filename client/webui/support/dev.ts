/** `npm run dev`: the page with a fake host in the same window; `?phase=running` opens a screen directly. */

import { phases } from "../src/contract.ts";
import { FakeHost, view_in } from "./fake_host.ts";

const wanted = new URLSearchParams(location.search).get("phase");
const phase = phases.find((known) => known === wanted) ?? "running";
const host = new FakeHost(view_in(phase), async (view) => {
  window.papervault?.receive(view);
});

Object.assign(window, {
  webkit: { messageHandlers: { papervault: { postMessage: (message: string) => host.handle(message) } } },
  fake_host: host,
});
await import("../src/main.ts");
