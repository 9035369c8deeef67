// The page: its frame, and which of the three views is shown.

import { connection } from "./connection.js";
import { fill, h, icon } from "./dom.js";
import { language, languageChanged, setLanguage, t } from "./language.js";
import { keep } from "./kept.js";
import { ManyView } from "./many.js";
import { TryView } from "./try.js";
import { WatchView } from "./watch.js";

const THEMES = ["auto", "light", "dark"];
const header = h("header.top");
const banner = h("div.banner", { role: "status" });
const main = h("main", { id: "main", tabindex: "-1" });
const footer = h("footer.bottom");

const open = (name) => {
  location.hash = name;
};
const tryView = new TryView();
const views = { try: tryView, many: new ManyView((text) => {
  tryView.take(text);
  open("try");
}), watch: new WatchView() };

function shown() {
  const name = location.hash.slice(1);
  return name in views ? name : "try";
}

function drawFrame() {
  document.title = `${t(`nav.${shown()}`)} · ${t("title")}`;
  fill(
    header,
    h("a.skip", { href: "#main", onclick: skip }, t("nav.skip")),
    h("div.brand", h("span.mark", { "aria-hidden": "true" }), h("span", t("title"))),
    h(
      "nav",
      { "aria-label": t("nav.label") },
      Object.keys(views).map((name) =>
        h("a", { href: `#${name}`, "aria-current": name === shown() ? "page" : null }, t(`nav.${name}`)),
      ),
    ),
    h("div.tools", languageButton(), themeButton()),
  );
  fill(
    footer,
    h("p", t("footer.about")),
    h("p", h("a", { href: "docs" }, t("footer.docs")), h("a", { href: "health" }, t("footer.health"))),
  );
  drawBanner();
}

function drawBanner() {
  banner.classList.toggle("shown", connection.away);
  fill(banner, connection.away && h("p", icon("wait"), h("span", t("away"))));
}

function drawView() {
  const name = shown();
  for (const [one, view] of Object.entries(views)) view.root.hidden = one !== name;
  views[name].show();
}

function languageButton() {
  const other = language() === "en" ? "fr" : "en";
  const names = { en: "English", fr: "Français" };
  const change = () => {
    setLanguage(other);
    header.querySelector(".language").focus();
  };
  return h(
    "button.tool.language",
    { type: "button", lang: other, "aria-label": `${other.toUpperCase()}: ${names[other]}`, title: names[other], onclick: change },
    other.toUpperCase(),
  );
}

function themeButton() {
  const now = document.documentElement.dataset.theme ?? "auto";
  const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
  const change = () => {
    keep("theme", next);
    applyTheme(next);
    drawFrame();
    header.querySelector(".theme").focus();
  };
  const words = t("theme.button", { now: t(`theme.${now}`), next: t(`theme.${next}`) });
  return h("button.tool.theme", { type: "button", "aria-label": words, title: words, onclick: change }, icon(now));
}

function applyTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function skip(event) {
  event.preventDefault();
  main.focus();
}

main.append(...Object.values(views).map((view) => view.root));
document.body.append(header, banner, main, footer);
window.addEventListener("hashchange", () => {
  drawFrame();
  drawView();
});
languageChanged.addEventListener("change", () => {
  drawFrame();
  for (const view of Object.values(views)) view.draw();
  drawView();
});
connection.addEventListener("away", drawBanner);
connection.addEventListener("back", drawBanner);
drawFrame();
drawView();
