// The first view: one tweet, answered as it is typed.

import { answerCard } from "./answer.js";
import { call } from "./api.js";
import { connection } from "./connection.js";
import { fill, h } from "./dom.js";
import { feedback } from "./feedback.js";
import { history } from "./history.js";
import { HistoryList } from "./history_list.js";
import { confidenceFigure, t } from "./language.js";
import { sureness } from "./sureness.js";

const PAUSE_MS = 350;
const MOST_CHARACTERS = 2_000;

/** `idle`, `asking`, `answered` or `failed`; the last answer stays until another one is there. */
export class TryView {
  root = h("section.view.try");
  #text = "";
  #state = "idle";
  #answer = null;
  #error = null;
  #asked = new AbortController();
  #timer = 0;
  #field = null;
  #result = h("div.result");
  #count = h("span.count");
  #spoken = h("p.unseen", { role: "status" });
  #history = new HistoryList((text) => this.take(text));

  constructor() {
    feedback.addEventListener("change", (event) => {
      const said = feedback.about(event.detail);
      history.note(event.detail, said && said.state !== "refused" ? said.body.label : null);
      if (event.detail === this.#answer?.id) this.#drawResult();
    });
    connection.addEventListener("back", () => {
      if (this.#state === "failed") this.#ask({ settled: false });
    });
    this.draw();
  }

  /** Takes the focus, where that opens no keyboard on a screen. */
  show() {
    if (matchMedia("(hover: hover)").matches) this.#field.focus({ preventScroll: true });
  }

  /** Scores a text that comes from elsewhere on the page. */
  take(text) {
    this.#text = text;
    this.#field.value = text;
    this.#fit();
    this.#field.focus();
    this.#ask({ settled: true });
  }

  /** Draws all in the present language. */
  draw() {
    this.#field = h("textarea", {
      id: "tweet",
      rows: "3",
      value: this.#text,
      lang: "en",
      placeholder: t("try.placeholder"),
      "aria-describedby": "tweet-hint",
      oninput: () => this.#typed(),
      onkeydown: (event) => this.#pressed(event),
    });
    fill(
      this.root,
      h(
        "div.ask",
        h("h1", t("try.title")),
        h("label", { for: "tweet" }, t("try.label")),
        this.#field,
        h(
          "div.row.under",
          h("span.hint", { id: "tweet-hint" }, t("try.hint")),
          this.#count,
          h("button.primary", { type: "button", onclick: () => this.#ask({ settled: true }) }, t("try.button")),
        ),
        this.#result,
        this.#spoken,
      ),
      this.#history.root,
    );
    this.#fit();
    this.#history.draw();
    this.#drawResult();
  }

  #typed() {
    this.#text = this.#field.value;
    this.#fit();
    clearTimeout(this.#timer);
    this.#asked.abort();
    if (!this.#text.trim()) {
      this.#state = "idle";
      this.#answer = null;
      return this.#drawResult();
    }
    this.#timer = setTimeout(() => this.#ask({ settled: false }), PAUSE_MS);
    return undefined;
  }

  #pressed(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#ask({ settled: true });
  }

  #fit() {
    const characters = [...this.#text].length;
    const over = characters > MOST_CHARACTERS;
    this.#count.classList.toggle("over", over);
    fill(this.#count, characters > 200 ? t("try.count", { n: characters, most: MOST_CHARACTERS }) : null);
    this.#field.style.height = "auto";
    this.#field.style.height = `${Math.min(this.#field.scrollHeight + 2, 360)}px`;
  }

  /** `settled`: the person has finished; only such texts are recorded by the app and kept in the history. */
  async #ask({ settled }) {
    clearTimeout(this.#timer);
    this.#asked.abort();
    const text = this.#text;
    if (!text.trim()) return this.#field.focus();
    const asked = new AbortController();
    this.#asked = asked;
    this.#state = "asking";
    this.#drawResult();
    const body = { text, explain: true, ...(settled ? {} : { record: false }) };
    try {
      const ask = settled ? "always" : "once";
      const answer = await call("predict", { method: "POST", body, signal: asked.signal, ask });
      if (asked.signal.aborted) return undefined;
      this.#answer = { ...answer, text };
      this.#state = "answered";
      this.#speak();
      if (settled) this.#remember();
    } catch (error) {
      if (asked.signal.aborted) return undefined;
      this.#error = error;
      this.#state = "failed";
    }
    return this.#drawResult();
  }

  #remember() {
    const { id, text, label, confidence, model } = this.#answer;
    history.add({ id, at: new Date().toISOString(), text, label, confidence, model, said: null });
  }

  #speak() {
    const { label, confidence } = this.#answer;
    const words = { label: t(`label.${label}`), percent: confidenceFigure(confidence), sure: t(`sure.${sureness(confidence)}`) };
    fill(this.#spoken, t("try.spoken", words));
  }

  #drawResult() {
    this.#result.classList.toggle("asking", this.#state === "asking" && this.#answer !== null);
    this.#result.setAttribute("aria-busy", String(this.#state === "asking"));
    fill(this.#result, this.#content());
  }

  #content() {
    if (this.#state === "failed") return this.#failure();
    if (this.#answer !== null) return answerCard(this.#answer);
    if (this.#state === "asking") return h("div.card.waiting", h("p.skeleton"), h("p.skeleton"), h("p.skeleton"));
    return this.#invitation();
  }

  #failure() {
    const { status, message } = this.#error;
    const button = status === 401 ? t("key.give") : t("again");
    return h(
      "div.card.failure",
      { role: "alert" },
      h("h2", t(status === 0 ? "try.unreachable" : status === 401 ? "try.locked" : "try.refused")),
      h("p", { lang: this.#error.fromApi ? "en" : null }, message),
      h("button", { type: "button", onclick: () => this.#ask({ settled: true }) }, button),
    );
  }

  #invitation() {
    const examples = [t("try.example1"), t("try.example2"), t("try.example3")];
    return h(
      "div.card.invitation",
      h("p", t("try.empty")),
      h(
        "div.examples",
        examples.map((text) => h("button.chip", { type: "button", lang: "en", onclick: () => this.take(text) }, text)),
      ),
    );
  }
}
