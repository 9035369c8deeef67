// The document's descriptions: paragraphs with `code` and *emphasis*.

import { h } from "../dom.js";

/** The text as paragraphs. */
export function prose(text) {
  return h("div.prose", text.split(/\n\s*\n/).map((paragraph) => h("p", inline(paragraph.replaceAll("\n", " ").trim()))));
}

/** One line of text as nodes. */
export function inline(text) {
  return text.split(/(`[^`]+`|\*[^*\s][^*]*\*)/).map((part) => {
    if (part.startsWith("`") && part.length > 2) return h("code", part.slice(1, -1));
    if (/^\*.+\*$/.test(part)) return h("em", part.slice(1, -1));
    return part;
  });
}
