import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Call } from "../src/bridge.ts";
import { fixture_candidate, fixture_clock, fixture_form, type WireForm } from "../support/fixture.ts";
import { right_id_tail, view_in } from "../support/fake_host.ts";
import { Bench, type Kiosk } from "./harness.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.start();
});
afterAll(async () => {
  await bench.stop();
});

function answers(kiosk: Kiosk): unknown[] {
  return kiosk.host.calls.flatMap((call) => (call.call === "answer" ? [[call.item, ...call.response]] : []));
}

function calls_of(kiosk: Kiosk, wanted: Call["call"]): Call[] {
  return kiosk.host.calls.filter(({ call }) => call === wanted);
}

async function shows_item(kiosk: Kiosk, number: number): Promise<void> {
  await kiosk.page.getByRole("heading", { level: 3, name: `第 ${number} 题` }).waitFor();
}

async function open_item(kiosk: Kiosk, number: number): Promise<void> {
  await shows_item(kiosk, 1);
  await kiosk.page
    .getByRole("button", { name: `第 ${number} 题，` })
    .first()
    .click();
  await shows_item(kiosk, number);
}

async function board_state(kiosk: Kiosk, number: number): Promise<string | null> {
  return kiosk.page.locator(`[data-index="${number - 1}"]`).getAttribute("data-state");
}

async function without_complaint(kiosk: Kiosk): Promise<void> {
  expect(kiosk.complaints()).toEqual([]);
  await kiosk.page.context().close();
}

describe("signing in", () => {
  it("leads from the ticket number to the wait, by keyboard alone", async () => {
    const kiosk = await bench.open(view_in("sign_in"));
    const { page } = kiosk;
    await page.keyboard.press("Enter");
    await page.getByText("请输入准考证号。").waitFor();
    await page.keyboard.type(fixture_candidate.ticket);
    await page.keyboard.press("Tab");
    await page.keyboard.type("12");
    await page.keyboard.press("Enter");
    await page.getByText("请输入身份证号码的最后 4 位（").waitFor();
    expect(calls_of(kiosk, "sign_in")).toEqual([]);
    await page.keyboard.press("Control+a");
    await page.keyboard.type("1234");
    await page.keyboard.press("Enter");
    await page.getByText("准考证号与身份证号码后 4 位不相符").waitFor();
    await kiosk.picture("sign_in_refused");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Control+a");
    await page.keyboard.type(right_id_tail.toLowerCase());
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "请核对您的信息" }).waitFor();
    expect(calls_of(kiosk, "sign_in").at(-1)).toEqual({
      call: "sign_in",
      ticket: fixture_candidate.ticket,
      id_tail: right_id_tail,
    });
    await page.getByRole("button", { name: "正确，确认" }).press("Enter");
    await page.getByRole("heading", { name: "请等待开考" }).waitFor();
    await without_complaint(kiosk);
  });

  it("calls the invigilator when the details are wrong", async () => {
    const kiosk = await bench.open(view_in("confirm_identity"));
    await kiosk.page.getByRole("button", { name: "不正确" }).click();
    await kiosk.page.getByText("请举手示意监考员，在座位上等候处理。").waitFor();
    expect(calls_of(kiosk, "confirm_identity")).toEqual([{ call: "confirm_identity", confirmed: false }]);
    await without_complaint(kiosk);
  });
});

describe("answering", () => {
  it("opens the paper by itself when the exam starts", async () => {
    const kiosk = await bench.open(view_in("waiting", -1));
    await kiosk.host.update(view_in("running", 0));
    await shows_item(kiosk, 1);
    await without_complaint(kiosk);
  });

  it("waits for a form that comes later", async () => {
    const kiosk = await bench.open(view_in("waiting", -1));
    kiosk.host.form = null;
    await kiosk.host.update(view_in("running", 0));
    await kiosk.page.getByText("正在打开试卷").waitFor();
    kiosk.host.form = fixture_form;
    await kiosk.page.evaluate(() => window.papervault?.form_ready());
    await shows_item(kiosk, 1);
    await without_complaint(kiosk);
  });

  it("works by keyboard alone", async () => {
    const kiosk = await bench.open(view_in("running"));
    const { keyboard } = kiosk.page;
    await shows_item(kiosk, 1);
    await keyboard.press("2");
    await keyboard.press("ArrowRight");
    await shows_item(kiosk, 2);
    await keyboard.press("c");
    await keyboard.press("d");
    await keyboard.press("m");
    await keyboard.press("PageDown");
    await shows_item(kiosk, 3);
    await keyboard.press("ArrowLeft");
    await shows_item(kiosk, 2);
    await keyboard.press("g");
    await keyboard.type("18");
    await keyboard.press("Enter");
    await shows_item(kiosk, 18);
    for (const key of ["7", "a", "B", "a", "g"]) {
      await keyboard.press(key);
    }
    await keyboard.press("g");
    await keyboard.press("PageUp");
    await shows_item(kiosk, 17);
    await keyboard.press("g");
    await keyboard.type("23");
    await keyboard.press("Enter");
    await shows_item(kiosk, 23);
    await keyboard.press("t");
    await keyboard.press("f");
    await keyboard.press("1");
    await expect
      .poll(() => answers(kiosk))
      .toEqual([
        ["HG4-1.1-S1", "A"],
        ["HG4-1.2-S2", "C"],
        ["HG4-1.2-S2", "D"],
        ["HG4-1.18-M18", "G"],
        ["HG4-1.18-M18", "A", "G"],
        ["HG4-1.18-M18", "A", "B", "G"],
        ["HG4-1.18-M18", "B", "G"],
        ["HG4-1.18-M18", "B"],
        ["HG4-1.18-M18", "B", "G"],
        ["HG4-2.23-T23", "true"],
        ["HG4-2.23-T23", "false"],
        ["HG4-2.23-T23", "true"],
      ]);
    expect(calls_of(kiosk, "mark")).toEqual([{ call: "mark", item: "HG4-1.2-S2", marked: true }]);
    await without_complaint(kiosk);
  });

  it("works by mouse alone", async () => {
    const kiosk = await bench.open(view_in("running"));
    const { page } = kiosk;
    await shows_item(kiosk, 1);
    await page.getByText("30 m³/h").click();
    await page.getByRole("button", { name: "下一题" }).click();
    await page.getByRole("button", { name: "下一题" }).click();
    await shows_item(kiosk, 3);
    await page.getByText("全凝器").click();
    await page.getByRole("button", { name: "标记此题" }).click();
    await open_item_by_board(kiosk, 18);
    await page.getByText("进行气体分析").click();
    await page.getByText("办理作业许可证").click();
    await page.getByText("进行气体分析").click();
    await page.getByRole("button", { name: "清除本题答案" }).click();
    await page.getByRole("button", { name: "未答 35" }).click();
    expect(await page.locator('[data-index="2"]').count()).toBe(0);
    await page.getByRole("button", { name: "标记 1" }).click();
    await page.getByRole("button", { name: "第 3 题，已答，已保存，已标记" }).click();
    await shows_item(kiosk, 3);
    await page.getByRole("button", { name: "取消标记" }).click();
    await page.getByText("没有符合条件的题目").waitFor();
    expect(answers(kiosk)).toEqual([
      ["HG4-1.1-S1", "D"],
      ["HG4-1.3-S3", "C"],
      ["HG4-1.18-M18", "B"],
      ["HG4-1.18-M18", "A", "B"],
      ["HG4-1.18-M18", "A"],
      ["HG4-1.18-M18"],
    ]);
    await without_complaint(kiosk);
  });

  async function open_item_by_board(kiosk: Kiosk, number: number): Promise<void> {
    await kiosk.page.locator(`[data-index="${number - 1}"]`).click();
    await shows_item(kiosk, number);
  }

  it("does not let arrow keys change a choice on the way to the next item", async () => {
    const kiosk = await bench.open(view_in("running"));
    await shows_item(kiosk, 1);
    await kiosk.page.getByText("30 m³/h").click();
    await kiosk.page.keyboard.press("ArrowRight");
    await shows_item(kiosk, 2);
    expect(answers(kiosk)).toEqual([["HG4-1.1-S1", "D"]]);
    await without_complaint(kiosk);
  });

  it("reports typed text after a pause and at once on leaving", async () => {
    const kiosk = await bench.open(view_in("running"));
    const { page } = kiosk;
    await open_item(kiosk, 31);
    await page.getByRole("textbox", { name: "第 1 空" }).click();
    await page.keyboard.type("Re 1m?g");
    expect(answers(kiosk)).toEqual([]);
    await expect.poll(() => answers(kiosk)).toEqual([["HG4-3.31-W31", "Re 1m?g", ""]]);
    await page.getByRole("textbox", { name: "第 2 空" }).click();
    await page.keyboard.type("4000");
    await page.keyboard.press("PageDown");
    await shows_item(kiosk, 32);
    expect(answers(kiosk).at(-1)).toEqual(["HG4-3.31-W31", "Re 1m?g", "4000"]);
    await expect.poll(() => board_state(kiosk, 31)).toBe("saved");
    await page.getByRole("textbox", { name: "第 2 空" }).fill("气蚀");
    await page.getByRole("button", { name: "下一题" }).click();
    await expect.poll(() => board_state(kiosk, 32)).toBe("partial");
    await page.getByRole("textbox", { name: "您的答案" }).fill("灌泵不足，\n泵内有空气。");
    await page.getByText("已输入 11 字").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("ArrowRight");
    await shows_item(kiosk, 34);
    expect(answers(kiosk).at(-1)).toEqual(["HG4-3.33-W33", "灌泵不足，\n泵内有空气。"]);
    await without_complaint(kiosk);
  });

  it("orders and matches by keyboard alone, and the focus goes with the entry", async () => {
    const kiosk = await bench.open(view_in("running"));
    const { page } = kiosk;
    await open_item(kiosk, 35);
    await page.getByRole("button", { name: "第 4 项上移" }).press("Enter");
    await page.keyboard.press("Enter");
    await expect.poll(() => answers(kiosk).at(-1)).toEqual(["HG4-5.1-O1", "C", "B", "A", "D"]);
    await page.getByRole("button", { name: "清除本题答案" }).click();
    await page.getByRole("button", { name: "就按此顺序" }).press("Enter");
    await expect.poll(() => answers(kiosk).at(-1)).toEqual(["HG4-5.1-O1", "C", "A", "D", "B"]);
    await page.keyboard.press("PageDown");
    await shows_item(kiosk, 36);
    await page.getByRole("combobox", { name: "第 2 项对应" }).selectOption("B");
    await page.getByRole("combobox", { name: "第 1 项对应" }).selectOption("D");
    await expect.poll(() => answers(kiosk).at(-1)).toEqual(["HG4-5.2-P2", "1 D", "2 B"]);
    await expect.poll(() => board_state(kiosk, 36)).toBe("partial");
    await page.getByRole("combobox", { name: "第 2 项对应" }).selectOption("");
    await expect.poll(() => answers(kiosk).at(-1)).toEqual(["HG4-5.2-P2", "1 D"]);
    await without_complaint(kiosk);
  });

  it("leaves an input method alone until it has composed", async () => {
    const kiosk = await bench.open(view_in("running"));
    await open_item(kiosk, 33);
    await kiosk.page.getByRole("textbox", { name: "您的答案" }).click();
    const session = await kiosk.page.context().newCDPSession(kiosk.page);
    await session.send("Input.imeSetComposition", { text: "qi fu", selectionStart: 5, selectionEnd: 5 });
    await kiosk.page.waitForTimeout(700);
    expect(answers(kiosk)).toEqual([]);
    await session.send("Input.insertText", { text: "气缚" });
    await expect.poll(() => answers(kiosk)).toEqual([["HG4-3.33-W33", "气缚"]]);
    await without_complaint(kiosk);
  });

  it("comes back to the same item and look after a reload", async () => {
    const kiosk = await bench.open(view_in("running"));
    await open_item(kiosk, 18);
    await kiosk.page.getByRole("button", { name: "A+" }).click();
    await kiosk.page.reload();
    await shows_item(kiosk, 18);
    expect(await kiosk.page.locator("html").getAttribute("data-text")).toBe("2");
    await without_complaint(kiosk);
  });
});

describe("the line", () => {
  it("goes on working while it is down and says what is not saved", async () => {
    const kiosk = await bench.open(view_in("running"));
    const { page, host } = kiosk;
    await shows_item(kiosk, 1);
    const state = page.getByTestId("save-state");
    await host.update({ connection: "offline" });
    await state.getByText("与考场服务器连接中断，可继续作答").waitFor();
    await page.keyboard.press("1");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("2");
    await state.getByText("2 题待保存，正在重试").waitFor();
    await expect.poll(() => board_state(kiosk, 2)).toBe("pending");
    await kiosk.picture("running_offline");
    await host.reconnect();
    await state.getByText("已全部保存").waitFor();
    expect(await board_state(kiosk, 2)).toBe("saved");
    await without_complaint(kiosk);
  });

  it("keeps a choice the host refused and sends it again", async () => {
    const kiosk = await bench.open(view_in("running"));
    const { page, host } = kiosk;
    await shows_item(kiosk, 1);
    host.refuse_answers = true;
    await page.keyboard.press("3");
    await page.getByTestId("save-state").getByText("1 题待保存，正在重试").waitFor();
    expect(await page.getByRole("radio").nth(2).isChecked()).toBe(true);
    host.refuse_answers = false;
    await page.getByTestId("save-state").getByText("已全部保存").waitFor();
    expect(host.view.responses["HG4-1.1-S1"]?.value).toEqual(["D"]);
    expect(host.logged()).toEqual(["Refused: journal_failed"]);
    await page.context().close();
  });
});

describe("time", () => {
  it("warns when a mark is crossed, and on the hall's reminder", async () => {
    const kiosk = await bench.open({ ...view_in("running"), clock: fixture_clock(75 - 2 / 60) });
    await shows_item(kiosk, 1);
    const notice = kiosk.page.getByRole("alert").filter({ hasText: "距离考试结束还有 15 分钟" });
    expect(await notice.count()).toBe(0);
    await notice.waitFor();
    await notice.getByRole("button", { name: "关闭" }).click();
    await kiosk.host.update({ reminder: { minutes_left: 15 } });
    expect(await notice.count()).toBe(0);
    await kiosk.host.update({ reminder: { minutes_left: 10 } });
    await kiosk.page.getByText("距离考试结束还有 10 分钟").waitFor();
    await without_complaint(kiosk);
  });

  it("shows time that was given back", async () => {
    const kiosk = await bench.open(view_in("running", 80));
    await kiosk.page
      .getByRole("timer")
      .getByText(/00:(10:00|09:5\d)/)
      .waitFor();
    const clock = fixture_clock(80);
    await kiosk.host.update({ clock: { ...clock, ends_ms: clock.ends_ms + 20 * 60_000 } });
    await kiosk.page
      .getByRole("timer")
      .getByText(/00:(30:00|29:5\d)/)
      .waitFor();
    await without_complaint(kiosk);
  });

  it("ends when the hall says so", async () => {
    const kiosk = await bench.open(view_in("running", 89));
    await open_item(kiosk, 33);
    await kiosk.page.getByRole("textbox").fill("最后一句");
    await kiosk.host.update({ phase: "ended" });
    await kiosk.page.getByRole("heading", { name: "考试时间到" }).waitFor();
    expect(answers(kiosk)).toEqual([["HG4-3.33-W33", "最后一句"]]);
    await kiosk.host.update({ unsaved: 1 });
    await kiosk.page.getByText("还有 1 题正在上传。").waitFor();
    await without_complaint(kiosk);
  });
});

describe("handing in", () => {
  it("says from when it may be, and does not open before", async () => {
    const kiosk = await bench.open(view_in("running", 31));
    await shows_item(kiosk, 1);
    const button = kiosk.page.getByRole("button", { name: "交卷 10:00 起可交卷" });
    expect(await button.getAttribute("aria-disabled")).toBe("true");
    await button.click({ force: true });
    await kiosk.page.keyboard.press("Control+Enter");
    expect(await kiosk.page.getByRole("dialog").count()).toBe(0);
    expect(calls_of(kiosk, "hand_in")).toEqual([]);
    await without_complaint(kiosk);
  });

  it("lists what is open and marked, leads there, and is final", async () => {
    const kiosk = await bench.open({ ...view_in("running", 61), hand_in_allowed: true });
    const { page } = kiosk;
    await shows_item(kiosk, 1);
    await page.keyboard.press("1");
    await page.keyboard.press("m");
    await page.keyboard.press("Control+Enter");
    const dialog = page.getByRole("dialog", { name: "确认交卷" });
    await dialog.getByText("未答（含未答完）36 题").waitFor();
    await dialog.getByText("已标记 1 题").waitFor();
    await dialog.getByRole("button", { name: "转到第 18 题" }).click();
    await shows_item(kiosk, 18);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("item-heading");
    await page.keyboard.press("Control+Enter");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(calls_of(kiosk, "hand_in")).toEqual([]);
    await page.getByRole("button", { name: "交卷" }).click();
    await dialog.getByRole("button", { name: "确认交卷" }).click();
    await page.getByText("ABCD-EFGH-JKMN").waitFor();
    await page.getByText("共 37 题，已答 1 题").waitFor();
    expect(calls_of(kiosk, "hand_in")).toHaveLength(1);
    await without_complaint(kiosk);
  });

  it("sends typed text before it hands in", async () => {
    const kiosk = await bench.open({ ...view_in("running", 61), hand_in_allowed: true });
    await open_item(kiosk, 33);
    await kiosk.page.getByRole("textbox").click();
    await kiosk.page.keyboard.insertText("来不及停顿");
    await kiosk.page.keyboard.press("Control+Enter");
    await kiosk.page.getByRole("button", { name: "确认交卷" }).click();
    await kiosk.page.getByRole("heading", { name: "您已交卷" }).waitFor();
    const order = kiosk.host.calls.map(({ call }) => call).filter((call) => call === "answer" || call === "hand_in");
    expect(order).toEqual(["answer", "hand_in"]);
    await without_complaint(kiosk);
  });

  it("does not hand in what the host has not taken", async () => {
    const kiosk = await bench.open({ ...view_in("running", 61), hand_in_allowed: true });
    await shows_item(kiosk, 1);
    kiosk.host.refuse_answers = true;
    await kiosk.page.keyboard.press("1");
    await kiosk.page.keyboard.press("Control+Enter");
    await kiosk.page.getByRole("button", { name: "确认交卷" }).click();
    await kiosk.page.getByText("交卷没有成功").waitFor();
    expect(calls_of(kiosk, "hand_in")).toEqual([]);
    await kiosk.page.context().close();
  });
});

describe("what does not fit", () => {
  it("shows in place what it cannot display, and tells the host", async () => {
    const item = {
      id: "q1",
      number: 1,
      type: "single",
      points: "1",
      blanks: 0,
      stem: [
        { video: {} },
        { p: ["公式 ", { tex: "\\frac{1}{" }, " 与 ", { tex: "\\href{http://example.org}{x}" }, " 与 ", { sound: 1 }] },
        { p: [{ tex: "\\def\\a{\\a\\a}\\a" }] },
        { image: { src: "media/missing.svg", alt: "缺图" } },
      ],
      options: [{ id: "A", content: [{ p: ["<img src=x onerror=alert(1)>"] }] }],
    };
    const kiosk = await bench.open(view_in("waiting"));
    kiosk.host.form = {
      form: "odd",
      sections: [{ title: "<b>一</b>", note: "", items: [item] }],
    } as unknown as WireForm;
    await kiosk.host.update(view_in("running"));
    await shows_item(kiosk, 1);
    await kiosk.page.getByText("<img src=x onerror=alert(1)>").waitFor();
    await kiosk.page.getByText("图片不能显示").waitFor();
    await kiosk.picture("unshowable");
    expect(await kiosk.page.getByText("此处内容不能显示").count()).toBe(2);
    expect(await kiosk.page.getByText("公式不能显示").count()).toBe(2);
    expect(kiosk.host.logged().sort()).toEqual([
      "not shown: block video",
      "not shown: formula, ParseError",
      "not shown: formula, ParseError",
      "not shown: media/missing.svg",
      "not shown: run sound",
    ]);
    expect(await kiosk.page.locator("a, b, .pane img").count()).toBe(0);
    await kiosk.page.context().close();
  });

  it("keeps the last good view when a broken one arrives", async () => {
    const kiosk = await bench.open(view_in("running"));
    await shows_item(kiosk, 1);
    await kiosk.page.evaluate(() => window.papervault?.receive({ version: 1, phase: "party" }));
    await shows_item(kiosk, 1);
    await expect.poll(() => kiosk.host.logged().length).toBe(1);
    expect(kiosk.host.logged()[0]).toMatch(/^ContractViolation: view\.phase/);
    await kiosk.page.context().close();
  });

  it("says so when the host speaks another version", async () => {
    const kiosk = await bench.open({ ...view_in("running"), version: 2 });
    await kiosk.page.getByText("考试机程序的版本不相符").waitFor();
    await kiosk.page.context().close();
  });

  it("offers no copy, paste, drop or context menu", async () => {
    const kiosk = await bench.open(view_in("running"));
    await open_item(kiosk, 33);
    const refused = await kiosk.page.evaluate(() =>
      ["copy", "cut", "paste", "dragstart", "drop", "contextmenu"].filter(
        (type) =>
          !document.querySelector("textarea")?.dispatchEvent(new Event(type, { bubbles: true, cancelable: true })),
      ),
    );
    expect(refused).toHaveLength(6);
    await without_complaint(kiosk);
  });
});
