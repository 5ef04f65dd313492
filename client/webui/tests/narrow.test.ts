import { describe, expect, it } from "vitest";
import { phases, type ItemId } from "../src/contract.ts";
import { ContractViolation, limits, narrow_acknowledgement, narrow_reply, narrow_view } from "../src/narrow.ts";
import { view_in } from "../support/fake_host.ts";

function broken(change: Record<string, unknown>): () => unknown {
  return () => narrow_view({ ...view_in("running"), ...change });
}

describe("narrow_view", () => {
  it.each(phases)("accepts the host's view in phase %s", (phase) => {
    expect(narrow_view(view_in(phase)).phase).toBe(phase);
  });

  it("keeps responses, clock and reminder", () => {
    const view = narrow_view({
      ...view_in("running", 75),
      responses: { "HG4-1.1-S1": { value: ["B"], saved: true, marked: false } },
      reminder: { minutes_left: 15 },
    });
    expect(view.responses.get("HG4-1.1-S1" as ItemId)).toEqual({ value: ["B"], saved: true, marked: false });
    expect(view.clock?.ends_ms).toBe((view.clock?.now_ms ?? 0) + 15 * 60_000);
    expect(view.reminder_minutes_left).toBe(15);
  });

  it("reads an absent or null part as null", () => {
    const view = narrow_view({ ...view_in("sign_in"), receipt: null });
    expect([view.receipt, view.clock, view.message]).toEqual([null, null, null]);
  });

  it("falls back to Chinese for a language without texts", () => {
    expect(narrow_view({ ...view_in("sign_in"), language: "fr" }).language).toBe("zh");
    expect(narrow_view({ ...view_in("sign_in"), language: "en-GB" }).language).toBe("en");
  });

  it.each<[string, unknown]>([
    ["null", null],
    ["a string", JSON.stringify(view_in("running"))],
    ["a list", [view_in("running")]],
    ["nothing", undefined],
  ])("refuses %s", (_, value) => {
    expect(() => narrow_view(value)).toThrow(ContractViolation);
  });

  it.each<[string, Record<string, unknown>]>([
    ["another version", { version: 2 }],
    ["an unknown phase", { phase: "resting" }],
    ["a phase named like an object's own member", { phase: "constructor" }],
    ["an unknown connection", { connection: "slow" }],
    ["a negative count", { unsaved: -1 }],
    ["a fraction as count", { unsaved: 1.5 }],
    ["a number that is none", { unsaved: Number.NaN }],
    ["a flag in words", { hand_in_allowed: "false" }],
    ["responses as a list", { responses: [] }],
    ["a response that is no list", { responses: { a: { value: "B", saved: true, marked: false } } }],
    ["a response without its flags", { responses: { a: { value: ["B"] } } }],
    ["a clock without an end", { clock: { now_ms: 1, starts_ms: 1, hand_in_from_ms: 1 } }],
    ["a clock past any date", { clock: { now_ms: 1e300, starts_ms: 1, ends_ms: 1, hand_in_from_ms: 1 } }],
    ["points that are no decimal", { exam: { ...view_in("sign_in").exam, points: "1e3" } }],
    ["a title without end", { exam: { ...view_in("sign_in").exam, title: "x".repeat(limits.name + 1) } }],
  ])("refuses %s", (_, change) => {
    expect(broken(change)).toThrow(ContractViolation);
  });

  it("names the place and not the value in its error", () => {
    expect(broken({ responses: { q1: { value: [7, "secret"], saved: true, marked: true } } })).toThrow(
      /^view\.responses\.q1\.value\[0\]: a string/,
    );
    expect(broken({ phase: "secret" })).not.toThrow(/secret/);
  });
});

describe("narrow_reply", () => {
  it("accepts success and a named refusal", () => {
    expect(narrow_reply({ ok: true })).toEqual({ ok: true });
    expect(narrow_reply({ ok: false, error: "too_late" })).toEqual({ ok: false, error: "too_late" });
  });

  it.each([null, {}, { ok: "yes" }, { ok: false }, { ok: false, error: 7 }])("refuses %j", (value) => {
    expect(() => narrow_reply(value)).toThrow(ContractViolation);
  });
});

describe("narrow_acknowledgement", () => {
  it.each([null, {}, { ok: true }, "done"])("takes %j as taken", (value) => {
    expect(narrow_acknowledgement(value)).toEqual({ ok: true });
  });

  it("sees an explicit refusal", () => {
    expect(narrow_acknowledgement({ ok: false, error: "closed" })).toEqual({ ok: false, error: "closed" });
  });
});
