// An answer: the label, how sure the model is, what each word brought, and whether that was right.

import { h, icon } from "./dom.js";
import { feedback, GRACE_MS } from "./feedback.js";
import { confidenceFigure, percent, signed, t } from "./language.js";
import { SURENESS, sureness } from "./sureness.js";

const MOST_TINT = 46;
const FULL_WEIGHT = 3;
const LISTED = 40;
const NAMED = 3;

/** The card for an answer of `POST predict` with its text. */
export function answerCard(answer) {
  const card = h("article.card.answer", { "aria-label": t("answer.label") }, verdict(answer));
  if (answer.words?.length) card.append(...reasons(answer));
  card.append(opinion(answer));
  return card;
}

function verdict({ label, confidence }) {
  const sure = sureness(confidence);
  const inHundred = Math.min(99, Math.floor(confidence * 100));
  return h(
    `div.verdict.${label}`,
    h("p.headline", h("strong", t(`label.${label}`)), h("span.sure", t(`sure.${sure}`)), h("span.figure", confidenceFigure(confidence))),
    bar(confidence),
    h("p.meaning", t("answer.meaning", { in: inHundred, label: t(`label.${label}.many`) })),
    h(
      "details",
      h("summary", t("answer.scale")),
      h("ul", SURENESS.map(({ name, from }) => h("li", t("answer.from", { percent: percent(from), words: t(`sure.${name}`) })))),
    ),
  );
}

/** From one half, a coin's throw, to certainty; the ticks are where the words change. */
function bar(confidence) {
  const at = (share) => `${Math.max(0, share - 0.5) * 200}%`;
  const ticks = [...SURENESS.map(({ from }) => from).reverse(), 1];
  return h(
    "div.bar",
    { "aria-hidden": "true" },
    h("div.track", h("div.value", { style: { "--share": at(confidence) } })),
    ticks.map((share) => h("span.tick", { style: { "--at": at(share) } }, percent(share))),
  );
}

function reasons({ text, words }) {
  return [
    h("h2.small", t("words.title")),
    h("p.words", { lang: "en" }, tinted(text, words)),
    h("p.legend", h("span.key.negative", t("label.negative")), h("span.key.positive", t("label.positive"))),
    h("p.named", named(words)),
    h("details", h("summary", t("words.list")), wordTable(words)),
  ];
}

function tinted(text, words) {
  const parts = [];
  let end = 0;
  for (const { word, weight } of words) {
    const start = text.indexOf(word, end);
    if (start > end) parts.push(text.slice(end, start));
    end = start + word.length;
    const strength = Math.min(1, Math.abs(weight) / FULL_WEIGHT);
    const side = strength < 0.03 ? "neither" : weight > 0 ? "positive" : "negative";
    const title = t("words.weight", { word, weight: signed(weight) });
    parts.push(h(`span.word.${side}`, { title, style: { "--strength": `${Math.round(MOST_TINT * strength)}%` } }, word));
  }
  return [...parts, text.slice(end)];
}

/** The strongest words of both sides in a sentence, for those who do not see the tint. */
function named(words) {
  const strongest = (sign) => {
    const found = words.filter(({ weight }) => weight * sign > 0.1).sort((a, b) => sign * (b.weight - a.weight));
    const bare = found.map(({ word }) => word.replace(/^[^\p{L}\p{N}@#]+(?=.)|[.,;:!?…"”’)]+$/gu, "") || word);
    return [...new Set(bare)].slice(0, NAMED).join(", ");
  };
  const sides = { negative: strongest(-1), positive: strongest(1) };
  return Object.entries(sides).map(([side, list]) => list && h("span", t(`words.${side}`), h("b", { lang: "en" }, list), " "));
}

function wordTable(words) {
  const sorted = [...words].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)).slice(0, LISTED);
  return h(
    "table.plain",
    h("caption", t("words.caption")),
    h("thead", h("tr", h("th", { scope: "col" }, t("words.word")), h("th.figure", { scope: "col" }, t("words.brought")))),
    h("tbody", sorted.map(({ word, weight }) => h("tr", h("td", { lang: "en" }, word), h("td.figure", signed(weight, 2))))),
  );
}

function opinion(answer) {
  const other = answer.label === "positive" ? "negative" : "positive";
  const said = feedback.about(answer.id);
  const give = (label) => {
    feedback.give(answer.id, { label, text: answer.text });
    document.querySelector(".opinion .undo")?.focus();
  };
  if (said === undefined || said.state === "refused") {
    return h(
      "div.opinion",
      { role: "group", "aria-label": t("opinion.question") },
      h("p", said ? h("span.error", { role: "alert" }, t("opinion.refused", { why: said.message })) : t("opinion.question")),
      h("button.right", { type: "button", onclick: () => give(answer.label) }, icon("up"), t("opinion.right")),
      h("button.wrong", { type: "button", onclick: () => give(other) }, icon("down"), t("opinion.wrong", { label: t(`label.${other}.low`) })),
    );
  }
  const undo = () => {
    feedback.undo(answer.id);
    document.querySelector(".opinion .right")?.focus();
  };
  const right = said.body.label === answer.label;
  return h(
    "div.opinion.said",
    { role: "status" },
    h("p", icon(said.state === "sent" ? "ok" : "wait"), h("span", t(`opinion.${said.state}`, { label: t(`label.${said.body.label}.low`), what: t(right ? "opinion.as_right" : "opinion.as_wrong") }))),
    said.state === "held" && h("button.undo", { type: "button", onclick: undo, style: { "--grace": `${GRACE_MS}ms` } }, t("undo")),
  );
}
