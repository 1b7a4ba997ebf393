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

  /** Open an item; its picture is asked for at the same time, and measured where nobody has. */
  async open(taskItem) {
    const opened = await get(`/task-items/${taskItem}`);
    this.opened = opened;
    return opened;
  }

  get address() {
    return `/api/items/${this.opened.item_id}/image`;
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

  /** Set a status; returns what comes next, if anything does. */
  async submit(status, annotations) {
    const { id, task_id: task, token, name } = this.opened;
    await post(`/task-items/${id}/submission`, { status, token, annotations });
    this.last = { id, name, status };
    return this.next(task);
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

/** How large a picture is as it is shown; refused where it cannot be. @returns {Promise<{width: number, height: number}>} */
export function measured(address) {
  return new Promise((resolve, reject) => {
    const picture = new Image();
    picture.onload = () => resolve({ width: picture.naturalWidth, height: picture.naturalHeight });
    picture.onerror = () => reject(new Error("this picture cannot be shown"));
    picture.src = address;
  });
}
