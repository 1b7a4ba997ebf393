/** One press of a key for what a page shows a key at; each form is sent once; and pictures that are not there. */
import { typed } from "./studio/keys.js";

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || typed(event.target)) return;
  [...document.querySelectorAll("[data-key]")].find(({ dataset }) => dataset.key === event.key.toLowerCase())?.click();
});

const sent = new WeakSet(); // a second click would throw away the answer to the first
addEventListener("submit", (event) => {
  if (event.defaultPrevented || !event.target.matches("[method=post]")) return;
  if (sent.has(event.target)) event.preventDefault();
  sent.add(event.target);
  setTimeout(() => sent.delete(event.target), 5_000);
});
addEventListener("pageshow", ({ persisted }) => persisted && location.reload()); // what a page kept is not how things are
const lost = (image) => image.classList.add("gone");
[...document.images].filter((image) => image.complete && !image.naturalWidth).forEach(lost);
addEventListener("error", ({ target }) => target instanceof HTMLImageElement && lost(target), true);
