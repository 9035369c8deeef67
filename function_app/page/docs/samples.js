// Programs to copy: one of several languages, remembered for the next operation.

import { fill, h } from "../dom.js";
import { keep, kept } from "../kept.js";

/** The operation's request in several languages. */
export function samplesView(samples, id) {
  const program = h("div");
  const before = kept("sample", null);
  let shown = samples.find((one) => one.lang === before) ?? samples[0];
  const show = () => fill(program, code(shown.source, shown.label));
  const change = (event) => {
    shown = samples[event.target.selectedIndex];
    keep("sample", shown.lang);
    show();
  };
  const languages = samples.map((one) => h("option", { value: one.lang, selected: one === shown }, one.label));
  show();
  return h(
    "div.samples",
    h(
      "div.row",
      h("label.hint", { for: `language-${id}` }, "Language"),
      h("select", { id: `language-${id}`, onchange: change }, languages),
      copyButton(() => shown.source),
    ),
    program,
  );
}

/** Text as it is typed; it can be scrolled by keys. */
export function code(text, label) {
  return h("pre", { tabindex: "0", role: "group", "aria-label": label }, h("code", text));
}

function copyButton(textNow) {
  const said = h("span.hint", { role: "status" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(textNow());
      said.textContent = "Copied";
    } catch {
      said.textContent = "The browser does not let this page copy; select the text instead";
    }
  };
  return [h("button", { type: "button", onclick: copy }, "Copy"), said];
}
