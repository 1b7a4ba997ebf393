/**
 * What the scripts of the pages have, and their text alone does not tell: fields that come by `Object.assign`, and what
 * elements are that are looked for on a page.
 */
import type { Editor } from "../../../workflow_core/web/static/studio/editor.js";
import type { Seeing } from "../../../workflow_core/web/static/studio/seeing.js";
import type { View } from "../../../workflow_core/web/static/studio/view.js";

declare global {
  interface Window {
    htmx: { ajax: (method: string, path: string, how: object) => Promise<void>; registerExtension: (name: string, how: object) => void };
  }
  interface EventTarget {
    closest: Element["closest"];
    dataset: DOMStringMap;
    matches: Element["matches"];
    elements: any;
    files: FileList;
    value: any;
    reset(): void;
  }
  interface Element {
    blur(): void;
    click(): void;
    focus(options?: FocusOptions): void;
    dataset: DOMStringMap;
    content: any;
  }
  interface HTMLElement {
    showModal(): void;
    setSelectionRange(start: number, end: number): void;
  }
}

declare module "../../../workflow_core/web/static/api.js" {
  interface Refused {
    status: number;
    code?: string;
    facts: { [name: string]: any };
  }
}
declare module "../../../workflow_core/web/static/studio/drafts.js" {
  interface Drafts {
    state: (state: "saved" | "saving" | "kept" | "stopped", why?: Error) => void;
    stale: (version: number) => void;
    taskItem: number | null;
  }
}
declare module "../../../workflow_core/web/static/studio/editor.js" {
  interface Editor {
    changed: () => void;
    drawn: () => void;
    say: (text: string) => void;
    size: { width: number; height: number };
    labels: any[];
    writes: boolean;
    settings: object;
    hidden: boolean;
    ahead: [number, number] | null;
    pointed: boolean;
  }
}
declare module "../../../workflow_core/web/static/studio/issues.js" {
  interface Issues {
    ask: (path: string, body?: object) => Promise<void>;
    point: (issue: object) => void;
    flagged: () => { annotation?: number; geometry?: object; what: string };
    list: HTMLElement;
    comments: HTMLElement;
    form: HTMLElement;
    kinds: HTMLElement;
    text: HTMLTextAreaElement;
    about: HTMLElement;
    missing: HTMLSelectElement;
  }
}
declare module "../../../workflow_core/web/static/studio/panel.js" {
  interface Panel {
    editor: Editor;
    colors: Map<string, string>;
    keyOf: (act: string) => string;
  }
}
declare module "../../../workflow_core/web/static/studio/pointer.js" {
  interface Pointer {
    canvas: HTMLElement;
    editor: Editor;
    view: View;
    pointed: (point: [number, number] | null) => void;
    place: ((box: object | null) => void) | null;
  }
}
declare module "../../../workflow_core/web/static/studio/review.js" {
  interface Review {
    editor: Editor;
    seeing: Seeing;
    view: View;
  }
}
