/** Stands in for the kiosk program: speaks the wire contract of README.md and keeps what it was told. */

import type { Call } from "../src/bridge.ts";
import type { Phase } from "../src/contract.ts";
import { fixture_candidate, fixture_clock, fixture_exam, fixture_form, type WireForm } from "./fixture.ts";

interface WireResponse {
  value: string[];
  saved: boolean;
  marked: boolean;
}

export interface WireView {
  version: number;
  phase: Phase;
  language: string;
  seat: string;
  connection: "online" | "offline";
  unsaved: number;
  hand_in_allowed: boolean;
  responses: Record<string, WireResponse>;
  enrolment_code?: string;
  message?: { code: string; text: string };
  exam?: typeof fixture_exam;
  candidate?: typeof fixture_candidate;
  clock?: ReturnType<typeof fixture_clock>;
  reminder?: { minutes_left: number };
  receipt?: string;
}

/** The tail of the ID number of the fixture's candidate. */
export const right_id_tail = "041X";

/** @param minutes  Since the start of the exam. */
export function view_in(phase: Phase, minutes = 31): WireView {
  const view: WireView = {
    version: 1,
    phase,
    language: "zh",
    seat: "07",
    connection: "online",
    unsaved: 0,
    hand_in_allowed: false,
    responses: {},
  };
  switch (phase) {
    case "enrolling":
      return { ...view, enrolment_code: "K7QF-3M2P" };
    case "sign_in":
      return { ...view, exam: fixture_exam };
    case "blocked":
      return { ...view, message: { code: "seat_suspended", text: "监考员已暂停本机作答，请等候处理。" } };
    case "handed_in":
      return { ...view, exam: fixture_exam, candidate: fixture_candidate, receipt: "ABCD-EFGH-JKMN" };
    case "confirm_identity":
    case "waiting":
    case "running":
    case "ended":
      return { ...view, exam: fixture_exam, candidate: fixture_candidate, clock: fixture_clock(minutes) };
  }
}

export class FakeHost {
  readonly calls: Call[] = [];
  view: WireView;
  form: WireForm | null = fixture_form;
  refuse_answers = false;
  readonly #push: (view: WireView) => Promise<void>;

  constructor(view: WireView, push: (view: WireView) => Promise<void>) {
    this.view = view;
    this.#push = push;
  }

  /** Changes the view and tells the page, as the kiosk does. */
  async update(change: Partial<WireView>): Promise<void> {
    this.view = { ...this.view, ...change };
    await this.#push(this.view);
  }

  /** The line is back: everything kept is saved. */
  async reconnect(): Promise<void> {
    const responses = Object.fromEntries(
      Object.entries(this.view.responses).map(([id, response]) => [id, { ...response, saved: true }]),
    );
    await this.update({ connection: "online", unsaved: 0, responses });
  }

  logged(): string[] {
    return this.calls.flatMap((call) => (call.call === "log" ? [call.message] : []));
  }

  async handle(message: string): Promise<string> {
    const call = JSON.parse(message) as Call;
    this.calls.push(call);
    return JSON.stringify(await this.#reply(call));
  }

  async #reply(call: Call): Promise<unknown> {
    switch (call.call) {
      case "view":
        return this.view;
      case "form":
        return this.view.phase === "running" ? this.form : null;
      case "sign_in":
        if (call.ticket !== fixture_candidate.ticket || call.id_tail !== right_id_tail) {
          return { ok: false, error: "wrong_candidate" };
        }
        await this.update(view_in("confirm_identity", -12));
        return { ok: true };
      case "confirm_identity":
        if (call.confirmed) {
          await this.update(view_in("waiting", -12));
        }
        return { ok: true };
      case "answer":
        if (this.refuse_answers) {
          return { ok: false, error: "journal_failed" };
        }
        await this.#record(call.item, { value: [...call.response], saved: this.view.connection === "online" });
        return { ok: true };
      case "mark":
        await this.#record(call.item, { marked: call.marked });
        return { ok: true };
      case "hand_in":
        await this.update({ ...view_in("handed_in"), responses: this.view.responses });
        return { ok: true };
      case "log":
        return { ok: true };
    }
  }

  async #record(item: string, news: Partial<WireResponse>): Promise<void> {
    const before = this.view.responses[item] ?? { value: [], saved: true, marked: false };
    const responses = { ...this.view.responses, [item]: { ...before, ...news } };
    const unsaved = Object.values(responses).filter(({ saved }) => !saved).length;
    await this.update({ responses, unsaved });
  }
}
