// The third view: whether the model still fits what comes in.

import { call } from "./api.js";
import { alertsCard } from "./alerts_card.js";
import { connection } from "./connection.js";
import { fill, h } from "./dom.js";
import { driftCards } from "./drift_cards.js";
import { moment, t } from "./language.js";
import { modelCard } from "./model_card.js";

const HISTORY = 100;
const ALERTS = 20;

/** A part of the view: `waiting`, `there` with its `value`, or `failed` with its `error`. */
const WAITING = { state: "waiting" };

/** Asks the API when it is first shown, and again when it is told to. */
export class WatchView {
  root = h("section.view.watch");
  #parts = { drift: WAITING, alerts: WAITING, model: WAITING };
  #at = null;
  #isAsking = false;
  #earlierIsAsked = false;

  constructor() {
    this.draw();
    connection.addEventListener("back", () => this.#at && this.#load("once"));
  }

  /** Loads what was never loaded. */
  show() {
    if (this.#at === null) this.#load("once");
  }

  /** Draws all in the present language. */
  draw() {
    const { drift, alerts, model } = this.#parts;
    fill(
      this.root,
      h("div.row.above", h("h1", t("watch.title")), this.#at && h("p.hint", t("watch.at", { time: moment(this.#at) })), this.#refresh()),
      h("p.lead", t("watch.lead")),
      this.#locked() ?? [
        this.#part(drift, t("drift.title"), (value) => driftCards(value, { earlier: () => this.#earlier(), isAsked: this.#earlierIsAsked })),
        h("div.columns", this.#part(alerts, t("alerts.title"), alertsCard), this.#part(model, t("model.title"), modelCard)),
      ],
    );
  }

  #refresh() {
    return h("button", { type: "button", "aria-disabled": this.#isAsking ? "true" : null, onclick: () => this.#isAsking || this.#load("always") }, t("watch.refresh"));
  }

  async #load(ask) {
    this.#isAsking = true;
    this.#at = new Date();
    const routes = { drift: `drift?limit=${HISTORY}`, alerts: `alerts?limit=${ALERTS}`, model: "model" };
    // The first alone, so that a key is asked for once.
    for (const [name, route] of Object.entries(routes)) this.#parts[name] = await this.#ask(route, ask, this.#parts[name]);
    this.#isAsking = false;
    this.#at = new Date();
    const hadFocus = this.root.contains(document.activeElement);
    this.draw();
    if (hadFocus) this.root.querySelector("button")?.focus();
  }

  async #ask(route, ask, before) {
    try {
      return { state: "there", value: await call(route, { ask }) };
    } catch (error) {
      return before.state === "there" && error.status === 0 ? before : { state: "failed", error };
    }
  }

  async #earlier() {
    const { value } = this.#parts.drift;
    this.#earlierIsAsked = true;
    const found = await this.#ask(`drift?limit=${HISTORY}&before=${value.next}`, "always", WAITING);
    this.#earlierIsAsked = false;
    if (found.state === "there") {
      const history = [...value.history, ...found.value.history];
      this.#parts.drift = { state: "there", value: { ...value, history, next: found.value.next ?? null } };
    }
    this.draw();
  }

  #locked() {
    const isLocked = Object.values(this.#parts).every(({ error }) => error?.status === 401);
    return isLocked
      ? h("div.card.failure", h("h2", t("watch.locked")), h("p", t("error.key")), h("button", { type: "button", onclick: () => this.#load("always") }, t("key.give")))
      : null;
  }

  #part({ state, value, error }, title, drawn) {
    if (state === "there") return drawn(value);
    if (state === "waiting") return h("section.card.waiting", { "aria-busy": "true" }, h("h2", title), h("p.skeleton"), h("p.skeleton"), h("p.skeleton"));
    return h(
      "section.card.failure",
      h("h2", title),
      h("p", { lang: error.fromApi ? "en" : null }, error.message),
      h("button", { type: "button", onclick: () => this.#load("always") }, t("again")),
    );
  }
}
