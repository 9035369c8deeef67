// Calls of the API, which lives one folder above the page.

import { connection } from "./connection.js";
import { askForKey, currentKey, declined } from "./key.js";
import { t } from "./language.js";

const ASSETS = new URL(".", import.meta.url);
/** The API's address: assets are at `API/ui/VERSION/`. */
export const API = new URL("../../", ASSETS);
const PATIENCE_MS = 60_000;

/** A call that failed. `status` is 0 where nothing answered; `message` is for people. */
export class ApiError extends Error {
  constructor(status, message, { retryAfter = null, fromApi = false } = {}) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
    this.fromApi = fromApi;
  }

  /** Whether the same call may succeed later. */
  get passes() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/**
 * The JSON answer of a call. `ask`: when a key is needed, "always" ask for it, ask "once" (not again after it was
 * turned down), or "never". Raises ApiError, or an AbortError when `signal` says so.
 */
export async function call(route, { method = "GET", body, headers = {}, signal, ask = "once", keepalive = false } = {}) {
  for (;;) {
    const used = currentKey();
    const response = await send(route, { method, body, headers, signal, keepalive, key: used });
    if (response.ok) return answerOf(response);
    if (response.status !== 401) throw await failureOf(response);
    if (currentKey() !== used) continue;
    const mayAsk = ask === "always" || (ask === "once" && !declined());
    if (!mayAsk || !(await askForKey({ wrong: used !== "" }))) throw new ApiError(401, t("error.key"));
  }
}

async function send(route, { method, body, headers, signal, keepalive, key }) {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    const response = await fetch(new URL(route, API), {
      method,
      keepalive,
      cache: "no-store",
      credentials: "same-origin",
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
      headers: {
        Accept: "application/json",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(key ? { "x-functions-key": key } : {}),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    connection.answered();
    return response;
  } catch (error) {
    if (signal?.aborted) throw error;
    connection.failed();
    throw new ApiError(0, t("error.network"));
  }
}

async function answerOf(response) {
  try {
    return await response.json();
  } catch {
    throw new ApiError(0, t("error.cut"));
  }
}

async function failureOf(response) {
  const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  const retryAfter = Number.isNaN(seconds) ? null : seconds;
  let detail = null;
  if (response.headers.get("Content-Type")?.startsWith("application/problem+json")) {
    detail = (await response.json().catch(() => null))?.detail ?? null;
  }
  const message = detail ?? t("error.status", { status: response.status });
  return new ApiError(response.status, message, { retryAfter, fromApi: detail !== null });
}
