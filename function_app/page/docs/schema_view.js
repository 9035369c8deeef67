// A JSON Schema as a list of fields.

import { h } from "../dom.js";
import { inline, prose } from "./prose.js";

/** What a schema describes; types inside of it unfold when they are asked for. */
export function schemaView(openapi, schema) {
  const [name, found] = resolved(openapi, schema);
  if (found.anyOf && !found.properties) {
    return h("div.either", found.anyOf.map((one, at) => [at > 0 && h("p.meta", "or"), schemaView(openapi, one)]));
  }
  if (!found.properties) return h("p.hint", kindOf(openapi, schema));
  const required = new Set(found.required ?? []);
  const fields = Object.entries(found.properties).map(([field, one]) => fieldView(openapi, field, one, required.has(field)));
  return h(
    "div.schema",
    h("p.schema-name", h("code", name ?? "object"), found.additionalProperties === false ? h("span.meta", " no other fields") : null),
    found.description && prose(found.description),
    h("dl.fields", fields),
  );
}

function fieldView(openapi, name, schema, isRequired) {
  const inner = objectIn(openapi, schema);
  return h(
    "div",
    h("dt", h("code", name), isRequired && h("span.required", " required")),
    h(
      "dd",
      h("span", kindOf(openapi, schema)),
      limitsOf(schema).map((limit) => h("span.meta", ` · ${limit}`)),
      schema.description && h("span.meta", " · ", inline(schema.description)),
      inner && unfolding(openapi, inner),
    ),
  );
}

function unfolding(openapi, schema) {
  const details = h("details", h("summary", "Fields"));
  details.addEventListener("toggle", () => details.append(schemaView(openapi, schema)), { once: true });
  return details;
}

function resolved(openapi, schema) {
  if (!schema.$ref) return [null, schema];
  const name = schema.$ref.split("/").at(-1);
  return [name, openapi.components.schemas[name]];
}

function choice(schema) {
  return schema.anyOf?.find((one) => one.type !== "null") ?? schema;
}

function objectIn(openapi, schema) {
  const one = choice(schema);
  const inner = choice(one.items ?? one);
  return resolved(openapi, inner)[1].properties ? inner : null;
}

function kindOf(openapi, schema) {
  if (schema.anyOf) return schema.anyOf.map((one) => kindOf(openapi, one)).join(" or ");
  if (schema.$ref) return resolved(openapi, schema)[0];
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  if (schema.type === "array") return `array of ${kindOf(openapi, schema.items ?? {})}`;
  return schema.type ?? "anything";
}

/** What a value must keep to, in words. */
export function limitsOf(schema) {
  const one = choice(schema);
  const words = {
    minimum: (value) => `at least ${value.toLocaleString("en")}`,
    maximum: (value) => `at most ${value.toLocaleString("en")}`,
    minLength: (value) => `at least ${counted(value, "character")}`,
    maxLength: (value) => `at most ${counted(value, "character")}`,
    minItems: (value) => `at least ${counted(value, "item")}`,
    maxItems: (value) => `at most ${counted(value, "item")}`,
    format: (value) => value,
    default: (value) => `default ${JSON.stringify(value)}`,
  };
  return Object.entries(words).flatMap(([name, word]) => (one[name] === undefined || one[name] === null ? [] : [word(one[name])]));
}

function counted(number, word) {
  return `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;
}
