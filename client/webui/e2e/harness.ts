/** A browser, a page with a fake host behind it, and a record of everything that must not happen. */

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Server } from "node:http";
import axe, { type AxeResults } from "axe-core";
import { chromium, type Browser, type Page } from "playwright-core";
import { FakeHost, type WireView } from "../support/fake_host.ts";
import { serve_bundle } from "./server.ts";

export const screens = { small: { width: 1024, height: 768 }, large: { width: 1920, height: 1080 } } as const;
export type ScreenSize = keyof typeof screens;

const pictures = join(import.meta.dirname, "../build/e2e");

export class Kiosk {
  readonly page: Page;
  readonly host: FakeHost;
  readonly size: ScreenSize;
  /** Requests to anywhere but the bundle, and any that failed. */
  readonly strange_requests: string[] = [];
  readonly console_errors: string[] = [];

  constructor(page: Page, host: FakeHost, size: ScreenSize, origin: string) {
    this.page = page;
    this.host = host;
    this.size = size;
    page.on("request", (request) => {
      if (!request.url().startsWith(`${origin}/`)) {
        this.strange_requests.push(request.url());
      }
    });
    page.on("requestfailed", (request) => this.strange_requests.push(`failed: ${request.url()}`));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") {
        this.console_errors.push(message.text());
      }
    });
    page.on("pageerror", (error) => this.console_errors.push(String(error)));
  }

  async picture(name: string): Promise<void> {
    await this.page.evaluate(() => document.fonts.ready);
    await mkdir(join(pictures, this.size), { recursive: true });
    await this.page.screenshot({ path: join(pictures, this.size, `${name}.png`), animations: "disabled" });
  }

  /** @return Rules of WCAG 2.1 A and AA, and best practices of serious weight, that the screen breaks. */
  async accessibility_faults(): Promise<string[]> {
    await this.page.evaluate(axe.source);
    const results = await this.page.evaluate(() =>
      (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
    );
    return results.violations
      .filter(({ impact, tags }) => impact === "serious" || impact === "critical" || tags.includes("wcag21aa"))
      .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
  }

  /** Everything the page or the browser complained about. */
  complaints(): string[] {
    return [...this.strange_requests, ...this.console_errors, ...this.host.logged()];
  }
}

export class Bench {
  readonly #browser: Browser;
  readonly #server: Server;
  readonly #origin: string;

  private constructor(browser: Browser, server: Server, origin: string) {
    this.#browser = browser;
    this.#server = server;
    this.#origin = origin;
  }

  static async start(): Promise<Bench> {
    const { server, origin } = await serve_bundle();
    const browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
    return new Bench(browser, server, origin);
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await new Promise((closed) => this.#server.close(closed));
  }

  async open(view: WireView, size: ScreenSize = "small"): Promise<Kiosk> {
    const context = await this.#browser.newContext({
      viewport: screens[size],
      timezoneId: "Asia/Shanghai",
      locale: "zh-CN",
    });
    const page = await context.newPage();
    const host = new FakeHost(view, async (changed) => {
      await page.evaluate((raw) => window.papervault?.receive(raw), changed);
    });
    await page.exposeFunction("answer_for_host", (message: string) => host.handle(message));
    await page.addInitScript(() => {
      const { answer_for_host } = window as unknown as { answer_for_host(message: string): Promise<string> };
      Object.assign(window, { webkit: { messageHandlers: { papervault: { postMessage: answer_for_host } } } });
    });
    const kiosk = new Kiosk(page, host, size, this.#origin);
    await page.goto(`${this.#origin}/index.html`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    return kiosk;
  }
}
