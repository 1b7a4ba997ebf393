/** One item after the other: opening, submitting, the next one; and what the session and the connection say meanwhile. */
import { get, post, remove } from "../api.js";

const ACTIVE = 60_000; // how often a claim is renewed by who does something

export class Desk {
  constructor() {
    this.opened = null;
    this.last = null;
    this.acted = false;
    for (const name of ["pointerdown", "keydown", "wheel"]) {
      addEventListener(name, () => (this.acted = true), { passive: true, capture: true });
    }
    setInterval(() => void this.renew(), ACTIVE);
  }

  /** Open an item, given its number or all of it; the picture of what comes after it is asked for meanwhile. */
  async open(next) {
    const opened = typeof next === "object" ? next : await get(`/task-items/${next}`);
    this.opened = opened;
    if (opened.upcoming) this.ahead = Object.assign(new Image(), { src: picture(opened.upcoming) });
    return opened;
  }

  get address() {
    return picture(this.opened.item_id);
  }

  /** Tell of work, while there is any: not while idle, and not while hidden. */
  async renew() {
    if (!this.acted || document.hidden || !this.opened?.token) return;
    this.acted = false;
    try {
      await post(`/tasks/${this.opened.task_id}/renewals`, { task_item: this.opened.id });
    } catch {
      // the next draft says what is wrong, and to whom it matters
    }
  }

  /** Set a status; returns what comes next, opened, if anything does. */
  async submit(status, annotations) {
    const { id, token, name } = this.opened;
    const { next } = await post(`/task-items/${id}/submission`, { status, token, annotations, next: true });
    this.last = { id, name, status };
    return next;
  }

  async next(task = this.opened.task_id) {
    const [claim] = await post(`/tasks/${task}/claims`);
    return claim?.id ?? null;
  }

  /** Put an item behind the others of the task. */
  async later() {
    const { id, task_id: task } = this.opened;
    await post(`/task-items/${id}/postponement`);
    return this.next(task);
  }

  /** Take the last status back. */
  async undo() {
    const { id } = this.last;
    await remove(`/task-items/${id}/submission`);
    this.last = null;
    return id;
  }
}

const picture = (item) => `/api/items/${item}/image`;

/** How large a picture is as it is shown; refused where it cannot be. @returns {Promise<{width: number, height: number}>} */
export function measured(address) {
  return new Promise((resolve, reject) => {
    const picture = new Image();
    picture.onload = () => resolve({ width: picture.naturalWidth, height: picture.naturalHeight });
    picture.onerror = () => reject(new Error("this picture cannot be shown"));
    picture.src = address;
  });
}
