import { describe, expect, it } from "vitest";
import { item_types } from "../src/contract.ts";
import { command_for, option_letter, takes_text, type KeyContext, type KeyPress } from "../src/keyboard.ts";

const four_options: KeyContext = { dialog_open: false, editing: false, item_type: "single", options: 4 };
const judging: KeyContext = { ...four_options, item_type: "truefalse", options: 2 };
const writing: KeyContext = { ...four_options, item_type: "short", options: 0, editing: true };

function press(key: string, change: Partial<KeyPress> = {}): KeyPress {
  return { key, ctrlKey: false, altKey: false, metaKey: false, repeat: false, isComposing: false, ...change };
}

describe("command_for", () => {
  it.each<[string, string]>([
    ["ArrowLeft", "previous"],
    ["PageUp", "previous"],
    ["ArrowRight", "next"],
    ["PageDown", "next"],
    ["m", "mark"],
    ["M", "mark"],
    ["g", "go_to"],
    ["?", "help"],
    ["？", "help"],
  ])("reads %s as %s", (key, kind) => {
    expect(command_for(press(key), four_options)).toEqual({ kind });
  });

  it.each<[string, number]>([
    ["1", 0],
    ["4", 3],
    ["a", 0],
    ["D", 3],
  ])("lets %s choose the option at %d", (key, position) => {
    expect(command_for(press(key), four_options)).toEqual({ kind: "choose", position });
  });

  it.each(["5", "9", "0", "e", "I", "AB", "Enter", " ", "ArrowUp", "Tab"])("leaves %j alone", (key) => {
    expect(command_for(press(key), four_options)).toBeNull();
  });

  it("lets an option's letter win over the command on the same key", () => {
    expect(command_for(press("g"), { ...four_options, options: 7 })).toEqual({ kind: "choose", position: 6 });
    expect(command_for(press("g"), { ...four_options, options: 6 })).toEqual({ kind: "go_to" });
  });

  it("judges by digit and by letter", () => {
    expect(command_for(press("1"), judging)).toEqual({ kind: "choose", position: 0 });
    expect(command_for(press("2"), judging)).toEqual({ kind: "choose", position: 1 });
    expect(command_for(press("t"), judging)).toEqual({ kind: "judge", option: "true" });
    expect(command_for(press("F"), judging)).toEqual({ kind: "judge", option: "false" });
    expect(command_for(press("3"), judging)).toBeNull();
    expect(command_for(press("a"), judging)).toBeNull();
  });

  it("leaves the keys of text to a text field", () => {
    for (const key of ["ArrowLeft", "ArrowRight", "m", "g", "?", "1", "a"]) {
      expect(command_for(press(key), writing), key).toBeNull();
    }
    expect(command_for(press("PageDown"), writing)).toEqual({ kind: "next" });
    expect(command_for(press("Escape"), writing)).toEqual({ kind: "leave_field" });
    expect(command_for(press("Enter", { ctrlKey: true }), writing)).toEqual({ kind: "hand_in" });
  });

  it("does nothing while a dialog is open or an input method composes", () => {
    for (const key of ["ArrowRight", "PageDown", "m", "1", "Escape"]) {
      expect(command_for(press(key), { ...four_options, dialog_open: true }), key).toBeNull();
      expect(command_for(press(key, { isComposing: true }), writing), key).toBeNull();
    }
    expect(command_for(press("Enter", { ctrlKey: true }), { ...four_options, dialog_open: true })).toBeNull();
  });

  it("ignores keys with Ctrl, Alt or Meta", () => {
    for (const key of ["ArrowLeft", "m", "1", "a", "PageDown"]) {
      expect(command_for(press(key, { ctrlKey: true }), four_options), key).toBeNull();
      expect(command_for(press(key, { altKey: true }), four_options), key).toBeNull();
      expect(command_for(press(key, { metaKey: true }), four_options), key).toBeNull();
    }
  });

  it("does not toggle while a key is held down", () => {
    for (const key of ["1", "a", "m", "g"]) {
      expect(command_for(press(key, { repeat: true }), four_options), key).toBeNull();
    }
    expect(command_for(press("Enter", { ctrlKey: true, repeat: true }), four_options)).toBeNull();
    expect(command_for(press("ArrowRight", { repeat: true }), four_options)).toEqual({ kind: "next" });
  });

  it("chooses nothing on items without options", () => {
    for (const item_type of item_types.filter((type) => ["fill", "short", "essay"].includes(type))) {
      expect(command_for(press("1"), { ...four_options, item_type, options: 0 }), item_type).toBeNull();
    }
  });
});

describe("option_letter", () => {
  it.each<[number, string]>([
    [0, "A"],
    [8, "I"],
    [25, "Z"],
    [26, "AA"],
  ])("letters the option at %d as %s", (position, letter) => {
    expect(option_letter(position)).toBe(letter);
  });
});

describe("takes_text", () => {
  it("tells fields of text from choices and buttons", () => {
    expect(takes_text({ tagName: "TEXTAREA" })).toBe(true);
    expect(takes_text({ tagName: "INPUT", type: "text" })).toBe(true);
    expect(takes_text({ tagName: "INPUT", type: "radio" })).toBe(false);
    expect(takes_text({ tagName: "INPUT", type: "checkbox" })).toBe(false);
    expect(takes_text({ tagName: "BUTTON" })).toBe(false);
    expect(takes_text(null)).toBe(false);
  });
});
