/** The numbers of the lines beside a file that is written, and those marked in which something was found. */
const made = new Map();

for (const text of document.querySelectorAll(".lines textarea")) {
  const gutter = document.createElement("ol");
  gutter.setAttribute("aria-hidden", "true");
  text.before(gutter);
  made.set(text, gutter);
  text.addEventListener("input", () => number(text, gutter));
  text.addEventListener("scroll", () => (gutter.scrollTop = text.scrollTop));
  number(text, gutter);
}

function number(text, gutter) {
  const lines = text.value.split("\n").length;
  while (gutter.childElementCount > lines) gutter.lastChild.remove();
  while (gutter.childElementCount < lines) gutter.append(document.createElement("li"));
}

/** Show in each file where something was found. */
function mark() {
  for (const [text, gutter] of made) {
    const found = [...document.querySelectorAll("#findings [data-line]")].filter((one) => one.dataset.file === text.dataset.file);
    const numbers = new Set(found.map((one) => Number(one.dataset.line) - 1));
    [...gutter.children].forEach((line, index) => line.classList.toggle("found", numbers.has(index)));
  }
}

/** Go to the line of a finding. @param {DOMStringMap} place */
function go({ file, line }) {
  const text = document.getElementById(`text-${file}`);
  if (!text) return;
  const before = text.value.split("\n").slice(0, Number(line) - 1).join("\n").length;
  const start = before + (Number(line) > 1 ? 1 : 0);
  const end = text.value.indexOf("\n", start);
  text.closest("details")?.setAttribute("open", "");
  text.focus();
  text.setSelectionRange(start, end < 0 ? text.value.length : end);
}

const findings = document.getElementById("findings");
if (findings) {
  new MutationObserver(mark).observe(findings, { childList: true, subtree: true, attributes: true, characterData: true });
  findings.addEventListener("click", (event) => {
    const found = event.target.closest("a")?.closest("[data-line]");
    if (!found) return;
    event.preventDefault();
    go(found.dataset);
  });
  mark();
}
