// What a visitor takes away, and the pen and the paper that it is drawn with.

function linesOf(v) {
  return v.lines.filter((line) => line.from < v.drawn).map((line, n) => ({
    text: sheet.texts[n],
    points: Array.from({ length: Math.min(line.to, v.drawn) - line.from }, (_, k) => {
      const at = line.from + k;
      return [v.x[at], v.y[at], at + 1 === v.drawn ? 1 : v.marks[at] & PEN_UP];
    }),
  }));
}

const nearly = (value) => Math.round(100 * value) / 100;

function strokesOf(points) {
  const strokes = [[]];
  for (const [x, y, up] of points) {
    strokes.at(-1).push([nearly(x), nearly(y)]);
    if (up) strokes.push([]);
  }
  return strokes.filter((stroke) => stroke.length);
}

function save(blob, ending) {
  download(blob, `${fileName(sheet.texts.join(' '), 40, 'handwriting')}${ending}`);
}

async function file(button) {
  const kind = button.dataset.kind;
  const lines = linesOf(variant());
  if (kind === 'json') {
    const strokes = lines.map((line) => ({ text: line.text, strokes: strokesOf(line.points) }));
    const about = { ...sheet.about, seed: seedOf(sheet, chosen.variant) };
    save(new Blob([JSON.stringify({ ...about, lines: strokes })], { type: 'application/json' }), '.json');
    return;
  }
  const { colour, ...rest } = look;
  const question = { ...rest, lines, kind: kind === 'png' ? 'png' : 'svg', colour: colour || props.pen.colour };
  if (kind === 'plotter') question.pressed = false;
  button.disabled = true;
  let answer;
  try {
    answer = await server[props.asks](question);
  } catch {
    answer = { error: 'The server does not answer. Is it still running?' };
  }
  button.disabled = false;
  if (answer.error) say(answer.error);
  else save(new Blob([unpacked(answer.data, Uint8Array)], { type: answer.type }), { png: '.png', svg: '.svg', plotter: '-plotter.svg' }[kind]);
}
for (const button of root.querySelectorAll('[data-kind]')) button.addEventListener('click', () => file(button));

// Pen and paper.

const [width, colour, plain] = ['.width', '.colour', '.plain'].map((name) => root.querySelector(name));
width.max = props.pen.most;
width.value = look.width;
width.addEventListener('input', () => {
  look.width = Number(width.value);
  redraw();
});
colour.addEventListener('input', () => {
  look.colour = colour.value;
  plain.hidden = false;
  redraw();
});
plain.addEventListener('click', () => {
  look.colour = '';
  plain.hidden = true;
  theme();
});
for (const name of ['pressed', 'ruled']) {
  root.querySelector(`.${name}`).addEventListener('change', (event) => {
    look[name] = event.target.checked;
    redraw();
  });
}

function theme() {
  readPalette(root);
  if (!look.colour) colour.value = palette.ink.toLowerCase();
  redraw();
}
