// Values over time, as lines and bands. Points can be read by pointer, by arrow keys, and as a table.

import { bottomAxis, drawToWidth, leftAxis, MARGIN, roundTicks, scale, tooltip } from "./axes.js";
import { h, s } from "./dom.js";
import { moment, t, tick } from "./language.js";

const HEIGHT = 240;
const PIXELS_A_TICK = 110;
const MOST_DOTS = 60;

/**
 * A figure. `points` are `{at: Date, values: (number|null)[]}`, oldest first; `series` are `{name, kind, low?, high?}`
 * for each value, where `low` and `high` give a band's values of a point; `marks` are `{value, name}`, lines across.
 */
export function linePlot({ title, note, points, series, marks, format, least, most }) {
  const holder = h("div.holder", { tabindex: "0", role: "group", "aria-label": t("plot.keys", { title }) });
  const figure = h(
    "figure.plot",
    h("figcaption", title),
    h("p.legend", series.map(({ name, kind }) => h(`span.key.${kind}`, name)), marks.map(({ name, kind }) => h(`span.key.mark.${kind}`, name))),
    holder,
    note && h("p.hint", note),
    h("details", h("summary", t("plot.table")), asTable({ title, points, series, format })),
  );
  let drawn = null;
  drawToWidth(holder, (width) => {
    drawn = draw({ title, points, series, marks, format, least, most, width });
    return drawn.elements;
  });
  holder.addEventListener("pointermove", (event) => drawn?.near(event.clientX - holder.getBoundingClientRect().left));
  holder.addEventListener("pointerleave", () => drawn?.leave());
  holder.addEventListener("blur", () => drawn?.leave());
  holder.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    if (event.key === "Escape") drawn?.leave();
    if (step === undefined) return;
    event.preventDefault();
    drawn?.move(step);
  });
  return figure;
}

function draw({ title, points, series, marks, format, least, most, width }) {
  const all = points.flatMap((point) => [...point.values, ...series.flatMap((one) => [one.low?.(point), one.high?.(point)])]);
  const values = [...all, ...marks.map(({ value }) => value)].filter(Number.isFinite);
  const [low, high] = [Math.min(...values, least ?? Infinity), Math.max(...values, most ?? -Infinity)];
  const room = (high - low || 0.1) * 0.08;
  const domain = [least === undefined ? low - room : Math.min(least, low), most === undefined ? high + room : Math.max(most, high)];
  const y = scale(domain, [HEIGHT - MARGIN.bottom, MARGIN.top]);
  const times = points.map(({ at }) => at.getTime());
  const [first, last] = [times[0], times.at(-1)];
  const inner = [MARGIN.left + 6, width - MARGIN.right - 6];
  const x = first === last ? () => (inner[0] + inner[1]) / 2 : scale([first, last], inner);
  const count = first === last ? 1 : Math.max(2, Math.min(6, Math.floor(width / PIXELS_A_TICK)));
  const timeTicks = Array.from({ length: count }, (_, index) => first + ((last - first) * index) / Math.max(1, count - 1));
  const tip = tooltip();
  const cursor = s("line.cursor", { y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom });
  const spots = series.map(({ kind }) => s(`circle.${kind}`, { r: 4.5 }));
  const pointer = s("g", { visibility: "hidden" }, cursor, spots);
  const svg = s(
    "svg",
    { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: "img", "aria-label": title },
    leftAxis({ y, ticks: roundTicks(domain, 4), format, width }),
    s("line.axis", { x1: MARGIN.left, x2: width - MARGIN.right, y1: HEIGHT - MARGIN.bottom, y2: HEIGHT - MARGIN.bottom }),
    bottomAxis({ x, ticks: timeTicks, format: (one) => tick(new Date(one), (last - first) / 1000), height: HEIGHT }),
    marks.map(({ value, kind }) => s(`line.mark.${kind}`, { x1: MARGIN.left, x2: width - MARGIN.right, y1: y(value), y2: y(value) })),
    series.map((one, index) => drawSeries(one, index, points, x, y)),
    pointer,
  );
  let chosen = points.length;
  const choose = (index) => {
    chosen = index;
    const point = points[index];
    const at = x(point.at.getTime());
    cursor.setAttribute("x1", at);
    cursor.setAttribute("x2", at);
    pointer.setAttribute("visibility", "visible");
    spots.forEach((spot, which) => {
      const value = point.values[which];
      spot.setAttribute("visibility", value === null ? "hidden" : "inherit");
      if (value !== null) spot.setAttribute("transform", `translate(${at} ${y(value)})`);
    });
    const lines = series.map(({ name }, which) => h("span", `${name}: ${point.values[which] === null ? "—" : format(point.values[which], true)}`));
    const top = Math.min(...point.values.filter(Number.isFinite).map(y), HEIGHT - MARGIN.bottom);
    tip.at(at, top, [h("b", moment(point.at)), ...lines]);
  };
  return {
    elements: [svg, tip.root],
    near(pixels) {
      const distances = times.map((time) => Math.abs(x(time) - pixels));
      choose(distances.indexOf(Math.min(...distances)));
    },
    move(step) {
      choose(Math.max(0, Math.min(points.length - 1, chosen + step)));
    },
    leave() {
      pointer.setAttribute("visibility", "hidden");
      tip.hide();
      chosen = points.length;
    },
  };
}

function drawSeries({ kind, low, high }, index, points, x, y) {
  const found = points.filter(({ values }) => Number.isFinite(values[index]));
  const at = (point) => x(point.at.getTime()).toFixed(1);
  const path = found.map((point, nth) => `${nth ? "L" : "M"}${at(point)} ${y(point.values[index]).toFixed(1)}`).join("");
  const edge = (list, side) => list.map((point) => `${at(point)} ${y(side(point)).toFixed(1)}`).join("L");
  const band = low && found.length > 1 && s(`path.band.${kind}`, { d: `M${edge(found, low)}L${edge([...found].reverse(), high)}Z` });
  const dots = found.length <= MOST_DOTS && found.map((point) => s(`circle.${kind}`, { cx: at(point), cy: y(point.values[index]).toFixed(1), r: 2.5 }));
  return [band, s(`path.line.${kind}`, { d: path || "M0 0" }), dots];
}

function asTable({ title, points, series, format }) {
  const newest = [...points].reverse();
  return h(
    "div.scroll-x",
    { tabindex: "0", role: "region", "aria-label": title },
    h(
      "table.plain",
      h("thead", h("tr", h("th", { scope: "col" }, t("plot.time")), series.map(({ name }) => h("th.figure", { scope: "col" }, name)))),
      h("tbody", newest.map(({ at, values }) => h("tr", h("td", moment(at)), values.map((value) => h("td.figure", value === null ? "—" : format(value, true)))))),
    ),
  );
}
