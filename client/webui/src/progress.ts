/** How far one item is answered. Pure. */

import type { Item, OptionId, ResponseValue } from "./contract.ts";

/** `pending`: answered, but the hall has not confirmed it as saved. */
export type ItemState = "open" | "partial" | "pending" | "saved";

export function blank_count(item: Item): number {
  return Math.max(1, item.blanks);
}

export function completeness(item: Item, value: ResponseValue): "open" | "partial" | "complete" {
  const given = value.filter((part) => part.trim() !== "").length;
  if (given === 0) {
    return "open";
  }
  return item.type === "fill" && given < blank_count(item) ? "partial" : "complete";
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

/** The response after one field was edited; all fields empty is no response. */
export function with_text(item: Item, value: ResponseValue, index: number, written: string): ResponseValue {
  const fields = item.type === "fill" ? blank_count(item) : 1;
  const parts = Array.from({ length: fields }, (_, field) => (field === index ? written : (value[field] ?? "")));
  return parts.every((part) => part === "") ? [] : parts;
}

export function same_response(left: ResponseValue, right: ResponseValue): boolean {
  return left.length === right.length && left.every((part, index) => part === right[index]);
}
