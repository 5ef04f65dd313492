/** What every component may reach: the kiosk, the look, the texts, the open dialog and the spoken announcements. */

import { createContext, tick } from "svelte";
import type { Language } from "./contract.ts";
import type { Kiosk } from "./kiosk.svelte.ts";
import type { Preferences } from "./preferences.svelte.ts";
import { language_tags, texts, type Texts } from "./text/index.ts";

export type OpenDialog =
  | { readonly kind: "hand_in" }
  | { readonly kind: "go_to" }
  | { readonly kind: "help" }
  | { readonly kind: "picture"; readonly src: string; readonly alt: string };

/** The element that gets the focus when another item is shown. */
export const item_heading_id = "item-heading";

export class App {
  readonly kiosk: Kiosk;
  readonly preferences: Preferences;
  readonly log: (message: string) => void;
  dialog = $state.raw<OpenDialog | null>(null);
  announcement = $state("");

  constructor(kiosk: Kiosk, preferences: Preferences, log: (message: string) => void) {
    this.kiosk = kiosk;
    this.preferences = preferences;
    this.log = log;
  }

  get language(): Language {
    return this.preferences.chosen_language ?? this.kiosk.view?.language ?? "zh";
  }

  /** The paper is not translated: it stays in the language the host speaks. */
  get content_language(): string {
    return language_tags[this.kiosk.view?.language ?? "zh"];
  }

  get text(): Texts {
    return texts[this.language];
  }

  /** Read out by screen readers, also when it was said before. */
  announce(message: string): void {
    this.announcement = message === this.announcement ? `${message}\u00a0` : message;
  }

  /** Shows another item. The focus follows, unless it rests on a control that stays in place. */
  async show_item(index: number, focus: "follow" | "stay" = "stay"): Promise<void> {
    const { paper } = this.kiosk;
    if (paper === null) {
      return;
    }
    this.dialog = null;
    paper.go_to(index);
    const item = paper.current;
    this.announce(`${this.text.item_of(item.number, paper.items.length)}，${this.text.item_types[item.type]}`);
    await tick();
    const heading = document.getElementById(item_heading_id);
    heading?.scrollIntoView({ block: "nearest" });
    if (focus === "follow" || document.activeElement === null || document.activeElement === document.body) {
      heading?.focus({ preventScroll: true });
    }
  }

  /** Opens the hand-in dialog, or says from when it may be. */
  open_hand_in(): void {
    if (this.kiosk.view?.hand_in_allowed === true) {
      this.dialog = { kind: "hand_in" };
    } else {
      this.announce(this.text.hand_in_not_yet);
    }
  }
}

export const [use_app, provide_app] = createContext<App>();
