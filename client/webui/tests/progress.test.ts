import { describe, expect, it } from "vitest";
import type { Item, ItemId, ItemType, OptionId } from "../src/contract.ts";
import {
  arranged,
  completeness,
  item_state,
  matched,
  same_response,
  with_match,
  with_move,
  with_option,
  with_text,
} from "../src/progress.ts";

function item(type: ItemType, options = "", blanks = 0): Item {
  return {
    id: "q" as ItemId,
    number: 1,
    type,
    points: "1",
    blanks,
    stem: [],
    options: [...options].map((id) => ({ id: id as OptionId, content: [] })),
    prompts: type === "match" ? ["1", "2", "3"].map((id) => ({ id: id as OptionId, content: [] })) : [],
    stimulus: null,
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

describe("with_move", () => {
  it("starts from the displayed order and always names every option", () => {
    expect(with_move(item("order", "DBAC"), [], 2, 0)).toEqual(["A", "D", "B", "C"]);
    expect(with_move(item("order", "DBAC"), ["A", "D", "B", "C"], 1, 3)).toEqual(["A", "B", "C", "D"]);
  });

  it("keeps the displayed order where nothing moves, and every option where a place is outside", () => {
    expect(with_move(item("order", "DBAC"), [], 0, 0)).toEqual(["D", "B", "A", "C"]);
    expect(with_move(item("order", "DBAC"), [], 0, -7)).toEqual(["D", "B", "A", "C"]);
    expect(with_move(item("order", "DBAC"), [], 9, 0)).toEqual(["D", "B", "A", "C"]);
  });

  it("takes a response of another paper as none", () => {
    expect(arranged(item("order", "DBAC"), ["A", "X", "B", "C"]).map((each) => each.id)).toEqual(["D", "B", "A", "C"]);
  });
});

describe("with_match", () => {
  const three = item("match", "ABCD");
  it("keeps the pairs in the order of the prompts", () => {
    expect(with_match(three, ["3 A"], "1" as OptionId, "D" as OptionId)).toEqual(["1 D", "3 A"]);
  });

  it("replaces and opens a pair again", () => {
    expect(with_match(three, ["1 D", "3 A"], "1" as OptionId, "B" as OptionId)).toEqual(["1 B", "3 A"]);
    expect(with_match(three, ["1 D"], "1" as OptionId, null)).toEqual([]);
    expect(matched(["1 D"], "1" as OptionId)).toBe("D");
    expect(matched(["1 D"], "2" as OptionId)).toBeNull();
  });

  it("is partial until every prompt has its option", () => {
    expect(completeness(three, ["1 D", "3 A"])).toBe("partial");
    expect(completeness(three, ["1 D", "2 B", "3 A"])).toBe("complete");
  });
});
