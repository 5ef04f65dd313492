/** TeX to DOM nodes. The element's style is set property by property, which the page's policy allows. */

import katex, { type KatexOptions } from "katex";

const options: KatexOptions = {
  output: "html",
  trust: false,
  // Chinese words in a formula, such as a subscript, are ordinary here; everything else doubtful is refused.
  strict: (code) => (code === "unicodeTextInMathMode" ? "ignore" : "error"),
  maxExpand: 200,
  maxSize: 20,
  // KaTeX's own error text sets a style attribute, which the policy refuses. The caller shows the fault instead.
  throwOnError: true,
};

/** @return The fault, or null. After a fault the target is empty. */
export function draw_formula(tex: string, target: HTMLElement): string | null {
  try {
    katex.render(tex, target, options);
    return null;
  } catch (problem) {
    target.replaceChildren();
    return problem instanceof Error ? problem.name : "unknown";
  }
}
