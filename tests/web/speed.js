/** What a frame takes while a shape is dragged and the picture zoomed, and what loading takes, with so many shapes. */
async ({ studio, count, share }) => {
  const part = (name) => import(`${studio}/${name}.js`);
  const [{ Editor }, { View, element }, { Seeing }, { Chips }] = await Promise.all(["editor", "view", "seeing", "chips"].map(part));
  const canvas = document.body.appendChild(Object.assign(document.createElement("div"), { className: "canvas" }));
  Object.assign(canvas.style, { position: "fixed", inset: 0, zIndex: 9 });
  const layer = canvas.appendChild(Object.assign(document.createElement("div"), { className: "chips" }));
  const size = { width: 640, height: 480 };
  const octagon = (x, y) => Array.from({ length: 8 }, (_, n) => [x + 8 * Math.cos((n * 2 * Math.PI) / 8), y + 8 * Math.sin((n * 2 * Math.PI) / 8)]);
  const annotations = Array.from({ length: count }, (_, n) => {
    const [x, y] = [10 + (n % 40) * 15, 10 + (Math.floor(n / 40) % 30) * 15];
    return n % 2 ? { label: "car", tool: "box", geometry: { x, y, width: 12, height: 12 } } : { label: "car", tool: "polygon", geometry: { outlines: [octagon(x, y)] } };
  });
  const labels = [{ name: "car", tools: ["box", "polygon"] }];
  const view = new View(canvas, { settled: () => {} });
  const chips = new Chips(layer);
  let show = () => {};
  const editor = new Editor({ changed: () => show(), drawn: () => {}, say: () => {} });
  const seeing = new Seeing(editor);
  seeing.open({ recipe: { labels }, type: "annotation", annotations: [], issues: [] });
  show = () => {
    const seen = seeing.all();
    view.show(seen);
    chips.show(seeing.named(seen), view.viewport, view.frame);
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
    return took.sort((a, b) => a - b)[Math.floor(acts * share)];
  };
  let began = performance.now();
  const bare = document.body.appendChild(element("svg"));
  bare.append(...annotations.map(() => element("rect", { x: 1, y: 1, width: 1, height: 1 })));
  bare.getBoundingClientRect();
  const rects = performance.now() - began;
  bare.remove();
  began = performance.now();
  editor.open({ annotations, size, labels, writes: true });
  view.look({ x: 0, y: 0, scale: 1.4 }, { now: true });
  canvas.getBoundingClientRect();
  const load = performance.now() - began;
  await frame();
  editor.choose("select");
  editor.select(1);
  const drag = await timed(60, (n) => editor.drag({ dx: n, dy: n }));
  editor.drop();
  const zoom = await timed(60, (n) => view.look({ x: n, y: n, scale: 1.4 + n / 20 }));
  canvas.remove();
  return { load, rects, drag, zoom };
}
