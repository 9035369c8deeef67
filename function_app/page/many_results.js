// What came out of a file: shares, a histogram, the table, and the file with the scores.

import { fill, h } from "./dom.js";
import { histogram } from "./histogram.js";
import { confidenceFigure, number, percent, t } from "./language.js";
import { saveScored } from "./scored_file.js";
import { SURENESS } from "./sureness.js";
import { VirtualTable } from "./virtual_table.js";

const NOT_SURE_BELOW = SURENESS.find(({ name }) => name === "leaning").from;
const FILTERS = ["all", "negative", "positive", "unsure", "refused"];
const EVERY_MS = 700;

// By code units: comparing 50,000 long texts by the rules of a language takes half a minute.
const compare = (left, right) => (left < right ? -1 : left > right ? 1 : 0);

/** Follows a scorer; what it shows grows with it. */
export class ManyResults {
  root = h("div.results");
  #scorer;
  #sheet;
  #column;
  #open;
  #filter = "all";
  #sort = { column: "row", isRising: true };
  #guard = false;
  #shares = h("div.shares");
  #histogram = h("figure.plot");
  #table;
  #keys = null;
  #updatedAt = 0;
  #timer = 0;

  constructor({ scorer, sheet, column, open }) {
    this.#scorer = scorer;
    this.#sheet = sheet;
    this.#column = column;
    this.#open = open;
    scorer.addEventListener("change", () => this.#soon());
  }

  /** Draws all in the present language. */
  draw() {
    this.#table = new VirtualTable({
      label: t("table.label"),
      columns: ["row", "text", "verdict", "confidence"].map((name) => ({ name, title: t(`table.${name}`) })),
      cell: (row, column) => this.#cell(row, column),
      onsort: (column) => this.#sortBy(column),
    });
    const filter = h("select", { id: "filter", onchange: () => this.#filterBy(filter.value) }, FILTERS.map((name) => h("option", { value: name, selected: name === this.#filter }, t(`filter.${name}`))));
    fill(
      this.root,
      h("div.summary", this.#shares, this.#histogram),
      h("div.row.above", h("h2", t("table.title")), h("label", { for: "filter" }, t("filter.label")), filter),
      this.#table.root,
      this.#downloads(),
    );
    this.#update();
    return this.root;
  }

  /** Measures again. */
  show() {
    this.#table?.measure();
  }

  #soon() {
    clearTimeout(this.#timer);
    const wait = this.#scorer.state === "finished" ? 0 : Math.max(0, this.#updatedAt + EVERY_MS - performance.now());
    this.#timer = setTimeout(() => this.#update(), wait);
  }

  #update() {
    this.#updatedAt = performance.now();
    this.#drawShares();
    this.#drawHistogram();
    this.#order();
  }

  #label(row) {
    const probability = this.#scorer.probability[row];
    return Number.isNaN(probability) ? "" : probability >= 0.5 ? "positive" : "negative";
  }

  #confidence(row) {
    const probability = this.#scorer.probability[row];
    return Math.max(probability, 1 - probability);
  }

  #counts() {
    const counts = { negative: 0, positive: 0, unsure: 0, refused: this.#scorer.refused.size };
    for (let row = 0; row < this.#scorer.total; row += 1) {
      const label = this.#label(row);
      if (!label) continue;
      counts[label] += 1;
      if (this.#confidence(row) < NOT_SURE_BELOW) counts.unsure += 1;
    }
    return counts;
  }

  #drawShares() {
    const counts = this.#counts();
    const scored = counts.negative + counts.positive;
    const share = (count) => (scored ? percent(count / scored, 1) : "—");
    const line = (kind, count, words) => h(`div.share.${kind}`, h("dt", words), h("dd", h("b", share(count)), h("span.soft", t("rows", { n: count }))));
    fill(
      this.#shares,
      h("h2", t("summary.title")),
      h("div.split", { "aria-hidden": "true" }, scored > 0 && ["negative", "positive"].map((one) => h(`span.${one}`, { style: { "--share": `${(100 * counts[one]) / scored}%` } }))),
      h(
        "dl",
        line("negative", counts.negative, t("label.negative")),
        line("positive", counts.positive, t("label.positive")),
        line("unsure", counts.unsure, t("summary.unsure", { percent: percent(NOT_SURE_BELOW) })),
        counts.refused > 0 && h("div.share.refused", h("dt", t("summary.refused")), h("dd", h("b", number(counts.refused)), h("span.soft", t("summary.why")))),
      ),
    );
  }

  #drawHistogram() {
    histogram(this.#histogram, this.#scorer.probability.filter((one) => !Number.isNaN(one)));
  }

  #cell(row, column) {
    if (column === "row") return number(row + 1);
    if (column === "text") {
      const text = this.#sheet.rows[row][this.#column] ?? "";
      if (!text.trim()) return h("span.soft", "—");
      return h("button.text", { type: "button", lang: "en", title: t("table.open"), onclick: () => this.#open(text) }, text.length > 400 ? `${text.slice(0, 400)}…` : text);
    }
    const label = this.#label(row);
    if (column === "confidence") return label ? confidenceFigure(this.#confidence(row), 1) : "";
    if (label) return h("span.tag", h(`span.dot.${label}`, { "aria-hidden": "true" }), t(`label.${label}`));
    return h("span.soft", this.#scorer.refused.has(row) ? this.#reason(row) : "…");
  }

  #reason(row) {
    const { kind, detail } = this.#scorer.refused.get(row);
    return kind ? t(`refused.${kind}`) : detail;
  }

  #order() {
    const rows = [];
    for (let row = 0; row < this.#scorer.total; row += 1) if (this.#passes(row)) rows.push(row);
    const by = {
      row: null,
      text: (a, b) => compare(this.#keys[a], this.#keys[b]),
      verdict: (a, b) => this.#probabilityOrder(a) - this.#probabilityOrder(b),
      confidence: (a, b) => this.#confidenceOrder(a) - this.#confidenceOrder(b),
    }[this.#sort.column];
    if (this.#sort.column === "text") this.#keys ??= this.#sheet.rows.map((row) => (row[this.#column] ?? "").slice(0, 200).toLowerCase());
    const sign = this.#sort.isRising ? 1 : -1;
    if (by) rows.sort((a, b) => sign * by(a, b) || a - b);
    else if (sign < 0) rows.reverse();
    this.#table.show(rows, this.#sort);
  }

  #probabilityOrder(row) {
    const probability = this.#scorer.probability[row];
    return Number.isNaN(probability) ? 2 : probability;
  }

  #confidenceOrder(row) {
    return this.#label(row) ? this.#confidence(row) : 2;
  }

  #passes(row) {
    if (this.#filter === "all") return true;
    if (this.#filter === "refused") return this.#scorer.refused.has(row);
    if (this.#filter === "unsure") return this.#confidence(row) < NOT_SURE_BELOW;
    return this.#label(row) === this.#filter;
  }

  #sortBy(column) {
    const isSame = this.#sort.column === column;
    this.#sort = { column, isRising: isSame ? !this.#sort.isRising : true };
    this.#order();
  }

  #filterBy(filter) {
    this.#filter = filter;
    this.#order();
  }

  #downloads() {
    const guard = h("input", { id: "guard", type: "checkbox", checked: this.#guard, onchange: () => {
      this.#guard = guard.checked;
    } });
    const save = () => saveScored({ sheet: this.#sheet, scorer: this.#scorer, guard: this.#guard, reason: (row) => this.#reason(row) });
    return h(
      "div.card.save",
      h("div.row", h("button.primary", { type: "button", onclick: save }, t("save.button")), h("span.hint", t("save.what"))),
      this.#sheet.kind !== "jsonl" && h("div.row", guard, h("label", { for: "guard" }, t("save.guard"))),
      this.#sheet.kind !== "jsonl" && h("p.hint", t("save.guard_why")),
    );
  }
}
