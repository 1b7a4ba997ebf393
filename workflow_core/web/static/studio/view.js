/** The picture and its shapes as one `<svg>`. Only what has changed is touched. */
import { extent, path } from "./geometry.js";
import { transform } from "./viewport.js";

const SVG = "http://www.w3.org/2000/svg";
const SETTLED = 120; // milliseconds without a gesture
const DOT = 5; // pixels of the screen

/** @returns {SVGElement} */
export function element(name, attributes = {}) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** What is seen of a shape: `name` is what it is called, `kind` one or more classes. */
/** @typedef {{key: string, geometry: object, color: string, name: string, kind: string, annotation: string}} Seen */

export class View {
  /** @param {HTMLElement} canvas */
  constructor(canvas, { settled }) {
    this.canvas = canvas;
    this.svg = element("svg", { role: "group", "aria-label": "Picture and annotations" });
    this.picture = element("image", { width: 0, height: 0 });
    this.layers = Object.fromEntries(
      ["halos", "shapes", "marks"].map((name) => [name, element("g", { class: name })]),
    );
    this.svg.append(this.picture, ...Object.values(this.layers));
    canvas.prepend(this.svg);
    this.known = new Map();
    this.viewport = { x: 0, y: 0, scale: 1 };
    this.rest = this.viewport;
    this.settled = settled;
  }

  /** The part of the page that the picture has. */
  get frame() {
    return { width: this.canvas.clientWidth, height: this.canvas.clientHeight };
  }

  /** Take another picture, and forget all shapes. */
  open(address, size) {
    this.picture.setAttribute("href", address);
    this.picture.setAttribute("width", size.width);
    this.picture.setAttribute("height", size.height);
    for (const layer of Object.values(this.layers)) layer.replaceChildren();
    this.known.clear();
  }

  /** Look at another part; the drawing follows by a transform until the gesture is over. */
  look(viewport, { now = false } = {}) {
    this.viewport = viewport;
    clearTimeout(this.timer);
    if (now) {
      this.settle();
      return;
    }
    this.canvas.classList.add("moving");
    this.svg.style.willChange = "transform"; // moved as it was painted, not painted anew
    this.svg.style.transform = transform(this.rest, viewport);
    this.timer = setTimeout(() => this.settle(), SETTLED);
  }

  /** Draw at the present scale. */
  settle() {
    const { x, y, scale } = (this.rest = this.viewport);
    const { width, height } = this.frame;
    this.canvas.classList.remove("moving");
    Object.assign(this.svg.style, { transform: "", willChange: "" });
    this.svg.setAttribute("viewBox", `${x} ${y} ${width / scale} ${height / scale}`);
    this.picture.classList.toggle("pixels", scale >= 4);
    for (const { node, halo, seen } of this.known.values()) this.size(node, halo, seen);
    this.settled();
  }

  /** A point has a size on screen alone. */
  size(node, halo, seen) {
    if (node.localName !== "circle") return;
    const radius = DOT / this.rest.scale;
    for (const one of [node, halo]) one.setAttribute("r", radius);
    node.setAttribute("cx", seen.geometry.x);
    node.setAttribute("cy", seen.geometry.y);
    halo.setAttribute("cx", seen.geometry.x);
    halo.setAttribute("cy", seen.geometry.y);
  }

  /** Show these shapes and no others; one that is the same object as before is left alone. @param {Seen[]} all */
  show(all) {
    const wanted = new Set(all.map((seen) => seen.key));
    for (const [key, { node, halo }] of this.known) {
      if (wanted.has(key)) continue;
      node.remove();
      halo.remove();
      this.known.delete(key);
    }
    const fresh = all.filter((seen) => !this.known.has(seen.key)).sort((a, b) => extent(b.geometry) - extent(a.geometry));
    if (this.known.size === 0) this.load(fresh);
    else for (const seen of fresh) this.sort(this.add(seen), extent(seen.geometry));
    for (const seen of all) this.update(seen);
  }

  /** Take in many at once, in order. */
  load(fresh) {
    const nodes = fresh.map((seen) => this.add(seen));
    for (const seen of fresh) this.update(seen);
    this.layers.shapes.append(...nodes);
  }

  add(seen) {
    const name = seen.geometry.x !== undefined && seen.geometry.width === undefined ? "circle" : "path";
    const node = element(name, { role: "img", tabindex: 0, "data-annotation": seen.annotation, "data-key": seen.key });
    const halo = element(name);
    this.known.set(seen.key, { node, halo, seen: null, covers: extent(seen.geometry) });
    this.layers.halos.append(halo);
    return node;
  }

  /** The smaller shape lies above the larger one. */
  sort(node, covers) {
    const above = [...this.layers.shapes.children].find(
      (other) => other !== node && this.known.get(other.dataset.key).covers < covers,
    );
    const focused = document.activeElement === node;
    this.layers.shapes.insertBefore(node, above ?? null);
    if (focused) node.focus({ preventScroll: true });
  }

  update(seen) {
    const entry = this.known.get(seen.key);
    const before = entry.seen;
    if (before === seen) return;
    entry.seen = seen;
    const { node, halo } = entry;
    if (before?.geometry !== seen.geometry) {
      const drawn = path(seen.geometry);
      if (drawn) for (const one of [node, halo]) one.setAttribute("d", drawn);
      else this.size(node, halo, seen);
    }
    if (before?.kind !== seen.kind) {
      node.setAttribute("class", seen.kind);
      halo.setAttribute("class", seen.kind);
    }
    if (before?.color !== seen.color) node.setAttribute("color", seen.color);
    if (before?.name !== seen.name) node.setAttribute("aria-label", seen.name);
    if (before?.annotation !== seen.annotation) node.dataset.annotation = seen.annotation;
  }

  /** Put shapes in order that have another size now, once a drag is over. */
  reorder(keys) {
    for (const key of keys) {
      const entry = this.known.get(key);
      if (!entry) continue;
      entry.covers = extent(entry.seen.geometry);
      this.sort(entry.node, entry.covers);
    }
  }

  /** @returns {?SVGElement} the node of a shape */
  node(key) {
    return this.known.get(key)?.node ?? null;
  }
}
