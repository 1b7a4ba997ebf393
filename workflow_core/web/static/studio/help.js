/** All keys, drawn from the table that is heard. */
import { FIXED } from "./keys.js";
import { make } from "./panel.js";

/** @param {import("./keys.js").Bound[]} table */
export function help(dialog, table) {
  const bound = table.filter(({ key }) => key);
  const groups = /** @type {[string, any[]][]} */ ([["Everywhere", FIXED], ...Map.groupBy(bound, ({ group }) => group)]);
  const parts = groups.map(([group, keys]) =>
    make("section", {}, make("h3", { text: group }), make("dl", {}, ...keys.map(({ key, words }) => row(key, words)))),
  );
  dialog.querySelector(".groups").replaceChildren(...parts);
  dialog.showModal();
}

const row = (key, words) =>
  make("div", {}, make("dt", {}, make("kbd", { text: key.length === 1 ? key.toUpperCase() : key })), make("dd", { text: words }));
