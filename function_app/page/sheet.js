// A file as rows: CSV, TSV, plain text (a text a line), or JSON Lines (an object or a text a line).

import { CsvReader } from "./csv.js";

const PIECE_BYTES = 1 << 19;
const MOST_BYTES = 200_000_000;
/** Most rows of a file: what a table in a browser can scroll over. */
export const MOST_ROWS = 250_000;
const TEXT_NAMES = ["text", "tweet", "full_text", "content", "message", "review", "comment", "body", "sentence"];
const LOOKED_AT = 200;

/** A file that cannot be read; `reason` is a name of words, `values` go with them. */
export class SheetError extends Error {
  constructor(reason, values = {}) {
    super(reason);
    this.reason = reason;
    this.values = values;
  }
}

/**
 * `kind` is "csv", "txt" or "jsonl"; `rows` are as long as `header` or not, as the file has them; `objects` are the
 * lines of JSON Lines; `problems` are `{kind, line}`.
 */
export class Sheet {
  constructor({ name, kind, rows, problems, separator = ",", objects = null, header = null }) {
    Object.assign(this, { name, kind, problems, separator, objects });
    this.#records = rows;
    this.hasHeader = header !== null || (kind === "csv" && looksLikeHeader(rows));
    this.#header = header;
  }

  #records;
  #header;

  /** The names of the columns. */
  get header() {
    if (this.#header) return this.#header;
    if (this.hasHeader) return this.#records[0] ?? [];
    const width = this.#records.reduce((most, row) => Math.max(most, row.length), 0);
    return Array.from({ length: width }, (_, index) => (this.kind === "csv" ? `column ${index + 1}` : "text"));
  }

  /** The rows, without the header. */
  get rows() {
    return this.hasHeader && !this.#header ? this.#records.slice(1) : this.#records;
  }

  /** The column whose name or content looks most like the texts. */
  get likelyColumn() {
    const names = this.header.map((name) => name.trim().toLowerCase());
    for (const wanted of TEXT_NAMES) if (names.includes(wanted)) return names.indexOf(wanted);
    const sample = this.rows.slice(0, LOOKED_AT);
    const lengths = names.map((_, column) => sample.reduce((sum, row) => sum + (row[column]?.length ?? 0), 0));
    return lengths.indexOf(Math.max(...lengths));
  }
}

/** Reads a file; `encoding` as TextDecoder has it, or null for what its first bytes say. Raises SheetError. */
export async function readSheet(file, { encoding = null } = {}) {
  if (file.size > MOST_BYTES) throw new SheetError("large", { most: MOST_BYTES });
  const lower = file.name.toLowerCase();
  const kind = /\.(jsonl|ndjson)$/.test(lower) ? "jsonl" : lower.endsWith(".txt") ? "txt" : "csv";
  const read = { csv: readCsv, txt: readLines, jsonl: readJson }[kind];
  const sheet = await read(file, encoding ?? (await encodingOf(file)));
  if (sheet.rows.length === 0) throw new SheetError("empty");
  if (sheet.rows.length > MOST_ROWS) throw new SheetError("long", { n: sheet.rows.length, most: MOST_ROWS });
  return sheet;
}

async function readCsv(file, encoding) {
  const reader = new CsvReader();
  if (/\.tsv$/i.test(file.name)) reader.separator = "\t";
  for await (const text of pieces(file, encoding)) reader.push(text);
  reader.end();
  const width = reader.records[0]?.fields.length ?? 0;
  const uneven = reader.records.filter(({ fields }) => fields.length !== width);
  const problems = [...reader.problems, ...uneven.map(({ line, fields }) => ({ kind: "width", line, n: fields.length, width }))];
  const rows = reader.records.map(({ fields }) => fields);
  return new Sheet({ name: file.name, kind: "csv", rows, problems, separator: reader.separator });
}

async function readLines(file, encoding) {
  const rows = [];
  for await (const line of lines(file, encoding)) if (line.trim()) rows.push([line]);
  return new Sheet({ name: file.name, kind: "txt", rows, problems: [] });
}

async function readJson(file, encoding) {
  const objects = [];
  const problems = [];
  let line = 0;
  for await (const text of lines(file, encoding)) {
    line += 1;
    if (text.trim()) objects.push(parsed(text, line, problems));
  }
  const header = [...new Set(objects.slice(0, LOOKED_AT).flatMap((one) => Object.keys(one)))];
  const asText = (value) => (value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value));
  const rows = objects.map((one) => header.map((name) => asText(one[name])));
  return new Sheet({ name: file.name, kind: "jsonl", rows, problems, objects, header });
}

/** An object; a bare string is its text, and what is no JSON is kept as it stands. */
function parsed(text, line, problems) {
  try {
    const value = JSON.parse(text);
    if (typeof value === "string") return { text: value };
    if (value !== null && typeof value === "object" && !Array.isArray(value)) return value;
  } catch {
    // Told below.
  }
  problems.push({ kind: "json", line });
  return { line: text };
}

async function* lines(file, encoding) {
  let rest = "";
  for await (const text of pieces(file, encoding)) {
    const found = (rest + text).split("\n");
    rest = found.pop();
    for (const line of found) yield line.replace(/\r$/, "");
  }
  if (rest) yield rest;
}

/** The file's text piece by piece; the page can draw in between. Raises SheetError. */
async function* pieces(file, encoding) {
  const decoder = new TextDecoder(encoding, { fatal: true });
  for (let start = 0; start < file.size; start += PIECE_BYTES) {
    const end = Math.min(start + PIECE_BYTES, file.size);
    let bytes;
    try {
      bytes = await file.slice(start, end).arrayBuffer();
    } catch {
      throw new SheetError("unreadable");
    }
    try {
      yield decoder.decode(bytes, { stream: end < file.size });
    } catch {
      throw new SheetError("encoding");
    }
  }
}

async function encodingOf(file) {
  const [first, second] = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  return "utf-8";
}

/** A header's fields are short and all different, and one of them has a name that is used for texts. */
function looksLikeHeader([first, second]) {
  if (!first) return false;
  const names = first.map((name) => name.trim().toLowerCase());
  if (names.some((name) => TEXT_NAMES.includes(name))) return true;
  const different = new Set(names).size === names.length;
  return second !== undefined && different && names.length > 1 && names.every((name) => /^[\p{L}_][\p{L}\p{N}_ .-]{0,39}$/u.test(name));
}
