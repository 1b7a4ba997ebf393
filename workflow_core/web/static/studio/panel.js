/** What stands beside the picture: tools, labels, objects, attributes, actions; all as the editor has them now. */

/** Make an element. @param {string} name @param {any} how @param {(Node | string)[]} children @returns {HTMLElement} */
export function make(name, { text, color, ...properties } = {}, ...children) {
  const node = Object.assign(document.createElement(name), properties);
  if (color) node.style.setProperty("--label", color);
  if (text !== undefined) node.textContent = text;
  node.append(...children);
  return node;
}

/** A button of the studio: its name is its word, its key stands beside it. @param {string} word @param {any} how */
export function button(word, { key, act, pressed, color, hint, kind = "" }) {
  const node = make("button", { type: "button", className: kind, title: hint ?? (key ? `${word} (${key})` : word) });
  node.dataset.act = act;
  if (color) node.append(make("i", { className: "swatch", color }));
  node.append(make("span", { className: "word", text: word }));
  if (key) {
    node.append(make("kbd", { text: key.slice(0, 3).toUpperCase(), ariaHidden: "true" }));
    node.setAttribute("aria-keyshortcuts", key);
  }
  if (pressed !== undefined) node.setAttribute("aria-pressed", String(pressed));
  return node;
}

/** Rebuild a part only where what it shows has changed; the focus stays where it was. */
export function filled(place, seen, build) {
  const now = JSON.stringify(seen);
  if (place.dataset.seen === now) return;
  place.dataset.seen = now;
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.act : null;
  place.replaceChildren(...build());
  if (focused) [...place.querySelectorAll("[data-act]")].find((node) => node.dataset.act === focused)?.focus();
}

export class Panel {
  /** @param {Document} page @param {import("./editor.js").Editor} editor */
  constructor(page, editor, { colors, keyOf }) {
    Object.assign(this, { editor, colors, keyOf });
    const named = ["tools", "labels", "objects", "attributes", "edits", "actions", "search"].map((id) => [id, page.getElementById(id)]);
    this.parts = Object.fromEntries(named);
    this.parts.search.addEventListener("input", () => this.show());
    this.parts.objects.addEventListener("click", (event) => {
      const row = event.target.closest("[data-key]");
      if (row) editor.select(Number(row.dataset.key), { also: event.shiftKey });
    });
    this.parts.objects.addEventListener("keydown", (event) => this.step(event));
  }

  step(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.stopPropagation();
    event.preventDefault();
    const keys = this.editor.shapes.map((shape) => shape.key);
    const [selected] = this.editor.selected;
    this.editor.select(keys.at((keys.indexOf(selected) + step) % keys.length));
  }

  show(actions = this.actions ?? [], predictions = 0) {
    this.actions = actions;
    const { editor, colors, keyOf } = this;
    const tools = ["select", ...new Set(editor.labels.flatMap((label) => label.tools))];
    filled(this.parts.tools, [tools, editor.tool, editor.writes], () =>
      (editor.writes ? tools : []).map((tool) =>
        button(tool, { key: keyOf(`tool:${tool}`), act: `tool:${tool}`, pressed: tool === editor.tool, kind: `tool ${tool}` }),
      ),
    );
    const sought = this.parts.search.value.trim().toLowerCase();
    this.parts.search.hidden = editor.labels.length <= 9 || !editor.writes;
    const labels = editor.writes ? editor.labels.filter(({ name }) => name.toLowerCase().includes(sought)) : [];
    filled(this.parts.labels, [labels.map(({ name }) => name), editor.label], () =>
      labels.map(({ name }) =>
        button(name, { key: keyOf(`label:${name}`), act: `label:${name}`, pressed: name === editor.label, color: colors.get(name), kind: "label" }),
      ),
    );
    this.list();
    this.describe();
    const edits = Object.entries(EDITS).filter(([act]) => editor.writes && (act.startsWith("accept") ? predictions : editor.selected.size));
    filled(this.parts.edits, edits, () => edits.map(([act, word]) => button(word, { act, key: keyOf(act), kind: "label" })));
    filled(this.parts.actions, actions, () => actions.map((one) => button(one.word, one)));
  }

  list() {
    const { editor, colors } = this;
    const about = (tool, key) => (editor.locked.has(key) ? `${tool}, locked` : tool);
    const rows = editor.shapes.map(({ key, label, tool }) => ({ key, label, tool: about(tool, key), selected: editor.selected.has(key) }));
    filled(this.parts.objects, rows, () =>
      rows.map(({ key, label, tool, selected }) => {
        const parts = [make("i", { className: "swatch", color: colors.get(label) }), make("span", { className: "word", text: label }), make("small", { text: tool })];
        const row = make("li", { role: "option", title: `${label} ${tool}`, ariaSelected: String(selected) }, ...parts);
        row.dataset.key = String(key);
        return row;
      }),
    );
  }

  /** The attributes of the one shape that is selected. */
  describe() {
    const { editor } = this;
    const shape = editor.writes ? editor.only : null;
    const known = editor.labels.find(({ name }) => name === shape?.label)?.attributes ?? [];
    filled(this.parts.attributes, [shape?.key, shape?.attributes, known], () =>
      known.map((attribute) => {
        const field = FIELDS[attribute.type](attribute, shape.attributes[attribute.name]);
        field.dataset.act = `attribute:${attribute.name}`;
        field.addEventListener("change", () => this.set(shape, attribute, field));
        const name = attribute.required ? `${attribute.name} (required)` : attribute.name;
        return make("label", { className: "attribute" }, make("span", { text: name }), field);
      }),
    );
  }

  set(shape, attribute, field) {
    const { [attribute.name]: _, ...others } = shape.attributes;
    const value = attribute.type === "boolean" ? field.checked : attribute.type === "number" ? field.valueAsNumber : field.value;
    const given = value === "" || Number.isNaN(value) ? others : { ...others, [attribute.name]: value };
    this.editor.act({ type: "change", keys: [shape.key], to: { attributes: given } });
  }
}

/** What is done with what is selected, and with predictions. */
const EDITS = { duplicate: "Duplicate", lock: "Lock", remove: "Delete", accept: "Accept", "accept-all": "Accept all" };

const FIELDS = {
  boolean: (_, value) => make("input", { type: "checkbox", checked: Boolean(value) }),
  number: (_, value) => make("input", { type: "number", step: "any", value: value ?? "" }),
  text: (_, value) => make("input", { type: "text", value: value ?? "" }),
  choice: ({ values }, value) =>
    make("select", {}, ...["", ...values].map((one) => make("option", { value: one, text: one || "–", selected: one === (value ?? "") }))),
};
