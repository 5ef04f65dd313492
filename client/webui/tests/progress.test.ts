import { describe, expect, it } from "vitest";
import type { Item, ItemId, ItemType, OptionId } from "../src/contract.ts";
import { completeness, item_state, same_response, with_option, with_text } from "../src/progress.ts";

function item(type: ItemType, options = "", blanks = 0): Item {
  return {
    id: "q" as ItemId,
    number: 1,
    type,
    points: "1",
    blanks,
    stem: [],
    options: [...options].map((id) => ({ id: id as OptionId, content: [] })),
  };
}

describe("with_option", () => {
  it("replaces the choice of a single item", () => {
    expect(with_option(item("single", "ABCD"), ["A"], "C" as OptionId)).toEqual(["C"]);
  });

  it("toggles an option of a multiple item and keeps the displayed order", () => {
    const shuffled = item("multiple", "DBAC");
    expect(with_option(shuffled, ["A"], "D" as OptionId)).toEqual(["D", "A"]);
    expect(with_option(shuffled, ["D", "A"], "D" as OptionId)).toEqual(["A"]);
    expect(with_option(shuffled, ["A"], "A" as OptionId)).toEqual([]);
  });

  it("drops an option id that the item does not have", () => {
    expect(with_option(item("multiple", "AB"), ["Z"], "A" as OptionId)).toEqual(["A"]);
  });
});

describe("with_text", () => {
  it("gives one string per blank", () => {
    expect(with_text(item("fill", "", 3), [], 1, "x")).toEqual(["", "x", ""]);
    expect(with_text(item("fill", "", 3), ["", "x", ""], 2, "y")).toEqual(["", "x", "y"]);
  });

  it("is no response when every field is empty", () => {
    expect(with_text(item("fill", "", 2), ["", "x"], 1, "")).toEqual([]);
    expect(with_text(item("short"), ["x"], 0, "")).toEqual([]);
  });

  it("has one field for a written answer and for a fill item without a count", () => {
    expect(with_text(item("short", "", 4), [], 0, "x")).toEqual(["x"]);
    expect(with_text(item("fill"), [], 0, "x")).toEqual(["x"]);
  });
});

describe("completeness", () => {
  it("asks for every blank", () => {
    const two_blanks = item("fill", "", 2);
    expect(completeness(two_blanks, [])).toBe("open");
    expect(completeness(two_blanks, ["", "  "])).toBe("open");
    expect(completeness(two_blanks, ["x", ""])).toBe("partial");
    expect(completeness(two_blanks, ["x", "y"])).toBe("complete");
  });

  it("takes any choice as complete", () => {
    expect(completeness(item("multiple", "ABC"), ["B"])).toBe("complete");
  });
});

describe("item_state", () => {
  it("tells saved from waiting, and shows a cleared answer as open", () => {
    const single = item("single", "AB");
    expect(item_state(single, ["A"], true)).toBe("saved");
    expect(item_state(single, ["A"], false)).toBe("pending");
    expect(item_state(single, [], false)).toBe("open");
    expect(item_state(item("fill", "", 2), ["x", ""], true)).toBe("partial");
    expect(item_state(item("fill", "", 2), ["x", ""], false)).toBe("pending");
  });
});

describe("same_response", () => {
  it("compares part by part", () => {
    expect(same_response(["A", "B"], ["A", "B"])).toBe(true);
    expect(same_response(["A", "B"], ["B", "A"])).toBe(false);
    expect(same_response(["A"], ["A", "B"])).toBe(false);
  });
});
