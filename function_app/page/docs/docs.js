// The page that shows the OpenAPI document.

import { API } from "../api.js";
import { fill, h, icon } from "../dom.js";
import { askForKey, currentKey, forgetKey } from "../key.js";
import { OperationView } from "./operation.js";
import { prose } from "./prose.js";

const main = h("main", { id: "main", tabindex: "-1", lang: "en" });
const header = h("header.top", { lang: "en" });

/** The operations in the order of the document, as {tag: [{path, method, ...operation}]}. */
function byTag(openapi) {
  const found = new Map(openapi.tags.map((tag) => [tag.name, []]));
  for (const [path, methods] of Object.entries(openapi.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      found.get(operation.tags[0]).push({ path, method: method.toUpperCase(), ...operation });
    }
  }
  return found;
}

function drawHeader() {
  const given = currentKey() !== "";
  const change = async () => {
    if (given) forgetKey();
    else await askForKey({ wrong: false });
    drawHeader();
    header.querySelector("button").focus();
  };
  fill(
    header,
    h("a.skip", { href: "#main", onclick: skip }, "Skip to the content"),
    h("div.brand", h("span.mark", { "aria-hidden": "true" }), h("span", "Tweet sentiment: the API")),
    h("nav", { "aria-label": "Pages" }, h("a", { href: new URL("ui", API) }, "Web page")),
    h("div.tools", h("button", { type: "button", onclick: change }, given ? "Forget the function key" : "Give a function key")),
  );
}

function skip(event) {
  event.preventDefault();
  main.focus();
}

function draw(openapi) {
  const tags = new Map(openapi.tags.map((tag) => [tag.name, tag.description]));
  const sections = [...byTag(openapi)].map(([tag, operations]) =>
    h(
      "section.card",
      { "aria-labelledby": idOf(tag) },
      h("h2", { id: idOf(tag) }, tag),
      h("p.soft", tags.get(tag)),
      operations.map((operation) => new OperationView(openapi, operation, { keyChanged: drawHeader }).root),
    ),
  );
  fill(
    main,
    h(
      "div.view",
      h("div.card", h("h1", openapi.info.title), prose(openapi.info.description), facts(openapi)),
      sections,
    ),
  );
  openNamed();
}

function facts(openapi) {
  return h(
    "p.meta",
    `Version ${openapi.info.version} · OpenAPI ${openapi.openapi} · `,
    h("a", { href: new URL("openapi.json", API) }, "openapi.json"),
    " · ",
    openapi.info.license.name,
  );
}

function idOf(tag) {
  return `tag-${tag.toLowerCase().replaceAll(" ", "-")}`;
}

function openNamed() {
  const named = document.getElementById(location.hash.slice(1));
  if (named instanceof HTMLDetailsElement) {
    named.open = true;
    named.scrollIntoView();
  }
}

async function load() {
  fill(main, h("div.view", h("div.card", { "aria-busy": "true" }, h("h1", "Tweet sentiment"), h("div.skeleton"), h("div.skeleton"), h("div.skeleton"))));
  try {
    const response = await fetch(new URL("openapi.json", API), { cache: "no-store" });
    if (!response.ok) throw new Error(`status ${response.status}`);
    draw(await response.json());
  } catch {
    const again = h("button", { type: "button", onclick: load }, "Try again");
    fill(main, h("div.view", h("div.card.failure", { role: "alert" }, h("h1", "The API cannot be shown"), h("p", icon("wait"), " Its description could not be loaded; the app may be away."), again)));
  }
}

drawHeader();
document.body.append(header, main);
window.addEventListener("hashchange", openNamed);
load();
