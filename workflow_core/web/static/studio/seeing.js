/** What is to be seen of each shape: the ones drawn here, and those of others, which are only looked at. */
import { unresolved } from "./issues.js";

/** Colors that are told apart by people who see few of them (Okabe and Ito). */
const COLORS = ["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#999999"];
/** What a label has elsewhere, it has in a review. */
const PALETTE = new Map(Object.entries(JSON.parse(document.body.dataset.palette ?? "{}")));
const KINDS = { point: ["dot"], polyline: ["line"] };

export class Seeing {
  /** @param {import("./editor.js").Editor} editor */
  constructor(editor) {
    this.editor = editor;
    this.colors = new Map();
    this.others = [];
    this.flags = new Map();
    this.made = new Map();
  }

  /** What a node's key names: a shape by its number, somebody else's annotation by a name. */
  static key(key) {
    return Number.isNaN(Number(key)) ? key : Number(key);
  }

  /** @param {object} opened a task item as the API tells it */
  open(opened) {
    this.made.clear();
    this.colors.clear();
    opened.recipe.labels.forEach(({ name, color }, index) => this.colors.set(name, color ?? PALETTE.get(name) ?? COLORS[index % COLORS.length]));
    this.reviews = opened.type === "qa";
    this.others = opened.annotations.filter((one) => !one.own);
    this.predicted = new Set(opened.annotations.filter((one) => one.own && one.unseen).map((one) => one.id));
    this.told(opened);
  }

  /** Take what was flagged. */
  told(opened) {
    this.flags.clear();
    for (const issue of unresolved(opened.issues)) {
      if (issue.annotation_id) this.flags.set(issue.annotation_id, (this.flags.get(issue.annotation_id) ?? 0) + 1);
    }
  }

  /** Everything in the picture. @returns {import("./view.js").Seen[]} */
  all() {
    const { editor } = this;
    this.predictions = new Set(editor.shapes.filter((one) => this.predicted.has(one.id) && !one.touched).map(({ key }) => key));
    const others = this.others.map((one) => this.seen(`other-${one.id}`, one, this.reviews ? "reviewed" : "other"));
    const own = editor.shapes.map((one) => {
      const geometry = editor.preview.get(one.key) ?? one.geometry;
      return this.seen(one.key, one.geometry === geometry ? one : { ...one, geometry }, this.predictions.has(one.key) ? "predicted" : "own");
    });
    return [...others, ...own].filter((seen) => seen.somewhere);
  }

  /** The same as before where nothing has changed: then it need not be drawn again. */
  seen(key, shape, kind) {
    const selected = this.editor.selected.has(key);
    const flags = this.flags.get(shape.id) ?? 0;
    const locked = this.editor.locked.has(key);
    const { preview } = this.editor;
    const dragged = preview.size === 1 && preview.has(key); // painted by itself: nothing under it is painted anew
    const stands = [selected, flags, locked, dragged, kind].join();
    const before = this.made.get(key);
    if (before && before.shape === shape && before.stands === stands) return before.seen;
    const is = { selected, flagged: flags > 0, dragged };
    const told = [`${shape.label} ${shape.tool}`];
    if (shape.by && kind !== "own") told.push(`by ${shape.by}`);
    if (kind === "predicted") told.push("predicted");
    if (locked) told.push("locked");
    if (flags) told.push(flags === 1 ? "1 open issue" : `${flags} open issues`);
    const seen = {
      key: String(key),
      geometry: shape.geometry,
      somewhere: shape.tool !== "classification",
      color: this.colors.get(shape.label) ?? "#999999",
      kind: [kind, ...(KINDS[shape.tool] ?? []), ...Object.keys(is).filter((one) => is[one])].join(" "),
      name: told.join(", "),
      chip: flags ? `${shape.label} ⚑` : shape.label,
      annotation: String(shape.id ?? `new-${key}`),
    };
    this.made.set(key, { shape, stands, seen });
    return seen;
  }

  /** In which order names are shown: what is selected first, and what is only to be looked at last. */
  named(seen) {
    const rank = ({ kind }) => (kind.includes("selected") ? 0 : kind.startsWith("other") ? 2 : 1);
    return [...seen].sort((a, b) => rank(a) - rank(b));
  }

  /** What is selected, whoever made it. @returns {?object} */
  selected() {
    const [key] = this.editor.selected;
    if (typeof key === "number") return this.editor.only;
    return this.others.find((one) => `other-${one.id}` === key) ?? null;
  }

  /** Where an annotation is: the key that names it. @returns {number | string | null} */
  keyOf(annotation) {
    const own = this.editor.shapes.find((one) => one.id === annotation);
    if (own) return own.key;
    return this.others.some((one) => one.id === annotation) ? `other-${annotation}` : null;
  }
}
