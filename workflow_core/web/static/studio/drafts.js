/** Nothing drawn is lost: kept in this browser at once, at the server a second after the last change. */
import { answer, get, Refused, Unreachable } from "../api.js";

const PAUSE = 1000;
const AGAIN = 2000;
const LARGEST = 60_000; // what a browser still sends while a page goes

const place = (taskItem) => `annoflow:draft:${taskItem}`;
const read = (name) => JSON.parse(localStorage.getItem(name) ?? "null");

export class Drafts {
  /** @param {{state: (state: "saved" | "saving" | "kept" | "stopped", why?: Error) => void, stale: (version: number) => void}} heard */
  constructor({ state, stale }) {
    Object.assign(this, { state, stale, taskItem: null });
    document.addEventListener("visibilitychange", () => document.hidden && this.save());
  }

  /** Begin with an item whose draft has this version. */
  open(taskItem, version) {
    clearTimeout(this.timer);
    Object.assign(this, { taskItem, version, waiting: null, sent: null, stopped: false });
  }

  /** What this browser kept of an item: upon the draft that the server has, and what another one has overtaken. */
  kept({ id, draft, draft_version: version }) {
    const [here, other] = [place(id), `${place(id)}:beside`];
    const kept = read(here);
    if (kept && kept.version !== version && !same(kept.sent, draft)) {
      localStorage.setItem(other, JSON.stringify(kept));
      localStorage.removeItem(here);
    }
    return { mine: read(here)?.annotations, beside: read(other)?.annotations };
  }

  /** Keep what is drawn now; nothing of what is tried alone, on no item of anybody's. */
  take(annotations) {
    if (!this.taskItem) return;
    this.waiting = annotations;
    this.state("saving");
    this.later(PAUSE);
    this.keep();
  }

  keep() {
    const { waiting: annotations, version, sent } = this;
    localStorage.setItem(place(this.taskItem), JSON.stringify({ annotations, version, sent }));
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
    this.sent = annotations; // kept as well: whoever does not hear the answer knows by it that the draft is their own
    this.keep();
    try {
      const keepalive = JSON.stringify(annotations).length < LARGEST;
      const how = { body: { annotations }, headers: { "If-Match": `"${this.version}"` }, keepalive };
      const { tag } = await answer("PUT", `/task-items/${taskItem}/draft`, how);
      if (taskItem !== this.taskItem) return;
      this.version = Number(tag.replaceAll('"', ""));
      if (this.waiting !== annotations) return this.keep(); // with more in it, and upon this version
      this.forget();
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

  /** What another draft has overtaken is not wanted any more. */
  decided() {
    localStorage.removeItem(`${place(this.taskItem)}:beside`);
  }
}

/** Whether two lists say the same, however their numbers and keys are written. */
const same = (one, other) => JSON.stringify(one, sorted) === JSON.stringify(other, sorted);

function sorted(_, value) {
  if (!value || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
