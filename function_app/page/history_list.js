// The list of the history, and what can be done with it.

import { csvLine } from "./csv.js";
import { fill, h } from "./dom.js";
import { download } from "./download.js";
import { history } from "./history.js";
import { confidenceFigure, moment, t } from "./language.js";

const COLUMNS = ["at", "text", "label", "confidence", "model", "said", "id"];
const SHOWN = 20;

/** Shows the newest entries; `take` gets the text of the one that is chosen. */
export class HistoryList {
  root = h("aside.history");
  #take;
  #cleared = null;
  #all = false;

  constructor(take) {
    this.#take = take;
    history.addEventListener("change", () => this.draw());
  }

  /** Draws it in the present language. */
  draw() {
    const { entries } = history;
    if (entries.length) this.#cleared = null;
    const shown = this.#all ? entries : entries.slice(0, SHOWN);
    fill(
      this.root,
      h("h2", t("history.title")),
      h("p.hint", t("history.where")),
      entries.length === 0 && h("p.empty", t(this.#cleared ? "history.cleared" : "history.empty")),
      this.#cleared && h("button", { type: "button", onclick: () => history.restore(this.#cleared) }, t("undo")),
      h("ol", shown.map((entry) => this.#line(entry))),
      entries.length > shown.length && h("button", { type: "button", onclick: () => this.#showAll() }, t("history.all", { n: entries.length })),
      entries.length > 0 && this.#tools(),
    );
  }

  #line({ text, label, confidence, at, said }) {
    const what = said === null ? null : t(said === label ? "history.right" : "history.wrong");
    return h(
      "li",
      h(
        "button.entry",
        { type: "button", title: moment(at), onclick: () => this.#take(text) },
        h("span.text", { lang: "en" }, text),
        h("span.meta", h(`span.dot.${label}`, { "aria-hidden": "true" }), t(`label.${label}`), " · ", confidenceFigure(confidence), what && ` · ${what}`),
      ),
    );
  }

  #tools() {
    return h(
      "div.row.tools",
      h("button", { type: "button", onclick: exportCsv }, "CSV"),
      h("button", { type: "button", onclick: exportJson }, "JSON"),
      h("button", { type: "button", onclick: () => this.#clear() }, t("history.clear")),
    );
  }

  #showAll() {
    this.#all = true;
    this.draw();
  }

  #clear() {
    const before = history.clear();
    this.#cleared = before;
    this.draw();
    this.root.querySelector("button")?.focus();
  }
}

function exportCsv() {
  const lines = [COLUMNS, ...history.entries.map((entry) => COLUMNS.map((name) => String(entry[name] ?? "")))];
  download("tweets.csv", "text/csv", lines.map((fields) => csvLine(fields)));
}

function exportJson() {
  download("tweets.json", "application/json", [JSON.stringify(history.entries, null, 2)]);
}
