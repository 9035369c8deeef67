// The last drift report, and what the reports before it say together.

import { h, icon } from "./dom.js";
import { driftPlots } from "./drift_plots.js";
import { confidenceFigure, has, moment, number, percent, t } from "./language.js";

const ICONS = { stable: "ok", warning: "alarm", drift: "alarm", insufficient_data: "wait" };
const TO_LABEL = 10;

/** The cards for the answer of `GET drift`; `earlier()` asks for older reports. */
export function driftCards(answer, { earlier, isAsked }) {
  const history = answer.history ?? [];
  if (history.length === 0) {
    return h("section.card.status.insufficient_data", h("h2", t("drift.title")), h("p.empty", t("drift.never")));
  }
  return [
    h("section.card.status", { class: `card status ${answer.status}` }, statusOf(answer), adviceOf(answer)),
    h("div.columns", votesCard(answer), wordsCard(answer)),
    testsCard(answer),
    h(
      "section.card",
      h("h2", t("drift.history")),
      h("div.plots", driftPlots([...history].reverse())),
      answer.next != null && h("button", { type: "button", disabled: isAsked, onclick: earlier }, t("drift.earlier")),
    ),
    examplesCard(answer),
  ];
}

function statusOf(report) {
  const moved = (report.moved ?? []).map(testName).join(", ");
  return [
    h("h2", t("drift.last")),
    h("p.state", icon(ICONS[report.status] ?? "wait"), h("strong", has(`status.${report.status}`) ? t(`status.${report.status}`) : report.status)),
    h("p.sentence", { lang: "en" }, report.sentence),
    moved && h("p", t("drift.moved", { moved })),
    h(
      "dl.facts",
      fact(t("drift.checked"), moment(report.created)),
      fact(t("drift.samples"), number(report.samples)),
      report.since && fact(t("drift.since"), moment(report.since)),
      sliceFact(report.slice),
    ),
  ];
}

function fact(name, value) {
  return h("div", h("dt", name), h("dd", value));
}

function sliceFact(slice) {
  if (!slice) return null;
  const words = slice.of === "positive_rate" ? "drift.slice_positive" : "drift.slice_share";
  const name = has(`slice.${slice.name}`) ? t(`slice.${slice.name}`) : slice.name;
  return fact(t("drift.slice"), t(words, { name, share: percent(slice.share), reference: percent(slice.reference) }));
}

function adviceOf({ advice }) {
  if (!advice) return null;
  const ids = advice.label ?? [];
  return h(
    "div.advice",
    h("h3", t("advice.title")),
    h("p", has(`advice.${advice.action}`) && h("b", t(`advice.${advice.action}`), " "), h("span", { lang: "en" }, advice.sentence)),
    ids.length > 0 &&
      h("details", h("summary", t("advice.label_ids", { n: ids.length })), h("ul.ids", ids.slice(0, TO_LABEL).map((id) => h("li", h("code", id)))), ids.length > TO_LABEL && h("p.hint", t("advice.more", { n: ids.length - TO_LABEL }))),
  );
}

function testName(name) {
  return has(`test.${name}`) ? t(`test.${name}`) : name;
}

/** A test's value in its unit. */
function valueOf(value, unit) {
  if (value === null || value === undefined) return "—";
  return unit === "share" ? percent(value, 1) : unit === "characters" ? number(value, 0) : number(value, 3);
}

function testsCard({ tests }) {
  if (!tests?.length) return null;
  const heads = ["name", "status", "value", "reference", "effect", "evidence", "since"];
  const line = (one) =>
    h(
      "tr",
      h("th", { scope: "row" }, testName(one.name)),
      h("td", h("span.tag", { class: `tag ${one.status}` }, icon(ICONS[one.status] ?? "wait"), has(`status.${one.status}`) ? t(`status.${one.status}`) : one.status)),
      h("td.figure", valueOf(one.value, one.unit)),
      h("td.figure", valueOf(one.reference, one.unit)),
      h("td.figure", valueOf(one.effect, one.unit), h("span.soft", t("tests.least", { least: valueOf(one.least, one.unit) }))),
      h("td.figure", percent(Math.max(0, one.log_e / one.alarm_at))),
      h("td", one.since ? moment(one.since) : "—"),
    );
  return h(
    "section.card",
    h("h2", t("tests.title")),
    h(
      "div.scroll-x",
      { tabindex: "0", role: "region", "aria-label": t("tests.title") },
      h("table.plain.tests", h("thead", h("tr", heads.map((name) => h(`th${["value", "reference", "effect", "evidence"].includes(name) ? ".figure" : ""}`, { scope: "col" }, t(`tests.${name}`))))), h("tbody", tests.map(line))),
    ),
    h("p.hint", t("tests.note")),
  );
}

function votesCard({ votes, accuracy }) {
  if (!votes && !accuracy) return null;
  return h(
    "section.card",
    h("h2", t("accuracy.title")),
    h(
      "dl.facts",
      accuracy && fact(t("accuracy.estimate"), t("accuracy.range", { estimate: percent(accuracy.estimate, 1), low: percent(accuracy.low, 1), high: percent(accuracy.high, 1) })),
      accuracy && fact(t("accuracy.reference"), percent(accuracy.reference, 1)),
      votes && fact(t("votes.count"), number(votes.votes)),
      votes && votes.error_rate != null && fact(t("votes.wrong"), `${number(votes.wrong)} (${percent(votes.error_rate, 1)})`),
      votes?.expected != null && fact(t("votes.expected"), percent(votes.expected, 1)),
    ),
    h("p.hint", t(votes?.votes ? "votes.note" : "votes.none")),
  );
}

function wordsCard({ words }) {
  if (words === undefined) return null;
  const more = words?.more ?? [];
  const less = words?.less ?? [];
  const content =
    words === null
      ? h("p.empty", t("moved.nothing"))
      : more.length + less.length === 0
        ? h("p.empty", t("moved.none"))
        : h("div.columns.tight", wordList(t("moved.more"), more), wordList(t("moved.less"), less));
  return h("section.card", h("h2", t("moved.title")), content);
}

function wordList(title, words) {
  const most = Math.max(...words.map(({ z }) => Math.abs(z)), 1e-9);
  const line = ({ word, z, share, reference }) =>
    h(
      "li",
      { title: t("moved.shares", { share: percent(share, 2), reference: percent(reference, 2) }) },
      h("span.text", { lang: "en" }, word),
      h("span.meter", { "aria-hidden": "true", style: { "--share": `${(100 * Math.abs(z)) / most}%` } }),
      h("span.soft", t("moved.from_to", { share: percent(share, 1), reference: percent(reference, 1) })),
    );
  return h("div", h("h3", title), words.length ? h("ul.moved", words.map(line)) : h("p.empty", "—"));
}

function examplesCard({ examples }) {
  if (!examples?.length) return null;
  const line = ({ label, confidence, text }) =>
    h("li", h("span.text", { lang: "en" }, text ?? t("examples.no_text")), h("span.meta", h(`span.dot.${label}`, { "aria-hidden": "true" }), has(`label.${label}`) ? t(`label.${label}`) : label, " · ", confidenceFigure(confidence)));
  return h("section.card", h("h2", t("examples.title")), h("ul.list", examples.map(line)));
}
