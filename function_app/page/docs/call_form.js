// A form that calls an operation and shows what came.

import { API } from "../api.js";
import { fill, h } from "../dom.js";
import { askForKey, currentKey } from "../key.js";
import { code } from "./samples.js";

const PATIENCE_MS = 60_000;

/** The form; `keyChanged` is told when a key was asked for. */
export function callForm(operation, { keyChanged }) {
  const { operationId: id, parameters } = operation;
  const examples = operation.requestBody?.content["application/json"].examples ?? {};
  const fields = parameters.map((one) => [one, h("input", { type: "text", id: `${id}-${one.name}`, autocomplete: "off", spellcheck: "false", required: one.required })]);
  const body = operation.requestBody && h("textarea.body", { id: `${id}-body`, rows: "8", spellcheck: "false" });
  const result = h("div.result", { role: "status" });
  const button = h("button.primary", { type: "submit" }, "Send");
  const take = (name) => {
    body.value = JSON.stringify(examples[name].value, null, 2);
  };
  const names = Object.keys(examples);
  if (names.length > 0) take(names[0]);
  const submit = async (event) => {
    event.preventDefault();
    button.setAttribute("aria-disabled", "true");
    try {
      await send(operation, fields, body, result);
    } finally {
      button.removeAttribute("aria-disabled");
      keyChanged();
    }
  };
  return h(
    "form.call",
    { onsubmit: submit },
    fields.map(([one, field]) => h("div.field", h("label", { for: field.id }, one.name), field)),
    names.length > 1 &&
      h(
        "div.field",
        h("label", { for: `${id}-start` }, "Start from"),
        h("select", { id: `${id}-start`, onchange: (event) => take(event.target.value) }, names.map((name) => h("option", { value: name }, examples[name].summary))),
      ),
    body && h("div.field", h("label", { for: body.id }, "Body"), body),
    h("div.row", button),
    result,
  );
}

function requestOf(operation, fields, body) {
  let path = operation.path.slice(1);
  const headers = {};
  const query = new URLSearchParams();
  for (const [one, field] of fields) {
    const value = field.value.trim();
    if (one.in === "path") path = path.replace(`{${one.name}}`, value.split("/").map(encodeURIComponent).join("/"));
    else if (value !== "" && one.in === "query") query.set(one.name, value);
    else if (value !== "") headers[one.name] = value;
  }
  if (body) headers["Content-Type"] = "application/json";
  const address = new URL(path, API);
  address.search = query;
  return [address, { method: operation.method, headers, body: body ? body.value : undefined }];
}

async function send(operation, fields, body, result) {
  const needsKey = operation.security.length > 0;
  for (;;) {
    const used = currentKey();
    const started = performance.now();
    let response;
    let text;
    try {
      const [address, options] = requestOf(operation, fields, body);
      if (needsKey && used) options.headers["x-functions-key"] = used;
      response = await fetch(address, { ...options, cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE_MS) });
      text = await response.text();
    } catch {
      fill(result, h("p.error", "No answer: the app is away, or a header holds what no header may."));
      return;
    }
    if (response.status === 401 && (await askForKey({ wrong: used !== "" }))) continue;
    const took = Math.round(performance.now() - started);
    const retry = response.headers.get("Retry-After");
    fill(
      result,
      h(
        "p",
        h("span", { class: `status s${String(response.status)[0]}` }, response.status),
        ` in ${took.toLocaleString("en")} ms`,
        retry && `, try again in ${retry} s`,
      ),
      response.status === 401 && h("p.hint", "A function key is needed."),
      text && code(pretty(text), "Answer"),
    );
    return;
  }
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
