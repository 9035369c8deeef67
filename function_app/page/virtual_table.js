// A table of any length, of which only the rows that are seen exist.

import { fill, h } from "./dom.js";

const ROW_PIXELS = 52;
const AROUND = 6;

/** `columns` are `{name, title}`; `cell(row, name)` gives a cell's content; `onsort(name)` a wish to sort. */
export class VirtualTable {
  root;
  #columns;
  #cell;
  #rows = [];
  #body = h("tbody");
  #table;
  #heads = new Map();
  #first = -1;
  #last = -1;

  constructor({ label, columns, cell, onsort }) {
    this.#columns = columns;
    this.#cell = cell;
    const head = columns.map(({ name, title }) => {
      const one = h("th", { scope: "col", "data-column": name }, h("button", { type: "button", onclick: () => onsort(name) }, title));
      this.#heads.set(name, one);
      return one;
    });
    this.#table = h("table", h("thead", h("tr", { "aria-rowindex": 1 }, head)), this.#body);
    this.root = h("div.scroller", { tabindex: "0", role: "region", "aria-label": label, onscroll: () => this.#draw() }, this.#table);
    new ResizeObserver(() => this.measure()).observe(this.root);
  }

  /** Shows these rows in this order; cells may have changed. */
  show(rows, { column, isRising }) {
    this.#rows = rows;
    this.#table.setAttribute("aria-rowcount", String(rows.length + 1));
    for (const [name, head] of this.#heads) {
      if (name === column) head.setAttribute("aria-sort", isRising ? "ascending" : "descending");
      else head.removeAttribute("aria-sort");
    }
    this.measure();
  }

  /** Draws again, whatever was drawn. */
  measure() {
    this.#first = -1;
    this.#draw();
  }

  #draw() {
    const top = Math.floor(this.root.scrollTop / ROW_PIXELS);
    const seen = Math.ceil((this.root.clientHeight || 480) / ROW_PIXELS);
    const first = Math.max(0, Math.min(top, this.#rows.length - seen) - AROUND);
    const last = Math.min(this.#rows.length, first + seen + 2 * AROUND);
    if (first === this.#first && last === this.#last) return;
    this.#first = first;
    this.#last = last;
    // A row that is drawn again must not lose the focus.
    const focused = document.activeElement?.closest?.("tr")?.dataset.row;
    const hadFocus = this.#body.contains(document.activeElement);
    fill(this.#body, this.#space(first), this.#rows.slice(first, last).map((row, index) => this.#line(row, first + index)), this.#space(this.#rows.length - last));
    if (hadFocus) (this.#body.querySelector(`tr[data-row="${focused}"] button`) ?? this.root).focus({ preventScroll: true });
  }

  #line(row, index) {
    return h(
      "tr",
      { "aria-rowindex": index + 2, "data-row": row },
      this.#columns.map(({ name }) => h("td", { "data-column": name }, h("div", this.#cell(row, name)))),
    );
  }

  #space(rows) {
    return rows > 0 && h("tr.space", { "aria-hidden": "true" }, h("td", { style: { height: `${rows * ROW_PIXELS}px` } }));
  }
}
