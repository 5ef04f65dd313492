import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Phase } from "../src/contract.ts";
import { fixture_items } from "../support/fixture.ts";
import { view_in, type WireView } from "../support/fake_host.ts";
import { Bench, screens, type Kiosk, type ScreenSize } from "./harness.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.start();
});
afterAll(async () => {
  await bench.stop();
});

const sizes = Object.keys(screens) as ScreenSize[];

/** Half of the paper answered, some marked, one not saved yet. */
function half_done(minutes: number): WireView {
  const responses: WireView["responses"] = {};
  for (const item of fixture_items.slice(0, 19)) {
    responses[item.id] = { value: [item.options[0]?.id ?? ""], saved: true, marked: item.number % 7 === 0 };
  }
  responses["HG4-3.31-W31"] = { value: ["雷诺数", ""], saved: true, marked: false };
  responses["HG4-1.12-S12"] = { value: ["A"], saved: false, marked: false };
  return { ...view_in("running", minutes), responses, unsaved: 1 };
}

async function finish(kiosk: Kiosk, name: string): Promise<void> {
  await kiosk.picture(name);
  expect(kiosk.complaints()).toEqual([]);
  expect(await kiosk.accessibility_faults()).toEqual([]);
  const overflow = await kiosk.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  await kiosk.page.context().close();
}

async function go_to(kiosk: Kiosk, number: number): Promise<void> {
  await kiosk.page.keyboard.press("g");
  await kiosk.page.keyboard.type(String(number));
  await kiosk.page.keyboard.press("Enter");
  await kiosk.page.getByRole("heading", { level: 3, name: `第 ${number} 题` }).waitFor();
}

describe.each(sizes)("every screen on a %s display", (size) => {
  it.each<Phase>(["enrolling", "sign_in", "confirm_identity", "ended", "handed_in", "blocked"])(
    "shows %s without complaint",
    async (phase) => {
      const kiosk = await bench.open({ ...view_in(phase), responses: half_done(31).responses }, size);
      await finish(kiosk, phase);
    },
  );

  it("shows the wait with a countdown and the rules", async () => {
    const kiosk = await bench.open(view_in("waiting", -12), size);
    await kiosk.page.getByText("距离开考还有").waitFor();
    expect(await kiosk.page.getByRole("timer").textContent()).toMatch(/^00:1[12]:\d\d$/);
    await finish(kiosk, "waiting");
  });

  it("shows a hand-in whose receipt is still to come", async () => {
    const { receipt: _, ...view } = view_in("handed_in");
    await finish(await bench.open(view, size), "handed_in_pending");
  });

  it.each<[string, number]>([
    ["running_table", 1],
    ["running_formula", 2],
    ["running_picture", 3],
    ["running_formula_options", 4],
    ["running_picture_options", 5],
    ["running_multiple", 18],
    ["running_truefalse", 24],
    ["running_fill", 31],
    ["running_fill_after", 32],
    ["running_short", 33],
    ["running_essay", 34],
    ["running_order", 35],
    ["running_match", 36],
    ["running_calculation", 37],
  ])("shows %s", async (name, number) => {
    const kiosk = await bench.open(half_done(50), size);
    await go_to(kiosk, number);
    await finish(kiosk, name);
  });

  it("shows the last minutes, the reminder, a notice and a broken line together", async () => {
    const view = half_done(86);
    const kiosk = await bench.open(
      {
        ...view,
        connection: "offline",
        hand_in_allowed: true,
        reminder: { minutes_left: 5 },
        message: { code: "correction", text: "第 12 题题干中“阻火器”改为“阻火阀”，请继续作答。" },
      },
      size,
    );
    await kiosk.page.getByText("距离考试结束还有 5 分钟").waitFor();
    await finish(kiosk, "running_everything");
  });

  it("shows the dialogs", async () => {
    const kiosk = await bench.open({ ...half_done(75), hand_in_allowed: true }, size);
    await kiosk.page.getByRole("heading", { level: 3, name: "第 20 题" }).waitFor();
    await kiosk.page.keyboard.press("?");
    await kiosk.picture("dialog_help");
    expect(await kiosk.accessibility_faults()).toEqual([]);
    await kiosk.page.keyboard.press("Escape");
    await kiosk.page.keyboard.press("g");
    await kiosk.page.keyboard.type("99");
    await kiosk.page.keyboard.press("Enter");
    await kiosk.picture("dialog_go_to");
    expect(await kiosk.accessibility_faults()).toEqual([]);
    await kiosk.page.keyboard.press("Escape");
    await go_to(kiosk, 3);
    await kiosk.page.getByRole("button", { name: "放大图片" }).click();
    await kiosk.picture("dialog_picture");
    expect(await kiosk.accessibility_faults()).toEqual([]);
    await kiosk.page.keyboard.press("Escape");
    await kiosk.page.keyboard.press("Control+Enter");
    await kiosk.page.getByRole("dialog").waitFor();
    await finish(kiosk, "dialog_hand_in");
  });

  it("shows high contrast", async () => {
    const kiosk = await bench.open(half_done(50), size);
    await kiosk.page.getByRole("button", { name: "高对比度" }).click();
    await go_to(kiosk, 18);
    await finish(kiosk, "running_high_contrast");
  });

  it("shows English", async () => {
    const kiosk = await bench.open(half_done(50), size);
    await kiosk.page.getByRole("button", { name: "English" }).click();
    await kiosk.page.getByRole("heading", { name: "Answer sheet" }).waitFor();
    await finish(kiosk, "running_english");
  });

  it("shows the largest text", async () => {
    const kiosk = await bench.open(half_done(50), size);
    for (let step = 0; step < 3; step += 1) {
      await kiosk.page.getByRole("button", { name: "放大文字" }).click();
    }
    await kiosk.page.getByText("操作人员年龄").scrollIntoViewIfNeeded();
    await kiosk.page.getByRole("button", { name: "下一题" }).click();
    const heading = kiosk.page.getByRole("heading", { level: 3, name: "第 21 题" });
    const covered = await heading.evaluate((node) => {
      const { left, top, height } = node.getBoundingClientRect();
      return document.elementFromPoint(left + 4, top + height / 2)?.closest("h3") !== node;
    });
    expect(covered).toBe(false);
    await finish(kiosk, "running_largest_text");
  });

  it("shows the largest text at sign-in", async () => {
    const kiosk = await bench.open(view_in("sign_in"), size);
    for (let step = 0; step < 3; step += 1) {
      await kiosk.page.getByRole("button", { name: "放大文字" }).click();
    }
    await finish(kiosk, "sign_in_largest_text");
  });
});
