/** What a frame takes while shapes and points are dragged and the picture is zoomed, and what loading takes, in milliseconds. */
async ({ studio, count, share }) => {
  const part = (name) => import(`${studio}/${name}.js`);
  const [{ Editor }, { View, element }, { Seeing }, { Chips }, { Marks }] = await Promise.all(["editor", "view", "seeing", "chips", "marks"].map(part));
  const canvas = document.body.appendChild(Object.assign(document.createElement("div"), { className: "canvas" }));
  Object.assign(canvas.style, { position: "fixed", inset: 0, zIndex: 9 });
  const layer = canvas.appendChild(Object.assign(document.createElement("div"), { className: "chips" }));
  const size = { width: 640, height: 480 };
  const round = (x, y, radius, corners) =>
    Array.from({ length: corners }, (_, n) => [x + radius * Math.cos((n * 2 * Math.PI) / corners), y + radius * Math.sin((n * 2 * Math.PI) / corners)]);
  const polygon = (...circle) => ({ label: "car", tool: "polygon", geometry: { outlines: [round(...circle)] } });
  const annotations = Array.from({ length: count }, (_, n) => {
    const [x, y] = [10 + (n % 40) * 15, 10 + (Math.floor(n / 40) % 30) * 15];
    return n % 2 ? { label: "car", tool: "box", geometry: { x, y, width: 12, height: 12 } } : polygon(x, y, 8, 8);
  });
  const labels = [{ name: "car", tools: ["box", "polygon"] }];
  const view = new View(canvas, { settled: () => {} });
  const marks = new Marks(view.layers.marks, canvas);
  const chips = new Chips(layer);
  let show = () => {};
  const editor = new Editor({ changed: () => show(), drawn: () => {}, say: () => {} });
  const seeing = new Seeing(editor);
  seeing.open({ recipe: { labels }, type: "annotation", annotations: [], issues: [] });
  show = () => {
    const [seen, frame] = [seeing.all(), view.frame];
    view.show(seen);
    marks.show({ selected: editor.preview.size ? null : editor.only, grip: editor.grip, color: "" }, view.viewport.scale);
    chips.show(seeing.named(seen), view.viewport, frame);
  };
  const frame = () => new Promise(requestAnimationFrame);
  const timed = async (acts, act) => {
    const took = [];
    for (let n = 0; n < acts; n += 1) {
      const before = performance.now();
      act(n);
      await frame();
      took.push(performance.now() - before);
    }
    const total = took.reduce((sum, one) => sum + one);
    return { slow: took.sort((a, b) => a - b)[Math.floor(acts * share)], moves: (1000 * acts) / total };
  };
  // Of several times the best: the others tell of the machine.
  const best = (act, clear) =>
    Math.min(
      ...Array.from({ length: 7 }, () => {
        clear();
        document.body.getBoundingClientRect();
        const began = performance.now();
        act();
        document.body.getBoundingClientRect();
        return performance.now() - began;
      }),
    );
  const bare = document.body.appendChild(element("svg"));
  const rects = best(
    () => bare.append(...annotations.map(() => element("rect", { x: 1, y: 1, width: 1, height: 1 }))),
    () => bare.replaceChildren(),
  );
  bare.remove();
  const open = (drawn) => editor.open({ annotations: drawn, size, labels, writes: true });
  const photo = new OffscreenCanvas(size.width, size.height); // as wide as the zoom: what is empty costs nothing to move
  photo.getContext("2d").fillRect(0, 0, size.width, size.height);
  const address = URL.createObjectURL(await photo.convertToBlob());
  view.look({ x: 0, y: 0, scale: 1.4 }, { now: true });
  const load = best(
    () => open(annotations),
    () => (view.open(address, size), open([])),
  );
  await frame();
  editor.choose("select");
  editor.select(1);
  const drag = await timed(60, (n) => editor.drag({ dx: n, dy: n }));
  editor.drop();
  const zoom = await timed(60, (n) => view.look({ x: n, y: n, scale: 1.4 + n / 20 }));
  view.settle();
  open([...annotations.slice(1), polygon(320, 240, 200, 500)]);
  editor.select(count);
  const point = await timed(60, (n) => editor.drag({ grip: "0.1", to: [320 + n, 240 + n] }));
  canvas.remove();
  return { load, rects, drag: drag.slow, point: point.slow, zoom: zoom.slow, moves: drag.moves };
}
