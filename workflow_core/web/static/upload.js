/** Pictures that are dropped or chosen go up, a few at a time; what is there already is not sent again. */
import { Unreachable, answer, post } from "./api.js";
import { md5 } from "./md5.js";

const [AT_ONCE, PART] = [4, 50]; // files that are sent, and asked about
const AGAIN = 2000; // milliseconds until a server that did not answer is asked again

const place = document.querySelector("#upload");
const [bar, told, replace, faults] = ["progress", "[role=status]", "[data-replace]", "ul"].map((one) => place.querySelector(one));
const { folder, at } = place.dataset;
const count = { all: 0, done: 0, there: 0, refused: 0 };
let [differing, turn] = [[], Promise.resolve()];

function tell(waiting) {
  const [{ all, done, there, refused }, others] = [count, differing.length];
  bar.parentElement.hidden = !all;
  Object.assign(bar, { max: all || 1, value: done + there + refused + others });
  const words = [`${done} of ${all} uploaded`, there && `${there} there already`, refused && `${refused} not taken`];
  told.textContent = waiting ?? words.filter(Boolean).join(" · ");
  Object.assign(replace, { hidden: !others, textContent: `Replace ${others} that are there with another picture` });
}

/** Ask until the server answers; what it does not take is listed, and nothing comes of it. */
async function patiently(paths, ask) {
  for (;;) {
    const [found, error] = await ask().then((found) => [found], (error) => [null, error]);
    if (!error) return found;
    if (!(error instanceof Unreachable)) {
      count.refused += paths.length;
      const why = (path) => Object.assign(document.createElement("li"), { textContent: `${path}: ${error.message}` });
      return void faults.append(...paths.map(why));
    }
    tell("The server does not answer; it goes on as soon as it does.");
    await new Promise((resolve) => setTimeout(resolve, AGAIN));
  }
}

/** @param {{path: string, file: File}[]} files */
async function send(files, query = "") {
  const one = async () => {
    for (; files.length; tell()) {
      const { path, file } = files.shift();
      const address = path.split("/").map(encodeURIComponent).join("/");
      if (await patiently([path], () => answer("PUT", `${at}/${address}${query}`, { body: file }))) count.done++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

async function upload(all) {
  count.all += all.length;
  for (let files; tell(), (files = all.splice(0, PART)).length; ) {
    const sums = {};
    for (const { path, file } of files) {
      const bytes = await patiently([path], () => file.arrayBuffer());
      if (bytes) sums[path] = md5(new Uint8Array(bytes));
    }
    const paths = Object.keys(sums);
    const found = await patiently(paths, () => post(`${at}/missing`, { files: sums }));
    if (!found) continue;
    differing.push(...files.filter(({ path }) => found.differing.includes(path)));
    count.there += paths.length - found.missing.length - found.differing.length;
    await send(files.filter(({ path }) => found.missing.includes(path)));
  }
  document.body.dispatchEvent(new Event("uploaded"));
}

/** @returns {AsyncGenerator<{path: string, file: File}>} what was dropped, also in folders */
async function* walk(entry) {
  const [path, file] = [entry.fullPath.slice(1), entry.isFile && new Promise((found, lost) => entry.file(found, lost))];
  if (file) return void (yield { path, file: await file });
  const reader = entry.createReader();
  for (let found; (found = await new Promise((read, lost) => reader.readEntries(read, lost))).length; ) {
    for (const one of found) yield* walk(one);
  }
}

function add(files) {
  const below = folder === "" ? "" : `${folder.slice(1)}/`;
  const seen = files.filter(({ file }) => !file.name.startsWith("."));
  turn = turn.then(() => upload(seen.map(({ path, file }) => ({ path: below + path, file }))));
}

place.addEventListener("click", ({ target }) => place.querySelector(`input[${target.dataset.pick}]`)?.click());
place.addEventListener("change", ({ target }) => {
  add(Array.from(target.files, (file) => ({ path: file.webkitRelativePath || file.name, file })));
  target.value = "";
});
replace.addEventListener("click", () => (turn = turn.then(() => send(differing.splice(0), "?replace=true"))));
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", async (event) => {
  event.preventDefault();
  const entries = Array.from(event.dataTransfer.items, (item) => item.webkitGetAsEntry()).filter(Boolean);
  const files = [];
  for (const entry of entries) for await (const one of walk(entry)) files.push(one);
  add(files);
});
