/** Mouse, pen and fingers over the picture: one draws or drags, the middle button or Space pans, two fingers zoom. */
import { boxBetween, inside } from "./geometry.js";
import { insert } from "./hands.js";
import { Seeing } from "./seeing.js";
import { panned, toPicture, zoomed } from "./viewport.js";

const SLIP = 3; // pixels that a press may slip and still be a click
const NEAR = 10; // pixels from the first point at which a click closes a polygon
const WHEEL = 1.0015;

export class Pointer {
  /** @param {HTMLElement} canvas @param {import("./editor.js").Editor} editor @param {import("./view.js").View} view @param {any} heard */
  constructor(canvas, editor, view, { pointed, place }) {
    Object.assign(this, { canvas, editor, view, pointed, place });
    this.down = new Map();
    this.gesture = /** @type {any} */ (null);
    this.panning = false;
    for (const name of ["pointerdown", "pointermove", "pointerup", "pointercancel", "dblclick"]) {
      canvas.addEventListener(name, (event) => this[name](event));
    }
    // The browser would give the focus to what lies on top, and leave it in a field otherwise.
    canvas.addEventListener("mousedown", (event) => event.preventDefault());
    canvas.addEventListener("pointerleave", () => this.pointed(null));
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  /** @returns {[number, number]} where on the canvas a pointer is */
  screen(event) {
    const frame = this.canvas.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  }

  at(event) {
    return toPicture(this.view.viewport, this.screen(event));
  }

  pointerdown(event) {
    this.down.set(event.pointerId, this.screen(event));
    document.activeElement.blur();
    this.canvas.setPointerCapture(event.pointerId);
    if (this.down.size === 2) return this.pinch();
    if (this.down.size > 2) return;
    const start = { screen: this.screen(event), at: this.at(event), slipped: false };
    if (event.button === 1 || this.panning) this.gesture = { kind: "pan", ...start };
    else if (event.button === 0) this.gesture = { ...this.begin(event), ...start };
    if (event.button === 1) event.preventDefault();
  }

  begin(event) {
    const { editor } = this;
    if (editor.drawing) return { kind: "draw", begun: Boolean(editor.outline) };
    const { grip } = event.target.dataset;
    if (grip && editor.writes) return { kind: "grip", grip };
    const key = this.hit(event);
    if (key === null) return { kind: this.place && event.pointerType !== "touch" ? "place" : "pan", clears: true };
    const named = Seeing.key(key);
    if (!editor.selected.has(named) || event.shiftKey) editor.select(named, { also: event.shiftKey });
    this.view.node(key)?.focus({ preventScroll: true });
    return { kind: named === key ? "none" : "move" };
  }

  /** The shape under the pointer; with Alt the one below it. */
  hit(event) {
    const free = ({ dataset }) => dataset?.key && !this.editor.locked.has(Seeing.key(dataset.key));
    const under = document.elementsFromPoint(event.clientX, event.clientY).filter(free);
    const chosen = event.altKey ? (under[1] ?? under[0]) : under[0];
    return chosen?.dataset.key ?? null;
  }

  pointermove(event) {
    if (this.down.has(event.pointerId)) this.down.set(event.pointerId, this.screen(event));
    const at = this.at(event);
    if (event.pointerType !== "touch") this.pointed(at);
    const { gesture, editor } = this;
    if (!gesture) return void (editor.outline && this.ahead(at));
    if (gesture.kind === "pinch") return this.pinched();
    const [x, y] = this.screen(event);
    gesture.slipped ||= Math.hypot(x - gesture.screen[0], y - gesture.screen[1]) > SLIP;
    if (!gesture.slipped) return;
    if (gesture.kind === "pan") {
      this.view.look(panned(gesture.from ?? (gesture.from = this.view.viewport), x - gesture.screen[0], y - gesture.screen[1]));
    } else if (gesture.kind === "grip") editor.drag({ grip: gesture.grip, to: at });
    else if (gesture.kind === "move") editor.drag({ dx: at[0] - gesture.at[0], dy: at[1] - gesture.at[1] });
    else if (gesture.kind === "place") this.place(boxBetween(this.inside(gesture.at), this.inside(at)));
    else if (gesture.kind === "draw") {
      if (!gesture.begun && editor.tool === "box" && !editor.outline) editor.set(gesture.at);
      this.ahead(at);
    }
  }

  inside(point) {
    return inside(point, this.editor.size);
  }

  ahead(at) {
    this.editor.ahead = this.inside(at);
    this.editor.changed();
  }

  pointerup(event) {
    this.down.delete(event.pointerId);
    const { gesture, editor } = this;
    if (!gesture || (gesture.kind === "pinch" && this.down.size)) return;
    this.gesture = null;
    editor.ahead = null;
    const at = this.at(event);
    if (gesture.kind === "draw") this.set(gesture, at);
    else if (gesture.kind === "grip" || gesture.kind === "move") editor.drop();
    else if (gesture.clears && !gesture.slipped) {
      this.place?.(null);
      editor.select(null);
    }
  }

  set(gesture, at) {
    const { editor } = this;
    const first = editor.outline?.points[0];
    const near = first && Math.hypot(first[0] - at[0], first[1] - at[1]) * this.view.viewport.scale < NEAR;
    if (editor.tool === "polygon" && near && editor.outline.points.length > 2) editor.finish();
    else editor.set(gesture.slipped ? at : gesture.at);
  }

  pointercancel(event) {
    this.down.delete(event.pointerId);
    this.gesture = null;
    Object.assign(this.editor, { ahead: null, preview: new Map() });
    this.editor.changed();
  }

  /** The second click ends a line, or adds a point to what is selected. */
  dblclick(event) {
    const { editor } = this;
    if (editor.outline) editor.finish();
    else if (!editor.drawing) insert(editor, this.at(event), NEAR / this.view.viewport.scale);
  }

  wheel(event) {
    event.preventDefault();
    if (event.shiftKey) this.view.look(panned(this.view.viewport, -event.deltaY, 0));
    else this.view.look(zoomed(this.view.viewport, this.screen(event), WHEEL ** -event.deltaY));
    this.pointed(this.at(event));
  }

  /** A second finger: what the first began is nothing. */
  pinch() {
    const { gesture, editor } = this;
    if (gesture?.kind === "draw" && !gesture.begun) editor.outline = null;
    Object.assign(editor, { ahead: null, preview: new Map() });
    editor.changed();
    this.gesture = { kind: "pinch", from: this.view.viewport, fingers: this.fingers() };
  }

  fingers() {
    const [[x1, y1], [x2, y2]] = [...this.down.values()];
    return { middle: [(x1 + x2) / 2, (y1 + y2) / 2], apart: Math.max(Math.hypot(x2 - x1, y2 - y1), 1) };
  }

  pinched() {
    if (this.down.size < 2) return;
    const { from, fingers } = this.gesture;
    const { middle, apart } = this.fingers();
    const larger = zoomed(from, fingers.middle, apart / fingers.apart);
    this.view.look(panned(larger, middle[0] - fingers.middle[0], middle[1] - fingers.middle[1]));
  }
}
