import { describe, expect, it } from "vitest";
import { check_credentials } from "../src/sign_in.ts";

describe("check_credentials", () => {
  it("takes a ticket number and the tail of an ID number", () => {
    expect(check_credentials("370402202506140107", "041X")).toEqual({ ticket: "370402202506140107", id_tail: "041X" });
  });

  it("forgives spaces, small letters and full-width characters", () => {
    expect(check_credentials(" ３７０４ 0220 ", "０４１ｘ")).toEqual({ ticket: "37040220", id_tail: "041X" });
  });

  it("asks for the ticket number first", () => {
    expect(check_credentials("  ", "")).toBe("ticket_missing");
  });

  it.each(["", "123", "12345", "X123", "12X4", "abcd", "12.4"])("refuses the tail %j", (tail) => {
    expect(check_credentials("3704", tail)).toBe("id_tail_invalid");
  });
});
