/**
 * Which part of the picture is seen, and how large. Pure.
 * @typedef {{x: number, y: number, scale: number}} Viewport the picture's point at the upper left, and pixels of the
 *   screen for one of the picture
 */
const [LEAST, MOST, MARGIN] = [0.02, 64, 12];

/** Show a box whole and in the middle. @returns {Viewport} */
export function fitted(box, frame, most = 8) {
  const across = (frame.width - 2 * MARGIN) / Math.max(box.width, 1);
  const down = (frame.height - 2 * MARGIN) / Math.max(box.height, 1);
  const scale = Math.min(Math.max(Math.min(across, down), LEAST), most);
  return { x: box.x + (box.width - frame.width / scale) / 2, y: box.y + (box.height - frame.height / scale) / 2, scale };
}

/** Zoom about a place of the screen, which stays where it is. @returns {Viewport} */
export function zoomed(view, [x, y], factor) {
  const scale = Math.min(Math.max(view.scale * factor, LEAST), MOST);
  return { x: view.x + x / view.scale - x / scale, y: view.y + y / view.scale - y / scale, scale };
}

/** Move the picture with the hand, by pixels of the screen. @returns {Viewport} */
export const panned = (view, dx, dy) => ({ ...view, x: view.x - dx / view.scale, y: view.y - dy / view.scale });

/** @returns {[number, number]} where a place of the screen is in the picture */
export const toPicture = (view, [x, y]) => [view.x + x / view.scale, view.y + y / view.scale];

/** @returns {[number, number]} where a place of the picture is on screen */
export const toScreen = (view, [x, y]) => [(x - view.x) * view.scale, (y - view.y) * view.scale];

/** What makes a drawing at rest look as at another viewport: while a gesture lasts, that is all that changes. */
export function transform(rest, view) {
  const factor = view.scale / rest.scale;
  return `translate(${(rest.x - view.x) * view.scale}px, ${(rest.y - view.y) * view.scale}px) scale(${factor})`;
}
