// The deployed model: what it is, how good it was on tweets that training never saw, what it takes.

import { h } from "./dom.js";
import { bytes, moment, number, percent, t } from "./language.js";

const DATA_SETS = {
  airline: "US airline",
  semeval: "SemEval",
  sentiment140: "Sentiment140",
  sts_gold: "STS-Gold",
  tweet_sentiment_extraction: "Tweet Sentiment Extraction",
};

/** The card for the answer of `GET model`. */
export function modelCard(manifest) {
  const { version, created, candidate, files, limits, metrics } = manifest;
  const size = files?.["model.onnx"]?.bytes;
  const fact = (name, value) => value !== undefined && value !== null && h("div", h("dt", name), h("dd", value));
  return h(
    "section.card",
    h("h2", t("model.title")),
    h(
      "dl.facts",
      fact(t("model.version"), h("code", version)),
      fact(t("model.created"), created && moment(created)),
      fact(t("model.kind"), candidate),
      fact(t("model.size"), size && bytes(size)),
      fact(t("model.limits"), limits && t("model.limits_are", { texts: number(limits.batch_texts), characters: number(limits.text_characters), bytes: bytes(limits.body_bytes) })),
    ),
    metricsTable(metrics),
  );
}

function metricsTable(metrics) {
  const found = Object.entries(metrics ?? {}).filter(([, one]) => Number.isFinite(one?.accuracy));
  if (found.length === 0) return null;
  const line = ([name, one]) =>
    h(
      "tr",
      h("th", { scope: "row" }, DATA_SETS[name] ?? name),
      h("td.figure", Number.isFinite(one.rows) ? number(one.rows) : "—"),
      h("td.figure", percent(one.accuracy, 1)),
      h("td.figure", Number.isFinite(one.roc_auc) ? number(one.roc_auc, 3) : "—"),
      h("td.figure", Number.isFinite(one.calibration_error) ? percent(one.calibration_error, 1) : "—"),
    );
  const heads = ["set", "rows", "accuracy", "auc", "calibration"];
  return h(
    "div.scroll-x",
    { tabindex: "0", role: "region", "aria-label": t("model.metrics") },
    h("table.plain", h("caption", t("model.metrics")), h("thead", h("tr", heads.map((name) => h(name === "set" ? "th" : "th.figure", { scope: "col" }, t(`metrics.${name}`))))), h("tbody", found.map(line))),
  );
}
