/** Checks what a candidate typed before it is sent. Pure. */

import type { Credentials } from "./contract.ts";

export type CredentialsFault = "ticket_missing" | "id_tail_invalid";

/** Full-width digits and letters, as a Chinese input method leaves them, count as plain ones. */
function plain(written: string): string {
  return written.normalize("NFKC").replace(/\s+/g, "").toUpperCase();
}

export function check_credentials(ticket: string, id_tail: string): Credentials | CredentialsFault {
  const credentials: Credentials = { ticket: plain(ticket), id_tail: plain(id_tail) };
  if (credentials.ticket === "") {
    return "ticket_missing";
  }
  return /^\d{3}[\dX]$/.test(credentials.id_tail) ? credentials : "id_tail_invalid";
}
