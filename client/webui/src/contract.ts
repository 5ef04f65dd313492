/** What the page and its host say to each other, after checking. The wire form is in README.md. */

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type FormId = Branded<"FormId">;
export type ItemId = Branded<"ItemId">;
export type OptionId = Branded<"OptionId">;

export const contract_version = 1;

export const phases = [
  "enrolling",
  "sign_in",
  "confirm_identity",
  "waiting",
  "running",
  "ended",
  "handed_in",
  "blocked",
] as const;
export type Phase = (typeof phases)[number];

export type Language = "zh" | "en";

export interface Message {
  readonly code: string;
  readonly text: string;
}

export interface Exam {
  readonly title: string;
  readonly occupation: string;
  readonly level: string;
  readonly subject: string;
  readonly duration_seconds: number;
  readonly items: number;
  readonly points: string;
}

export interface Candidate {
  readonly name: string;
  readonly ticket: string;
}

/** Hall time, Unix milliseconds; `now_ms` is the moment the host sent the view. */
export interface Clock {
  readonly now_ms: number;
  readonly starts_ms: number;
  readonly ends_ms: number;
  readonly hand_in_from_ms: number;
}

/**
 * Choices: option ids. Order: every option id, in the candidate's order. Match: "1 B" per matched prompt. Fill: one
 * string per blank. Short, essay and calculation: one string. Empty: not answered.
 */
export type ResponseValue = readonly string[];

export interface RecordedResponse {
  readonly value: ResponseValue;
  /** The hall has acknowledged it as durable. */
  readonly saved: boolean;
  readonly marked: boolean;
}

export interface View {
  readonly phase: Phase;
  readonly language: Language;
  readonly seat: string;
  readonly enrolment_code: string | null;
  readonly message: Message | null;
  readonly exam: Exam | null;
  readonly candidate: Candidate | null;
  readonly clock: Clock | null;
  readonly connection: "online" | "offline";
  readonly unsaved: number;
  readonly hand_in_allowed: boolean;
  readonly responses: ReadonlyMap<ItemId, RecordedResponse>;
  readonly reminder_minutes_left: number | null;
  readonly receipt: string | null;
}

/** `unsupported` stands for anything this page does not know; it is shown as such, never dropped. */
export type Run =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "formula"; readonly tex: string }
  | { readonly kind: "line_break" }
  | { readonly kind: "blank"; readonly number: number }
  | { readonly kind: "unsupported"; readonly what: string };

export type Runs = readonly Run[];

export type Block =
  | { readonly kind: "paragraph"; readonly runs: Runs }
  | { readonly kind: "table"; readonly header: readonly Runs[]; readonly rows: readonly (readonly Runs[])[] }
  | { readonly kind: "image"; readonly src: string; readonly alt: string }
  | { readonly kind: "unsupported"; readonly what: string };

export type Content = readonly Block[];

export const item_types = [
  "single",
  "multiple",
  "truefalse",
  "fill",
  "short",
  "essay",
  "order",
  "match",
  "calculation",
] as const;
export type ItemType = (typeof item_types)[number] | "unsupported";

export interface Option {
  readonly id: OptionId;
  readonly content: Content;
}

/** What several items ask about; they stand together and carry the same one. */
export interface Stimulus {
  readonly id: string;
  readonly content: Content;
}

export interface Item {
  readonly id: ItemId;
  readonly number: number;
  readonly type: ItemType;
  readonly points: string;
  readonly blanks: number;
  readonly stem: Content;
  readonly options: readonly Option[];
  /** Match: what the options are matched to. Else none. */
  readonly prompts: readonly Option[];
  readonly stimulus: Stimulus | null;
}

export interface Section {
  readonly title: string;
  readonly note: string;
  readonly items: readonly Item[];
}

export interface Form {
  readonly id: FormId;
  readonly sections: readonly Section[];
}

export interface Credentials {
  readonly ticket: string;
  readonly id_tail: string;
}

export type Reply = { readonly ok: true } | { readonly ok: false; readonly error: string };
