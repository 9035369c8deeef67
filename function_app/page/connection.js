// Whether the app answers. When it stops, its health is asked for until it is back.

const FIRST_MS = 1_000;
const MOST_MS = 15_000;
const HEALTH = new URL("../../health", new URL(".", import.meta.url));

class Connection extends EventTarget {
  #away = false;
  #timer = 0;

  /** Whether the last call found nobody. */
  get away() {
    return this.#away;
  }

  /** A call was answered, whatever the answer. */
  answered() {
    if (this.#away) this.#change(false);
  }

  /** A call was not answered. */
  failed() {
    if (this.#away) return;
    this.#change(true);
    this.#look(FIRST_MS);
  }

  #change(away) {
    this.#away = away;
    clearTimeout(this.#timer);
    this.dispatchEvent(new Event(away ? "away" : "back"));
  }

  #look(pause) {
    this.#timer = setTimeout(async () => {
      try {
        await fetch(HEALTH, { cache: "no-store", signal: AbortSignal.timeout(10_000) });
        this.answered();
      } catch {
        if (this.#away) this.#look(Math.min(2 * pause, MOST_MS));
      }
    }, pause);
  }
}

/** The one connection; says "away" and "back". */
export const connection = new Connection();
