// Values that the browser keeps. Where storage is full or forbidden, they last as long as the page.

const meanwhile = new Map();

/** The JSON value kept under `name`, or `otherwise`. */
export function kept(name, otherwise) {
  try {
    const text = localStorage.getItem(name);
    return text === null ? meanwhile.get(name) ?? otherwise : JSON.parse(text);
  } catch {
    return meanwhile.get(name) ?? otherwise;
  }
}

/** Keeps a JSON value under `name`; says whether it outlives the page. */
export function keep(name, value) {
  meanwhile.set(name, value);
  try {
    localStorage.setItem(name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}
