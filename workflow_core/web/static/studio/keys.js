/**
 * One table of keys: what `?` and the tooltips show is what is heard. Each act has one press, and no two share one.
 * @typedef {{act: string, words: string, wishes: string | string[], group: string, button?: boolean}} Wish
 * @typedef {{act: string, words: string, key: string, group: string}} Bound
 */

/** What the studio itself can do, and the keys it would like, best first. Names of keys are those of `KeyboardEvent`. */
export const OWN = [
  { act: "tool:select", words: "Select and move", wishes: "v", group: "Tools" },
  { act: "tool:box", words: "Box", wishes: "bx", group: "Tools" },
  { act: "tool:polygon", words: "Polygon", wishes: "pg", group: "Tools" },
  { act: "tool:polyline", words: "Polyline", wishes: "lie", group: "Tools" },
  { act: "tool:point", words: "Point", wishes: "ot", group: "Tools" },
  { act: "tool:classification", words: "Whole picture", wishes: "wk", group: "Tools" },
  { act: "undo", words: "Take back", wishes: "z", group: "Editing" },
  { act: "redo", words: "Do again", wishes: "y", group: "Editing" },
  { act: "remove", words: "Delete what is selected", wishes: ["Delete"], group: "Editing" },
  { act: "repeat", words: "Repeat the last shape here", wishes: "rj", group: "Editing" },
  { act: "duplicate", words: "Duplicate what is selected", wishes: "dn", group: "Editing" },
  { act: "lock", words: "Lock and unlock what is selected", wishes: "kq", group: "Editing" },
  { act: "attribute", words: "Attributes of what is selected", wishes: "s@", group: "Editing" },
  { act: "accept", words: "Accept the prediction, and go to the next", wishes: "ef", group: "Editing" },
  { act: "accept-all", words: "Accept all predictions", wishes: "a'", group: "Editing" },
  { act: "more", words: "Another outline of this polygon", wishes: "m;", group: "Editing" },
  { act: "hide", words: "Hide and show the shapes", wishes: "h,", group: "View" },
  { act: "light", words: "Brightness and contrast", wishes: "t<", group: "View" },
  { act: "fit", words: "The whole picture", wishes: ["0"], group: "View" },
  { act: "closer", words: "Zoom in", wishes: ["+", "="], group: "View" },
  { act: "farther", words: "Zoom out", wishes: ["-"], group: "View" },
  { act: "selection", words: "Zoom to what is selected", wishes: ".", group: "View" },
  { act: "next", words: "Next annotation", wishes: "n]", group: "Review" },
  { act: "unresolved", words: "Next unresolved issue", wishes: "u[", group: "Review" },
  { act: "flag", words: "Flag", wishes: "f/", group: "Review" },
  { act: "notes", words: "Instructions, issues, questions", wishes: "qg", group: "View" },
  { act: "help", words: "All keys", wishes: ["?"], group: "View" },
];

/** Keys that mean the same everywhere, and are told rather than bound. */
export const FIXED = [
  { key: "Arrows", words: "Move the cursor, the shape or the point; Shift by 10" },
  { key: "Enter", words: "Set a point; at the same place again, close" },
  { key: "Backspace", words: "Take the last point back, or delete" },
  { key: "Escape", words: "Leave what is begun, or a field" },
  { key: "Tab", words: "From shape to shape" },
  { key: "Space", words: "Hold to move the picture" },
];

/**
 * Give every act a key: what the team has chosen first, then what reviewers press all day, however a status is called; then
 * words by their own letters, then the studio's, any if need be.
 * @param {{act: string, words: string, key: ?string, letters?: boolean, group: string}[]} asked
 * @param {Wish[]} own
 * @returns {Bound[]}
 */
export function bound(asked, own) {
  const taken = new Set();
  const take = (wishes) => {
    const free = [...wishes].find((key) => !taken.has(key));
    if (free !== undefined) taken.add(free);
    return free ?? "";
  };
  const chosen = asked.map((one) => ({ ...one, key: one.key ? take([one.key.toLowerCase()]) : "" }));
  const wished = (some) => some.map(({ wishes, ...one }) => ({ ...one, key: take(wishes) }));
  const reviewers = wished(own.filter(({ group }) => group === "Review"));
  const letter = (words) => take(words.toLowerCase().replace(/[^a-z]/g, ""));
  const lettered = chosen.map(({ letters, ...one }) => (letters && !one.key ? { ...one, key: letter(one.words) } : one));
  const others = wished(own.filter(({ group }) => group !== "Review"));
  const studios = [...reviewers, ...others].map((one) => (one.key ? one : { ...one, key: take("abcdefghijklmnopqrstuvwxyz") }));
  let digit = 0;
  const numbered = (one) => (one.key || !one.act.startsWith("label:") || digit >= 9 ? one : { ...one, key: String((digit += 1)) });
  return [...lettered.map(numbered), ...studios];
}

/** The act that a press means; shift is no part of a letter. @returns {?string} */
export function meant(table, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) {
    const key = event.key.toLowerCase();
    if (event.altKey || !"zy".includes(key)) return null;
    return key === "y" || event.shiftKey ? "redo" : "undo";
  }
  const key = event.key === "=" ? "+" : event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return table.find((one) => one.key === key)?.act ?? null;
}

/** Whether a press is meant for a field that somebody types in. */
export const typed = (target) => target.matches("input, textarea, select, [contenteditable]");
