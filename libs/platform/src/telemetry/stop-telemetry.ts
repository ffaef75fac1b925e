/** How long the end of a process may wait for the collector. */
const STOP_TIMEOUT_MS = 3_000;

let stop: () => Promise<void> = () => Promise.resolve();

/** Tells what must be sent before the process ends. */
export function onTelemetryStop(action: () => Promise<void>): void {
  stop = action;
}

/** Sends what was recorded and not yet sent. Never throws and never waits long: telemetry must not keep a process from ending. */
export async function stopTelemetry(): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, STOP_TIMEOUT_MS);
  });
  await Promise.race([stop().catch(() => undefined), tooLate]);
  clearTimeout(timer);
}
