/** Editing by keys alone: arrows move the cursor, what is selected, or one of its points. */
import { inside, nearestSide, withMore } from "./geometry.js";
import { handles } from "./marks.js";
import * as outlines from "./outline.js";

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const FAR = 10;

/** Do what a key means in itself; whether it meant anything. @param {import("./editor.js").Editor} editor */
export function pressed(editor, event) {
  if (event.key in STEPS) {
    const [dx, dy] = STEPS[event.key].map((step) => step * (event.shiftKey ? FAR : 1));
    move(editor, dx, dy);
    return true;
  }
  if (event.key === "Enter") return enter(editor);
  if (event.key === "Escape") editor.leave();
  else if (event.key !== "Backspace") return false;
  else if (editor.outline) editor.back();
  else editor.remove();
  return true;
}

function move(editor, dx, dy) {
  if (editor.drawing || !editor.selected.size) {
    const [x, y] = editor.cursor;
    editor.cursor = inside([Math.round(x) + dx, Math.round(y) + dy], editor.size);
    editor.pointed = true;
    editor.changed();
    return;
  }
  const held = editor.grip && handles(editor.only).find(({ grip }) => grip === editor.grip);
  if (held) editor.drag({ grip: held.grip, to: [held.at[0] + dx, held.at[1] + dy] });
  else editor.drag({ dx, dy });
  editor.drop();
  editor.grip = held ? held.grip : null;
  editor.changed();
}

function enter(editor) {
  if (editor.drawing) {
    const last = editor.outline?.points.at(-1);
    const same = last && last[0] === editor.cursor[0] && last[1] === editor.cursor[1];
    if (same && outlines.closable(editor.outline)) editor.finish();
    else editor.set(editor.cursor);
    return true;
  }
  if (!editor.only || !editor.writes) return false;
  const all = handles(editor.only).map(({ grip }) => grip);
  editor.grip = all[(all.indexOf(editor.grip) + 1) % all.length] ?? null;
  editor.changed();
  return true;
}

/** Add a point to the outline of what is selected, where it is nearest. @param {import("./editor.js").Editor} editor */
export function insert(editor, point, within = Infinity) {
  const only = editor.only;
  if (!editor.writes || !only || !(only.geometry.outlines || only.geometry.points)) return;
  const side = nearestSide(only.geometry, point);
  if (side.distance > within) return;
  editor.act({ type: "change", keys: [only.key], to: { geometry: withMore(only.geometry, side.way, side.at) } });
  editor.grip = side.way.join(".");
  editor.changed();
}
