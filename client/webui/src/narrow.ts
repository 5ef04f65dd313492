/** Turns what the host sent into checked types, with limits. Nothing past this file sees an unchecked value. */

import {
  contract_version,
  phases,
  type Candidate,
  type Clock,
  type Exam,
  type ItemId,
  type Language,
  type Message,
  type RecordedResponse,
  type Reply,
  type View,
} from "./contract.ts";

/** Names the place of the fault, never the value found there: it may be content of the paper. */
export class ContractViolation extends Error {
  constructor(path: string, expected: string) {
    super(`${path}: ${expected} expected`);
    this.name = "ContractViolation";
  }
}

export const limits = { text: 20_000, name: 500, list: 1_000, sections: 50, responses: 2_000 } as const;

/** Latest instant a JavaScript date can hold. */
const instant_max_ms = 8.64e15;

type Fields = Readonly<Record<string, unknown>>;

export function fields(value: unknown, path: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ContractViolation(path, "an object");
  }
  return value as Fields;
}

export function text(value: unknown, path: string, length_max: number = limits.text): string {
  if (typeof value !== "string" || value.length > length_max) {
    throw new ContractViolation(path, `a string of at most ${length_max} characters`);
  }
  return value;
}

export function name(value: unknown, path: string): string {
  return text(value, path, limits.name);
}

export function identifier(value: unknown, path: string): string {
  const id = name(value, path);
  if (id === "") {
    throw new ContractViolation(path, "a non-empty id");
  }
  return id;
}

export function whole_number(value: unknown, path: string, max: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > max) {
    throw new ContractViolation(path, `a whole number from 0 to ${max}`);
  }
  return value;
}

function flag(value: unknown, path: string): boolean {
  if (typeof value !== "boolean") {
    throw new ContractViolation(path, "true or false");
  }
  return value;
}

export function one_of<Word extends string>(value: unknown, words: readonly Word[], path: string): Word {
  const word = words.find((candidate) => candidate === value);
  if (word === undefined) {
    throw new ContractViolation(path, `one of ${words.join(", ")}`);
  }
  return word;
}

export function list<Element>(
  value: unknown,
  path: string,
  read: (element: unknown, path: string) => Element,
  length_max: number = limits.list,
): readonly Element[] {
  if (!Array.isArray(value) || value.length > length_max) {
    throw new ContractViolation(path, `a list of at most ${length_max}`);
  }
  return value.map((element: unknown, index) => read(element, `${path}[${index}]`));
}

function absent_or<Value>(value: unknown, path: string, read: (value: unknown, path: string) => Value): Value | null {
  return value === undefined || value === null ? null : read(value, path);
}

function language(value: unknown, path: string): Language {
  return name(value, path).toLowerCase().startsWith("en") ? "en" : "zh";
}

function message(value: unknown, path: string): Message {
  const raw = fields(value, path);
  return { code: name(raw["code"], `${path}.code`), text: text(raw["text"], `${path}.text`) };
}

function exam(value: unknown, path: string): Exam {
  const raw = fields(value, path);
  return {
    title: name(raw["title"], `${path}.title`),
    occupation: name(raw["occupation"], `${path}.occupation`),
    level: name(raw["level"], `${path}.level`),
    subject: name(raw["subject"], `${path}.subject`),
    duration_seconds: whole_number(raw["duration_seconds"], `${path}.duration_seconds`, 7 * 86_400),
    items: whole_number(raw["items"], `${path}.items`, limits.responses),
    points: points(raw["points"], `${path}.points`),
  };
}

/** Exact decimals travel as strings; a plain number is taken as it prints. */
export function points(value: unknown, path: string): string {
  const written = typeof value === "number" ? String(value) : name(value, path);
  if (!/^\d{1,9}(\.\d{1,9})?$/.test(written)) {
    throw new ContractViolation(path, "a decimal number of points");
  }
  return written;
}

function candidate(value: unknown, path: string): Candidate {
  const raw = fields(value, path);
  return { name: name(raw["name"], `${path}.name`), ticket: name(raw["ticket"], `${path}.ticket`) };
}

function clock(value: unknown, path: string): Clock {
  const raw = fields(value, path);
  const instant = (key: keyof Clock) => whole_number(raw[key], `${path}.${key}`, instant_max_ms);
  return {
    now_ms: instant("now_ms"),
    starts_ms: instant("starts_ms"),
    ends_ms: instant("ends_ms"),
    hand_in_from_ms: instant("hand_in_from_ms"),
  };
}

function response(value: unknown, path: string): RecordedResponse {
  const raw = fields(value, path);
  return {
    value: list(raw["value"], `${path}.value`, text),
    saved: flag(raw["saved"], `${path}.saved`),
    marked: flag(raw["marked"], `${path}.marked`),
  };
}

function responses(value: unknown, path: string): ReadonlyMap<ItemId, RecordedResponse> {
  const entries = Object.entries(fields(value, path));
  if (entries.length > limits.responses) {
    throw new ContractViolation(path, `at most ${limits.responses} responses`);
  }
  return new Map(entries.map(([id, raw]) => [id as ItemId, response(raw, `${path}.${id}`)]));
}

function minutes_left(value: unknown, path: string): number {
  return whole_number(fields(value, path)["minutes_left"], `${path}.minutes_left`, 10_000);
}

/** @throws ContractViolation  The value is not a view of the version this page speaks. */
export function narrow_view(value: unknown): View {
  const raw = fields(value, "view");
  if (raw["version"] !== contract_version) {
    throw new ContractViolation("view.version", String(contract_version));
  }
  return {
    phase: one_of(raw["phase"], phases, "view.phase"),
    language: language(raw["language"], "view.language"),
    seat: name(raw["seat"], "view.seat"),
    enrolment_code: absent_or(raw["enrolment_code"], "view.enrolment_code", name),
    message: absent_or(raw["message"], "view.message", message),
    exam: absent_or(raw["exam"], "view.exam", exam),
    candidate: absent_or(raw["candidate"], "view.candidate", candidate),
    clock: absent_or(raw["clock"], "view.clock", clock),
    connection: one_of(raw["connection"], ["online", "offline"], "view.connection"),
    unsaved: whole_number(raw["unsaved"], "view.unsaved", 1_000_000),
    hand_in_allowed: flag(raw["hand_in_allowed"], "view.hand_in_allowed"),
    responses: responses(raw["responses"], "view.responses"),
    reminder_minutes_left: absent_or(raw["reminder"], "view.reminder", minutes_left),
    receipt: absent_or(raw["receipt"], "view.receipt", name),
  };
}

/** @throws ContractViolation  Neither {"ok":true} nor {"ok":false,"error":…}. */
export function narrow_reply(value: unknown): Reply {
  const raw = fields(value, "reply");
  return flag(raw["ok"], "reply.ok") ? { ok: true } : { ok: false, error: name(raw["error"], "reply.error") };
}

/** For calls whose effect the next view shows: only an explicit refusal counts as one. */
export function narrow_acknowledgement(value: unknown): Reply {
  const refused = typeof value === "object" && value !== null && "ok" in value && value.ok === false;
  return refused ? narrow_reply(value) : { ok: true };
}
