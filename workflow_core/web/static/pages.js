/** One press of a key for what a page shows a key at; each form is sent once; what is waited for; and pictures that are not there. */
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
addEventListener("beforeunload", () => {
  document.body.ariaBusy = "true"; // what comes may take a while: this page says so
  setTimeout(() => (document.body.ariaBusy = null), 10_000); // somebody has stopped it, or it was a file
});
addEventListener("pageshow", ({ persisted }) => persisted && location.reload()); // what a page kept is not how things are
const lost = (image) => (image.dataset.gone = ""); // no class: a refresh would take that away
[...document.images].filter((image) => image.complete && !image.naturalWidth).forEach(lost);
addEventListener("error", ({ target }) => target instanceof HTMLImageElement && lost(target), true);
