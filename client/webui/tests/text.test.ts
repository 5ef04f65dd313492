import { describe, expect, it } from "vitest";
import { sign_in_error_text, texts } from "../src/text/index.ts";

/** Every path to a text, with the number of parameters of those that take any. */
function paths(table: object, prefix = ""): string[] {
  return Object.entries(table).flatMap(([key, entry]: [string, unknown]) => {
    const path = `${prefix}${key}`;
    if (typeof entry === "function") {
      return [`${path}(${entry.length})`];
    }
    return typeof entry === "object" && entry !== null ? paths(entry, `${path}.`) : [path];
  });
}

function wordings(table: object): string[] {
  return Object.values(table).flatMap((entry: unknown) => {
    if (typeof entry === "function") {
      return [String((entry as (...parameters: number[]) => string)(3, 4, 5))];
    }
    return typeof entry === "object" && entry !== null ? wordings(entry) : [String(entry)];
  });
}

describe("texts", () => {
  it("has the same keys and parameters in both languages", () => {
    expect(paths(texts.en)).toEqual(paths(texts.zh));
  });

  it("leaves no text empty but the hint of an unknown type", () => {
    expect(wordings(texts.zh).filter((wording) => wording.trim() === "")).toHaveLength(1);
    expect(wordings(texts.en).filter((wording) => wording.trim() === "")).toHaveLength(1);
  });

  it("keeps Chinese out of the English table but for the other language's name", () => {
    expect(wordings(texts.en).filter((wording) => /\p{Script=Han}/u.test(wording))).toEqual(["中文"]);
  });

  it("counts in singular and plural", () => {
    expect(texts.en.minutes_left(1)).toMatch(/^1 minute left/);
    expect(texts.en.minutes_left(5)).toMatch(/^5 minutes left/);
  });
});

describe("sign_in_error_text", () => {
  it("explains the known codes", () => {
    expect(sign_in_error_text(texts.zh, "too_late")).toBe(texts.zh.sign_in_errors.too_late);
  });

  it.each(["seat_broken", "constructor", "toString", ""])("names the unknown code %j", (code) => {
    expect(sign_in_error_text(texts.zh, code)).toBe(texts.zh.sign_in_failed(code));
  });
});
