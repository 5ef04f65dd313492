/** Serves the built bundle and the fixture's pictures on loopback, under the kiosk's own policy header. */

import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

export const page_policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'none'; " +
  "base-uri 'none'; form-action 'none'";

const content_types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

const root = join(import.meta.dirname, "..");

async function find(path: string): Promise<Buffer | null> {
  for (const folder of ["dist", "support/public"]) {
    try {
      return await readFile(join(root, folder, normalize(path)));
    } catch {
      continue;
    }
  }
  return null;
}

export async function serve_bundle(): Promise<{ server: Server; origin: string }> {
  const server = createServer((request, response) => {
    if (request.url === "/favicon.ico") {
      response.writeHead(204).end(); // a desktop browser asks for it unbidden
      return;
    }
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://loopback").pathname);
    find(path)
      .then((body) => {
        response.writeHead(body === null ? 404 : 200, {
          "Content-Type": content_types[extname(path)] ?? "application/octet-stream",
          "Content-Security-Policy": page_policy,
          "X-Content-Type-Options": "nosniff",
          "Cache-Control": "no-store",
        });
        response.end(body);
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
