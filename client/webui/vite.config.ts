import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";

/** KaTeX lists three formats per font; every engine that runs this page reads the first. */
function woff2_only(): Plugin {
  return {
    name: "katex-woff2-only",
    enforce: "pre",
    transform(code, id) {
      if (!/katex(\.min)?\.css$/.test(id)) {
        return null;
      }
      return code.replace(/,\s*url\([^)]*\)\s*format\("(woff|truetype)"\)/g, "");
    },
  };
}

export default defineConfig(({ command }) => ({
  base: "./",
  // The fake host's pictures; nothing of them goes into the bundle.
  publicDir: command === "serve" ? "support/public" : false,
  plugins: [woff2_only(), svelte()],
  build: {
    target: ["es2022", "safari16.4", "chrome110"],
    assetsInlineLimit: 0,
    modulePreload: false,
    cssCodeSplit: false,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        entryFileNames: "app.js",
        assetFileNames: ({ names }) =>
          names.some((name) => name.endsWith(".css")) ? "app.css" : "fonts/[name][extname]",
      },
    },
  },
}));
