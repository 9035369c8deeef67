// What plots have in common: their room, their scales, their axes.

import { h, s } from "./dom.js";

/** Margins around a plot's inner part, in pixels. */
export const MARGIN = { top: 12, right: 16, bottom: 34, left: 48 };

/** A straight scale from values to pixels. */
export function scale([from, to], [start, end]) {
  const span = to - from || 1;
  return (value) => start + ((value - from) / span) * (end - start);
}

/** Round values within a range, about `count` of them. */
export function roundTicks([from, to], count) {
  const rough = (to - from || 1) / count;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((one) => one * size).find((one) => one >= rough);
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

/** Lines across at `ticks` with their values at the left, and what they measure above them. */
export function leftAxis({ y, ticks, format, width }) {
  return ticks.map((tick) => [
    s("line.grid", { x1: MARGIN.left, x2: width - MARGIN.right, y1: y(tick), y2: y(tick) }),
    s("text.tick", { x: MARGIN.left - 8, y: y(tick), dy: "0.32em", "text-anchor": "end" }, format(tick)),
  ]);
}

/** Values below the plot. */
export function bottomAxis({ x, ticks, format, height }) {
  const bottom = height - MARGIN.bottom;
  return ticks.map((tick, index) => {
    const anchor = index === 0 ? "start" : index === ticks.length - 1 ? "end" : "middle";
    return [
      s("line.axis", { x1: x(tick), x2: x(tick), y1: bottom, y2: bottom + 5 }),
      s("text.tick", { x: x(tick), y: bottom + 18, "text-anchor": ticks.length > 1 ? anchor : "middle" }, format(tick)),
    ];
  });
}

/** Draws into `holder` now and whenever its width changes; `draw(width)` gives the elements. */
export function drawToWidth(holder, draw) {
  holder.observer?.disconnect();
  let drawn = 0;
  const again = () => {
    const width = Math.round(holder.clientWidth);
    if (width < 80 || width === drawn) return;
    drawn = width;
    holder.replaceChildren(...[draw(width)].flat());
  };
  holder.observer = new ResizeObserver(again);
  holder.observer.observe(holder);
  again();
}

/** A box that follows what is pointed at; `at(x, y, content)` shows it, `hide()` hides it. */
export function tooltip() {
  const root = h("div.tooltip", { role: "status", hidden: true });
  return {
    root,
    at(x, y, content) {
      root.replaceChildren(...content);
      root.hidden = false;
      const room = root.parentElement.clientWidth;
      const left = Math.max(4, Math.min(x - root.offsetWidth / 2, room - root.offsetWidth - 4));
      const above = y - root.offsetHeight - 10;
      root.style.setProperty("left", `${left}px`);
      root.style.setProperty("top", `${above < 0 ? y + 12 : above}px`);
    },
    hide() {
      root.hidden = true;
    },
  };
}
