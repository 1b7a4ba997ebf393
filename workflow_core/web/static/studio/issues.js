/** What was flagged, and what may be done about it here: as a list beside the picture, for who made it and who reviews it. */
import { button, filled, make } from "./panel.js";

const MISSING = "Missing";
/** What reviewers find most often, where the recipe has no list of its own. */
const FAULTS = ["Not tight", "Wrong label", MISSING, "Not one", "Twice"];
const WORDS = { open: "to be fixed", for_review: "fixed, to be looked at", approved: "approved", dismissed: "taken back" };

export const unresolved = (issues) => issues.filter(({ state }) => ["open", "for_review"].includes(state));

export class Issues {
  /**
   * @param {Document} page
   * @param {{ask: (path: string, body?: object) => Promise<void>, point: (issue: object) => void,
   *   flagged: () => {annotation?: number, geometry?: object, what: string}}} hands
   */
  constructor(page, { ask, point, flagged }) {
    const at = (id) => page.getElementById(id);
    Object.assign(this, { ask, point, flagged, list: at("issues"), comments: at("comments"), form: at("flagging") });
    Object.assign(this, { kinds: at("faults"), text: at("fault-text"), about: at("flag-about"), missing: at("missing") });
    page.getElementById("asking").addEventListener("submit", (event) => void this.say(event, "comments"));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.flag();
    });
  }

  /** @param {object} opened a task item as the API tells it @param {boolean} reviews whether its reviewer looks at it */
  show(opened, reviews) {
    this.reviews = reviews;
    this.form.hidden = !reviews;
    const faults = opened.recipe.settings.faults ?? FAULTS;
    filled(this.kinds, faults, () => faults.map(choice));
    const labels = opened.recipe.labels.map(({ name }) => name);
    filled(this.missing, labels, () => labels.map((name) => make("option", { value: name, text: name })));
    this.mark();
    filled(this.list, [opened.issues, reviews], () => opened.issues.map((issue) => this.row(issue)));
    filled(this.comments, opened.comments, () => opened.comments.map(said));
  }

  /** Say something: in the thread of an issue, or about the item. */
  async say(event, path) {
    event.preventDefault();
    const field = event.target.elements.text;
    if (!field.value.trim()) return;
    await this.ask(path, { text: field.value.trim() });
    field.value = "";
  }

  /** Say what would be flagged now; where that is no annotation, something is missing. */
  mark() {
    const { what, annotation } = this.flagged();
    const lacks = annotation === undefined;
    this.about.textContent = what;
    if (this.lacks === lacks) return;
    this.lacks = lacks;
    this.missing.parentElement.hidden = !lacks;
    const fields = [...this.kinds.querySelectorAll("input")];
    const fitting = fields.find(({ value }) => (value === MISSING) === lacks) ?? fields[0];
    if (fitting) fitting.checked = true;
  }

  /** Flag what is selected, with the fault that is chosen, or with that of a number. */
  async flag(number) {
    if (this.form.hidden) return;
    const chosen = number === undefined ? this.kinds.querySelector(":checked") : this.kinds.querySelectorAll("input")[number];
    if (!chosen) return;
    const { annotation, geometry } = this.flagged();
    const about = annotation === undefined ? { label: this.missing.value } : { annotation };
    await this.ask("issues", { kind: chosen.value, text: this.text.value.trim(), ...about, ...(geometry ? { geometry } : {}) });
    this.text.value = "";
  }

  row(issue) {
    const name = make("button", { type: "button", className: "quiet", text: issue.kind, onclick: () => this.point(issue) });
    const text = issue.text ? [make("p", { text: issue.text })] : [];
    const thread = issue.thread.map(said);
    const state = make("span", { className: `state ${issue.state}`, text: WORDS[issue.state] });
    const by = make("small", { text: issue.flagged_by });
    const acts = make("div", { className: "row" }, ...this.acts(issue));
    return make("li", {}, make("div", { className: "row" }, name, state), ...text, by, ...thread, acts, this.reply(issue));
  }

  reply({ id }) {
    const field = make("input", { name: "text", placeholder: "Reply", ariaLabel: "Reply" });
    const onsubmit = (event) => void this.say(event, `/issues/${id}/comments`);
    return make("form", { className: "reply", onsubmit }, field, make("button", { text: "Send" }));
  }

  /** What may be done about an issue here. */
  acts({ id, state, here }) {
    const act = (word, path) =>
      Object.assign(button(word, { act: `issue:${id}:${path}` }), { onclick: () => void this.ask(`/issues/${id}/${path}`) });
    if (!here) return [];
    if (!this.reviews) return state === "open" ? [act("Fixed", "fix")] : [];
    if (state === "open") return [act("Take back the flag", "dismissal")];
    return state === "for_review" ? [act("Re-open", "reopening"), act("Accept", "approval")] : [];
  }
}

const said = ({ by, text }) => make("p", { className: "said" }, make("b", { text: by }), ` ${text}`);

function choice(fault, index) {
  const field = make("input", { type: "radio", name: "fault", value: fault, checked: index === 0 });
  const shown = index < 9 ? [make("kbd", { text: String(index + 1), ariaHidden: "true" })] : [];
  return make("label", { className: "choice" }, field, make("span", { text: fault }), ...shown);
}
