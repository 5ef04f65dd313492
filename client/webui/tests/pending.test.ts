import { describe, expect, it } from "vitest";
import { PendingChanges } from "../src/pending.svelte.ts";

interface SentCall {
  key: string;
  value: string;
  take(): Promise<void>;
  refuse(): Promise<void>;
}

class Host {
  readonly sent: SentCall[] = [];
  readonly confirmed = new Map<string, string>();
  readonly problems: unknown[] = [];
  readonly changes = new PendingChanges<string, string>({
    send: (key, value) =>
      new Promise((resolve, reject) => {
        const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 0));
        this.sent.push({
          key,
          value,
          take: () => (resolve(), settled()),
          refuse: () => (reject(new Error("refused")), settled()),
        });
      }),
    confirmed: (key) => this.confirmed.get(key) ?? "",
    equal: (left, right) => left === right,
    failed: (problem) => this.problems.push(problem),
  });

  values(): string[] {
    return this.sent.map((call) => call.value);
  }

  /** A view arrives. */
  confirm(key: string, value: string): void {
    this.confirmed.set(key, value);
    this.changes.settle();
  }
}

describe("PendingChanges", () => {
  it("shows and sends a choice at once", () => {
    const host = new Host();
    host.changes.put("q", "B", 0);
    expect(host.changes.value("q")).toBe("B");
    expect(host.values()).toEqual(["B"]);
  });

  it("forgets a change that a view confirms", async () => {
    const host = new Host();
    host.changes.put("q", "B", 0);
    await host.sent[0]?.take();
    expect(host.changes.has("q")).toBe(true);
    host.confirm("q", "B");
    expect(host.changes.has("q")).toBe(false);
    expect(host.changes.value("q")).toBe("B");
  });

  it("is not set back by a view that is older than the candidate's latest choice", async () => {
    const host = new Host();
    host.changes.put("q", "B", 0);
    host.changes.put("q", "C", 10);
    host.changes.put("q", "B", 20);
    await host.sent[0]?.take();
    host.confirm("q", "B");
    expect(host.changes.has("q")).toBe(true);
    host.confirm("q", "C");
    expect(host.changes.value("q")).toBe("B");
    await host.sent[1]?.take();
    await host.sent[2]?.take();
    host.confirm("q", "B");
    expect(host.changes.has("q")).toBe(false);
  });

  it("sends typed text after a pause and once", () => {
    const host = new Host();
    host.changes.type("q", "雷", 0);
    host.changes.type("q", "雷诺", 300);
    host.changes.tick(600);
    expect(host.values()).toEqual([]);
    host.changes.tick(700);
    host.changes.tick(800);
    expect(host.values()).toEqual(["雷诺"]);
  });

  it("does not wait for ever for a pause", () => {
    const host = new Host();
    for (let now_ms = 0; now_ms <= 1_600; now_ms += 100) {
      host.changes.type("q", `${now_ms}`, now_ms);
      host.changes.tick(now_ms);
    }
    expect(host.values()).toEqual(["1500"]);
  });

  it("sends typed text at once on flush", () => {
    const host = new Host();
    host.changes.type("q", "x", 0);
    host.changes.flush(1);
    host.changes.flush(2);
    expect(host.values()).toEqual(["x"]);
  });

  it("sends again what failed, until it is taken", async () => {
    const host = new Host();
    host.changes.put("q", "B", 0);
    await host.sent[0]?.refuse();
    expect(host.problems).toHaveLength(1);
    host.changes.tick(2_900);
    expect(host.values()).toEqual(["B"]);
    host.changes.tick(3_000);
    expect(host.values()).toEqual(["B", "B"]);
  });

  it("sends again what was taken but never shown by a view", async () => {
    const host = new Host();
    host.changes.put("q", "B", 0);
    await host.sent[0]?.take();
    host.confirm("q", "A");
    expect(host.changes.value("q")).toBe("B");
    host.changes.tick(3_000);
    expect(host.values()).toEqual(["B", "B"]);
  });

  it("does not send twice while a call is under way", () => {
    const host = new Host();
    host.changes.put("q", "B", 0);
    host.changes.tick(60_000);
    expect(host.values()).toEqual(["B"]);
  });

  it("drains: sends what waits and reports whether all was taken", async () => {
    const host = new Host();
    host.changes.type("q", "x", 0);
    const drained = host.changes.drain(1);
    await host.sent[0]?.take();
    expect(await drained).toBe(true);

    host.changes.put("r", "y", 2);
    const refused = host.changes.drain(3);
    await host.sent[1]?.refuse();
    expect(await refused).toBe(false);
  });
});
