/** What helps the hand: handles of what is selected, what is being drawn, the place that is pointed at, a crosshair. */
import { bounds, grips, HANDLES, path } from "./geometry.js";
import { geometry } from "./outline.js";
import { make } from "./panel.js";
import { toScreen } from "./viewport.js";
import { element } from "./view.js";

const GRIP = 4; // half of a handle, in pixels of the screen

/** All handles of a geometry. @returns {{grip: string, at: [number, number]}[]} */
export function handles(shape) {
  if (shape.geometry.width !== undefined) {
    const { x, y, width, height } = bounds(shape.geometry);
    return Object.entries(HANDLES).map(([grip, [right, down]]) => ({ grip, at: [x + right * width, y + down * height] }));
  }
  return grips(shape.geometry).map(({ way, at }) => ({ grip: way.join("."), at }));
}

export class Marks {
  /** @param {SVGElement} layer @param {HTMLElement} canvas */
  constructor(layer, canvas) {
    this.layer = layer;
    this.lines = ["across", "down"].map((name) => canvas.appendChild(make("i", { className: `crosshair ${name}` })));
  }

  /** @param {{selected: ?object, grip: ?string, outline: ?object, ahead: ?object, place: ?object, color: string}} what */
  show({ selected, grip, outline, ahead, place, color }, scale) {
    const nodes = [];
    if (place) nodes.push(element("path", { class: "place", d: path(place) }));
    if (outline) {
      const d = path(geometry(outline, ahead));
      const line = element("path", { class: "drawing", d });
      line.style.setProperty("--label", color);
      nodes.push(element("path", { class: "drawing halo", d }), line, ...outline.points.map((at) => dot(at, "corner", scale)));
    }
    for (const handle of selected ? handles(selected) : []) {
      const node = dot(handle.at, handle.grip === grip ? "grip chosen" : "grip", scale);
      node.dataset.grip = handle.grip;
      nodes.push(node);
    }
    this.layer.replaceChildren(...nodes);
  }

  /** Two lines across the picture through where the next point would be; none where that is nowhere. */
  cross(at, viewport) {
    const [x, y] = at ? toScreen(viewport, at) : [0, 0];
    for (const line of this.lines) line.hidden = !at;
    this.lines[0].style.transform = `translateY(${y}px)`;
    this.lines[1].style.transform = `translateX(${x}px)`;
  }
}

function dot([x, y], name, scale) {
  const half = GRIP / scale;
  return element("rect", { class: name, x: x - half, y: y - half, width: 2 * half, height: 2 * half });
}
