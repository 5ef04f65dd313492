import { afterEach, describe, expect, it, vi } from "vitest";
import { Bridge, connect_bridge, HostFailure, listen_to_host, type HostListener } from "../src/bridge.ts";
import type { ItemId, View } from "../src/contract.ts";
import { ContractViolation } from "../src/narrow.ts";
import { fixture_form } from "../support/fixture.ts";
import { view_in } from "../support/fake_host.ts";

function bridge_to(reply: (message: string) => Promise<unknown>): { bridge: Bridge; sent: unknown[] } {
  const sent: unknown[] = [];
  const bridge = new Bridge({
    postMessage(message) {
      sent.push(JSON.parse(message));
      return reply(message);
    },
  });
  return { bridge, sent };
}

afterEach(() => {
  vi.useRealTimers();
});

describe("Bridge", () => {
  it("sends each call in its wire form", async () => {
    const { bridge, sent } = bridge_to(async () => '{"ok":true}');
    await bridge.sign_in({ ticket: "3704", id_tail: "041X" });
    await bridge.confirm_identity(false);
    await bridge.answer("q1" as ItemId, ["B", "D"]);
    await bridge.mark("q1" as ItemId, true);
    await bridge.hand_in();
    bridge.log("fault");
    expect(sent).toEqual([
      { call: "sign_in", ticket: "3704", id_tail: "041X" },
      { call: "confirm_identity", confirmed: false },
      { call: "answer", item: "q1", response: ["B", "D"] },
      { call: "mark", item: "q1", marked: true },
      { call: "hand_in" },
      { call: "log", message: "fault" },
    ]);
  });

  it("returns a checked view and form", async () => {
    expect((await bridge_to(async () => JSON.stringify(view_in("waiting"))).bridge.view()).phase).toBe("waiting");
    expect((await bridge_to(async () => JSON.stringify(fixture_form)).bridge.form())?.id).toBe("FORM-HG4-A");
    expect(await bridge_to(async () => "null").bridge.form()).toBeNull();
  });

  it.each<[string, () => Promise<unknown>]>([
    ["an object instead of a string", async () => ({ ok: true })],
    ["text that is not JSON", async () => "<html>"],
    ["a rejected call", async () => Promise.reject(new Error("gone"))],
  ])("reports %s as a failure of the host", async (_, reply) => {
    await expect(bridge_to(reply).bridge.hand_in()).rejects.toThrow(HostFailure);
  });

  it("gives up on a host that never replies", async () => {
    vi.useFakeTimers();
    const outcome = expect(bridge_to(() => new Promise(() => undefined)).bridge.hand_in()).rejects.toThrow("no reply");
    await vi.advanceTimersByTimeAsync(20_000);
    await outcome;
  });

  it("refuses a reply that breaks the contract", async () => {
    await expect(bridge_to(async () => '{"ok":1}').bridge.hand_in()).rejects.toThrow(ContractViolation);
    await expect(bridge_to(async () => '{"version":9}').bridge.view()).rejects.toThrow(ContractViolation);
  });

  it("bounds what it logs and never fails on it", async () => {
    const { bridge, sent } = bridge_to(async () => Promise.reject(new Error("gone")));
    for (let index = 0; index < 500; index += 1) {
      bridge.log("x".repeat(10_000));
    }
    await Promise.resolve();
    expect(sent).toHaveLength(100);
    expect(sent[0]).toEqual({ call: "log", message: "x".repeat(500) });
  });
});

describe("connect_bridge", () => {
  it("finds no host outside a kiosk", () => {
    expect(connect_bridge({} as Window)).toBeNull();
    expect(connect_bridge({ webkit: { messageHandlers: {} } } as Window)).toBeNull();
  });
});

describe("listen_to_host", () => {
  function listening(): { page: Window; views: View[]; problems: unknown[]; forms: number } {
    const heard = { page: {} as Window, views: [] as View[], problems: [] as unknown[], forms: 0 };
    const listener: HostListener = {
      view_received: (view) => heard.views.push(view),
      form_ready: () => (heard.forms += 1),
      contract_broken: (problem) => heard.problems.push(problem),
    };
    listen_to_host(heard.page, listener);
    return heard;
  }

  it("passes on views and the form's arrival", () => {
    const heard = listening();
    heard.page.papervault?.receive(view_in("running"));
    heard.page.papervault?.form_ready();
    expect(heard.views.map((view) => view.phase)).toEqual(["running"]);
    expect(heard.forms).toBe(1);
    expect(heard.problems).toEqual([]);
  });

  it("drops a view that breaks the contract and says so", () => {
    const heard = listening();
    heard.page.papervault?.receive({ ...view_in("running"), phase: "party" });
    expect(heard.views).toEqual([]);
    expect(heard.problems[0]).toBeInstanceOf(ContractViolation);
  });

  it("cannot be replaced piecemeal", () => {
    expect(Object.isFrozen(listening().page.papervault)).toBe(true);
  });
});
