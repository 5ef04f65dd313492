import { describe, expect, it } from "vitest";
import type { Block, Run } from "../src/contract.ts";
import { ContractViolation } from "../src/narrow.ts";
import { narrow_form } from "../src/narrow_form.ts";
import { fixture_form, fixture_items } from "../support/fixture.ts";

function form_with(item: Record<string, unknown>): unknown {
  const whole = { id: "q1", number: 1, type: "single", points: "1", blanks: 0, stem: [], options: [], ...item };
  return { form: "f", sections: [{ title: "", note: "", items: [whole] }] };
}

function first_block(block: unknown): Block | undefined {
  return narrow_form(form_with({ stem: [block] })).sections[0]?.items[0]?.stem[0];
}

function first_run(run: unknown): Run | undefined {
  const block = first_block({ p: [run] });
  return block?.kind === "paragraph" ? block.runs[0] : undefined;
}

describe("narrow_form", () => {
  it("accepts a paper with every type of item", () => {
    const items = narrow_form(fixture_form).sections.flatMap((section) => section.items);
    expect(items.map((item) => item.id)).toEqual(fixture_items.map((item) => item.id));
    expect(new Set(items.map((item) => item.type))).toEqual(
      new Set(["single", "multiple", "truefalse", "fill", "short", "essay", "order", "match", "calculation"]),
    );
  });

  it("reads each kind of run", () => {
    expect(first_run("水")).toEqual({ kind: "text", text: "水" });
    expect(first_run({ tex: "x^2" })).toEqual({ kind: "formula", tex: "x^2" });
    expect(first_run({ br: true })).toEqual({ kind: "line_break" });
    expect(first_run({ blank: 2 })).toEqual({ kind: "blank", number: 2 });
  });

  it("keeps what it does not know as unsupported, and the rest of the paper with it", () => {
    expect(first_block({ video: { src: "x" } })).toEqual({ kind: "unsupported", what: "video" });
    expect(first_block({ p: [], table: {} })).toEqual({ kind: "unsupported", what: "" });
    expect(first_run({ link: "x" })).toEqual({ kind: "unsupported", what: "link" });
    expect(narrow_form(form_with({ type: "hotspot" })).sections[0]?.items[0]?.type).toBe("unsupported");
  });

  it.each([
    "http://example.org/a.svg",
    "//example.org/a.svg",
    "data:image/svg+xml,<svg/>",
    "media/../app.js",
    "media/.hidden",
    "media/sub/a.svg",
    "media\\a.svg",
    "media/a.svg?x=1",
    "media/a.svg#x",
    "media/%2e%2e",
    "/media/a.svg",
    "",
  ])("refuses the picture address %j", (src) => {
    expect(() => first_block({ image: { src, alt: "" } })).toThrow(ContractViolation);
  });

  it.each(["media/a.svg", "media/pump-1.2.png", "media/泵_图1.svg"])("accepts the picture address %j", (src) => {
    expect(first_block({ image: { src, alt: "图" } })).toEqual({ kind: "image", src, alt: "图" });
  });

  it.each<[string, unknown]>([
    ["no sections", { form: "f", sections: [] }],
    ["no items", { form: "f", sections: [{ title: "", items: [] }] }],
    ["no id", { ...fixture_form, form: "" }],
    ["one item twice", { form: "f", sections: [fixture_form.sections[0], fixture_form.sections[0]] }],
    [
      "one option twice",
      form_with({
        options: [
          { id: "A", content: [] },
          { id: "A", content: [] },
        ],
      }),
    ],
    ["an item without id", form_with({ id: "" })],
    ["points that are no number", form_with({ points: "two" })],
    ["more blanks than a page holds", form_with({ blanks: 1_000 })],
    ["a formula beyond the limit", form_with({ stem: [{ p: [{ tex: "x".repeat(2_001) }] }] })],
    ["a stem that is markup", form_with({ stem: "<b>x</b>" })],
    ["a table without rows", form_with({ stem: [{ table: { header: [] } }] })],
    ["a run that is a number", form_with({ stem: [{ p: [7] }] })],
  ])("refuses a form with %s", (_, value) => {
    expect(() => narrow_form(value)).toThrow(ContractViolation);
  });

  it("refuses endless lists", () => {
    expect(() => first_block({ p: Array.from({ length: 1_001 }, () => "x") })).toThrow(ContractViolation);
  });
});
