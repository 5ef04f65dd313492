import { describe, expect, it } from "vitest";
import { narrow_remembered, nothing_remembered } from "../src/page_memory.ts";

describe("narrow_remembered", () => {
  it("reads back what was kept", () => {
    const kept = { form: "f", item: "q", language: "en", text_size: 3, high_contrast: true };
    expect(narrow_remembered(kept)).toEqual(kept);
  });

  it.each([null, undefined, "x", 7])("starts afresh from %j", (state) => {
    expect(narrow_remembered(state)).toEqual(nothing_remembered);
  });

  it("drops parts of the wrong kind", () => {
    expect(narrow_remembered({ form: 1, item: {}, language: "fr", text_size: "3", high_contrast: 1 })).toEqual(
      nothing_remembered,
    );
  });
});
