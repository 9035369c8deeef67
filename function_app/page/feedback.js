// What people say about answers: held for a moment so that it can be taken back, then sent until it is kept.

import { call } from "./api.js";
import { keep, kept } from "./kept.js";
import { retryPause } from "./retry.js";

/** How long feedback can be taken back, in milliseconds. */
export const GRACE_MS = 5_000;
const NAME = "feedback-to-send";
const LEFT_BEHIND_MS = 30_000;

/** Feedback by prediction: `{key, state, due, body, message}`; says "change" with the prediction's id. */
class Feedback extends EventTarget {
  #entries = new Map();

  constructor() {
    super();
    // Another tab may still hold what is younger. What it sent as well counts once: the key is the same.
    for (const entry of kept(NAME, [])) {
      if (Date.now() - entry.due < LEFT_BEHIND_MS) continue;
      this.#entries.set(entry.body.prediction_id, { ...entry, state: "sending" });
      this.#send(entry.body.prediction_id);
    }
    addEventListener("pagehide", () => this.#sendAllNow());
  }

  /** What was said about a prediction, or undefined. */
  about(id) {
    return this.#entries.get(id);
  }

  /** Says the right label; it is sent when the grace is over. */
  give(id, { label, text }) {
    const body = { prediction_id: id, label, text };
    const entry = { key: randomKey(), state: "held", due: Date.now() + GRACE_MS, body, message: "" };
    this.#entries.set(id, entry);
    entry.timer = setTimeout(() => this.#send(id), GRACE_MS);
    this.#changed(id);
  }

  /** Takes back what is still held. */
  undo(id) {
    const entry = this.#entries.get(id);
    if (entry?.state !== "held") return;
    clearTimeout(entry.timer);
    this.#entries.delete(id);
    this.#changed(id);
  }

  async #send(id) {
    const entry = this.#entries.get(id);
    entry.state = "sending";
    this.#changed(id);
    for (let failures = 0; ; failures += 1) {
      try {
        await this.#post(entry, {});
        entry.state = "sent";
        break;
      } catch (error) {
        entry.message = error.message;
        entry.state = error.passes ? "waiting" : "refused";
        this.#changed(id);
        if (!error.passes) break;
        await new Promise((resolve) => setTimeout(resolve, retryPause(failures, error.retryAfter)));
      }
    }
    this.#changed(id);
  }

  #post(entry, options) {
    const headers = { "Idempotency-Key": entry.key };
    return call("feedback", { method: "POST", body: entry.body, headers, ...options });
  }

  #sendAllNow() {
    for (const entry of this.#entries.values()) {
      if (entry.state !== "sent" && entry.state !== "refused") {
        this.#post(entry, { keepalive: true, ask: "never" }).catch(() => {});
      }
    }
  }

  #changed(id) {
    const unsent = [...this.#entries.values()].filter((one) => one.state !== "sent" && one.state !== "refused");
    keep(NAME, unsent.map(({ key, due, body }) => ({ key, due, body })));
    this.dispatchEvent(new CustomEvent("change", { detail: id }));
  }
}

function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The one place where feedback goes. */
export const feedback = new Feedback();
