/** The studio: its parts put together, an item opened in it, and everything shown as it is. */
import { get } from "../api.js";
import { Acts } from "./acts.js";
import { Chips } from "./chips.js";
import { Desk } from "./desk.js";
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

const at = (id) => /** @type {any} */ (document.getElementById(id));
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
      drawn: () => (this.drafts.take(this.editor.annotations), at("status").querySelector("button") ?? this.say("")),
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
    at("light").addEventListener("input", () => this.shine());
    at("light").addEventListener("reset", () => setTimeout(() => this.shine()));
    canvas.addEventListener("focusin", ({ target }) => {
      const key = target.dataset?.key && Seeing.key(target.dataset.key);
      if (key && !this.editor.drawing && !this.editor.selected.has(key)) this.editor.select(key);
    });
  }

  /** Show the picture, and nothing else, in another light. */
  shine() {
    const { brightness, contrast } = Object.fromEntries(new FormData(at("light")));
    this.view.picture.style.filter = `brightness(${brightness}%) contrast(${contrast}%)`;
  }

  keyOf(act) {
    return this.table.find((one) => one.act === act)?.key ?? "";
  }

  async open(next) {
    const opened = await this.desk.open(next);
    const { address, size: shown } = this.desk.picture;
    const size = await shown.catch(() => {
      this.say(`${opened.name}: this picture cannot be shown${opened.id ? ". It can be discarded, or left for later" : ""}`);
      return { width: opened.width ?? 640, height: opened.height ?? 480 };
    });
    this.reviews = opened.type === "qa";
    const writes = !this.reviews && WORKING.includes(opened.state);
    this.drafts.open(opened.id, opened.draft_version);
    const { mine, beside } = writes ? this.drafts.kept(opened) : {};
    this.pointer.place = this.reviews ? (box) => this.review.mark(box) : null;
    this.seeing.open(opened);
    this.review.open(opened);
    this.bind(opened);
    at("notes").hidden = !(!opened.id || this.reviews || opened.issues.length || opened.comments.length || this.unread(opened));
    this.issues.show(opened, this.reviews);
    this.view.open(address, size);
    const annotations = mine ?? opened.draft ?? opened.annotations.filter((one) => one.own);
    this.editor.open({ ...opened.recipe, annotations, size, writes });
    this.fit();
    this.kept(writes && opened.id ? "saved" : "none");
    if (mine) this.drafts.take(mine);
    if (beside) this.beside(beside);
    at("name").textContent = opened.name;
    at("task").textContent = opened.status ? `${opened.task} · ${opened.status}` : opened.task;
    document.title = `${opened.name} · ${opened.task} · annoflow`;
    const [first] = unresolved(opened.issues).filter((issue) => issue.here);
    if (first) (this.editor.choose("select"), this.review.point(first));
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
  bind({ id, state, actions, recipe }) {
    const waits = state === "waiting";
    const labels = this.reviews ? [] : recipe.labels;
    const asked = [
      ...(waits ? [] : actions).map(({ name, action, key }) => ({ act: `status:${name}`, words: action, key, letters: true, group: "Item" })),
      ...(id && !waits ? [{ act: "later", words: "Later", key: null, letters: true, group: "Item" }] : []),
      ...(waits ? [{ act: "onward", words: "Next item", key: "g", group: "Item" }] : []),
      ...labels.map(({ name, key }) => ({ act: `label:${name}`, words: name, key, group: "Labels" })),
    ];
    const other = this.reviews ? ["Tools", "Editing"] : ["Review"];
    this.table = bound(asked, OWN.filter(({ group }) => !other.includes(group)));
    at("flagging").querySelector(".flag kbd").textContent = this.keyOf("flag").toUpperCase();
  }

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
    const [seen, frame] = [this.seeing.all(), view.frame]; // the frame first: once something has changed, asking costs a layout
    view.show(seen);
    const { preview, outline, ahead, grip } = editor;
    if (!preview.size) view.reorder(this.dragged ?? []);
    this.dragged = [...preview.keys()].map(String);
    const selected = editor.writes && !preview.size ? editor.only : null;
    const color = this.seeing.colors.get(editor.label);
    this.marks.show({ selected, grip, outline, ahead, place: this.review.place, color }, view.viewport.scale);
    canvas.classList.toggle("draws", editor.drawing);
    canvas.classList.toggle("hides", editor.hidden);
    this.chips.show(editor.hidden ? [] : this.seeing.named(seen), view.viewport, frame);
    this.cross();
    if (!preview.size) this.panel.show(this.choices(), this.seeing.predictions.size); // a list of all shapes, not for every move
    if (this.reviews) this.issues.mark();
  }

  /** Show how the item stands after something was done about its issues. */
  told(opened) {
    at("status").querySelector("button") ?? this.say(""); // it was about how it stood before
    this.seeing.told(opened);
    this.review.told(opened);
    this.bind(opened);
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
    const { id, actions, state } = this.desk.opened;
    if (!id || !WORKING.includes(state)) return [];
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

  /** Say something, and offer what may be done about it. */
  ask(text, acts) {
    const choices = Object.entries(acts).map(([word, act]) => make("button", { type: "button", text: word, onclick: () => (this.say(""), act()) }));
    this.say(text, ...choices);
  }

  kept(state, why) {
    const words = { saved: "Saved", saving: "Saving", kept: "No connection: kept in this browser", none: "" };
    at("kept").textContent = words[state] ?? "Kept in this browser";
    at("kept").className = state;
    if (why?.status === 401) void this.again();
    else if (why?.status === 404) this.gone();
    else if (state === "stopped") this.say(`${why.message}. What is drawn stays in this browser`);
  }

  gone() {
    this.ask(`${this.desk.opened.name} was erased, or is not yours any more. `, { "Next item": () => this.acts.does("onward") });
  }

  stale(version) {
    this.ask("Another window has saved a draft of this item. ", {
      "Show that one": () => (this.drafts.forget(), location.reload()),
      "Keep this one": () => this.drafts.over(version),
    });
  }

  /** Offer what this browser had kept, and a later draft has overtaken. */
  beside(shapes) {
    this.ask("This browser has kept another drawing of this item. ", {
      "Show it": () => (this.drafts.decided(), this.editor.act({ type: "replace", shapes })),
      "Forget it": () => this.drafts.decided(),
    });
  }

  async again() {
    const over = await get("/me").then(() => false, () => true); // a late answer may tell of the session before
    if (over) await signIn(at("signing-in"));
    this.drafts.later(0);
  }
}

const studio = new Studio();
studio.open(JSON.parse(document.body.dataset.taskItem)).catch((error) => studio.acts.refused(error));
