/** One press of a key for what a page shows a key at; and pictures that are not there. */
import { typed } from "./studio/keys.js";

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || typed(event.target)) return;
  const key = event.key.toLowerCase();
  for (const node of document.querySelectorAll("[data-key]")) {
    if (node.dataset.key === key) return void node.click();
  }
});

const lost = (image) => image.classList.add("gone");
[...document.images].filter((image) => image.complete && !image.naturalWidth).forEach(lost);
addEventListener("error", ({ target }) => target instanceof HTMLImageElement && lost(target), true);
