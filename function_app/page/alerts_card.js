// The alerts that were raised, newest first.

import { h } from "./dom.js";
import { has, moment, t } from "./language.js";

/** The card for the answer of `GET alerts`. */
export function alertsCard({ alerts }) {
  return h("section.card", h("h2", t("alerts.title")), alerts?.length ? h("ul.list", alerts.map(line)) : h("p.empty", t("alerts.none")));
}

function line({ rule, severity, condition, fired, resolved, description, created, link }) {
  const isOver = condition === "Resolved" || resolved != null;
  const when = isOver && resolved ? t("alerts.resolved", { time: moment(resolved) }) : t("alerts.fired", { time: moment(fired ?? created) });
  return h(
    "li",
    h("p", h(`span.tag.${isOver ? "stable" : "drift"}`, has(`severity.${severity}`) ? t(`severity.${severity}`) : severity), " ", h("b", rule)),
    description && h("p", { lang: "en" }, description),
    h("p.hint", when, /^https:/.test(link ?? "") && [" · ", h("a", { href: link, rel: "noreferrer" }, t("alerts.link"))]),
  );
}
