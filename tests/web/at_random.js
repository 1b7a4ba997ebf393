/** Acts at random against the pure reducer: what is seen is what is drawn, and undo to the start is the start. */
async ({ studio, runs, acts }) => {
  const part = (name) => import(`${studio}/${name}.js`);
  const [{ Editor }, { View }, { Seeing }] = await Promise.all(["editor", "view", "seeing"].map(part));
  const canvas = document.body.appendChild(document.createElement("div"));
  const size = { width: 640, height: 480 };
  let seed = 7;
  const random = (most) => (seed = (seed * 48271) % 2147483647) % most;
  const place = () => [random(641), random(481)];
  const labels = [{ name: "car", tools: ["box", "polygon", "polyline", "point"] }, { name: "sign", tools: ["box", "point"] }];
  const faults = [];

  function step(editor) {
    const keys = editor.shapes.map((shape) => shape.key);
    const some = () => keys[random(keys.length)];
    switch (random(keys.length ? 11 : 4)) {
      case 0: return editor.choose(["box", "polygon", "polyline", "point"][random(4)]);
      case 1: return editor.take(labels[random(2)].name);
      case 2: return editor.drawing ? editor.set(place()) : editor.choose("box");
      case 3: return editor.drawing ? editor.finish() : undefined;
      case 4: return editor.select(some(), { also: random(3) === 0 });
      case 5: return editor.remove();
      case 6: return editor.undo();
      case 7: return editor.redo();
      case 8: editor.drag({ dx: random(200) - 100, dy: random(200) - 100 }); return editor.drop();
      case 9: return editor.repeat();
      default: return editor.choose("select");
    }
  }

  for (let run = 0; run < runs; run += 1) {
    const seen = new View(canvas, { settled: () => {} });
    const editor = new Editor({ changed: () => {}, drawn: () => {}, say: () => {} });
    editor.open({ annotations: [{ id: 1, label: "car", tool: "box", geometry: { x: 1, y: 1, width: 9, height: 9 } }], size, labels, writes: true });
    const shown = new Seeing(editor);
    shown.open({ recipe: { labels }, type: "annotation", annotations: [], issues: [] });
    const start = JSON.stringify(editor.annotations);
    for (let act = 0; act < acts; act += 1) {
      step(editor);
      if (act % 4 && act !== acts - 1) continue;
      seen.show(shown.all());
      const nodes = [...canvas.querySelectorAll("[data-key]")].map((node) => `${node.dataset.key} ${node.getAttribute("aria-label")}`).sort();
      const drawn = editor.shapes.map((shape) => `${shape.key} ${shape.label} ${shape.tool}`).sort();
      if (JSON.stringify(nodes) !== JSON.stringify(drawn)) faults.push(`run ${run}, act ${act}: ${nodes} is seen, ${drawn} is drawn`);
    }
    editor.outline = null;
    for (const shape of editor.shapes) {
      const { x = 0, y = 0, width = 0, height = 0 } = shape.geometry;
      if (x < 0 || y < 0 || x + width > size.width || y + height > size.height) faults.push(`run ${run}: ${JSON.stringify(shape)} is outside`);
    }
    while (editor.history.past.length) editor.undo();
    if (JSON.stringify(editor.annotations) !== start) faults.push(`run ${run}: not the start`);
    canvas.replaceChildren();
  }
  canvas.remove();
  return faults;
}
