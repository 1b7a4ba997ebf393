/** One press of a key for what a page shows a key at. */
import { typed } from "./studio/keys.js";

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || typed(event.target)) return;
  const key = event.key.toLowerCase();
  for (const node of document.querySelectorAll("[data-key]")) {
    if (node.dataset.key === key) return void node.click();
  }
});
