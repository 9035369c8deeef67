// How far the scoring of a file is, and what to do about it.

import { fill, h } from "./dom.js";
import { duration, number, percent, t } from "./language.js";

const SPOKEN_EVERY = 0.25;

/** The card with the bar; `reset` is called when another file is wanted. */
export class ManyProgress {
  root = h("div.card.progress");
  #scorer;
  #reset;
  #words = h("p.figures");
  #trouble = h("div.trouble");
  #buttons = h("div.row");
  #bar = h("progress");
  #spoken = h("p.unseen", { role: "status" });
  #said = "";
  #shownState = null;

  constructor(scorer, reset) {
    this.#scorer = scorer;
    this.#reset = reset;
    let isDue = false;
    scorer.addEventListener("change", () => {
      if (isDue) return;
      isDue = true;
      requestAnimationFrame(() => {
        isDue = false;
        this.#update();
      });
    });
  }

  /** Draws all in the present language. */
  draw() {
    this.#bar.setAttribute("aria-label", t("progress.label"));
    fill(this.root, this.#words, this.#bar, this.#trouble, this.#buttons, this.#spoken);
    this.#shownState = null;
    this.#update();
    return this.root;
  }

  #update() {
    const { state, done, total } = this.#scorer;
    this.#bar.max = total;
    this.#bar.value = done;
    this.#bar.textContent = percent(done / total);
    fill(this.#words, h("strong", t("progress.done", { done: number(done), total: number(total) })), h("span", this.#situation()));
    this.#speak();
    if (state === this.#shownState && state !== "waiting") return;
    const hadFocus = this.#buttons.contains(document.activeElement);
    if (state !== this.#shownState) fill(this.#buttons, this.#choices());
    if (hadFocus && !this.#buttons.contains(document.activeElement)) this.#buttons.querySelector("button")?.focus();
    fill(this.#trouble, this.#troubles());
    this.#shownState = state;
  }

  #situation() {
    const { state, secondsLeft } = this.#scorer;
    if (state === "running") return secondsLeft === null ? t("progress.running") : t("progress.left", { time: duration(secondsLeft) });
    if (state === "finished") return t("progress.took", { time: duration(this.#scorer.seconds) });
    return t(`progress.${state}`);
  }

  #troubles() {
    const { state, message, failures } = this.#scorer;
    if (!["waiting", "locked", "stopped"].includes(state)) return null;
    return h("p.note", h("span", message), " ", h("b", t(state === "waiting" ? "progress.again" : "progress.kept", { n: failures })));
  }

  #choices() {
    const { state } = this.#scorer;
    const button = (words, does, kind = "button") => h(kind, { type: "button", onclick: does }, t(words));
    const other = button("many.other", () => this.#reset(), "button.other");
    if (state === "finished") return [other];
    if (state === "waiting") return [button("progress.now", () => this.#scorer.hurry(), "button.primary"), button("progress.pause", () => this.#scorer.pause())];
    if (state === "running") return [button("progress.pause", () => this.#scorer.pause(), "button.pause")];
    const words = state === "locked" ? "key.give" : "progress.resume";
    return [button(words, () => this.#scorer.start(), "button.primary"), button("progress.cancel", () => this.#reset())];
  }

  /** Not at each batch, or a screen reader would never be done. */
  #speak() {
    const { state, done, total } = this.#scorer;
    const step = Math.floor(done / total / SPOKEN_EVERY);
    const now = `${state}${step}`;
    if (now === this.#said) return;
    this.#said = now;
    fill(this.#spoken, `${t("progress.done", { done: number(done), total: number(total) })} ${this.#situation()}`);
  }
}
