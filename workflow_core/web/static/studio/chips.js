/** Names of shapes as text over the picture: in the drawing itself a text for every shape would cost a frame each. */
import { bounds } from "./geometry.js";
import { make } from "./panel.js";
import { toScreen } from "./viewport.js";

const MOST = 50;

export class Chips {
  /** @param {HTMLElement} layer */
  constructor(layer) {
    this.layer = layer;
    this.nodes = [];
  }

  /** Name what is in view, what is wanted most first. @param {import("./view.js").Seen[]} all */
  show(all, viewport, frame) {
    const places = [];
    for (const seen of all) {
      if (places.length === MOST) break;
      const box = bounds(seen.geometry);
      if (!box) continue;
      const [x, y] = toScreen(viewport, [box.x, box.y]);
      const [right, low] = [x + box.width * viewport.scale, y + box.height * viewport.scale];
      if (right < 0 || low < 0 || x > frame.width || y > frame.height) continue;
      places.push({ seen, x: Math.max(x, 0), y: Math.max(y, 20) });
    }
    while (this.nodes.length < places.length) this.nodes.push(this.layer.appendChild(make("span", { className: "chip" })));
    this.nodes.forEach((node, index) => fill(node, places[index]));
  }
}

function fill(node, place) {
  node.hidden = !place;
  if (!place) return;
  const { seen, x, y } = place;
  if (node.textContent !== seen.chip) node.textContent = seen.chip;
  node.style.setProperty("--label", seen.color);
  node.className = `chip ${seen.kind}`;
  node.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px) translateY(-100%)`;
}
