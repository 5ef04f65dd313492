/** Checks the paper. Kinds this page does not know become `unsupported`: the rest of the paper stays usable. */

import {
  item_types,
  type Block,
  type Content,
  type Form,
  type FormId,
  type Item,
  type ItemId,
  type ItemType,
  type Option,
  type OptionId,
  type Run,
  type Runs,
  type Section,
  type Stimulus,
} from "./contract.ts";
import { ContractViolation, fields, identifier, limits, list, name, points, text, whole_number } from "./narrow.ts";

const tex_length_max = 2_000;
const blanks_max = 50;

/** One file of the paper's own media folder: no other folder, host or scheme can be named. */
const media_path = /^media\/[\p{L}\p{N}_-][\p{L}\p{N}._-]{0,200}$/u;

function only_key(value: object): string {
  const keys = Object.keys(value);
  return keys.length === 1 ? (keys[0] ?? "") : "";
}

function run(value: unknown, path: string): Run {
  if (typeof value === "string") {
    return { kind: "text", text: text(value, path) };
  }
  const raw = fields(value, path);
  const what = only_key(raw);
  switch (what) {
    case "tex":
      return { kind: "formula", tex: text(raw["tex"], `${path}.tex`, tex_length_max) };
    case "br":
      return { kind: "line_break" };
    case "blank":
      return { kind: "blank", number: whole_number(raw["blank"], `${path}.blank`, blanks_max) };
    default:
      return { kind: "unsupported", what };
  }
}

function runs(value: unknown, path: string): Runs {
  return list(value, path, run);
}

function table(value: unknown, path: string): Block {
  const raw = fields(value, path);
  return {
    kind: "table",
    header: raw["header"] === undefined ? [] : list(raw["header"], `${path}.header`, runs),
    rows: list(raw["rows"], `${path}.rows`, (row, row_path) => list(row, row_path, runs)),
  };
}

function image(value: unknown, path: string): Block {
  const raw = fields(value, path);
  const src = name(raw["src"], `${path}.src`);
  if (!media_path.test(src)) {
    throw new ContractViolation(`${path}.src`, "a file of media/");
  }
  return { kind: "image", src, alt: text(raw["alt"], `${path}.alt`) };
}

function block(value: unknown, path: string): Block {
  const raw = fields(value, path);
  const what = only_key(raw);
  switch (what) {
    case "p":
      return { kind: "paragraph", runs: runs(raw["p"], `${path}.p`) };
    case "table":
      return table(raw["table"], `${path}.table`);
    case "image":
      return image(raw["image"], `${path}.image`);
    default:
      return { kind: "unsupported", what };
  }
}

function content(value: unknown, path: string): Content {
  return list(value, path, block);
}

function option(value: unknown, path: string): Option {
  const raw = fields(value, path);
  return {
    id: identifier(raw["id"], `${path}.id`) as OptionId,
    content: content(raw["content"], `${path}.content`),
  };
}

function stimulus(value: unknown, path: string): Stimulus {
  const raw = fields(value, path);
  return { id: identifier(raw["id"], `${path}.id`), content: content(raw["content"], `${path}.content`) };
}

function item_type(value: unknown, path: string): ItemType {
  const written = name(value, path);
  return item_types.find((known) => known === written) ?? "unsupported";
}

function item(value: unknown, path: string): Item {
  const raw = fields(value, path);
  return {
    id: identifier(raw["id"], `${path}.id`) as ItemId,
    number: whole_number(raw["number"], `${path}.number`, limits.responses),
    type: item_type(raw["type"], `${path}.type`),
    points: points(raw["points"], `${path}.points`),
    blanks: raw["blanks"] === undefined ? 0 : whole_number(raw["blanks"], `${path}.blanks`, blanks_max),
    stem: content(raw["stem"], `${path}.stem`),
    options: raw["options"] === undefined ? [] : list(raw["options"], `${path}.options`, option),
    prompts: raw["prompts"] === undefined ? [] : list(raw["prompts"], `${path}.prompts`, option),
    stimulus: raw["stimulus"] === undefined ? null : stimulus(raw["stimulus"], `${path}.stimulus`),
  };
}

function section(value: unknown, path: string): Section {
  const raw = fields(value, path);
  return {
    title: name(raw["title"], `${path}.title`),
    note: raw["note"] === undefined ? "" : text(raw["note"], `${path}.note`),
    items: list(raw["items"], `${path}.items`, item),
  };
}

function refuse_repeats(ids: readonly string[], path: string): void {
  if (new Set(ids).size !== ids.length) {
    throw new ContractViolation(path, "ids that differ");
  }
}

/** @throws ContractViolation  The paper breaks the contract or a limit, or uses an id twice. */
export function narrow_form(value: unknown): Form {
  const raw = fields(value, "form");
  const sections = list(raw["sections"], "form.sections", section, limits.sections);
  const items = sections.flatMap((part) => part.items);
  if (items.length === 0) {
    throw new ContractViolation("form.sections", "at least one item");
  }
  refuse_repeats(
    items.map((each) => each.id),
    "form.sections.items",
  );
  for (const each of items) {
    refuse_repeats(
      each.options.map((one) => one.id),
      `form.item(${each.id}).options`,
    );
    refuse_repeats(
      each.prompts.map((one) => one.id),
      `form.item(${each.id}).prompts`,
    );
  }
  return { id: identifier(raw["form"], "form.form") as FormId, sections };
}
