/** What is being edited: the drawing, what is selected in it, the tool in hand. All acts of mouse, finger and keys meet here. */
import { bounds, dragged, fault, inside, moved, withoutPoint } from "./geometry.js";
import * as history from "./history.js";
import { handles } from "./marks.js";
import * as outlines from "./outline.js";

const ASIDE = 10; // pixels of the picture
const NOTHING = /** @type {ReadonlyMap<number, object>} */ (new Map());

/** The same again, elsewhere. */
const copied = ({ id: _, ...one }, dx, dy, size) => ({ ...one, geometry: moved(one.geometry, dx, dy, size) });

export class Editor {
  /** @param {{changed: () => void, drawn: () => void, say: (text: string) => void}} heard */
  constructor({ changed, drawn, say }) {
    Object.assign(this, { changed, drawn, say, label: "", tool: "select" });
    this.open({ annotations: [], size: { width: 1, height: 1 }, labels: [], writes: false });
  }

  /** Begin with an item; the tool and the label stay what they were, where its recipe has them. */
  open({ annotations, size, labels, writes, settings = {} }) {
    this.history = history.begun(annotations);
    Object.assign(this, { size, labels, writes, settings, grip: null, outline: null, joined: null, hidden: false, preview: NOTHING });
    this.selected = new Set();
    this.locked = new Set();
    this.cursor = /** @type {[number, number]} */ ([size.width / 2, size.height / 2]);
    if (writes && this.tool === "select" && !this.label) this.tool = labels[0]?.tools[0] ?? "select";
    if (!labels.some((one) => one.name === this.label)) this.label = labels[0]?.name ?? "";
    if (!writes) this.tool = "select";
    else if (this.tool !== "select" && !this.allows.includes(this.tool)) this.tool = this.allows[0] ?? "select";
    this.changed();
  }

  get shapes() {
    return this.history.now.shapes;
  }

  get annotations() {
    return history.annotations(this.history.now);
  }

  get allows() {
    return this.labels.find((one) => one.name === this.label)?.tools ?? [];
  }

  /** The one shape that is selected; null where there is none, or several. */
  get only() {
    if (this.selected.size !== 1) return null;
    const [key] = this.selected;
    const shape = this.shapes.find((one) => one.key === key);
    return shape && this.preview.has(key) ? { ...shape, geometry: this.preview.get(key) } : (shape ?? null);
  }

  get drawing() {
    return this.writes && this.tool !== "select" && this.tool !== "classification";
  }

  /** Whether something is selected that is not to be changed. */
  get fixed() {
    return [...this.selected].some((key) => this.locked.has(key));
  }

  /** @param {history.Act} act */
  act(act) {
    if (!this.writes) return;
    if (act.type !== "add" && act.type !== "replace" && this.fixed) return void this.say("What is selected is locked");
    const [before, after] = [new Set(this.shapes), history.acted(this.history, act)];
    const made = act.type === "replace" ? [] : after.now.shapes.filter((shape) => !before.has(shape));
    const wrong = made.map(({ tool, geometry }) => fault(tool, geometry, this.settings)).find(Boolean);
    if (wrong) return void (this.say(`It stays as it was: ${wrong}`), this.changed());
    this.history = after;
    this.kept();
  }

  kept() {
    const there = new Set(this.shapes.map((shape) => shape.key));
    this.selected = new Set([...this.selected].filter((key) => there.has(key)));
    if (!this.only || !handles(this.only).some(({ grip }) => grip === this.grip)) this.grip = null;
    this.changed();
    this.drawn();
  }

  undo() {
    return this.outline ? this.back() : this.turn(history.undone);
  }

  redo() {
    this.turn(history.redone);
  }

  turn(way) {
    const before = this.history;
    this.history = way(before);
    if (this.history !== before) this.kept();
  }

  choose(tool) {
    if (!this.writes && tool !== "select") return;
    if (tool !== "select" && !this.allows.includes(tool)) {
      const other = this.labels.find((one) => one.tools.includes(tool));
      if (!other) return;
      this.label = other.name;
    }
    Object.assign(this, { tool, outline: null, joined: null, grip: null });
    if (tool !== "select") this.selected.clear();
    this.changed();
  }

  /** Take a label: what is selected becomes one; otherwise the next shape does. */
  take(label) {
    if (!this.labels.some((one) => one.name === label)) return;
    this.label = label;
    if (this.writes && this.allows.includes("classification") && this.allows.length === 1) return this.classify(label);
    const fits = this.shapes.filter((one) => this.selected.has(one.key) && this.allows.includes(one.tool) && one.label !== label);
    if (this.tool === "select" && fits.length) return this.act({ type: "change", keys: fits.map(({ key }) => key), to: { label, attributes: {} } });
    const idle = this.tool !== "select" || !this.selected.size;
    if (this.writes && idle && !this.allows.includes(this.tool)) this.choose(this.allows[0]);
    if (this.tool === "classification") return this.classify(label);
    return this.changed();
  }

  /** Say something of the picture as a whole, or take that back. */
  classify(label) {
    const there = this.shapes.find((one) => one.tool === "classification" && one.label === label);
    if (there) return this.act({ type: "remove", keys: [there.key] });
    return this.act({ type: "add", shapes: [{ label, tool: "classification", geometry: {}, attributes: {} }] });
  }

  /** Select a shape, or nothing; `also` adds it, or takes it out. */
  select(key, { also = false } = {}) {
    if (!also) this.selected = new Set(key === null ? [] : [key]);
    else if (!this.selected.delete(key)) this.selected.add(key);
    this.grip = null;
    this.changed();
  }

  remove() {
    const only = this.only;
    if (this.grip && only && only.geometry.width === undefined) {
      const geometry = withoutPoint(only.geometry, this.grip.split(".").map(Number));
      if (geometry) return this.act({ type: "change", keys: [only.key], to: { geometry } });
    }
    const keys = this.shapes.map((shape) => shape.key).filter((key) => this.selected.has(key));
    return keys.length ? this.act({ type: "remove", keys }) : undefined;
  }

  /** Draw the last shape once more, about the cursor. */
  repeat() {
    const last = this.shapes.findLast((shape) => bounds(shape.geometry));
    if (!last) return;
    const box = bounds(last.geometry);
    const [dx, dy] = [this.cursor[0] - box.x - box.width / 2, this.cursor[1] - box.y - box.height / 2];
    this.add(copied(last, dx, dy, this.size));
  }

  /** Draw what is selected once more, a little aside. */
  duplicate() {
    this.add(...this.shapes.filter(({ key }) => this.selected.has(key)).map((one) => copied(one, ASIDE, ASIDE, this.size)));
  }

  /** Keep what is selected from being changed, and out of the pointer's way; or no longer. */
  lock() {
    for (const key of this.selected) if (!this.locked.delete(key)) this.locked.add(key);
    this.changed();
  }

  /** Set a point of the shape that is drawn. */
  set(point) {
    const at = inside(point, this.size);
    this.outline = outlines.set(this.outline ?? outlines.started(this.tool), at);
    this.cursor = at;
    if (outlines.whole(this.outline)) this.finish();
    else this.changed();
  }

  back() {
    this.outline = outlines.back(this.outline);
    this.changed();
  }

  /** Close the shape that is drawn: it is there, or it is said why it cannot be. */
  finish() {
    const outline = this.outline;
    if (!outline) return;
    const geometry = outlines.geometry(outline);
    const wrong = fault(outline.tool, geometry, this.settings);
    if (wrong) {
      if (outlines.whole(outline)) this.outline = null;
      this.say(`Not yet a shape: ${wrong}`);
      return this.changed();
    }
    const joined = this.shapes.find((shape) => shape.key === this.joined);
    Object.assign(this, { outline: null, joined: null });
    if (joined) {
      const both = { outlines: [...joined.geometry.outlines, ...geometry.outlines] };
      this.act({ type: "change", keys: [joined.key], to: { geometry: both } });
    } else this.add({ label: this.label, tool: this.tool, geometry, attributes: {} });
  }

  add(...shapes) {
    if (!this.writes || !shapes.length) return;
    this.selected = new Set(shapes.map((_, index) => this.history.now.next + index));
    this.act({ type: "add", shapes });
  }

  /** Go on with another outline of the polygon that was drawn or selected last. */
  more() {
    const polygon = this.only ?? this.shapes.at(-1);
    if (!this.writes || polygon?.tool !== "polygon") return;
    this.label = polygon.label;
    this.choose("polygon");
    this.joined = polygon.key;
    this.say("The next outline belongs to this polygon");
  }

  leave() {
    if (this.outline) this.outline = null;
    else if (this.grip) this.grip = null;
    else if (this.selected.size) this.selected.clear();
    else this.tool = "select";
    this.joined = null;
    this.changed();
  }

  /** Show shapes elsewhere while they are dragged; nothing is drawn yet. @param {any} how */
  drag({ dx = 0, dy = 0, grip, to }) {
    if (!this.writes || this.fixed) return;
    const keys = grip ? [this.only.key] : [...this.selected];
    const shapes = this.shapes.filter((shape) => keys.includes(shape.key));
    this.preview = new Map(shapes.map(({ key, geometry }) => [key, dragged(geometry, { dx, dy, grip, to }, this.size)]));
    this.grip = grip ?? null;
    this.changed();
  }

  /** Let go: where everything is now, it stays. */
  drop() {
    const shapes = this.preview;
    this.preview = NOTHING;
    if (shapes.size) this.act({ type: "reshape", shapes });
    else this.changed();
  }
}
