/** What the page knows: the latest view, the open paper and the time. Everything on screen is derived from it. */

import type { Bridge, HostListener } from "./bridge.ts";
import { Countdown, HallClock, TimeWarnings } from "./clock.ts";
import type { Credentials, Phase, Reply, View } from "./contract.ts";
import { ContractViolation } from "./narrow.ts";
import { recall, remember } from "./page_memory.ts";
import { Paper } from "./paper.svelte.ts";

/** How long a time warning stays on screen. */
const warning_shown_ms = 60_000;
const view_retry_ms = 2_000;
const save_takes_max_ms = 1_500;
/** Typed text is not kept back for a pause any more. */
const last_seconds = 3;

export interface KioskEvents {
  connection_changed(connection: View["connection"]): void;
  candidate_changed(): void;
  problem(problem: unknown): void;
}

export class Kiosk implements HostListener {
  view = $state.raw<View | null>(null);
  paper = $state.raw<Paper | null>(null);
  form_failed = $state(false);
  incompatible = $state(false);
  seconds_to_start = $state(0);
  seconds_left = $state(0);
  /** Minutes of the time warning on screen. */
  warning = $state<number | null>(null);
  /** Something has been waiting to be saved for longer than a save takes. */
  retrying = $state(false);

  readonly unsaved = $derived(Math.max(this.view?.unsaved ?? 0, this.paper?.unsaved ?? 0));

  readonly #bridge: Bridge;
  readonly #events: KioskEvents;
  readonly #now_ms: () => number;
  readonly #clock = new HallClock();
  readonly #to_start = new Countdown();
  readonly #to_end = new Countdown();
  #warnings = new TimeWarnings();
  #warning_ends_ms = 0;
  #saving_since_ms: number | null = null;

  /** @param now_ms  A monotonic clock, such as performance.now(). */
  constructor(bridge: Bridge, events: KioskEvents, now_ms: () => number) {
    this.#bridge = bridge;
    this.#events = events;
    this.#now_ms = now_ms;
  }

  /** Asks for the first view until the host answers. */
  async start(): Promise<void> {
    try {
      const view = await this.#bridge.view();
      this.view_received(view);
    } catch (problem) {
      this.contract_broken(problem);
      if (!(problem instanceof ContractViolation)) {
        setTimeout(() => void this.start(), view_retry_ms);
      }
    }
  }

  view_received(view: View): void {
    const before = this.view;
    this.incompatible = false;
    this.view = view;
    if (view.clock !== null) {
      this.#clock.sync(view.clock.now_ms, this.#now_ms());
    }
    this.paper?.settle();
    if (before?.phase !== view.phase) {
      this.#phase_changed(before?.phase ?? null, view.phase);
    }
    if (before !== null && before.connection !== view.connection) {
      this.#events.connection_changed(view.connection);
    }
    if (view.reminder_minutes_left !== null && view.reminder_minutes_left !== before?.reminder_minutes_left) {
      this.#warn(view.reminder_minutes_left);
    }
    this.tick();
  }

  form_ready(): void {
    void this.load_form();
  }

  contract_broken(problem: unknown): void {
    this.incompatible = this.view === null && problem instanceof ContractViolation;
    this.#events.problem(problem);
  }

  async load_form(): Promise<void> {
    this.form_failed = false;
    try {
      const form = await this.#bridge.form();
      if (form === null || this.view?.phase !== "running" || form.id === this.paper?.form.id) {
        return;
      }
      this.paper?.flush();
      const remembered = recall();
      this.paper = new Paper(
        form,
        {
          bridge: this.#bridge,
          recorded: (id) => this.view?.responses.get(id),
          now_ms: this.#now_ms,
          failed: (problem) => this.#events.problem(problem),
        },
        remembered.form === form.id ? remembered.item : null,
      );
    } catch (problem) {
      this.form_failed = this.paper === null;
      this.#events.problem(problem);
    }
  }

  /** @return null, or the code of what went wrong. */
  async sign_in(credentials: Credentials): Promise<string | null> {
    return this.#error_of(() => this.#bridge.sign_in(credentials));
  }

  async confirm_identity(confirmed: boolean): Promise<string | null> {
    return this.#error_of(() => this.#bridge.confirm_identity(confirmed));
  }

  /** Every response reaches the host first; if one did not, nothing is handed in. */
  async hand_in(): Promise<string | null> {
    if (this.paper !== null && !(await this.paper.drain())) {
      return "answers_not_saved";
    }
    return this.#error_of(() => this.#bridge.hand_in());
  }

  /** Call at least every 100 ms. */
  tick(): void {
    const local_ms = this.#now_ms();
    this.#saving_since_ms = this.unsaved === 0 ? null : (this.#saving_since_ms ?? local_ms);
    this.retrying = this.#saving_since_ms !== null && local_ms - this.#saving_since_ms >= save_takes_max_ms;
    const clock = this.view?.clock ?? null;
    const hall_ms = this.#clock.now(local_ms);
    if (clock !== null && hall_ms !== null) {
      this.seconds_to_start = this.#to_start.read(clock.starts_ms, hall_ms);
      this.seconds_left = this.#to_end.read(clock.ends_ms, hall_ms);
    }
    if (this.view?.phase === "running" && clock !== null) {
      this.#tick_running();
    }
    if (this.warning !== null && local_ms >= this.#warning_ends_ms) {
      this.warning = null;
    }
  }

  #tick_running(): void {
    if (this.seconds_left <= last_seconds) {
      this.paper?.flush();
    }
    this.paper?.tick();
    const minutes = this.#warnings.due(this.seconds_left);
    if (minutes !== null) {
      this.#show_warning(minutes);
    }
  }

  #phase_changed(before: Phase | null, phase: Phase): void {
    this.warning = null;
    switch (phase) {
      case "running":
        void this.load_form();
        return;
      case "blocked":
        this.paper?.flush();
        return;
      case "ended":
      case "handed_in":
      case "waiting":
      case "confirm_identity":
        this.paper?.flush();
        this.paper = null;
        return;
      case "enrolling":
      case "sign_in":
        this.paper = null;
        this.#warnings = new TimeWarnings();
        remember({ form: null, item: null });
        if (before === "handed_in" || before === "ended") {
          this.#events.candidate_changed();
        }
        return;
    }
  }

  #warn(minutes: number): void {
    if (this.#warnings.first_time(minutes)) {
      this.#show_warning(minutes);
    }
  }

  #show_warning(minutes: number): void {
    this.warning = minutes;
    this.#warning_ends_ms = this.#now_ms() + warning_shown_ms;
  }

  async #error_of(call: () => Promise<Reply>): Promise<string | null> {
    try {
      const reply = await call();
      return reply.ok ? null : reply.error;
    } catch (problem) {
      this.#events.problem(problem);
      return "no_reply";
    }
  }
}
