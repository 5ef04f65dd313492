/**
 * What must outlive a reload of the page (after a crash of the web process) and nothing longer: kept in the history
 * entry, so in memory only and never in a store on disk.
 */

import type { FormId, ItemId, Language } from "./contract.ts";

export interface Remembered {
  readonly form: FormId | null;
  readonly item: ItemId | null;
  readonly language: Language | null;
  readonly text_size: number | null;
  readonly high_contrast: boolean | null;
}

export const nothing_remembered: Remembered = {
  form: null,
  item: null,
  language: null,
  text_size: null,
  high_contrast: null,
};

export function narrow_remembered(state: unknown): Remembered {
  if (typeof state !== "object" || state === null) {
    return nothing_remembered;
  }
  const { form, item, language, text_size, high_contrast } = state as Readonly<Record<string, unknown>>;
  return {
    form: typeof form === "string" ? (form as FormId) : null,
    item: typeof item === "string" ? (item as ItemId) : null,
    language: language === "zh" || language === "en" ? language : null,
    text_size: typeof text_size === "number" ? text_size : null,
    high_contrast: typeof high_contrast === "boolean" ? high_contrast : null,
  };
}

export function recall(): Remembered {
  return narrow_remembered(history.state);
}

export function remember(news: Partial<Remembered>): void {
  history.replaceState({ ...recall(), ...news }, "");
}
