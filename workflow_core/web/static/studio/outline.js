/**
 * A shape that is being drawn: points are set one by one, whether by mouse, finger or keys, until it is one. Pure.
 * @typedef {import("./geometry.js").Point} Point
 * @typedef {{tool: string, points: Point[]}} Outline
 */
import { boxBetween, rounded } from "./geometry.js";

/** How many points finish a shape by themselves. */
const ENOUGH = { point: 1, box: 2 };

/** @returns {Outline} */
export const started = (tool) => ({ tool, points: [] });

/** Set a point; the same place twice is one. @returns {Outline} */
export function set(outline, point) {
  const last = outline.points.at(-1);
  if (last && last[0] === point[0] && last[1] === point[1]) return outline;
  return { ...outline, points: [...outline.points, point] };
}

/** Take the last point back. @returns {?Outline} null: that was the first */
export const back = (outline) => (outline.points.length > 1 ? { ...outline, points: outline.points.slice(0, -1) } : null);

/** Whether a shape is whole without being told so. */
export const whole = ({ tool, points }) => points.length >= (ENOUGH[tool] ?? Infinity);

/** Whether it can be closed now. */
export const closable = ({ tool, points }) => points.length >= (tool === "polygon" ? 3 : 2);

/** The shape that these points are; `ahead` is where the next one would be. @returns {import("./geometry.js").Geometry} */
export function geometry({ tool, points }, ahead) {
  const all = ahead ? [...points, ahead] : points;
  const [first, second = first] = all;
  if (tool === "box") return rounded(boxBetween(first, second));
  if (tool === "point") return rounded({ x: first[0], y: first[1] });
  return rounded(tool === "polygon" ? { outlines: [all] } : { points: all });
}
