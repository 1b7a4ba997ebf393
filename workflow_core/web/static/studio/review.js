/** Looking at what others have made: from one annotation to the next, from issue to issue, and what a flag is about. */
import { unresolved } from "./issues.js";
import { Seeing } from "./seeing.js";

export class Review {
  /** @param {import("./editor.js").Editor} editor @param {import("./seeing.js").Seeing} seeing @param {import("./view.js").View} view */
  constructor(editor, seeing, view) {
    Object.assign(this, { editor, seeing, view, place: null, issue: null });
  }

  open(opened) {
    Object.assign(this, { place: null, issue: null });
    this.told(opened);
  }

  told(opened) {
    this.issues = unresolved(opened.issues);
  }

  /** Select the next annotation. */
  step() {
    const keys = this.seeing.all().map(({ key }) => key);
    const [selected] = this.editor.selected;
    this.choose(keys[(keys.indexOf(String(selected)) + 1) % keys.length]);
  }

  /** Go to the next issue that is not settled. @returns {?object} */
  stepIssue() {
    const next = this.issues[(this.issues.findIndex(({ id }) => id === this.issue) + 1) % this.issues.length];
    if (next) this.point(next);
  }

  /** Show what an issue is about. */
  point(issue) {
    this.issue = issue.id;
    // Of an annotation, how it was when it was flagged; else the place where something is missing.
    this.place = issue.geometry;
    const key = this.seeing.keyOf(issue.annotation_id);
    if (key !== null) this.choose(String(key));
    else this.editor.select(null);
  }

  choose(key) {
    if (key === undefined) return;
    this.editor.select(Seeing.key(key));
    requestAnimationFrame(() => this.view.node(key)?.focus({ preventScroll: true }));
  }

  /** Mark a place where something is missing. */
  mark(box) {
    this.place = box;
    this.editor.select(null);
  }

  /** What would be flagged now: an annotation, a place, or the item. */
  flagged() {
    const shape = this.seeing.selected();
    if (shape?.id) return { annotation: shape.id, geometry: shape.geometry, what: `${shape.label} ${shape.tool}${shape.by ? ` by ${shape.by}` : ""}` };
    if (this.place) return { geometry: this.place, what: "Something missing at the marked place" };
    return { what: "Something missing in the picture" };
  }
}
