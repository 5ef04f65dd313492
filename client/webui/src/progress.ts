/** How far one item is answered. Pure. */

import type { Item, Option, OptionId, ResponseValue } from "./contract.ts";

/** `pending`: answered, but the hall has not confirmed it as saved. */
export type ItemState = "open" | "partial" | "pending" | "saved";

export function blank_count(item: Item): number {
  return Math.max(1, item.blanks);
}

function parts_wanted(item: Item): number {
  switch (item.type) {
    case "fill":
      return blank_count(item);
    case "match":
      return item.prompts.length;
    default:
      return 1;
  }
}

export function completeness(item: Item, value: ResponseValue): "open" | "partial" | "complete" {
  const given = value.filter((part) => part.trim() !== "").length;
  if (given === 0) {
    return "open";
  }
  return given < parts_wanted(item) ? "partial" : "complete";
}

export function item_state(item: Item, value: ResponseValue, saved: boolean): ItemState {
  const done = completeness(item, value);
  switch (done) {
    case "open":
      return "open";
    case "partial":
      return saved ? "partial" : "pending";
    case "complete":
      return saved ? "saved" : "pending";
  }
}

/** The response after one option was clicked; several options keep the displayed order. */
export function with_option(item: Item, value: ResponseValue, option: OptionId): ResponseValue {
  if (item.type !== "multiple") {
    return [option];
  }
  const chosen = (id: OptionId): boolean => (id === option ? !value.includes(id) : value.includes(id));
  return item.options.map((each) => each.id).filter(chosen);
}

/** The options as the candidate sees them: in his order, or as displayed while he has none. */
export function arranged(item: Item, value: ResponseValue): readonly Option[] {
  const chosen = value.flatMap((id) => item.options.filter((option) => option.id === id));
  return chosen.length === item.options.length ? chosen : item.options;
}

/** The response after the option at `from` was moved to `to`; both from 0, `to` is brought within the list. */
export function with_move(item: Item, value: ResponseValue, from: number, to: number): ResponseValue {
  const ids = arranged(item, value).map((option) => option.id);
  const moved = ids.splice(from, 1);
  ids.splice(Math.max(0, to), 0, ...moved);
  return ids;
}

/** What stands beside a prompt; nothing while it is open. */
export function matched(value: ResponseValue, prompt: OptionId): OptionId | null {
  const pair = value.find((each) => each.startsWith(`${prompt} `));
  return pair === undefined ? null : (pair.slice(prompt.length + 1) as OptionId);
}

/** The response after one prompt was matched (or opened again); pairs keep the order of the prompts. */
export function with_match(item: Item, value: ResponseValue, prompt: OptionId, option: OptionId | null): ResponseValue {
  return item.prompts.flatMap(({ id }) => {
    const now = id === prompt ? option : matched(value, id);
    return now === null ? [] : [`${id} ${now}`];
  });
}

/** The response after one field was edited; all fields empty is no response. */
export function with_text(item: Item, value: ResponseValue, index: number, written: string): ResponseValue {
  const fields = item.type === "fill" ? blank_count(item) : 1;
  const parts = Array.from({ length: fields }, (_, field) => (field === index ? written : (value[field] ?? "")));
  return parts.every((part) => part === "") ? [] : parts;
}

export function same_response(left: ResponseValue, right: ResponseValue): boolean {
  return left.length === right.length && left.every((part, index) => part === right[index]);
}
