/** What the candidate did and no view has confirmed yet. It is shown at once, sent, and sent again until confirmed. */

import { SvelteMap } from "svelte/reactivity";

export const typing_pause_ms = 400;
/** Someone typing without a pause still has everything older than this reported. */
export const typing_span_max_ms = 1_500;
export const resend_after_ms = 3_000;

interface Change<Value> {
  readonly value: Value;
  /** First and latest edit not sent yet; null once sent. */
  readonly unsent: { readonly since_ms: number; readonly latest_ms: number } | null;
}

export interface PendingHooks<Key, Value> {
  /** Resolves when the host took the value; its view confirms it. */
  send(key: Key, value: Value): Promise<void>;
  /** What the latest view says. */
  confirmed(key: Key): Value;
  equal(left: Value, right: Value): boolean;
  failed(problem: unknown): void;
}

export class PendingChanges<Key extends string, Value> {
  readonly #changes = new SvelteMap<Key, Change<Value>>();
  readonly #calls_in_flight = new Map<Key, number>();
  readonly #calls = new Set<Promise<void>>();
  readonly #sent_ms = new Map<Key, number>();
  readonly #refused = new Set<Key>();
  readonly #hooks: PendingHooks<Key, Value>;

  constructor(hooks: PendingHooks<Key, Value>) {
    this.#hooks = hooks;
  }

  has(key: Key): boolean {
    return this.#changes.has(key);
  }

  keys(): Iterable<Key> {
    return this.#changes.keys();
  }

  /** The candidate's own latest value, else what the view says. */
  value(key: Key): Value {
    return this.#changes.get(key)?.value ?? this.#hooks.confirmed(key);
  }

  /** Sent at once. */
  put(key: Key, value: Value, now_ms: number): void {
    this.#changes.set(key, { value, unsent: null });
    this.#send(key, value, now_ms);
  }

  /** Sent by tick() after a pause in typing, or by flush(). */
  type(key: Key, value: Value, now_ms: number): void {
    const since_ms = this.#changes.get(key)?.unsent?.since_ms ?? now_ms;
    this.#changes.set(key, { value, unsent: { since_ms, latest_ms: now_ms } });
  }

  /** Call at least every 100 ms. */
  tick(now_ms: number): void {
    for (const [key, { value, unsent }] of [...this.#changes]) {
      const due =
        unsent === null
          ? this.#idle(key) && now_ms - (this.#sent_ms.get(key) ?? 0) >= resend_after_ms
          : now_ms - unsent.latest_ms >= typing_pause_ms || now_ms - unsent.since_ms >= typing_span_max_ms;
      if (due) {
        this.put(key, value, now_ms);
      }
    }
  }

  /** Sends typed text that still waits for its pause. */
  flush(now_ms: number): void {
    for (const [key, { value, unsent }] of [...this.#changes]) {
      if (unsent !== null) {
        this.put(key, value, now_ms);
      }
    }
  }

  /**
   * Sends what waits, then waits for every call to be answered or to fail.
   * @return Whether the host took each change.
   */
  async drain(now_ms: number): Promise<boolean> {
    this.flush(now_ms);
    await Promise.all(this.#calls);
    return this.#refused.size === 0;
  }

  /** A new view is in force: what it confirms is no longer pending. A call still under way may yet change it. */
  settle(): void {
    for (const [key, { value, unsent }] of [...this.#changes]) {
      if (unsent === null && this.#idle(key) && this.#hooks.equal(value, this.#hooks.confirmed(key))) {
        this.#changes.delete(key);
        this.#sent_ms.delete(key);
      }
    }
  }

  clear(): void {
    this.#changes.clear();
    this.#sent_ms.clear();
  }

  #idle(key: Key): boolean {
    return (this.#calls_in_flight.get(key) ?? 0) === 0;
  }

  #send(key: Key, value: Value, now_ms: number): void {
    this.#sent_ms.set(key, now_ms);
    this.#calls_in_flight.set(key, (this.#calls_in_flight.get(key) ?? 0) + 1);
    const call = this.#hooks
      .send(key, value)
      .then(() => {
        this.#refused.delete(key);
      })
      .catch((problem: unknown) => {
        this.#refused.add(key);
        this.#hooks.failed(problem);
      })
      .finally(() => {
        this.#calls.delete(call);
        this.#calls_in_flight.set(key, (this.#calls_in_flight.get(key) ?? 1) - 1);
        this.settle();
      });
    this.#calls.add(call);
  }
}
