/** How the page looks to this candidate. */

import type { Language } from "./contract.ts";
import { recall, remember } from "./page_memory.ts";

/** app.css has one rule per size. */
export const text_size_max = 4;
export const text_size_standard = 1;

export class Preferences {
  #chosen_language = $state<Language | null>(recall().language);
  #text_size = $state(recall().text_size ?? text_size_standard);
  #high_contrast = $state(recall().high_contrast ?? matchMedia("(prefers-contrast: more)").matches);

  get chosen_language(): Language | null {
    return this.#chosen_language;
  }

  set chosen_language(language: Language | null) {
    this.#chosen_language = language;
    remember({ language });
  }

  get text_size(): number {
    return this.#text_size;
  }

  set text_size(wanted: number) {
    this.#text_size = Math.min(text_size_max, Math.max(0, wanted));
    remember({ text_size: this.#text_size });
  }

  get high_contrast(): boolean {
    return this.#high_contrast;
  }

  set high_contrast(high_contrast: boolean) {
    this.#high_contrast = high_contrast;
    remember({ high_contrast });
  }

  /** The next candidate starts from the standard look. */
  reset(): void {
    this.chosen_language = null;
    this.text_size = text_size_standard;
    this.high_contrast = false;
  }
}
