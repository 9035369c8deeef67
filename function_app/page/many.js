// The second view: a file of tweets, scored to the last row.

import { call } from "./api.js";
import { fill, h, icon } from "./dom.js";
import { bytes, number, t } from "./language.js";
import { ManyProgress } from "./many_progress.js";
import { ManyResults } from "./many_results.js";
import { Scorer, USUAL_LIMITS } from "./scorer.js";
import { readSheet, SheetError } from "./sheet.js";

const PREVIEWED = 4;
const PROBLEMS_SHOWN = 5;

/** `empty`, `reading`, `unreadable`, `chosen` or `scoring`; the file and the scorer outlive a change of language. */
export class ManyView {
  root = h("section.view.many");
  #open;
  #state = "empty";
  #file = null;
  #sheet = null;
  #column = 0;
  #error = null;
  #scorer = null;
  #progress = null;
  #results = null;

  /** `open` gets a text that a person wants to see in the first view. */
  constructor(open) {
    this.#open = open;
    this.draw();
    addEventListener("beforeunload", (event) => {
      if (["running", "waiting", "paused", "locked"].includes(this.#scorer?.state)) event.preventDefault();
    });
  }

  /** Measures what can only be measured while it is seen. */
  show() {
    this.#results?.show();
  }

  /** Draws all in the present language. */
  draw() {
    fill(this.root, h("h1", t("many.title")), h("p.lead", t("many.lead")), this.#content());
  }

  #content() {
    if (this.#state === "reading") return h("div.card", h("p", { role: "status" }, t("many.reading", { name: this.#file.name })), h("p.skeleton"));
    if (this.#state === "unreadable") return [this.#unreadable(), this.#drop()];
    if (this.#state === "chosen") return this.#choice();
    if (this.#state === "scoring") return [this.#progress.draw(), this.#results.draw()];
    return this.#drop();
  }

  #drop() {
    const input = h("input.unseen", {
      id: "file",
      type: "file",
      accept: ".csv,.tsv,.txt,.jsonl,.ndjson,text/csv,text/plain",
      onchange: () => input.files[0] && this.#read(input.files[0]),
    });
    const zone = h(
      "div.drop",
      {
        ondragover: (event) => {
          event.preventDefault();
          zone.classList.add("over");
        },
        ondragleave: () => zone.classList.remove("over"),
        ondrop: (event) => {
          event.preventDefault();
          zone.classList.remove("over");
          const [file] = event.dataTransfer.files;
          if (file) this.#read(file);
        },
      },
      icon("file"),
      h("p", h("strong", t("many.drop"))),
      input,
      h("label.button", { for: "file" }, t("many.choose")),
      h("p.hint", t("many.kinds")),
    );
    return zone;
  }

  async #read(file, encoding = null) {
    this.#file = file;
    this.#state = "reading";
    this.draw();
    try {
      this.#sheet = await readSheet(file, { encoding });
      this.#column = Math.max(0, this.#sheet.likelyColumn);
      this.#state = "chosen";
    } catch (error) {
      if (!(error instanceof SheetError)) throw error;
      this.#error = error;
      this.#state = "unreadable";
    }
    this.draw();
    this.root.querySelector("select, .failure button")?.focus();
  }

  #unreadable() {
    const { reason, values } = this.#error;
    const shown = { ...values, ...(reason === "large" ? { most: bytes(values.most) } : reason === "long" ? { most: number(values.most) } : {}) };
    return h(
      "div.card.failure",
      { role: "alert" },
      h("h2", t("many.unreadable", { name: this.#file.name })),
      h("p", t(`sheet.${reason}`, shown)),
      reason === "encoding" && h("button", { type: "button", onclick: () => this.#read(this.#file, "windows-1252") }, t("sheet.windows")),
    );
  }

  #choice() {
    const sheet = this.#sheet;
    const choose = h(
      "select",
      { id: "column", onchange: () => this.#chooseColumn(Number(choose.value)) },
      sheet.header.map((name, index) => h("option", { value: index, selected: index === this.#column }, name || t("many.column", { number: index + 1 }))),
    );
    const header = h("input", { id: "header", type: "checkbox", checked: sheet.hasHeader, onchange: () => this.#chooseHeader(header.checked) });
    return h(
      "div.card.choice",
      h("h2", this.#file.name, h("span.soft", ` · ${t("rows", { n: sheet.rows.length })} · ${bytes(this.#file.size)}`)),
      this.#problems(),
      h("div.row", h("label", { for: "column" }, t("many.which")), choose),
      sheet.kind === "csv" && h("div.row", header, h("label", { for: "header" }, t("many.header"))),
      this.#preview(),
      h(
        "div.row",
        h("button.primary.start", { type: "button", onclick: () => this.#start() }, t("many.start", { n: sheet.rows.length })),
        h("button", { type: "button", onclick: () => this.#reset() }, t("many.other")),
      ),
    );
  }

  #problems() {
    const { problems } = this.#sheet;
    if (problems.length === 0) return null;
    const lines = problems.slice(0, PROBLEMS_SHOWN).map(({ kind, line, n, width }) => h("li", t(`problem.${kind}`, { line: number(line), fields: n, width })));
    const more = problems.length - PROBLEMS_SHOWN;
    return h("div.note", { role: "status" }, h("p", t("problem.title", { n: problems.length })), h("ul", lines), more > 0 && h("p", t("problem.more", { n: more })));
  }

  #preview() {
    const rows = this.#sheet.rows.slice(0, PREVIEWED);
    return h("div.preview", h("p.hint", t("many.preview")), h("ol", { lang: "en" }, rows.map((row) => h("li", row[this.#column] || "—"))));
  }

  #chooseColumn(column) {
    this.#column = column;
    this.root.querySelector(".preview").replaceWith(this.#preview());
  }

  #chooseHeader(hasHeader) {
    this.#sheet.hasHeader = hasHeader;
    this.draw();
    this.root.querySelector("#header").focus();
  }

  async #start() {
    const button = this.root.querySelector(".start");
    button.disabled = true;
    let limits = USUAL_LIMITS;
    try {
      ({ limits } = await call("model", { ask: "always" }));
    } catch (error) {
      // An app that is away is waited for later; a key that is not given is asked for at the next try.
      if (error.status === 401) {
        button.disabled = false;
        button.focus();
        return;
      }
    }
    const texts = this.#sheet.rows.map((row) => row[this.#column] ?? "");
    this.#scorer = new Scorer(texts, limits);
    this.#progress = new ManyProgress(this.#scorer, () => this.#reset());
    this.#results = new ManyResults({ scorer: this.#scorer, sheet: this.#sheet, column: this.#column, open: this.#open });
    this.#state = "scoring";
    this.draw();
    this.#scorer.start();
  }

  #reset() {
    this.#scorer?.pause();
    this.#scorer = null;
    this.#results = null;
    this.#progress = null;
    this.#state = "empty";
    this.draw();
    this.root.querySelector("#file").focus();
  }
}
