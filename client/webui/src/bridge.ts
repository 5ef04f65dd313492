/** The page's only door to its host (the kiosk program). What passes it is described in README.md. */

import type { Credentials, Form, ItemId, Reply, ResponseValue, View } from "./contract.ts";
import { narrow_acknowledgement, narrow_reply, narrow_view } from "./narrow.ts";
import { narrow_form } from "./narrow_form.ts";

interface MessageHandler {
  postMessage(message: string): Promise<unknown>;
}

declare global {
  interface Window {
    readonly webkit?: { readonly messageHandlers?: { readonly papervault?: MessageHandler } };
    papervault?: { receive(view: unknown): void; form_ready(): void };
  }
}

/** What the page can ask of its host, exactly as it goes over the wire. */
export type Call =
  | { readonly call: "view" }
  | { readonly call: "form" }
  | ({ readonly call: "sign_in" } & Credentials)
  | { readonly call: "confirm_identity"; readonly confirmed: boolean }
  | { readonly call: "answer"; readonly item: ItemId; readonly response: ResponseValue }
  | { readonly call: "mark"; readonly item: ItemId; readonly marked: boolean }
  | { readonly call: "hand_in" }
  | { readonly call: "log"; readonly message: string };

export interface HostListener {
  view_received(view: View): void;
  form_ready(): void;
  /** The host sent something that breaks the contract; it was dropped. */
  contract_broken(problem: unknown): void;
}

/** The host did not answer in time, refused the call, or sent no JSON. */
export class HostFailure extends Error {
  override name = "HostFailure";
}

const reply_deadline_ms = 20_000;
const log_length_max = 500;
const log_messages_max = 100;

export class Bridge {
  readonly #handler: MessageHandler;
  #log_messages_left = log_messages_max;

  constructor(handler: MessageHandler) {
    this.#handler = handler;
  }

  async view(): Promise<View> {
    return narrow_view(await this.#ask({ call: "view" }));
  }

  async form(): Promise<Form | null> {
    const raw = await this.#ask({ call: "form" });
    return raw === null ? null : narrow_form(raw);
  }

  async sign_in({ ticket, id_tail }: Credentials): Promise<Reply> {
    return narrow_reply(await this.#ask({ call: "sign_in", ticket, id_tail }));
  }

  async confirm_identity(confirmed: boolean): Promise<Reply> {
    return narrow_acknowledgement(await this.#ask({ call: "confirm_identity", confirmed }));
  }

  async answer(item: ItemId, response: ResponseValue): Promise<Reply> {
    return narrow_acknowledgement(await this.#ask({ call: "answer", item, response }));
  }

  async mark(item: ItemId, marked: boolean): Promise<Reply> {
    return narrow_acknowledgement(await this.#ask({ call: "mark", item, marked }));
  }

  async hand_in(): Promise<Reply> {
    return narrow_reply(await this.#ask({ call: "hand_in" }));
  }

  /** Never fails: there is nobody left to tell. Bounded, so a fault in a loop cannot flood the host's log. */
  log(message: string): void {
    if (this.#log_messages_left > 0) {
      this.#log_messages_left -= 1;
      this.#ask({ call: "log", message: message.slice(0, log_length_max) }).catch(() => undefined);
    }
  }

  async #ask(call: Call): Promise<unknown> {
    const reply = await before_deadline(this.#handler.postMessage(JSON.stringify(call)), call.call);
    if (typeof reply !== "string") {
      throw new HostFailure(`${call.call}: the reply is not a string`);
    }
    try {
      return JSON.parse(reply) as unknown;
    } catch {
      throw new HostFailure(`${call.call}: the reply is not JSON`);
    }
  }
}

function before_deadline(reply: Promise<unknown>, call: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new HostFailure(`${call}: no reply`)), reply_deadline_ms);
    reply
      .then(resolve, () => reject(new HostFailure(`${call}: refused by the host`)))
      .finally(() => clearTimeout(timer));
  });
}

/** @return null when the page was opened outside a kiosk. */
export function connect_bridge(host: Window): Bridge | null {
  const handler = host.webkit?.messageHandlers?.papervault;
  return handler === undefined ? null : new Bridge(handler);
}

/** From here on the host may push views; a view that breaks the contract is reported and dropped. */
export function listen_to_host(host: Window, listener: HostListener): void {
  host.papervault = Object.freeze({
    receive(raw: unknown): void {
      let view: View;
      try {
        view = narrow_view(raw);
      } catch (problem) {
        listener.contract_broken(problem);
        return;
      }
      listener.view_received(view);
    },
    form_ready(): void {
      listener.form_ready();
    },
  });
}
