// Checks queries as Azure's own editor does. In: {"tables": {name: {column: type}}, "queries": {name: text}} as JSON on
// standard input. Out: {name: {"errors": ["line:column message", ...], "columns": {name: type}}}. The argument is the
// folder of the package @kusto/language-service-next.
"use strict";

const fs = require("fs");
const path = require("path");

const folder = process.argv[2];
require(path.join(folder, "bridge.min.js"));
require(path.join(folder, "Kusto.Language.Bridge.min.js"));
const { KustoCode, GlobalState, Symbols } = global.Kusto.Language;

const input = JSON.parse(fs.readFileSync(0, "utf8"));
const tables = Object.entries(input.tables).map(([name, columns]) => {
  const schema = Object.entries(columns).map(([column, type]) => `${column}: ${type}`);
  return new Symbols.TableSymbol.$ctor7(name, `(${schema.join(", ")})`, null);
});
const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor("insights", tables));

function place(text, offset) {
  const before = text.slice(0, offset).split("\n");
  return `${before.length}:${before[before.length - 1].length + 1}`;
}

const answer = {};
for (const [name, text] of Object.entries(input.queries)) {
  const code = KustoCode.ParseAndAnalyze(text, globals);
  const found = code.GetDiagnostics();
  const errors = [];
  for (let index = 0; index < found.Count; index++) {
    const one = found.getItem(index);
    errors.push(`${place(text, one.Start)} ${one.Message}`);
  }
  const columns = {};
  const result = code.ResultType && code.ResultType.Columns;
  for (let index = 0; result && index < result.Count; index++) {
    const one = result.getItem(index);
    columns[one.Name] = one.Type.Name;
  }
  answer[name] = { errors, columns };
}
process.stdout.write(JSON.stringify(answer));
