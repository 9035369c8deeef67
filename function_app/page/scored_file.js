// The file that was given, with the scores: the same columns that the command-line client adds.

import { csvLine } from "./csv.js";
import { download } from "./download.js";

const ADDED = ["id", "label", "confidence", "positive", "model", "error"].map((name) => `prediction_${name}`);
const LINES_A_PART = 5_000;

/** Lets the browser save it. `guard`: make it safe for spreadsheets; `reason` says why a row has no score. */
export function saveScored({ sheet, scorer, guard, reason }) {
  const stem = sheet.name.replace(/\.[^.]*$/, "");
  const added = (row) => addedTo(row, scorer, reason);
  if (sheet.kind === "jsonl") {
    const line = (_, row) => `${JSON.stringify({ ...sheet.objects[row], ...added(row) })}\n`;
    return download(`${stem}-scored.jsonl`, "application/x-ndjson", parts(sheet.objects, line));
  }
  const options = { separator: sheet.separator, guard };
  const width = sheet.header.length;
  const line = (fields, row) => {
    const even = fields.length < width ? [...fields, ...new Array(width - fields.length).fill("")] : fields;
    return csvLine([...even, ...Object.values(added(row)).map((value) => (value === null ? "" : String(value)))], options);
  };
  // With the mark, spreadsheets read UTF-8; without it, all else does.
  const head = `${guard ? "\uFEFF" : ""}${csvLine([...sheet.header, ...ADDED], options)}`;
  const type = sheet.separator === "\t" ? "tsv" : "csv";
  return download(`${stem}-scored.${type}`, "text/csv", [head, ...parts(sheet.rows, line)]);
}

function addedTo(row, scorer, reason) {
  const positive = scorer.probability[row];
  const isScored = !Number.isNaN(positive);
  const label = positive >= 0.5 ? "positive" : "negative";
  const confidence = Math.max(positive, 1 - positive);
  const values = isScored
    ? [scorer.ids[row], label, confidence, positive, scorer.model, null]
    : [null, null, null, null, null, scorer.refused.has(row) ? reason(row) : "not scored yet"];
  return Object.fromEntries(ADDED.map((name, index) => [name, values[index]]));
}

function parts(rows, line) {
  const found = [];
  for (let start = 0; start < rows.length; start += LINES_A_PART) {
    found.push(rows.slice(start, start + LINES_A_PART).map((one, index) => line(one, start + index)).join(""));
  }
  return found;
}
