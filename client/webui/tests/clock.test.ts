import { describe, expect, it } from "vitest";
import { clock_face, Countdown, HallClock, split_seconds, TimeWarnings } from "../src/clock.ts";

describe("HallClock", () => {
  it("knows no time before the first view", () => {
    expect(new HallClock().now(5)).toBeNull();
  });

  it("runs on between two views", () => {
    const clock = new HallClock();
    clock.sync(1_000_000, 50);
    expect(clock.now(10_050)).toBe(1_010_000);
  });

  it("is not turned back by a view that was delayed", () => {
    const clock = new HallClock();
    clock.sync(1_000_000, 0);
    clock.sync(1_004_000, 5_000);
    expect(clock.now(5_000)).toBe(1_005_000);
  });

  it("is set forward at once", () => {
    const clock = new HallClock();
    clock.sync(1_000_000, 0);
    clock.sync(1_060_000, 1_000);
    expect(clock.now(1_000)).toBe(1_060_000);
  });

  it("accepts a real correction backwards", () => {
    const clock = new HallClock();
    clock.sync(1_000_000, 0);
    clock.sync(950_000, 1_000);
    expect(clock.now(1_000)).toBe(950_000);
  });
});

describe("Countdown", () => {
  it("never rises by small steps while the deadline stands", () => {
    const countdown = new Countdown();
    const shown = [0, 1_000, 2_000, 500, 2_900, 3_100].map((now_ms) => countdown.read(60_000, now_ms));
    expect(shown).toEqual([60, 59, 58, 58, 58, 57]);
  });

  it("never rises over many jittering clocks", () => {
    const countdown = new Countdown();
    let previous = Number.POSITIVE_INFINITY;
    let seed = 20_250_614;
    for (let step = 0; step < 5_000; step += 1) {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      const shown = countdown.read(600_000, step * 100 + (seed % 3_000) - 1_500);
      expect(shown, `step ${step}`).toBeLessThanOrEqual(previous);
      previous = shown;
    }
  });

  it("shows time that was given back", () => {
    const countdown = new Countdown();
    countdown.read(60_000, 30_000);
    expect(countdown.read(360_000, 30_000)).toBe(330);
  });

  it("shows a large correction of the hall's clock", () => {
    const countdown = new Countdown();
    countdown.read(600_000, 300_000);
    expect(countdown.read(600_000, 240_000)).toBe(360);
  });

  it("stops at zero", () => {
    expect(new Countdown().read(1_000, 99_000)).toBe(0);
  });
});

describe("TimeWarnings", () => {
  it("says 15 and 5 minutes once each, when they are crossed", () => {
    const warnings = new TimeWarnings();
    const said = [901, 900, 899, 301, 300, 299].map((left_s) => warnings.due(left_s));
    expect(said).toEqual([null, 15, null, null, 5, null]);
  });

  it("says nothing about a mark passed before the page was opened", () => {
    const warnings = new TimeWarnings();
    expect([700, 699].map((left_s) => warnings.due(left_s))).toEqual([null, null]);
  });

  it("does not repeat what the hall has said", () => {
    const warnings = new TimeWarnings();
    expect(warnings.first_time(15)).toBe(true);
    expect([901, 900].map((left_s) => warnings.due(left_s))).toEqual([null, null]);
    expect(warnings.first_time(15)).toBe(false);
  });

  it("does not say a mark again after time was given back", () => {
    const warnings = new TimeWarnings();
    expect([901, 900, 1_200, 899].map((left_s) => warnings.due(left_s))).toEqual([null, 15, null, null]);
  });
});

describe("clock_face", () => {
  it.each<[number, string]>([
    [0, "00:00:00"],
    [3_909, "01:05:09"],
    [360_000, "100:00:00"],
  ])("shows %d seconds as %s", (seconds, face) => {
    expect(clock_face(seconds)).toBe(face);
  });

  it("splits seconds for speech", () => {
    expect(split_seconds(3_909)).toEqual({ hours: 1, minutes: 5, seconds: 9 });
  });
});
