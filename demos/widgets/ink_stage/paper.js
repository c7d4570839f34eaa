// Ink that is known, where it stands on the paper, and how it is drawn: with straight lines, or as
// lstm_core/handwriting/drawing.py presses it. Lengths are in units of the whiteboard where they
// are not in pixels.

const PEN_UP = 1, LAST = 2, ORIGIN = 4; // as in __init__.py
const SPACING = 600; // from line to line
const ABOVE = 460, BELOW = 340, SIDE = 170; // of a line, where nothing reaches further
const LETTER = 190; // the width of one, before any are known
const LARGEST = 0.3; // pixels of a unit
const HIGHEST = 6000; // pixels of the paper
const BASELINE = 0.85, USUAL_SPEED = 18, FINEST = 10; // as in drawing.py
const ENOUGH = 200; // points by which the line that a text stands on is known
const FLIGHT = 25; // units that a lifted pen moves in the time of a point
const LONGEST_FLIGHT = 30; // points
const GAP = 14, TITLE = 22; // pixels around variants, and of what stands above one
const SEEDS = 2 ** 32;

function newVariant() {
  return { x: [], y: [], marks: [], letters: [], times: [], lines: [], drawn: 0, clock: 0 };
}

// The line that goes on, or a new one: its first point, its end, its reach and what it stands on.
function lineOf(v) {
  let line = v.lines.at(-1);
  if (!line || line.whole) {
    line = { from: v.x.length, to: v.x.length, whole: false, left: 0, right: 0, top: 0, bottom: 0, base: null };
    v.lines.push(line);
  }
  return line;
}

function add(v, x, y, mark, letter) {
  const line = lineOf(v);
  const n = v.x.length;
  let time = 1;
  if (n === line.from) time = n ? LONGEST_FLIGHT : 1;
  else if (v.marks[n - 1] & PEN_UP) time += Math.min(LONGEST_FLIGHT, Math.hypot(x - v.x[n - 1], y - v.y[n - 1]) / FLIGHT);
  v.times.push((v.times[n - 1] ?? 0) + time);
  v.x.push(x);
  v.y.push(y);
  v.marks.push(mark);
  v.letters.push(letter);
  line.to = n + 1;
  line.left = Math.min(line.left, x);
  line.right = Math.max(line.right, x);
  line.top = Math.min(line.top, y);
  line.bottom = Math.max(line.bottom, y);
  line.whole = Boolean(mark & LAST);
  if (line.base === null && (line.whole || line.to - line.from >= ENOUGH)) {
    const ys = v.y.slice(line.from, line.to).sort((a, b) => a - b);
    line.base = ys[Math.round(BASELINE * (ys.length - 1))];
  }
}

// Points that may be drawn by now. The last of an unfinished line waits for the one after it, which
// bends the curve to it, and a line waits until it is known what it stands on.
function ready(v) {
  const line = v.lines.at(-1);
  if (!line) return 0;
  if (line.base === null) return line.from;
  return line.whole ? line.to : line.to - 1;
}

const lineAt = (v, n) => v.lines.findIndex((line) => n < line.to);
const begins = (v, n) => n === 0 || Boolean(v.marks[n - 1] & (PEN_UP | LAST));
const ends = (v, n) => n + 1 >= v.x.length || Boolean(v.marks[n] & (PEN_UP | LAST));

// Where everything stands on a paper so many pixels wide.
function layout(sheet, width) {
  const count = sheet.variants.length;
  const columns = count > 1 && width >= 620 ? 2 : 1;
  const edge = count > 1 ? GAP : 0;
  const wide = (width - 2 * edge - GAP * (columns - 1)) / columns;
  const lines = sheet.variants.flatMap((v) => v.lines.map((line, n) => ({ ...line, n })));
  const letters = lines.filter((line) => line.whole).map((line) => line.right / Math.max(1, sheet.texts[line.n].length));
  const letter = letters.length ? Math.max(...letters) : LETTER;
  const open = sheet.texts.filter((_, n) => sheet.variants.some((v) => !v.lines[n]?.whole) && !sheet.done);
  const left = Math.min(0, ...lines.map((line) => line.left));
  const right = Math.max(100, ...lines.map((line) => line.right), ...open.map((text) => letter * text.length));
  const placed = lines.filter((line) => line.base !== null);
  const above = Math.max(ABOVE, ...placed.map((line) => line.base - line.top - SPACING * line.n + 40));
  const down = SPACING * (sheet.texts.length - 1);
  const below = Math.max(BELOW, ...placed.map((line) => line.bottom - line.base + SPACING * line.n - down + 40));
  const tall = above + down + below;
  const scale = Math.min(LARGEST, wide / (right - left + 2 * SIDE), HIGHEST / tall);
  return { columns, wide, width, scale, left, above, tall, edge, title: count > 1 ? TITLE : 0, rows: Math.ceil(count / columns) };
}

// From units to pixels at a scale of its own, which may be on its way to that of the layout.
function placing(place, scale) {
  const high = place.tall * scale + place.title;
  const cell = (v) => [place.edge + (v % place.columns) * (place.wide + GAP), place.edge + Math.floor(v / place.columns) * (high + GAP)];
  return {
    scale, high, cell, height: place.rows * high + (place.rows - 1) * GAP + 2 * place.edge,
    at: (sheet, v, line, n) => {
      const [x, y] = cell(v);
      const variant = sheet.variants[v];
      const base = variant.lines[line].base;
      return [x + (variant.x[n] - place.left + SIDE) * scale,
              y + place.title + (variant.y[n] - base + SPACING * line + place.above) * scale];
    },
  };
}

// The width of the line from point n - 1 to point n: the thinner the quicker the pen was.
function pressedWidth(v, n, width) {
  const speed = (k) => Math.hypot(v.x[k] - v.x[k - 1], v.y[k] - v.y[k - 1]);
  const before = begins(v, n - 1) ? n : n - 1;
  const after = ends(v, n) ? n : n + 1;
  const s = (speed(before) + speed(n) + speed(after)) / 3;
  return width * Math.round(FINEST * (1.35 - 0.7 * s / (s + USUAL_SPEED))) / FINEST;
}

// Draws what comes to the paper with point n of a variant.
function drawPoint(pen, sheet, v, n, placed, look) {
  const variant = sheet.variants[v];
  const line = lineAt(variant, n);
  const there = placed.at(sheet, v, line, n);
  if (begins(variant, n)) {
    if (!ends(variant, n)) return;
    pen.lineWidth = look.width * placed.scale;
    pen.beginPath();
    pen.moveTo(...there);
    pen.lineTo(there[0] + 0.01, there[1]);
    pen.stroke();
    return;
  }
  const from = placed.at(sheet, v, line, n - 1);
  pen.lineWidth = Math.max(0.6, (look.pressed ? pressedWidth(variant, n, look.width) : look.width) * placed.scale);
  pen.beginPath();
  pen.moveTo(...from);
  if (look.pressed) {
    // The curve of Catmull and Rom through the points, as Bézier has it.
    const before = begins(variant, n - 1) ? from.map((c, k) => 2 * c - there[k]) : placed.at(sheet, v, line, n - 2);
    const after = ends(variant, n) ? there.map((c, k) => 2 * c - from[k]) : placed.at(sheet, v, line, n + 1);
    pen.bezierCurveTo(from[0] + (there[0] - before[0]) / 6, from[1] + (there[1] - before[1]) / 6,
                      there[0] - (after[0] - from[0]) / 6, there[1] - (after[1] - from[1]) / 6, ...there);
  } else pen.lineTo(...there);
  pen.stroke();
}

const seedOf = (sheet, v) => (sheet.about.seed + v) % SEEDS;

// Rules, frames of the variants, and all ink that is on the paper.
function drawPaper(pen, sheet, place, placed, look, chosen) {
  const count = sheet.variants.length;
  for (let v = 0; v < count; v++) {
    const [x, y] = placed.cell(v);
    pen.lineWidth = 1;
    if (look.ruled) {
      pen.strokeStyle = palette.rule;
      sheet.texts.forEach((_, line) => {
        const rule = Math.round(y + place.title + (place.above + SPACING * line) * placed.scale) + 0.5;
        pen.beginPath();
        pen.moveTo(x, rule);
        pen.lineTo(x + place.wide, rule);
        pen.stroke();
      });
    }
    if (count === 1) continue;
    pen.strokeStyle = v === chosen ? palette.accent : palette.rule;
    pen.strokeRect(x + 0.5, y + 0.5, place.wide - 1, placed.high - 1);
    pen.fillStyle = palette.muted;
    pen.font = `12px ${palette.sans}`;
    pen.fillText(`seed ${seedOf(sheet, v)}`, x + 8, y + 17);
  }
  inkOf(pen, look);
  for (let v = 0; v < count; v++) {
    for (let n = 0; n < sheet.variants[v].drawn; n++) drawPoint(pen, sheet, v, n, placed, look);
  }
}

function inkOf(pen, look) {
  pen.strokeStyle = look.colour || palette.ink;
  pen.lineCap = pen.lineJoin = 'round';
}
