/** What keys and buttons ask for, and what becomes of it. */
import { post, Refused, Unreachable } from "../api.js";
import { bounds, fault } from "./geometry.js";
import { pressed } from "./hands.js";
import { help } from "./help.js";
import { meant, typed } from "./keys.js";
import { button } from "./panel.js";
import { zoomed } from "./viewport.js";

/** What the editor does by the same name. */
const EDITING = new Set(["undo", "redo", "remove", "repeat", "duplicate", "lock", "more"]);

/** The first shape that a status asks something more of. @returns {?{key: number, act: string, words: string}} */
function lacking({ actions, recipe }, name, shapes) {
  if (name === "discarded" || actions.find((one) => one.name === name)?.incomplete) return null;
  for (const { key, label, tool, geometry, attributes } of shapes) {
    const wrong = fault(tool, geometry, recipe.settings);
    if (wrong) return { key, act: "tool:select", words: `${label} ${tool}: ${wrong}` };
    const asked = recipe.labels.find((one) => one.name === label)?.attributes ?? [];
    const missing = asked.find((one) => one.required && !(one.name in attributes));
    if (missing) return { key, act: `attribute:${missing.name}`, words: `${label} ${tool}: ${missing.name} is required` };
  }
  return null;
}

export class Acts {
  /** @param {import("./studio.js").Studio} studio */
  constructor(studio) {
    this.studio = studio;
    addEventListener("keydown", (event) => this.key(event));
    addEventListener("keyup", (event) => event.key === " " && this.hold(false));
    document.addEventListener("click", ({ target }) => {
      const act = target.closest("button[data-act]")?.dataset.act;
      if (act) this.does(act);
    });
  }

  key(event) {
    const { target, key } = event;
    const { studio } = this;
    if (target.closest("dialog, [popover]")) return;
    if (typed(target)) return void (key === "Escape" && target.blur());
    if (target.matches("button, a, summary") && (key === "Enter" || key === " ")) return;
    if (key === " ") {
      this.hold(true);
      event.preventDefault();
    } else if (studio.reviews && /^[1-9]$/.test(key)) void studio.issues.flag(Number(key) - 1);
    else {
      const act = meant(studio.table, event);
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
      if (act ? this.does(act) : plain && pressed(studio.editor, event)) event.preventDefault();
    }
  }

  hold(panning) {
    this.studio.pointer.panning = panning;
    this.studio.view.canvas.classList.toggle("pans", panning);
  }

  /** Do what a key or a button asks for; whether there is such an act. */
  does(act) {
    const { studio } = this;
    const { editor, view, desk, review, issues, seeing } = studio;
    const what = act.slice(act.indexOf(":") + 1);
    const fields = [...document.querySelectorAll("#attributes [data-act]")];
    const zoom = (factor) => view.look(zoomed(view.viewport, [view.frame.width / 2, view.frame.height / 2], factor));
    const acts = {
      tool: () => editor.choose(what),
      label: () => editor.take(what),
      status: () => this.submit(what),
      later: () => this.leave(() => desk.later()),
      onward: () => this.leave(() => desk.next()),
      reverse: () => this.leave(() => desk.undo()),
      accept: () => this.accept([...seeing.predictions].filter((key) => editor.selected.has(key))),
      "accept-all": () => this.accept([...seeing.predictions]),
      attribute: () => (fields.find(({ dataset }) => dataset.act === act) ?? fields[0])?.focus(),
      light: () => document.getElementById("light").togglePopover(),
      hide: () => (Object.assign(editor, { hidden: !editor.hidden }), editor.changed()),
      fit: () => studio.fit(),
      closer: () => zoom(1.5),
      farther: () => zoom(1 / 1.5),
      selection: () => studio.look(bounds(seeing.selected()?.geometry ?? {}) ?? { x: 0, y: 0, ...editor.size }),
      next: () => review.step(),
      unresolved: () => review.stepIssue(),
      flag: () => issues.flag(),
      notes: () => document.getElementById("notes").toggleAttribute("hidden"),
      help: () => help(document.getElementById("help"), studio.table),
    };
    const found = EDITING.has(act) ? () => editor[act]() : acts[act.split(":")[0]];
    found?.();
    return Boolean(found);
  }

  /** Take predictions as they are, and go to the next one. */
  accept(keys) {
    const { editor, seeing } = this.studio;
    editor.selected = new Set(keys);
    if (keys.length) editor.act({ type: "change", keys, to: {} });
    editor.select([...seeing.predictions].find((key) => !keys.includes(key)) ?? null);
  }

  /** Do something about an issue, and show how things are after it. */
  async ask(path, body) {
    const { studio } = this;
    const { id } = studio.desk.opened;
    try {
      await post(path.startsWith("/") ? path : `/task-items/${id}/${path}`, body);
      studio.told(await studio.desk.open(id));
    } catch (error) {
      this.refused(error);
    }
  }

  /** Set a status, unless something is lacking: that is named, and shown. */
  submit(name, reason) {
    const { editor, desk, reviews } = this.studio;
    const lacks = reviews ? null : lacking(desk.opened, name, editor.shapes);
    if (name === "discarded" && reason === undefined) this.why();
    else if (lacks) {
      editor.choose("select");
      editor.select(lacks.key);
      this.studio.say(lacks.words);
      requestAnimationFrame(() => this.does(lacks.act)); // once its attributes are shown
    } else void this.leave(() => desk.submit(name, reviews ? undefined : editor.annotations, reason), { draft: false });
  }

  /** Ask why an item is discarded; nothing is an answer, too. */
  why() {
    const dialog = document.getElementById("why");
    dialog.showModal();
    dialog.querySelector("form").onsubmit = ({ target, submitter }) => {
      if (submitter.value) this.submit("discarded", target.elements.text.value.trim());
      target.reset();
    };
  }

  /** Leave the item by an act that says what comes next; where it is refused, everything stays. */
  async leave(act, { draft = true } = {}) {
    const { drafts, desk } = this.studio;
    if (document.body.ariaBusy === "true") return;
    document.body.ariaBusy = "true";
    try {
      if (draft) await drafts.save();
      await drafts.rest();
      const { id } = desk.opened;
      const next = await act();
      drafts.forget(id);
      if (next === null) location.assign("/work");
      else {
        history.pushState(null, "", `/studio/${next.id ?? next}`);
        this.studio.say("");
        await this.studio.open(next);
        this.tell();
      }
    } catch (error) {
      drafts.resume();
      this.refused(error);
    } finally {
      document.body.ariaBusy = "false";
    }
  }

  /** Say what was just done, and offer to take it back, before what is said of the item that is open now. */
  tell() {
    const { last } = this.studio.desk;
    if (last) document.getElementById("status").prepend(`${last.name}: ${last.status}. `, button("Undo", { act: "reverse" }));
  }

  refused(error) {
    const { studio } = this;
    if (error instanceof Unreachable) studio.say("The server does not answer. What is drawn is kept in this browser; try again");
    else if (error instanceof Refused && error.status === 401) void studio.again();
    else if (error.status === 404 && studio.desk.opened) studio.gone();
    else {
      const against = studio.desk.opened?.issues.find(({ id }) => id === error.facts?.issue);
      if (against) (studio.editor.choose("select"), studio.review.point(against));
      studio.say(error.message);
    }
  }
}
