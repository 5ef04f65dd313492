/** The one translation table. A key missing in either language does not compile. */

import type { Language } from "../contract.ts";
import { en } from "./en.ts";
import { zh } from "./zh.ts";

/** The shape of a table: the Chinese one with its wording left open. */
type Wording<Entry> = Entry extends string
  ? string
  : Entry extends (...parameters: infer Parameters) => string
    ? (...parameters: Parameters) => string
    : Entry extends readonly string[]
      ? readonly string[]
      : { readonly [Key in keyof Entry]: Wording<Entry[Key]> };

export type Texts = Wording<typeof zh>;

export const texts: Readonly<Record<Language, Texts>> = { zh, en };

/** For the `lang` attribute, which also chooses the form of shared characters. */
export const language_tags: Readonly<Record<Language, string>> = { zh: "zh-CN", en: "en" };

/** What to tell a candidate whose sign-in was refused; codes of later hosts get the general text. */
export function sign_in_error_text(table: Texts, code: string): string {
  const known: Readonly<Record<string, string>> = table.sign_in_errors;
  return Object.hasOwn(known, code) ? (known[code] ?? "") : table.sign_in_failed(code);
}
