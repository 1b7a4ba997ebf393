/** Parts of pages that follow what happens: one tab of a browser listens, and tells the others.
 *
 * Such a part has an `id` and `data-live`, which is empty or the address to ask for it. What was typed or opened in it
 * stays, and so does the place of what is pointed at; for this its rows have ids.
 */
const EACH = 1000;
const POLL = 10_000;
const PACE = 4; // a page that takes long is asked for less often
const CONTROL = "a, button, input, select, textarea, summary";
const person = document.querySelector("meta[name=person]");
const name = `annoflow:live:${person?.content}`;
const channel = new BroadcastChannel(name);
let heard = performance.now();
let next = 0;
let waiting = null;
let more = false; // something has happened that what is being asked for may not show

/** Listen for all tabs, from when no other one does until this one is gone, to what this page does not show yet. */
function listen() {
  return new Promise(() => {
    const source = new EventSource(`/live?after=${person.dataset.reached}`);
    for (const sign of ["stir", "still"]) source.addEventListener(sign, () => (channel.postMessage(sign), told(sign)));
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) setTimeout(listen, POLL);
    });
  });
}

function told(sign) {
  heard = performance.now();
  if (sign === "stir") soon();
}

function soon() {
  more = true;
  waiting ??= setTimeout(() => void all(), Math.max(0, next - performance.now()));
}

async function all() {
  const began = performance.now();
  more = false;
  await Promise.allSettled([...document.querySelectorAll("[data-live]")].map(refresh));
  next = Math.max(began + EACH, performance.now() + PACE * (performance.now() - began));
  waiting = null;
  if (more) soon();
}

/** Ask for a part anew, and leave where it is on the screen what is under the pointer, or has the focus. */
async function refresh(part) {
  const active = document.activeElement;
  const kept = [...part.querySelectorAll(":hover")].findLast((node) => node.matches(CONTROL)) ?? (part.contains(active) && active.matches(CONTROL) ? active : null);
  const before = kept?.getBoundingClientRect().top;
  const from = part.dataset.live || location.href;
  await window.htmx.ajax("GET", from, { source: part, target: part, select: `#${part.id}`, swap: "outerMorph" });
  if (!kept?.isConnected) return;
  const off = () => kept.getBoundingClientRect().top - before;
  scrollBy(0, off());
  const rest = off();
  if (Math.abs(rest) < 1) return;
  // The page is too short to be scrolled so far: it is made longer, below or above.
  if (rest > 0) part.style.minHeight = `${innerHeight - part.getBoundingClientRect().top + rest}px`;
  else part.style.paddingTop = `${parseFloat(getComputedStyle(part).paddingTop) - rest}px`;
  scrollBy(0, off());
}

/** Whether somebody has changed a field that has not been sent; what is ticked stays so in any case. */
function touched(node) {
  if (node.matches("input, textarea")) return node.value !== node.defaultValue;
  return node.matches("select") && [...node.options].some((one) => one.selected !== one.defaultSelected);
}

window.htmx.registerExtension("live", {
  htmx_before_morph_node: (old) => !(old instanceof Element && touched(old)),
});

if (document.querySelector("[data-live]")) {
  channel.addEventListener("message", ({ data }) => told(data));
  navigator.locks?.request(name, listen);
  setInterval(() => performance.now() - heard >= POLL && soon(), POLL);
}
