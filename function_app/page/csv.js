// CSV as RFC 4180 has it, read in pieces: quotes, separators and newlines within them, any line end.

const SEPARATORS = [",", ";", "\t"];

/** A record: its fields and the line it starts on. */

/** Takes text in pieces; `records` grows. A quote that never ends, or text after one that did, is a problem. */
export class CsvReader {
  records = [];
  problems = [];
  separator = null;
  #field = "";
  #fields = [];
  #state = "start"; // of a field; or "plain", "quoted", "quote" (in a quoted field), "after" (a quoted one)
  #line = 1;
  #started = 1;
  #afterReturn = false;

  /** Reads another piece. */
  push(text) {
    let at = 0;
    if (this.separator === null) this.separator = guess(text);
    while (at < text.length) {
      const skipped = this.#run(text, at);
      if (skipped > at) {
        at = skipped;
        continue;
      }
      this.#take(text[at]);
      at += 1;
    }
  }

  /** Ends the file. */
  end() {
    if (this.#state === "quoted") this.#problem("open", this.#started);
    if (this.#fields.length || this.#field || this.#state !== "start") this.#endRecord();
  }

  /** Takes what needs no look at each character; where it ended. */
  #run(text, at) {
    if (this.#state === "quoted") {
      const end = text.indexOf('"', at);
      const upTo = end === -1 ? text.length : end;
      const piece = text.slice(at, upTo);
      this.#line += piece.split("\n").length - 1;
      this.#field += piece;
      return upTo;
    }
    if (this.#state !== "plain") return at;
    let upTo = at;
    while (upTo < text.length && text[upTo] !== this.separator && text[upTo] !== "\n" && text[upTo] !== "\r") upTo += 1;
    this.#field += text.slice(at, upTo);
    return upTo;
  }

  #take(character) {
    const followsReturn = this.#afterReturn;
    this.#afterReturn = false;
    if (this.#state === "quote" && character === '"') {
      this.#field += '"';
      this.#state = "quoted";
    } else if (this.#state === "quoted") {
      this.#state = "quote"; // `#run` has taken all else
    } else if (character === this.separator) {
      this.#endField();
    } else if (character === "\r") {
      this.#afterReturn = true;
      this.#line += 1;
      this.#endRecord();
    } else if (character === "\n") {
      if (followsReturn) return;
      this.#line += 1;
      this.#endRecord();
    } else if (character === '"' && this.#state === "start") {
      this.#state = "quoted";
    } else if (this.#state === "quote") {
      this.#problem("after", this.#line);
      this.#field += character;
      this.#state = "after";
    } else {
      this.#field += character;
      this.#state = this.#state === "after" ? "after" : "plain";
    }
  }

  #endField() {
    this.#fields.push(this.#field);
    this.#field = "";
    this.#state = "start";
  }

  #endRecord() {
    const isBlank = this.#fields.length === 0 && this.#field === "" && this.#state === "start";
    this.#endField();
    if (!isBlank) this.records.push({ fields: this.#fields, line: this.#started });
    this.#fields = [];
    this.#started = this.#line;
  }

  #problem(kind, line) {
    this.problems.push({ kind, line });
  }
}

/** A line of CSV; fields that need it are quoted. `guard`: put ' before what a spreadsheet would calculate. */
export function csvLine(fields, { separator = ",", guard = false } = {}) {
  return `${fields.map((field) => quoted(guard ? guarded(field) : field, separator)).join(separator)}\r\n`;
}

function quoted(field, separator) {
  const needed = field.includes('"') || field.includes("\n") || field.includes("\r") || field.includes(separator);
  return needed ? `"${field.replaceAll('"', '""')}"` : field;
}

function guarded(field) {
  return /^[=+\-@\t\r]/.test(field) && Number.isNaN(Number(field)) ? `'${field}` : field;
}

/** The separator that the first line has most of, outside of quotes. */
function guess(text) {
  const counts = new Map(SEPARATORS.map((one) => [one, 0]));
  let isQuoted = false;
  for (const character of text) {
    if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && character === "\n") break;
    else if (!isQuoted && counts.has(character)) counts.set(character, counts.get(character) + 1);
  }
  return SEPARATORS.reduce((best, one) => (counts.get(one) > counts.get(best) ? one : best));
}
