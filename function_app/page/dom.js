// Elements by function calls. Text only ever becomes a text node, so nothing that users write can be markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element: `h("p.note", {id: "x", onclick: f}, "text", child, …)`; null and false children are left out. */
export function h(spec, ...rest) {
  const [tag, ...classes] = spec.split(".");
  return build(document.createElement(tag), classes, rest);
}

/** The same in SVG. */
export function s(spec, ...rest) {
  const [tag, ...classes] = spec.split(".");
  return build(document.createElementNS(SVG, tag), classes, rest);
}

/** Replaces what `parent` holds. */
export function fill(parent, ...children) {
  parent.replaceChildren(...flat(children));
  return parent;
}

function build(element, classes, rest) {
  if (classes.length) element.setAttribute("class", classes.join(" "));
  const [first] = rest;
  const isAttributes = first !== null && typeof first === "object" && !(first instanceof Node) && !Array.isArray(first);
  if (isAttributes) for (const [name, value] of Object.entries(first)) set(element, name, value);
  element.append(...flat(isAttributes ? rest.slice(1) : rest));
  return element;
}

function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "style") for (const [key, one] of Object.entries(value)) element.style.setProperty(key, one);
  else if (name === "value") element.value = value;
  else element.setAttribute(name, value === true ? "" : String(value));
}

function flat(children) {
  return children.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== false);
}

const ICONS = {
  up: "M7 11v9H4v-9zm0 0 4-8a2 2 0 0 1 2 2v4h5.5a1.5 1.5 0 0 1 1.5 1.8l-1.3 7A1.5 1.5 0 0 1 17.2 20H7",
  down: "M7 13V4H4v9zm0 0 4 8a2 2 0 0 0 2-2v-4h5.5a1.5 1.5 0 0 0 1.5-1.8l-1.3-7A1.5 1.5 0 0 0 17.2 4H7",
  auto: "M12 3a9 9 0 0 0 0 18 9 9 0 0 0 0-18",
  light: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2m0 16v2M2 12h2m16 0h2M5 5l1.5 1.5m11 11L19 19M5 19l1.5-1.5m11-11L19 5",
  dark: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5",
  ok: "m5 12.5 4.5 4.5L19 7.5",
  alarm: "M12 4 2.5 20h19zM12 10v4.5m0 2.7v.3",
  wait: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18m0 4.5V12l3 2",
  file: "M6 3h8l4 4v14H6zM14 3v4h4M12 17v-6m-2.5 2.5L12 11l2.5 2.5",
};

const FILLED = { auto: "M12 3a9 9 0 0 0 0 18z" };

/** A small drawing that says nothing to a screen reader. */
export function icon(name) {
  return s("svg.icon", { viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }, s("path", { d: ICONS[name] }), FILLED[name] && s("path.full", { d: FILLED[name] }));
}
