/** One item after the other: opening, submitting, the next one; and what the session and the connection say meanwhile. */
import { get, post, remove } from "../api.js";

const ACTIVE = 60_000; // how often a claim is renewed by who does something

export class Desk {
  constructor() {
    Object.assign(this, { opened: null, last: null, picture: null, ahead: null, acted: false });
    for (const name of ["pointerdown", "keydown", "wheel"]) {
      addEventListener(name, () => (this.acted = true), { passive: true, capture: true });
    }
    setInterval(() => void this.renew(), ACTIVE);
  }

  /** Open an item, given its number or all of it; the picture of what comes after it is asked for meanwhile. */
  async open(next) {
    const opened = typeof next === "object" ? next : await get(`/task-items/${next}`);
    this.opened = opened;
    this.picture = this.fetched(opened.picture ?? picture(opened.item_id));
    this.ahead = opened.upcoming ? this.fetched(picture(opened.upcoming)) : null;
    return opened;
  }

  /** A picture that is asked for once, and decoded before it is looked at: for a large one that takes longest. */
  fetched(address) {
    const had = [this.picture, this.ahead].find((one) => one?.address === address && !one.lost);
    if (had) return had;
    const image = Object.assign(new Image(), { src: address });
    const size = image.decode().then(() => ({ width: image.naturalWidth, height: image.naturalHeight }));
    const made = { address, image, size, lost: false };
    size.catch(() => (made.lost = true));
    return made;
  }

  /** Tell of work, while there is any: not while idle, and not while hidden. */
  async renew() {
    if (!this.acted || document.hidden || !this.opened?.token) return;
    this.acted = false;
    const asked = post(`/tasks/${this.opened.task_id}/renewals`, { task_item: this.opened.id });
    await asked.catch(() => {}); // the next draft says what is wrong, and to whom it matters
  }

  /** Set a status; returns what comes next, opened, if anything does. */
  async submit(status, annotations, reason) {
    const { id, token, name } = this.opened;
    if (reason) await post(`/task-items/${id}/comments`, { text: reason });
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
    this.last = null; // what would be offered to be taken back is not what was done last
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
