// The tweets that this browser asked about.

import { keep, kept } from "./kept.js";

const NAME = "history";
const MOST = 200;

/** A bounded list of `{id, at, text, label, confidence, model, said}`, newest first; says "change". */
class History extends EventTarget {
  #entries = kept(NAME, []).filter((one) => typeof one?.text === "string" && typeof one?.id === "string");

  /** The entries, newest first. */
  get entries() {
    return this.#entries;
  }

  /** Adds an answer; the same text again moves up. */
  add(entry) {
    this.#set([entry, ...this.#entries.filter((one) => one.text !== entry.text)].slice(0, MOST));
  }

  /** Notes what was said about a prediction: a label, or null. */
  note(id, said) {
    this.#set(this.#entries.map((one) => (one.id === id ? { ...one, said } : one)));
  }

  /** Removes all entries; what they were. */
  clear() {
    const before = this.#entries;
    this.#set([]);
    return before;
  }

  /** Puts entries back, behind those that came meanwhile. */
  restore(entries) {
    this.#set([...this.#entries, ...entries].slice(0, MOST));
  }

  #set(entries) {
    this.#entries = entries;
    keep(NAME, entries);
    this.dispatchEvent(new Event("change"));
  }
}

/** The one history. */
export const history = new History();
