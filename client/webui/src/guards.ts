/** Second line behind the kiosk's own lock-down, and the page's faults reported to the host. */

/** Nothing is copied, dragged, dropped or offered by a context menu. */
export function refuse_transfers(target: Document): void {
  for (const type of ["copy", "cut", "paste", "dragstart", "drop", "contextmenu"]) {
    target.addEventListener(type, (event) => event.preventDefault(), { capture: true });
  }
}

export function describe_problem(problem: unknown): string {
  return problem instanceof Error ? `${problem.name}: ${problem.message}` : String(problem);
}

export function report_faults(page: Window, log: (message: string) => void): void {
  page.addEventListener("error", (event) => {
    log(`error: ${event.message} at ${event.filename}:${event.lineno}:${event.colno}`);
  });
  page.addEventListener("unhandledrejection", (event) => {
    log(`unhandled rejection: ${describe_problem(event.reason)}`);
  });
  page.document.addEventListener("securitypolicyviolation", (event) => {
    log(`policy violation: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
  });
}
