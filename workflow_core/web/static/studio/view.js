/** The picture and its shapes as one `<svg>`. Only what has changed is touched. */
import { bounds, path } from "./geometry.js";
import { transform } from "./viewport.js";

const SVG = "http://www.w3.org/2000/svg";
const SETTLED = 120; // milliseconds without a gesture
const NEAR = 160; // pixels of the picture

/** @returns {SVGElement} */
export function element(name, attributes = {}) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

const BLANK = element("path", { role: "img", tabindex: 0 }); // to copy is quicker than to make

/** What is seen of a shape: `name` is what it is called, `kind` one or more classes. */
/** @typedef {{key: string, geometry: object, color: string, name: string, kind: string, annotation: string}} Seen */

export class View {
  /** @param {HTMLElement} canvas */
  constructor(canvas, { settled }) {
    this.canvas = canvas;
    this.svg = element("svg", { role: "group", "aria-label": "Picture and annotations" });
    this.picture = element("image", { width: 0, height: 0 });
    this.picture.addEventListener("error", () => this.picture.removeAttribute("href"));
    this.layers = Object.fromEntries(["halos", "shapes", "marks"].map((name) => [name, element("g", { class: name })]));
    this.svg.append(this.picture, ...Object.values(this.layers));
    canvas.prepend(this.svg);
    this.known = new Map();
    this.halos = new Map();
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
    this.halos.clear();
  }

  /** Look at another part; the drawing follows by a transform until the gesture is over. */
  look(viewport, { now = false } = {}) {
    this.viewport = viewport;
    clearTimeout(this.timer);
    if (now) return this.settle();
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
    this.settled();
  }

  /** Show these shapes and no others; one that is the same object as before is left alone. @param {Seen[]} all */
  show(all) {
    const wanted = new Set(all.map((seen) => seen.key));
    for (const [key, { node }] of this.known) {
      if (wanted.has(key)) continue;
      node.remove();
      this.known.delete(key);
    }
    const fresh = all.filter((seen) => !this.known.has(seen.key)).map((seen) => this.add(seen));
    fresh.sort((a, b) => b.covers - a.covers);
    if (this.known.size === fresh.length) this.layers.shapes.append(...fresh.map(({ node }) => node));
    else for (const entry of fresh) this.sort(entry);
    for (const seen of all) this.update(seen);
    this.surround(all);
  }

  add(seen) {
    const node = /** @type {SVGElement} */ (BLANK.cloneNode());
    node.setAttribute("data-key", seen.key);
    this.known.set(seen.key, { node });
    return this.update(seen);
  }

  /** One path goes round all shapes of a kind and a neighbourhood: a node more for each is half of what loading takes. */
  surround(all) {
    const together = Map.groupBy(all, ({ key }) => this.known.get(key).around);
    for (const around of new Set([...this.halos.keys(), ...together.keys()])) {
      const drawn = (together.get(around) ?? []).map(({ key }) => this.known.get(key).drawn).join("");
      const halo = this.halos.get(around) ?? this.layers.halos.appendChild(element("path", { class: around }));
      this.halos.set(around, halo);
      if (halo.getAttribute("d") !== drawn) halo.setAttribute("d", drawn);
    }
  }

  /** The smaller shape lies above the larger one. */
  sort({ node, covers }) {
    const above = [...this.layers.shapes.children].find((other) => other !== node && this.known.get(other.dataset.key).covers < covers);
    const focused = document.activeElement === node;
    this.layers.shapes.insertBefore(node, above ?? null);
    if (focused) node.focus({ preventScroll: true });
  }

  update(seen) {
    const entry = this.known.get(seen.key);
    const before = entry.seen;
    if (before === seen) return entry;
    entry.seen = seen;
    const { node } = entry;
    if (before?.geometry !== seen.geometry) {
      const { x, y, width, height } = bounds(seen.geometry);
      Object.assign(entry, { covers: width * height, near: `near-${Math.floor(x / NEAR)}-${Math.floor(y / NEAR)}` });
      node.setAttribute("d", (entry.drawn = path(seen.geometry)));
    }
    if (before?.kind !== seen.kind) node.setAttribute("class", seen.kind);
    entry.around = `${seen.kind} ${entry.near}`;
    if (before?.color !== seen.color) node.setAttribute("color", seen.color);
    if (before?.name !== seen.name) node.setAttribute("aria-label", seen.name);
    if (before?.annotation !== seen.annotation) node.setAttribute("data-annotation", seen.annotation);
    return entry;
  }

  /** Put shapes in order that have another size now, once a drag is over. */
  reorder(keys) {
    for (const key of keys) if (this.known.has(key)) this.sort(this.known.get(key));
  }

  /** @returns {?SVGElement} the node of a shape */
  node(key) {
    return this.known.get(key)?.node ?? null;
  }
}
