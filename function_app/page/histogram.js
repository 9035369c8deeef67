// How the probabilities of many tweets are spread.

import { bottomAxis, drawToWidth, leftAxis, MARGIN, roundTicks, scale, tooltip } from "./axes.js";
import { fill, h, s } from "./dom.js";
import { number, percent, t } from "./language.js";

const BINS = 20;
const HEIGHT = 220;

/** Draws the histogram of P(positive) into a figure. */
export function histogram(figure, probabilities) {
  const counts = new Array(BINS).fill(0);
  for (const one of probabilities) counts[Math.min(BINS - 1, Math.floor(one * BINS))] += 1;
  let holder = figure.querySelector(".holder");
  if (!holder) {
    holder = h("div.holder");
    fill(figure, h("figcaption", t("histogram.title")), holder, h("p.axis-title", t("histogram.axis")));
  }
  fill(figure.querySelector("figcaption"), t("histogram.title"));
  fill(figure.querySelector(".axis-title"), t("histogram.axis"));
  drawToWidth(holder, (width) => bars(counts, width));
}

function bars(counts, width) {
  const most = Math.max(...counts, 1);
  const ticks = roundTicks([0, most], 4).filter(Number.isInteger);
  const y = scale([0, most * 1.05], [HEIGHT - MARGIN.bottom, MARGIN.top]);
  const x = scale([0, 1], [MARGIN.left, width - MARGIN.right]);
  const tip = tooltip();
  const step = x(1 / BINS) - x(0);
  const tell = (index) => {
    const range = t("histogram.range", { from: percent(index / BINS), to: percent((index + 1) / BINS) });
    tip.at(x((index + 0.5) / BINS), y(counts[index]), [h("b", t("rows", { n: counts[index] })), h("span", range)]);
  };
  const drawn = counts.map((count, index) => [
    s(`rect.bar-value.${index < BINS / 2 ? "negative" : "positive"}`, {
      x: x(index / BINS) + 1,
      width: Math.max(1, step - 2),
      y: y(count),
      height: y(0) - y(count),
    }),
    s("rect.catch", {
      x: x(index / BINS),
      width: step,
      y: MARGIN.top,
      height: HEIGHT - MARGIN.bottom - MARGIN.top,
      onpointerenter: () => tell(index),
      onpointerleave: () => tip.hide(),
    }),
  ]);
  const total = counts.reduce((sum, one) => sum + one, 0);
  const sure = counts[0] + counts[BINS - 1];
  const label = t("histogram.spoken", { n: total, share: percent(total ? sure / total : 0) });
  const svg = s(
    "svg",
    { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: "img", "aria-label": label },
    leftAxis({ y, ticks, format: (one) => number(one), width }),
    drawn,
    s("line.axis", { x1: MARGIN.left, x2: width - MARGIN.right, y1: y(0), y2: y(0) }),
    bottomAxis({ x, ticks: width < 360 ? [0, 0.5, 1] : [0, 0.25, 0.5, 0.75, 1], format: (one) => percent(one), height: HEIGHT }),
  );
  return [svg, tip.root];
}
