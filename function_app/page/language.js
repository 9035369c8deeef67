// The page's two languages: its words, numbers and times.

import en from "./words_en.js";
import fr from "./words_fr.js";
import { keep, kept } from "./kept.js";

const WORDS = { en, fr };

/** Tells views to draw themselves again. */
export const languageChanged = new EventTarget();

let current = choose();
let tools = toolsOf(current);

/** `"en"` or `"fr"`. */
export function language() {
  return current;
}

/** Changes the language of the whole page and remembers it. */
export function setLanguage(name) {
  current = name;
  tools = toolsOf(name);
  keep("language", name);
  document.documentElement.lang = name;
  languageChanged.dispatchEvent(new Event("change"));
}

/** The words for `key`, with `{name}` replaced; with a number `n`, the form of `key` that goes with it. */
export function t(key, values = {}) {
  const words = WORDS[current];
  const form = "n" in values && !(key in words) ? `${key}.${tools.plural.select(values.n)}` : key;
  const text = words[form] ?? words[`${key}.other`] ?? WORDS.en[form];
  if (text === undefined) throw new Error(`no words for ${key}`);
  const shown = "n" in values ? { ...values, n: number(values.n) } : values;
  return text.replaceAll(/\{(\w+)\}/g, (whole, name) => shown[name] ?? whole);
}

/** Whether there are words for `key`. */
export function has(key) {
  return key in WORDS[current];
}

/** 1234.5 as people write it. */
export function number(value, digits = 0) {
  return new Intl.NumberFormat(current, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

/** A share of one in percent. */
export function percent(value, digits = 0) {
  const style = { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(current, style).format(value);
}

/** A confidence in percent, cut rather than rounded, so that it never says more than the words for it. */
export function confidenceFigure(value, digits = value > 0.995 ? 1 : 0) {
  const parts = 100 * 10 ** digits;
  return percent(Math.floor(value * parts + 1e-9) / parts, digits);
}

/** A number with its sign. */
export function signed(value, digits = 1) {
  const style = { signDisplay: "exceptZero", minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(current, style).format(value);
}

/** A moment, as day and time. */
export function moment(text) {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? String(text) : tools.moment.format(date);
}

/** A moment, as short as an axis needs it. `seconds` is the axis's whole span. */
export function tick(date, seconds) {
  if (seconds < 600) return new Intl.DateTimeFormat(current, { timeStyle: "medium" }).format(date);
  if (seconds < 36 * 3600) return new Intl.DateTimeFormat(current, { hour: "2-digit", minute: "2-digit" }).format(date);
  return new Intl.DateTimeFormat(current, { day: "numeric", month: "short" }).format(date);
}

/** "3 minutes": a length of time in its largest fitting unit. */
export function duration(seconds) {
  const [unit, size] = seconds < 90 ? ["second", 1] : seconds < 5400 ? ["minute", 60] : ["hour", 3600];
  const style = { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 0 };
  return new Intl.NumberFormat(current, style).format(Math.max(1, Math.round(seconds / size)));
}

/** Bytes in a unit that fits. */
export function bytes(count) {
  const [unit, size, digits] = count < 1e6 ? ["kilobyte", 1e3, 0] : ["megabyte", 1e6, 1];
  const style = { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: digits };
  return new Intl.NumberFormat(current, style).format(count / size);
}

function choose() {
  const chosen = kept("language", null);
  const wanted = chosen in WORDS ? [chosen] : navigator.languages ?? [navigator.language];
  const found = wanted.map((one) => one.slice(0, 2).toLowerCase()).find((one) => one in WORDS) ?? "en";
  document.documentElement.lang = found;
  return found;
}

function toolsOf(name) {
  return {
    plural: new Intl.PluralRules(name),
    moment: new Intl.DateTimeFormat(name, { dateStyle: "medium", timeStyle: "short" }),
  };
}
