// The function key: asked for when the API wants one, kept for this tab only.

import { fill, h } from "./dom.js";
import { t } from "./language.js";

const NAME = "function-key";
let key = read();
let asking = null;
let wasDeclined = false;

/** The key that calls send, or "". */
export function currentKey() {
  return key;
}

/** Whether the last question for a key was turned down. */
export function declined() {
  return wasDeclined;
}

/** Forgets the key. */
export function forgetKey() {
  remember("");
}

/** Asks for a key, once for all calls that wait for it; false when it is not given. `wrong`: one was refused. */
export function askForKey({ wrong }) {
  asking ??= ask(wrong).finally(() => {
    asking = null;
  });
  return asking;
}

function ask(wrong) {
  return new Promise((resolve) => {
    const field = h("input", {
      id: "key",
      type: "password",
      autocomplete: "off",
      spellcheck: "false",
      required: true,
      "aria-describedby": wrong ? "key-wrong key-where" : "key-where",
      "aria-invalid": wrong ? "true" : null,
    });
    const dialog = h("dialog.dialog", { "aria-labelledby": "key-title" });
    let given = false;
    const submit = (event) => {
      event.preventDefault();
      const text = field.value.trim();
      if (!text) return field.focus();
      remember(text);
      given = true;
      return dialog.close();
    };
    fill(
      dialog,
      h(
        "form",
        { onsubmit: submit },
        h("h2", { id: "key-title" }, t("key.title")),
        h("p", { id: "key-where" }, t("key.where")),
        wrong && h("p.error", { id: "key-wrong", role: "alert" }, t("key.wrong")),
        h("label", { for: "key" }, t("key.label")),
        field,
        h(
          "div.row.end",
          h("button", { type: "button", onclick: () => dialog.close() }, t("key.later")),
          h("button.primary", { type: "submit" }, t("key.use")),
        ),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      wasDeclined = !given;
      resolve(given);
    });
    document.body.append(dialog);
    dialog.showModal();
    field.focus();
  });
}

function read() {
  try {
    return sessionStorage.getItem(NAME) ?? "";
  } catch {
    return "";
  }
}

function remember(text) {
  key = text;
  try {
    if (text) sessionStorage.setItem(NAME, text);
    else sessionStorage.removeItem(NAME);
  } catch {
    // The key then lasts as long as the page.
  }
}
