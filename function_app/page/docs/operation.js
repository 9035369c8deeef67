// One operation: what it takes and answers, how to call it, and a form that does.

import { fill, h } from "../dom.js";
import { callForm } from "./call_form.js";
import { inline, prose } from "./prose.js";
import { code, samplesView } from "./samples.js";
import { limitsOf, schemaView } from "./schema_view.js";

/** An operation that unfolds; what is in it is made when it first does. */
export class OperationView {
  constructor(openapi, operation, { keyChanged }) {
    const { operationId: id, method, path, summary } = operation;
    this.root = h(
      "details.operation",
      { id },
      h("summary", h("span", { class: `method ${method.toLowerCase()}` }, method), h("code.path", `${base(openapi)}${path}`), h("span.summary", summary)),
    );
    this.root.addEventListener("toggle", () => this.root.append(body(openapi, operation, keyChanged)), { once: true });
  }
}

function base(openapi) {
  const { url } = openapi.servers[0];
  return url === "/" ? "" : url;
}

function body(openapi, operation, keyChanged) {
  const { operationId: id } = operation;
  const request = operation.requestBody?.content["application/json"];
  return h(
    "div.operation-body",
    prose(operation.description),
    operation.security.length > 0 && h("p.hint", "Needs a function key."),
    operation.parameters.length > 0 && [h("h3", "Parameters"), parametersView(operation.parameters)],
    request && [h("h3", "Request"), schemaView(openapi, request.schema)],
    operation["x-codeSamples"] && [h("h3", "Example"), samplesView(operation["x-codeSamples"], id)],
    h("h3", "Try it"),
    callForm(operation, { keyChanged }),
    h("h3", "Answers"),
    Object.entries(operation.responses).map(([status, response]) => answerView(openapi, status, response, id)),
  );
}

function parametersView(parameters) {
  return h(
    "dl.fields",
    parameters.map((one) =>
      h(
        "div",
        h("dt", h("code", one.name), one.required && h("span.required", " required")),
        h("dd", `${one.schema.type} in the ${one.in}`, limitsOf(one.schema).map((limit) => h("span.meta", ` · ${limit}`)), h("p", inline(one.description))),
      ),
    ),
  );
}

function answerView(openapi, status, response, id) {
  const [media, content] = Object.entries(response.content ?? {})[0] ?? [null, null];
  const details = h("details.answer", h("summary", h("span", { class: `status s${status[0]}` }, status), " ", inline(response.description)));
  const unfold = () =>
    details.append(
      h(
        "div.answer-body",
        Object.entries(response.headers ?? {}).map(([name, one]) => h("p.hint", "Header ", h("code", name), ": ", one.description)),
        media ? h("p.hint", h("code", media)) : h("p.hint", "No body."),
        content?.examples && examplesView(content.examples, `${id}-${status}`),
        content && schemaView(openapi, content.schema),
      ),
    );
  details.addEventListener("toggle", unfold, { once: true });
  return details;
}

function examplesView(examples, id) {
  const shown = h("div");
  const names = Object.keys(examples);
  const show = (name) => fill(shown, code(JSON.stringify(examples[name].value, null, 2), examples[name].summary));
  show(names[0]);
  const choose = h(
    "select",
    { id: `example-${id}`, onchange: (event) => show(event.target.value) },
    names.map((name) => h("option", { value: name }, examples[name].summary)),
  );
  return h("div.samples", h("div.row", h("label.hint", { for: `example-${id}` }, "Example"), choose), shown);
}
