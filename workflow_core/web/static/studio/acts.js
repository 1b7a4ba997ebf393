/** What keys and buttons ask for, and what becomes of it. */
import { post, Refused, Unreachable } from "../api.js";
import { bounds } from "./geometry.js";
import { pressed } from "./hands.js";
import { help } from "./help.js";
import { meant, typed } from "./keys.js";
import { button } from "./panel.js";
import { zoomed } from "./viewport.js";

/** The first shape that a status asks something more of. @returns {?{key: number, words: string}} */
function lacking({ actions, recipe }, name, shapes) {
  if (name === "discarded" || actions.find((one) => one.name === name)?.incomplete) return null;
  for (const { key, label, tool, attributes } of shapes) {
    const asked = recipe.labels.find((one) => one.name === label)?.attributes ?? [];
    const missing = asked.find((one) => one.required && !(one.name in attributes));
    if (missing) return { key, words: `${label} ${tool}: ${missing.name} is required` };
  }
  return null;
}

export class Acts {
  /** @param {import("./studio.js").Studio} studio */
  constructor(studio) {
    this.studio = studio;
    this.leaving = false;
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
    if (typed(target) || target.closest("dialog")) return;
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
    const zoom = (factor) => view.look(zoomed(view.viewport, [view.frame.width / 2, view.frame.height / 2], factor));
    const acts = {
      tool: () => editor.choose(what),
      label: () => editor.take(what),
      status: () => this.submit(what),
      later: () => this.leave(() => desk.later()),
      onward: () => this.leave(() => desk.next()),
      reverse: () => this.leave(() => desk.undo()),
      undo: () => editor.undo(),
      redo: () => editor.redo(),
      remove: () => editor.remove(),
      repeat: () => editor.repeat(),
      more: () => editor.more(),
      hide: () => editor.hide(),
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
    const found = acts[act.split(":")[0]];
    found?.();
    return Boolean(found);
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
  submit(name) {
    const { editor, desk, reviews } = this.studio;
    const lacks = reviews ? null : lacking(desk.opened, name, editor.shapes);
    if (lacks) {
      editor.choose("select");
      editor.select(lacks.key);
      this.studio.say(lacks.words);
    } else void this.leave(() => desk.submit(name, reviews ? undefined : editor.annotations), { draft: false });
  }

  /** Leave the item by an act that says what comes next; where it is refused, everything stays. */
  async leave(act, { draft = true } = {}) {
    const { drafts, desk } = this.studio;
    if (this.leaving) return;
    this.leaving = true;
    try {
      if (draft) await drafts.save();
      await drafts.rest();
      const { id } = desk.opened;
      const next = await act();
      drafts.forget(id);
      if (next === null) location.assign("/work");
      else {
        history.pushState(null, "", `/studio/${next.id ?? next}`);
        await this.studio.open(next);
        this.tell();
      }
    } catch (error) {
      drafts.resume();
      this.refused(error);
    } finally {
      this.leaving = false;
    }
  }

  /** Say what was just done, and offer to take it back. */
  tell() {
    const { last } = this.studio.desk;
    if (last) this.studio.say(`${last.name}: ${last.status}. `, button("Undo", { act: "reverse" }));
    else this.studio.say("");
  }

  refused(error) {
    const { studio } = this;
    if (error instanceof Unreachable) studio.say("The server does not answer. What is drawn is kept in this browser; try again");
    else if (error instanceof Refused && error.status === 401) void studio.again();
    else studio.say(error.message);
  }
}
