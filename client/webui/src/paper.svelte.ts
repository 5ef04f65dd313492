/** The open paper: which item is shown, what is answered and marked, and what of it is saved. */

import type { Bridge } from "./bridge.ts";
import type { Form, Item, ItemId, OptionId, RecordedResponse, Reply, ResponseValue } from "./contract.ts";
import { PendingChanges } from "./pending.svelte.ts";
import {
  completeness,
  item_state,
  same_response,
  with_match,
  with_move,
  with_option,
  with_text,
  type ItemState,
} from "./progress.ts";

export interface PaperHost {
  readonly bridge: Pick<Bridge, "answer" | "mark">;
  recorded(id: ItemId): RecordedResponse | undefined;
  now_ms(): number;
  failed(problem: unknown): void;
}

class Refused extends Error {
  override name = "Refused";
}

async function taken(call: Promise<Reply>): Promise<void> {
  const reply = await call;
  if (!reply.ok) {
    throw new Refused(reply.error);
  }
}

export class Paper {
  readonly form: Form;
  readonly items: readonly Item[];
  readonly #host: PaperHost;
  readonly #responses: PendingChanges<ItemId, ResponseValue>;
  readonly #marks: PendingChanges<ItemId, boolean>;
  #index = $state(0);

  readonly open_items = $derived.by(() => this.items.filter((item) => !this.is_complete(item)));
  readonly marked_items = $derived.by(() => this.items.filter((item) => this.is_marked(item)));
  readonly unsaved = $derived.by(() => this.items.filter((item) => !this.#is_saved(item)).length);

  constructor(form: Form, host: PaperHost, start_at: ItemId | null) {
    this.form = form;
    this.items = form.sections.flatMap((section) => section.items);
    this.#host = host;
    const failed = (problem: unknown): void => host.failed(problem);
    this.#responses = new PendingChanges({
      send: (id, value) => taken(host.bridge.answer(id, value)),
      confirmed: (id) => host.recorded(id)?.value ?? [],
      equal: same_response,
      failed,
    });
    this.#marks = new PendingChanges({
      send: (id, marked) => taken(host.bridge.mark(id, marked)),
      confirmed: (id) => host.recorded(id)?.marked ?? false,
      equal: (left, right) => left === right,
      failed,
    });
    this.#index = this.#first_index(start_at);
  }

  get index(): number {
    return this.#index;
  }

  get current(): Item {
    const item = this.items[this.#index];
    if (item === undefined) {
      throw new RangeError("a form has at least one item");
    }
    return item;
  }

  get current_section_index(): number {
    return this.form.sections.findIndex((section) => section.items.includes(this.current));
  }

  value(item: Item): ResponseValue {
    return this.#responses.value(item.id);
  }

  state(item: Item): ItemState {
    return item_state(item, this.value(item), this.#is_saved(item));
  }

  is_complete(item: Item): boolean {
    return completeness(item, this.value(item)) === "complete";
  }

  is_marked(item: Item): boolean {
    return this.#marks.value(item.id);
  }

  /** Outside the paper: the nearest end. */
  go_to(index: number): void {
    this.flush();
    this.#index = Math.min(Math.max(0, index), this.items.length - 1);
  }

  choose(item: Item, option: OptionId): void {
    this.#responses.put(item.id, with_option(item, this.value(item), option), this.#host.now_ms());
  }

  /** @param from,to  Places in the candidate's order, from 0. */
  move(item: Item, from: number, to: number): void {
    this.#responses.put(item.id, with_move(item, this.value(item), from, to), this.#host.now_ms());
  }

  match(item: Item, prompt: OptionId, option: OptionId | null): void {
    this.#responses.put(item.id, with_match(item, this.value(item), prompt, option), this.#host.now_ms());
  }

  write(item: Item, field: number, written: string): void {
    this.#responses.type(item.id, with_text(item, this.value(item), field, written), this.#host.now_ms());
  }

  clear_response(item: Item): void {
    this.#responses.put(item.id, [], this.#host.now_ms());
  }

  toggle_mark(item: Item): void {
    this.#marks.put(item.id, !this.is_marked(item), this.#host.now_ms());
  }

  tick(): void {
    this.#responses.tick(this.#host.now_ms());
    this.#marks.tick(this.#host.now_ms());
  }

  flush(): void {
    this.#responses.flush(this.#host.now_ms());
  }

  /** @return Whether the host took every response. */
  async drain(): Promise<boolean> {
    return this.#responses.drain(this.#host.now_ms());
  }

  /** A new view is in force. */
  settle(): void {
    this.#responses.settle();
    this.#marks.settle();
  }

  #is_saved(item: Item): boolean {
    return !this.#responses.has(item.id) && (this.#host.recorded(item.id)?.saved ?? true);
  }

  /** Where the candidate was; else the first item not answered yet, for a paper that was begun elsewhere. */
  #first_index(start_at: ItemId | null): number {
    const remembered = this.items.findIndex((item) => item.id === start_at);
    if (remembered >= 0) {
      return remembered;
    }
    return Math.max(
      0,
      this.items.findIndex((item) => !this.is_complete(item)),
    );
  }
}
