/** Which key means what on the running screen. Pure; README.md and the help overlay list the same keys. */

import type { ItemType } from "./contract.ts";

export type Command =
  | { readonly kind: "previous" }
  | { readonly kind: "next" }
  /** Counted from 0, in displayed order. */
  | { readonly kind: "choose"; readonly position: number }
  | { readonly kind: "judge"; readonly option: "true" | "false" }
  | { readonly kind: "mark" }
  | { readonly kind: "go_to" }
  | { readonly kind: "hand_in" }
  | { readonly kind: "help" }
  | { readonly kind: "leave_field" };

export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly repeat: boolean;
  /** An input method is still composing: the key belongs to it. */
  readonly isComposing: boolean;
}

export interface KeyContext {
  readonly dialog_open: boolean;
  /** The focus is in a field where letters and arrows are text. */
  readonly editing: boolean;
  readonly item_type: ItemType;
  readonly options: number;
}

export function command_for(press: KeyPress, context: KeyContext): Command | null {
  if (press.isComposing || context.dialog_open || press.altKey || press.metaKey) {
    return null;
  }
  if (press.ctrlKey) {
    return press.key === "Enter" && !press.repeat ? { kind: "hand_in" } : null;
  }
  return moving_command(press, context) ?? (context.editing || press.repeat ? null : letter_command(press, context));
}

function moving_command(press: KeyPress, { editing }: KeyContext): Command | null {
  switch (press.key) {
    case "PageUp":
      return { kind: "previous" };
    case "PageDown":
      return { kind: "next" };
    case "ArrowLeft":
      return editing ? null : { kind: "previous" };
    case "ArrowRight":
      return editing ? null : { kind: "next" };
    case "Escape":
      return editing ? { kind: "leave_field" } : null;
    default:
      return null;
  }
}

function letter_command(press: KeyPress, context: KeyContext): Command | null {
  const key = press.key.toUpperCase();
  const chosen = option_command(key, context);
  if (chosen !== null) {
    return chosen;
  }
  switch (key) {
    case "M":
      return { kind: "mark" };
    case "G":
      return { kind: "go_to" };
    case "?":
    case "？":
      return { kind: "help" };
    default:
      return null;
  }
}

/** An option's own letter wins over a command: G is the seventh option where there are seven. */
function option_command(key: string, { item_type, options }: KeyContext): Command | null {
  if (item_type === "truefalse" && (key === "T" || key === "F")) {
    return { kind: "judge", option: key === "T" ? "true" : "false" };
  }
  const lettered = item_type === "single" || item_type === "multiple";
  if (!lettered && item_type !== "truefalse") {
    return null;
  }
  const position = "123456789".indexOf(key);
  const by_letter = lettered ? "ABCDEFGHI".indexOf(key) : -1;
  const found = position >= 0 ? position : by_letter;
  return key.length === 1 && found >= 0 && found < options ? { kind: "choose", position: found } : null;
}

/** A, B, C … in displayed order; Z is followed by AA. */
export function option_letter(position: number): string {
  const last = String.fromCharCode(65 + (position % 26));
  return position < 26 ? last : option_letter(Math.floor(position / 26) - 1) + last;
}

export interface FocusedElement {
  readonly tagName: string;
  readonly type?: unknown;
}

/** Whether typed letters go into the focused element. */
export function takes_text(element: FocusedElement | null): boolean {
  switch (element?.tagName) {
    case "TEXTAREA":
      return true;
    case "INPUT":
      return element.type !== "radio" && element.type !== "checkbox";
    default:
      return false;
  }
}
