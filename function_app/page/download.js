// Files that the page gives.

import { h } from "./dom.js";

/** Lets the browser save `parts` under a name. */
export function download(name, type, parts) {
  const address = URL.createObjectURL(new Blob(parts, { type }));
  const link = h("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
