/** What is being edited: the drawing, what is selected in it, the tool in hand. All acts of mouse, finger and keys meet here. */
import { bounds, dragged, fault, inside, moved, withoutPoint } from "./geometry.js";
import * as history from "./history.js";
import { handles } from "./marks.js";
import * as outlines from "./outline.js";

const NOTHING = /** @type {ReadonlyMap<number, object>} */ (new Map());

export class Editor {
  /** @param {{changed: () => void, drawn: () => void, say: (text: string) => void}} heard */
  constructor({ changed, drawn, say }) {
    Object.assign(this, { changed, drawn, say });
    this.label = "";
    this.tool = "select";
    this.size = { width: 1, height: 1 };
    this.labels = [];
    this.open({ annotations: [], size: this.size, labels: [], writes: false });
  }

  /** Begin with an item; the tool and the label stay what they were, where its recipe has them. */
  open({ annotations, size, labels, writes }) {
    this.history = history.begun(annotations);
    Object.assign(this, { size, labels, writes, grip: null, outline: null, joined: null, hidden: false, preview: NOTHING });
    this.selected = new Set();
    this.cursor = /** @type {[number, number]} */ ([size.width / 2, size.height / 2]);
    if (writes && this.tool === "select" && !this.label) this.tool = labels[0]?.tools[0] ?? "select";
    if (!labels.some((one) => one.name === this.label)) this.label = labels[0]?.name ?? "";
    if (!writes) this.tool = "select";
    else if (this.tool !== "select" && !this.allowed(this.tool)) this.tool = this.allows[0] ?? "select";
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

  allowed(tool) {
    return this.allows.includes(tool);
  }

  /** @param {history.Act} act */
  act(act) {
    if (!this.writes) return;
    this.history = history.acted(this.history, act);
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
    if (this.outline?.points.length) this.back();
    else this.turn(history.undone);
  }

  redo() {
    this.turn(history.redone);
  }

  turn(way) {
    const before = this.history;
    this.history = way(before);
    if (this.history !== before) this.kept();
  }

  // -- tools and labels

  choose(tool) {
    if (!this.writes && tool !== "select") return;
    if (tool !== "select" && !this.allowed(tool)) {
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
    const fits = this.shapes.filter((one) => this.selected.has(one.key) && this.allowed(one.tool) && one.label !== label);
    if (this.tool === "select" && fits.length) {
      return this.act({ type: "change", keys: fits.map((one) => one.key), to: { label, attributes: {} } });
    }
    if (this.writes && this.tool !== "select" && !this.allowed(this.tool)) this.choose(this.allows[0]);
    if (this.tool === "classification") return this.classify(label);
    return this.changed();
  }

  /** Say something of the picture as a whole, or take that back. */
  classify(label) {
    const there = this.shapes.find((one) => one.tool === "classification" && one.label === label);
    if (there) return this.act({ type: "remove", keys: [there.key] });
    return this.act({ type: "add", shapes: [{ label, tool: "classification", geometry: {}, attributes: {} }] });
  }

  // -- selection

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
    const { id: _, key: __, ...copy } = last;
    this.add({ ...copy, geometry: moved(last.geometry, dx, dy, this.size) });
  }

  // -- drawing

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
    if (!this.outline.points.length) this.outline = null;
    this.changed();
  }

  /** Close the shape that is drawn: it is there, or it is said why it cannot be. */
  finish() {
    const outline = this.outline;
    if (!outline || !outline.points.length) return;
    const geometry = outlines.geometry(outline);
    const wrong = fault(outline.tool, geometry);
    if (wrong) {
      if (outlines.whole(outline)) this.outline = null;
      this.say(`Not yet a shape: ${wrong}`);
      this.changed();
      return;
    }
    const joined = this.shapes.find((shape) => shape.key === this.joined);
    Object.assign(this, { outline: null, joined: null });
    if (joined) {
      const both = { outlines: [...joined.geometry.outlines, ...geometry.outlines] };
      this.act({ type: "change", keys: [joined.key], to: { geometry: both } });
    } else this.add({ label: this.label, tool: this.tool, geometry, attributes: {} });
  }

  add(shape) {
    if (!this.writes) return;
    this.selected = new Set([this.history.now.next]);
    this.act({ type: "add", shapes: [shape] });
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

  hide() {
    this.hidden = !this.hidden;
    this.changed();
  }

  leave() {
    if (this.outline) this.outline = null;
    else if (this.grip) this.grip = null;
    else if (this.selected.size) this.selected.clear();
    else this.tool = "select";
    this.joined = null;
    this.changed();
  }

  // -- moving

  /** Show shapes elsewhere while they are dragged; nothing is drawn yet. */
  drag({ dx = 0, dy = 0, grip, to }) {
    if (!this.writes) return;
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
    const wrong = this.shapes.some((one) => shapes.has(one.key) && fault(one.tool, shapes.get(one.key)));
    if (shapes.size && !wrong) this.act({ type: "reshape", shapes });
    else this.changed();
  }
}
