// How long to wait before a call is tried again.

const FIRST_MS = 500;
const MOST_MS = 15_000;

/** Milliseconds after so many failures in a row: doubling, with a random part, and never before the app said. */
export function retryPause(failures, retryAfterSeconds = null) {
  const pause = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
  return Math.max((retryAfterSeconds ?? 0) * 1000, pause * (0.75 + Math.random() / 2));
}
