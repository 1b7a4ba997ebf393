/**
 * Shapes as the API has them: pixels of the picture as it is shown. Pure; nothing here knows of screens.
 * @typedef {[number, number]} Point
 * @typedef {{x?: number, y?: number, width?: number, height?: number, points?: Point[], outlines?: Point[][]}} Geometry
 * @typedef {{x: number, y: number, width: number, height: number}} Box
 * @typedef {{width: number, height: number}} Size
 */

const FINEST = 100; // a hundredth of a pixel is kept

const round = (value) => Math.round(value * FINEST) / FINEST;

/** Call a function with every point of a geometry, and return one of its answers. @returns {Geometry} */
function mapped(geometry, move) {
  if (geometry.outlines) return { outlines: geometry.outlines.map((outline) => outline.map(move)) };
  if (geometry.points) return { points: geometry.points.map(move) };
  if (geometry.x === undefined) return {};
  const [x, y] = move([geometry.x, geometry.y]);
  return { ...geometry, x, y };
}

/** @returns {Geometry} with coordinates that are equal however they came about */
export function rounded(geometry) {
  const exact = mapped(geometry, ([x, y]) => [round(x), round(y)]);
  if (exact.width === undefined) return exact;
  return { ...exact, width: round(geometry.width), height: round(geometry.height) };
}

/** @returns {?Box} what encloses a geometry; null where it is about the whole picture */
export function bounds(geometry) {
  const points = geometry.outlines ? geometry.outlines.flat() : geometry.points;
  if (!points) {
    if (geometry.x === undefined) return null;
    return { x: geometry.x, y: geometry.y, width: geometry.width ?? 0, height: geometry.height ?? 0 };
  }
  let [left, top, right, low] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, low] = [Math.min(top, y), Math.max(low, y)];
  }
  return { x: left, y: top, width: right - left, height: low - top };
}

/** @returns {Point} the nearest place inside a picture */
export const inside = ([x, y], { width, height }) => [Math.min(Math.max(x, 0), width), Math.min(Math.max(y, 0), height)];

/** @returns {Box} */
export function boxBetween([x1, y1], [x2, y2]) {
  return { x: Math.min(x1, x2), y: Math.min(y1, y2), width: Math.abs(x2 - x1), height: Math.abs(y2 - y1) };
}

/** Move a geometry as far as the picture goes. @returns {Geometry} */
export function moved(geometry, dx, dy, size) {
  const box = bounds(geometry);
  if (!box) return geometry;
  const right = Math.min(Math.max(dx, -box.x), size.width - box.x - box.width);
  const down = Math.min(Math.max(dy, -box.y), size.height - box.y - box.height);
  return rounded(mapped(geometry, ([x, y]) => [x + right, y + down]));
}

/** The handles of a box: which sides each takes along, as shares of its width and height. */
export const HANDLES = { nw: [0, 0], n: [0.5, 0], ne: [1, 0], e: [1, 0.5], se: [1, 1], s: [0.5, 1], sw: [0, 1], w: [0, 0.5] };

/** Drag a handle of a box to a point; sides may pass one another. @returns {Box} */
export function resized(box, handle, [x, y]) {
  const left = handle.includes("w") ? x : box.x;
  const right = handle.includes("e") ? x : box.x + box.width;
  const top = handle.includes("n") ? y : box.y;
  const bottom = handle.includes("s") ? y : box.y + box.height;
  return /** @type {Box} */ (rounded(boxBetween([left, top], [right, bottom])));
}

/** The points of a geometry that can be taken hold of, each with its way there. @returns {{way: number[], at: Point}[]} */
export function grips(geometry) {
  const of = (points, before) => points.map((at, index) => ({ way: [...before, index], at }));
  if (geometry.outlines) return geometry.outlines.flatMap((outline, number) => of(outline, [number]));
  return geometry.points ? of(geometry.points, []) : [];
}

/** Change the list of points that a way leads into. @returns {Geometry} */
function along(geometry, way, change) {
  if (!geometry.outlines) return { points: change(geometry.points, way[0]) };
  return { outlines: geometry.outlines.map((outline, number) => (number === way[0] ? change(outline, way[1]) : outline)) };
}

/** @returns {Geometry} with one of its points elsewhere */
export const withPoint = (geometry, way, [x, y]) =>
  along(geometry, way, (points, index) => points.with(index, [round(x), round(y)]));

/** @returns {Geometry} with another point before the one that a way leads to */
export const withMore = (geometry, way, [x, y]) =>
  along(geometry, way, (points, index) => points.toSpliced(index, 0, [round(x), round(y)]));

/** What becomes of a geometry that is dragged: as a whole, or by one of its handles or points. @returns {Geometry} */
export function dragged(geometry, { dx, dy, grip, to }, size) {
  if (!grip) return moved(geometry, dx, dy, size);
  const at = inside(to, size);
  return geometry.width === undefined ? withPoint(geometry, grip.split(".").map(Number), at) : resized(geometry, grip, at);
}

/** Take a point away; with the last ones of an outline goes the outline. @returns {?Geometry} null: nothing is left */
export function withoutPoint(geometry, way) {
  const least = geometry.outlines ? 3 : 2;
  const rest = along(geometry, way, (points, index) => points.toSpliced(index, 1));
  if (!rest.outlines) return rest.points.length < least ? null : rest;
  const outlines = rest.outlines.filter((outline) => outline.length >= least);
  return outlines.length ? { outlines } : null;
}

/** The place on the sides of a geometry that is nearest. @returns {{way: number[], at: Point, distance: number}} */
export function nearestSide(geometry, point) {
  let best = { way: [], at: point, distance: Infinity };
  const lines = geometry.outlines ?? [geometry.points];
  lines.forEach((points, number) => {
    const sides = geometry.outlines ? points.length : points.length - 1;
    for (let index = 0; index < sides; index += 1) {
      const at = nearestOn(points[index], points[(index + 1) % points.length], point);
      const distance = Math.hypot(at[0] - point[0], at[1] - point[1]);
      const way = geometry.outlines ? [number, index + 1] : [index + 1];
      if (distance < best.distance) best = { way, at, distance };
    }
  });
  return best;
}

/** @returns {Point} */
function nearestOn([x1, y1], [x2, y2], [x, y]) {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const length = dx * dx + dy * dy;
  const share = length ? Math.min(Math.max(((x - x1) * dx + (y - y1) * dy) / length, 0), 1) : 0;
  return [x1 + share * dx, y1 + share * dy];
}

/**
 * What keeps a geometry from being an annotation by the settings of a recipe; the words are for people.
 * @param {string} tool @param {any} geometry @param {any} settings @returns {?string}
 */
export function fault(tool, geometry, { self_crossing: crossing } = {}) {
  if (tool === "box") return geometry.width > 0 && geometry.height > 0 ? null : "a box is wider and higher than nothing";
  if (tool === "polyline") {
    const far = geometry.points.some(([x, y]) => x !== geometry.points[0][0] || y !== geometry.points[0][1]);
    return far ? null : "a polyline has two points that differ";
  }
  if (tool !== "polygon") return null;
  if (!geometry.outlines.every(encloses)) return "a polygon has three points that are not on one line";
  return crossing === "refuse" && geometry.outlines.some(crosses) ? "the polygon crosses itself" : null;
}

/** Whether two sides of an outline cross each other; where they only touch, they do not. */
export function crosses(points) {
  const turn = ([[ax, ay], [bx, by]], [x, y]) => Math.sign((bx - ax) * (y - ay) - (by - ay) * (x - ax));
  const apart = (side, [from, to]) => turn(side, from) * turn(side, to) < 0;
  const sides = points.map((point, index) => [point, points.at(index - 1)]);
  return sides.some((one, index) => sides.slice(0, index).some((other) => apart(one, other) && apart(other, one)));
}

function encloses([first, ...others]) {
  const second = others.find(([x, y]) => x !== first[0] || y !== first[1]);
  if (!second) return false;
  const [dx, dy] = [second[0] - first[0], second[1] - first[1]];
  return others.some(([x, y]) => Math.abs(dx * (y - first[1]) - dy * (x - first[0])) > 1e-9);
}

/** The path that draws a geometry; that of a point is nothing but its round ends. @returns {string} */
export function path(geometry) {
  if (geometry.width !== undefined) {
    const { x, y, width, height } = geometry;
    return `M${x} ${y}h${width}v${height}h${-width}z`;
  }
  if (geometry.outlines) return geometry.outlines.map((points) => `M${points.join("L")}z`).join("");
  if (geometry.points) return `M${geometry.points.join("L")}`;
  return geometry.x === undefined ? "" : `M${geometry.x} ${geometry.y}h0`;
}
