import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");
const elsewhere = mkdtempSync(join(tmpdir(), "papervault-webui-"));
afterAll(() => rmSync(elsewhere, { recursive: true, force: true }));

function files_in(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

function written(file: string): string {
  return readFileSync(join(dist, file), "utf8");
}

describe("the committed bundle", () => {
  it("is what the sources give, bit for bit, when built in another folder", { timeout: 120_000 }, () => {
    for (const part of ["src", "index.html", "package.json", "svelte.config.js", "tsconfig.json", "vite.config.ts"]) {
      cpSync(join(root, part), join(elsewhere, part), { recursive: true });
    }
    symlinkSync(join(root, "node_modules"), join(elsewhere, "node_modules"));
    execFileSync(process.execPath, [join(root, "node_modules/vite/bin/vite.js"), "build"], {
      cwd: elsewhere,
      env: { ...process.env, NODE_ENV: "production" },
    });
    const rebuilt = join(elsewhere, "dist");
    expect(files_in(rebuilt)).toEqual(files_in(dist));
    for (const file of files_in(dist)) {
      expect(readFileSync(join(rebuilt, file)).equals(readFileSync(join(dist, file))), file).toBe(true);
    }
  });

  it("holds one page, one script, one style sheet and the formula fonts", () => {
    const [fonts, others] = [true, false].map((wanted) =>
      files_in(dist).filter((file) => file.startsWith("fonts/KaTeX_") && file.endsWith(".woff2") === wanted),
    );
    expect(fonts).toHaveLength(20);
    expect(others).toEqual([]);
    expect(files_in(dist).filter((file) => !file.startsWith("fonts/"))).toEqual(["app.css", "app.js", "index.html"]);
  });

  it("has no inline script, style or handler", () => {
    const page = written("index.html");
    expect(page.match(/<script\b[^>]*>/g)).toEqual([expect.stringContaining('src="./app.js"')]);
    expect(page).not.toMatch(/<style|\sstyle=|\son\w+=/i);
  });

  it("names no other place to load from", () => {
    const css_urls = [...written("app.css").matchAll(/url\(([^)]*)\)/g)].map(([, url]) => url ?? "");
    expect(css_urls.length).toBeGreaterThan(0);
    expect(css_urls.filter((url) => !/^["']?\.\/fonts\/KaTeX_[\w-]+\.woff2["']?$/.test(url))).toEqual([]);
    const hosts = new Set([...written("app.js").matchAll(/https?:\/\/([^/"'`\s)]+)/g)].map(([, host]) => host));
    // Namespace names, and the addresses Svelte puts into its error texts; none is ever fetched.
    expect([...hosts].filter((host) => host !== "www.w3.org" && host !== "svelte.dev")).toEqual([]);
  });
});

describe("the sources", () => {
  it("never set a style attribute or raw markup, which the page's policy refuses", () => {
    const offending = files_in(join(root, "src")).filter((file) =>
      /\sstyle[=:]|\{@html|innerHTML|insertAdjacentHTML|document\.write/.test(
        readFileSync(join(root, "src", file), "utf8"),
      ),
    );
    expect(offending).toEqual([]);
  });

  it("reach the host from the bridge alone", () => {
    const reaching = files_in(join(root, "src")).filter((file) =>
      /messageHandlers|postMessage|\bfetch\(|XMLHttpRequest|WebSocket|localStorage|sessionStorage/.test(
        readFileSync(join(root, "src", file), "utf8"),
      ),
    );
    expect(reaching).toEqual(["bridge.ts"]);
  });

  it("keep each file to 250 lines", () => {
    const long = files_in(join(root, "src")).filter(
      (file) => readFileSync(join(root, "src", file), "utf8").split("\n").length > 251,
    );
    expect(long).toEqual([]);
  });
});

describe("the lock file", () => {
  it("names no registry", () => {
    expect(readFileSync(join(root, "package-lock.json"), "utf8")).not.toContain('"resolved"');
  });
});
