// Scores many texts in batches within the app's limits. A batch that fails comes again; no row is ever dropped.

import { call } from "./api.js";
import { retryPause } from "./retry.js";

/** What the app takes unless its model card says otherwise. */
export const USUAL_LIMITS = { body_bytes: 262_144, text_characters: 2_000, batch_texts: 1_000 };

const AT_ONCE = 2;
const MOST_TEXTS = 500;
const MOST_ERRORS = 4;
const encoder = new TextEncoder();

/**
 * `state`: ready, running, paused, waiting (for the next try), locked (a key is needed), stopped (the app refuses)
 * or finished. Says "change".
 */
export class Scorer extends EventTarget {
  state = "ready";
  done = 0;
  failures = 0;
  message = "";
  model = "";
  seconds = 0;
  #texts;
  #limits;
  #bytes;
  #next = 0;
  #again = [];
  #stop = null;
  #since = 0;
  #errors = new Map();

  constructor(texts, limits = USUAL_LIMITS) {
    super();
    this.#texts = texts;
    this.#limits = { ...limits, batch_texts: Math.min(limits.batch_texts, MOST_TEXTS) };
    this.#bytes = limits.body_bytes - 1024;
    /** P(positive) of each row; NaN where there is none. */
    this.probability = new Float64Array(texts.length).fill(Number.NaN);
    this.ids = new Array(texts.length).fill("");
    /** Why a row was not scored: `{kind}` found here, or `{detail}` said by the app. */
    this.refused = new Map();
    texts.forEach((text, row) => this.#look(text, row));
  }

  get total() {
    return this.#texts.length;
  }

  /** Seconds until all is done at the present pace, or null while that cannot be said. */
  get secondsLeft() {
    const seconds = this.#elapsed();
    const scored = this.done - this.refused.size;
    return seconds < 1 || scored === 0 ? null : ((this.total - this.done) * seconds) / scored;
  }

  /** Starts, or goes on. */
  start() {
    if (this.state === "running" || this.state === "waiting" || this.state === "finished") return;
    this.#stop = new AbortController();
    this.#since = performance.now();
    this.#set("running");
    const { signal } = this.#stop;
    Promise.all(Array.from({ length: AT_ONCE }, () => this.#work(signal))).then(() => {
      if (!signal.aborted) this.#halt("finished");
    });
  }

  /** Stops; `start` goes on with the rows that are not scored yet. */
  pause() {
    if (this.state === "running" || this.state === "waiting") this.#halt("paused");
  }

  /** Tries again at once instead of waiting. */
  hurry() {
    if (this.state !== "waiting") return;
    this.#halt("paused");
    this.start();
  }

  async #work(signal) {
    while (!signal.aborted) {
      const batch = this.#batch();
      if (batch === null) return;
      // Its rows are out of the queue now: whatever happens, they are scored, refused, or put back.
      await this.#score(batch, signal);
    }
  }

  async #score(rows, signal) {
    try {
      const body = { texts: rows.map((row) => this.#texts[row]) };
      const answer = await call("predict/batch", { method: "POST", body, signal, ask: "always" });
      if (answer.predictions?.length !== rows.length) throw new Error("another number of answers than of texts");
      rows.forEach((row, index) => {
        this.probability[row] = answer.predictions[index].probabilities.positive;
        this.ids[row] = answer.predictions[index].id;
      });
      this.model = answer.model;
      this.done += rows.length;
      this.failures = 0;
      if (!signal.aborted) this.#set("running");
    } catch (error) {
      this.#failed(rows, error, signal);
      if (!signal.aborted && this.state === "waiting") await this.#wait(error, signal);
    }
  }

  #failed(rows, error, signal) {
    if (signal.aborted) {
      this.#again.push(rows);
      return;
    }
    const { status = 0, message } = error;
    const named = status === 400 ? /^texts\[(\d+)\]/.exec(message) : null;
    const limit = status === 400 ? /must hold 1 to (\d+)/.exec(message) : null;
    const errors = (this.#errors.get(rows[0]) ?? 0) + 1;
    if (named && rows[named[1]] !== undefined) {
      this.#refuse(rows[named[1]], { detail: message.replace(/^texts\[\d+\]: /, "") });
      this.#putBack(rows.filter((_, index) => index !== Number(named[1])));
    } else if (limit) {
      this.#limits.batch_texts = Math.min(this.#limits.batch_texts, Math.max(1, Number(limit[1])));
      this.#split(rows, message);
    } else if (status === 413) {
      this.#bytes = Math.max(2048, this.#bytes / 2);
      this.#split(rows, message);
    } else if (status === 401) {
      this.#putBack(rows);
      this.#halt("locked", message);
    } else if (status === 403 || status === 404 || status === 405) {
      this.#putBack(rows);
      this.#halt("stopped", message);
    } else if (status === 500 && errors > MOST_ERRORS) {
      this.#split(rows, message);
    } else if (error.passes) {
      if (status === 500) this.#errors.set(rows[0], errors);
      this.#putBack(rows);
      this.failures += 1;
      this.#set("waiting", message);
    } else {
      this.#split(rows, message);
    }
  }

  async #wait(error, signal) {
    const pause = retryPause(this.failures - 1, error.retryAfter);
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, pause);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Both halves come again; what cannot be halved is refused. */
  #split(rows, message) {
    if (rows.length === 1) return this.#refuse(rows[0], { detail: message });
    const half = Math.ceil(rows.length / 2);
    this.#putBack(rows.slice(0, half));
    return this.#putBack(rows.slice(half));
  }

  #putBack(rows) {
    if (rows.length) this.#again.push(rows);
  }

  #refuse(row, reason) {
    this.refused.set(row, reason);
    this.done += 1;
  }

  #look(text, row) {
    if (!text.trim()) this.#refuse(row, { kind: "blank" });
    else if (text.includes("\0")) this.#refuse(row, { kind: "nul" });
    // A character of the app may be two units here, never the other way round.
    else if (text.length > this.#limits.text_characters && [...text].length > this.#limits.text_characters) {
      this.#refuse(row, { kind: "long" });
    }
  }

  /** The rows of the next batch within the limits, or null. */
  #batch() {
    if (this.#again.length) return this.#again.shift();
    const rows = [];
    let bytes = 0;
    while (this.#next < this.total && rows.length < this.#limits.batch_texts) {
      if (!this.refused.has(this.#next)) {
        bytes += encoder.encode(JSON.stringify(this.#texts[this.#next])).length + 1;
        if (rows.length && bytes > this.#bytes) break;
        rows.push(this.#next);
      }
      this.#next += 1;
    }
    return rows.length ? rows : null;
  }

  #elapsed() {
    const going = this.state === "running" || this.state === "waiting";
    return this.seconds + (going ? (performance.now() - this.#since) / 1000 : 0);
  }

  #halt(state, message = "") {
    this.seconds = this.#elapsed();
    this.#set(state, message);
    this.#stop.abort();
  }

  #set(state, message = "") {
    this.state = state;
    this.message = message;
    this.dispatchEvent(new Event("change"));
  }
}
