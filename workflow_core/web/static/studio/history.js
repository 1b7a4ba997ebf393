/**
 * What is drawn, as one reducer with undo and redo. Pure: shapes in, shapes out.
 * @typedef {{key: number, id?: number, label: string, tool: string, geometry: import("./geometry.js").Geometry,
 *   attributes: Object<string, any>, touched?: boolean}} Shape `key` is its name in this window; `id` the annotation's, once it
 *   has one; `touched` is what somebody has changed here, if only by accepting it
 * @typedef {{shapes: Shape[], next: number}} Drawing
 * @typedef {{past: Drawing[], now: Drawing, future: Drawing[]}} History
 * @typedef {{type: "add" | "replace", shapes: Omit<Shape, "key">[]} | {type: "remove", keys: number[]}
 *   | {type: "change", keys: number[], to: Partial<Shape>} | {type: "reshape", shapes: ReadonlyMap<number, object>}} Act
 */

/** How many acts can be taken back. */
export const MOST = 500;

/** Begin with what is there; nothing of it can be undone. @returns {History} */
export function begun(annotations) {
  const shapes = annotations.map(({ id, label, tool, geometry, attributes = {} }, index) => {
    const shape = { key: index + 1, label, tool, geometry, attributes };
    return id === undefined || id === null ? shape : { ...shape, id };
  });
  return { past: [], now: { shapes, next: shapes.length + 1 }, future: [] };
}

/** @param {Drawing} drawing @param {Act} act @returns {Drawing} */
export function reduce(drawing, act) {
  switch (act.type) {
    case "add": {
      const added = act.shapes.map((shape, index) => ({ ...shape, key: drawing.next + index }));
      return { shapes: [...drawing.shapes, ...added], next: drawing.next + added.length };
    }
    case "replace":
      return reduce({ ...drawing, shapes: [] }, { type: "add", shapes: act.shapes });
    case "remove":
      return { ...drawing, shapes: drawing.shapes.filter((shape) => !act.keys.includes(shape.key)) };
    case "change":
      return changed(drawing, (key) => act.keys.includes(key) && act.to);
    case "reshape":
      return changed(drawing, (key) => act.shapes.has(key) && { geometry: act.shapes.get(key) });
    default:
      throw new Error(`unknown act ${JSON.stringify(act)}`);
  }
}

/** Change those shapes for whose keys something is told. @returns {Drawing} */
function changed(drawing, to) {
  const one = (shape, change) => (change ? { ...shape, ...change, touched: true } : shape);
  return { ...drawing, shapes: drawing.shapes.map((shape) => one(shape, to(shape.key))) };
}

/** @param {History} history @param {Act} act @returns {History} */
export function acted(history, act) {
  return { past: [...history.past.slice(1 - MOST), history.now], now: reduce(history.now, act), future: [] };
}

/** @param {History} history @returns {History} */
export function undone(history) {
  const before = history.past.at(-1);
  if (!before) return history;
  return { past: history.past.slice(0, -1), now: before, future: [history.now, ...history.future] };
}

/** @param {History} history @returns {History} */
export function redone(history) {
  const [after, ...rest] = history.future;
  if (!after) return history;
  return { past: [...history.past, history.now], now: after, future: rest };
}

/** What is drawn, as it is sent: without the names that it has in this window. @param {Drawing} drawing */
export const annotations = (drawing) => drawing.shapes.map(({ key: _, touched: __, ...annotation }) => annotation);
