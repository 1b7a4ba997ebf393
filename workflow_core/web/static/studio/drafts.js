/** Nothing drawn is lost: kept in this browser at once, at the server a second after the last change. */
import { answer, get, Refused, Unreachable } from "../api.js";

const PAUSE = 1000;
const AGAIN = 2000;
const LARGEST = 60_000; // what a browser still sends while a page goes

const place = (taskItem) => `annoflow:draft:${taskItem}`;

export class Drafts {
  /** @param {{state: (state: "saved" | "saving" | "kept" | "stopped", why?: Error) => void, stale: (version: number) => void}} heard */
  constructor({ state, stale }) {
    Object.assign(this, { state, stale, taskItem: null });
    document.addEventListener("visibilitychange", () => document.hidden && this.save());
  }

  /** Begin with an item whose draft has this version. */
  open(taskItem, version) {
    clearTimeout(this.timer);
    Object.assign(this, { taskItem, version, waiting: null, stopped: false });
  }

  /** What this browser kept of an item and the server has not heard of. @returns {?{annotations: object[], version: number}} */
  kept(taskItem) {
    return JSON.parse(localStorage.getItem(place(taskItem)) ?? "null");
  }

  /** Keep what is drawn now. */
  take(annotations) {
    this.waiting = annotations;
    this.state("saving");
    localStorage.setItem(place(this.taskItem), JSON.stringify({ annotations, version: this.version }));
    this.later(PAUSE);
  }

  later(pause) {
    clearTimeout(this.timer);
    if (!this.stopped) this.timer = setTimeout(() => this.save(), pause);
  }

  /** Send what has not been sent; returns once the server has it, or it is known that it does not. */
  async save() {
    clearTimeout(this.timer);
    if (this.sending) await this.sending;
    if (!this.waiting || this.stopped) return;
    this.sending = this.send(this.taskItem, this.waiting);
    await this.sending;
    this.sending = null;
  }

  /** Send nothing for now: what is drawn goes another way. */
  async rest() {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.sending;
  }

  /** Go on sending. */
  resume() {
    this.stopped = false;
    if (this.waiting) this.later(0);
  }

  async send(taskItem, annotations) {
    try {
      const { tag } = await answer("PUT", `/task-items/${taskItem}/draft`, {
        body: { annotations },
        headers: { "If-Match": `"${this.version}"` },
        keepalive: JSON.stringify(annotations).length < LARGEST,
      });
      if (taskItem !== this.taskItem) return;
      this.version = Number(tag.replaceAll('"', ""));
      if (this.waiting === annotations) this.forget();
      this.state("saved");
    } catch (error) {
      if (taskItem === this.taskItem) await this.failed(error, annotations);
    }
  }

  async failed(error, annotations) {
    if (error instanceof Unreachable) {
      this.state("kept", error);
      this.later(AGAIN);
    } else if (error instanceof Refused && error.code === "draft-changed") {
      this.stopped = true;
      const { draft, draft_version: version } = await get(`/task-items/${this.taskItem}`);
      // What went out while the page was left has arrived, and nobody told the next page.
      if (same(draft, annotations)) this.over(version);
      else this.stale(version);
    } else this.state("stopped", error);
  }

  /** Go on from the version that another window has saved: what is here takes its place. */
  over(version) {
    Object.assign(this, { version, stopped: false });
    this.later(0);
  }

  /** The server has all of it: nothing is to be kept. */
  forget(taskItem = this.taskItem) {
    this.waiting = null;
    localStorage.removeItem(place(taskItem));
  }
}

/** Whether two lists say the same, however their numbers and keys are written. */
const same = (one, other) => JSON.stringify(one, sorted) === JSON.stringify(other, sorted);

function sorted(_, value) {
  if (!value || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
