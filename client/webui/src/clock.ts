/** Hall time between two views, and how it is shown. Pure: the caller passes in the local monotonic clock. */

/** A view delayed on its way carries a `now_ms` this much too old at most; more than that is a correction. */
const delay_max_ms = 2_000;

/** The hall's clock, carried on by the local monotonic one. Small delays never turn it back. */
export class HallClock {
  #offset_ms: number | null = null;

  /** @param local_ms  performance.now() at the moment the view arrived. */
  sync(hall_ms: number, local_ms: number): void {
    const offset_ms = hall_ms - local_ms;
    const late_ms = this.#offset_ms === null ? Number.POSITIVE_INFINITY : this.#offset_ms - offset_ms;
    if (late_ms <= 0 || late_ms > delay_max_ms) {
      this.#offset_ms = offset_ms;
    }
  }

  /** @return null before the first sync. */
  now(local_ms: number): number | null {
    return this.#offset_ms === null ? null : this.#offset_ms + local_ms;
  }
}

/** A correction this large is shown although the display then runs backwards: hiding it would be a lie. */
const held_back_max_s = 5;

/** Whole seconds left until a deadline. While the deadline stands, the number shown does not rise. */
export class Countdown {
  #deadline_ms: number | null = null;
  #shown_s = 0;

  read(deadline_ms: number, now_ms: number): number {
    const left_s = Math.max(0, Math.ceil((deadline_ms - now_ms) / 1_000));
    const hold = deadline_ms === this.#deadline_ms && left_s - this.#shown_s <= held_back_max_s;
    this.#shown_s = hold ? Math.min(this.#shown_s, left_s) : left_s;
    this.#deadline_ms = deadline_ms;
    return this.#shown_s;
  }
}

/** Minutes before the end at which the page itself speaks up. */
export const warning_minutes: readonly number[] = [15, 5];

/** Says each warning once, and none for a mark that was already behind when the page opened. */
export class TimeWarnings {
  #previous_s: number | null = null;
  readonly #said = new Set<number>();

  /** @return Minutes to announce now, or null. */
  due(left_s: number): number | null {
    const previous_s = this.#previous_s;
    this.#previous_s = left_s;
    if (previous_s === null) {
      return null;
    }
    const crossed = warning_minutes.find((minutes) => previous_s > minutes * 60 && left_s <= minutes * 60);
    return crossed !== undefined && this.first_time(crossed) ? crossed : null;
  }

  /** @return false when these minutes were announced before, by either side. */
  first_time(minutes: number): boolean {
    const fresh = !this.#said.has(minutes);
    this.#said.add(minutes);
    return fresh;
  }
}

export interface Span {
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
}

export function split_seconds(total_s: number): Span {
  return { hours: Math.floor(total_s / 3_600), minutes: Math.floor(total_s / 60) % 60, seconds: total_s % 60 };
}

function two_digits(value: number): string {
  return String(value).padStart(2, "0");
}

/** 01:05:09 */
export function clock_face(total_s: number): string {
  const { hours, minutes, seconds } = split_seconds(total_s);
  return [hours, minutes, seconds].map(two_digits).join(":");
}

/** 14:30 in the machine's own time zone; no Intl, which throws where the locale is unset. */
export function wall_time(instant_ms: number): string {
  const instant = new Date(instant_ms);
  return `${two_digits(instant.getHours())}:${two_digits(instant.getMinutes())}`;
}
