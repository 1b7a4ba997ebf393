/** The studio: its parts put together, an item opened in it, and everything shown as it is. */
import { Acts } from "./acts.js";
import { Chips } from "./chips.js";
import { Desk, measured } from "./desk.js";
import { Drafts } from "./drafts.js";
import { Editor } from "./editor.js";
import { Issues, unresolved } from "./issues.js";
import { bound, OWN } from "./keys.js";
import { Marks } from "./marks.js";
import { make, Panel } from "./panel.js";
import { Pointer } from "./pointer.js";
import { Review } from "./review.js";
import { Seeing } from "./seeing.js";
import { signIn } from "./session.js";
import { View } from "./view.js";
import { fitted } from "./viewport.js";

const at = (id) => document.getElementById(id);
const canvas = at("canvas");
const WORKING = ["queued", "claimed", "returned", "waiting"];

export class Studio {
  constructor() {
    this.desk = new Desk();
    this.table = [];
    this.drafts = new Drafts({ state: (state, why) => this.kept(state, why), stale: (version) => this.stale(version) });
    this.view = new View(canvas, { settled: () => this.draw() });
    this.editor = new Editor({
      changed: () => this.draw(),
      drawn: () => this.drafts.take(this.editor.annotations),
      say: (text) => this.say(text),
    });
    this.seeing = new Seeing(this.editor);
    this.review = new Review(this.editor, this.seeing, this.view);
    this.chips = new Chips(at("chips"));
    this.marks = new Marks(this.view.layers.marks, canvas);
    this.panel = new Panel(document, this.editor, { colors: this.seeing.colors, keyOf: (act) => this.keyOf(act) });
    this.pointer = new Pointer(canvas, this.editor, this.view, { pointed: (point) => this.pointed(point) });
    this.issues = new Issues(document, {
      ask: (path, body) => this.acts.ask(path, body),
      point: (issue) => this.review.point(issue),
      flagged: () => this.review.flagged(),
    });
    this.acts = new Acts(this);
    this.listen();
  }

  listen() {
    // What was seen whole stays whole; any other view stays where it is.
    new ResizeObserver(() => {
      if (this.view.viewport === this.whole) this.fit();
      else this.view.look(this.view.viewport, { now: true });
    }).observe(canvas);
    addEventListener("popstate", () => location.reload());
    canvas.addEventListener("focusin", ({ target }) => {
      const key = target.dataset?.key && Seeing.key(target.dataset.key);
      if (key && !this.editor.drawing && !this.editor.selected.has(key)) this.editor.select(key);
    });
  }

  keyOf(act) {
    return this.table.find((one) => one.act === act)?.key ?? "";
  }

  // -- opening

  async open(next) {
    const opened = await this.desk.open(next);
    const size = await measured(this.desk.address).catch((error) => {
      this.say(`${opened.name}: ${error.message}. It can be discarded, or left for later`);
      return { width: opened.width ?? 640, height: opened.height ?? 480 };
    });
    this.reviews = opened.type === "qa";
    const writes = !this.reviews && WORKING.includes(opened.state);
    this.drafts.open(opened.id, opened.draft_version);
    const kept = writes ? this.drafts.kept(opened.id) : null;
    const mine = kept?.version === opened.draft_version ? kept.annotations : null;
    this.pointer.place = this.reviews ? (box) => this.review.mark(box) : null;
    this.seeing.open(opened);
    this.review.open(opened);
    this.bind(opened);
    at("notes").hidden = !(this.reviews || opened.issues.length || opened.comments.length || this.unread(opened));
    this.issues.show(opened, this.reviews);
    this.view.open(this.desk.address, size);
    const annotations = mine ?? opened.draft ?? opened.annotations.filter((one) => one.own);
    this.editor.open({ annotations, size, labels: opened.recipe.labels, writes });
    this.fit();
    this.kept(writes ? "saved" : "none");
    if (mine) this.drafts.take(mine);
    else if (kept) this.beside(kept);
    at("name").textContent = opened.name;
    at("task").textContent = opened.task;
    document.title = `${opened.name} · ${opened.task} · annoflow`;
    const [first] = unresolved(opened.issues).filter((issue) => issue.here);
    if (first) this.editor.choose("select");
    if (first) this.review.point(first);
    document.body.dataset.ready = String(opened.id);
  }

  /** Whether instructions have not been looked at: they are open at the first item of a task. */
  unread({ task_id: task }) {
    const place = `annoflow:read:${task}`;
    if (!at("instructions") || localStorage.getItem(place)) return false;
    localStorage.setItem(place, "1");
    return true;
  }

  /** Which keys there are for this item: the team's, then the studio's. */
  bind({ actions, recipe }) {
    const labels = this.reviews ? [] : recipe.labels;
    const asked = [
      ...actions.map(({ name, action, key }) => ({ act: `status:${name}`, words: action, key, letters: true, group: "Item" })),
      { act: "later", words: "Later", key: null, letters: true, group: "Item" },
      ...labels.map(({ name, key }) => ({ act: `label:${name}`, words: name, key, group: "Labels" })),
    ];
    const other = this.reviews ? ["Tools", "Editing"] : ["Review"];
    this.table = bound(asked, OWN.filter(({ group }) => !other.includes(group)));
  }

  // -- showing

  /** Show everything as it is now, once a frame. */
  draw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.show();
    });
  }

  show() {
    const { editor, view, desk } = this;
    if (!desk.opened) return;
    const seen = this.seeing.all();
    view.show(seen);
    const { preview, outline, ahead, grip } = editor;
    if (!preview.size) view.reorder(this.dragged ?? []);
    this.dragged = [...preview.keys()].map(String);
    const selected = editor.writes && !preview.size ? editor.only : null;
    const color = this.seeing.colors.get(editor.label);
    this.marks.show({ selected, grip, outline, ahead, place: this.review.place, color }, view.viewport.scale);
    canvas.classList.toggle("draws", editor.drawing);
    canvas.classList.toggle("hides", editor.hidden);
    this.chips.show(editor.hidden ? [] : this.seeing.named(seen), view.viewport, view.frame);
    this.cross();
    this.panel.show(this.choices());
    if (this.reviews) this.issues.mark();
  }

  /** Show how the item stands after something was done about its issues. */
  told(opened) {
    this.seeing.told(opened);
    this.review.told(opened);
    this.issues.show(opened, this.reviews);
    this.draw();
  }

  look(box) {
    this.view.look(fitted(box, this.view.frame), { now: true });
  }

  /** Show the whole picture. */
  fit() {
    this.look({ x: 0, y: 0, ...this.editor.size });
    this.whole = this.view.viewport;
  }

  /** What may become of the item now, as buttons. */
  choices() {
    const { actions, state } = this.desk.opened;
    if (!WORKING.includes(state)) return [];
    const of = (act, word, kind = "") => ({ act, word, kind, key: this.keyOf(act) });
    if (state === "waiting") return [of("onward", "Next item", "primary")];
    return [...actions.map(({ name, action }, index) => of(`status:${name}`, action, index ? "" : "primary")), of("later", "Later")];
  }

  pointed(point) {
    this.under = point;
    this.editor.pointed = false;
    this.cross();
  }

  cross() {
    const { drawing, pointed, cursor } = this.editor;
    this.marks.cross(drawing ? (pointed ? cursor : this.under) : null, this.view.viewport);
  }

  say(text, ...more) {
    at("status").replaceChildren(text, ...more);
  }

  kept(state, why) {
    const words = { saved: "Saved", saving: "Saving", kept: "No connection: kept in this browser", none: "" };
    at("kept").textContent = words[state] ?? why.message;
    at("kept").className = state;
    if (why?.status === 401) void this.again();
  }

  stale(version) {
    const choice = (text, onclick) => make("button", { type: "button", text, onclick });
    const theirs = choice("Show that one", () => (this.drafts.forget(), location.reload()));
    const mine = choice("Keep this one", () => (this.drafts.over(version), this.say("")));
    this.say("Another window has saved a draft of this item. ", theirs, mine);
  }

  /** Offer what this browser had kept, and a later draft has overtaken. */
  beside({ annotations }) {
    const use = make("button", { type: "button", text: "Show it" });
    use.onclick = () => {
      this.editor.act({ type: "replace", shapes: annotations });
      this.say("");
    };
    const forget = make("button", { type: "button", text: "Forget it", onclick: () => (this.drafts.forget(), this.say("")) });
    this.say("This browser has kept another drawing of this item. ", use, forget);
  }

  async again() {
    await signIn(at("signing-in"));
    this.drafts.later(0);
  }
}

const studio = new Studio();
studio.open(document.body.dataset.taskItem).catch((error) => studio.acts.refused(error));
