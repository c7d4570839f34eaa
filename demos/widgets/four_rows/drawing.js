// The four rows, drawn up to a point of the pen: letters, memory cells, ink, gradient. They share
// the axis of time but for the ink, which keeps its shape; a thread leads from the axis to the pen.

const CAPTION = 19, GAP = 12, RIGHT = 14;
const ROOM = 11; // pixels that a letter needs at least

// Where everything stands, for a width of the page.
function layout(line, wide) {
  const small = wide < 560;
  const left = small ? 10 : 76;
  const width = Math.max(wide, left + RIGHT + ROOM * line.characters.length);
  const heights = { letters: 58, cells: line.cells.length * (small ? 11 : 13) + 5, ink: small ? 92 : 112, gradient: 78 };
  const tops = {};
  let y = 4;
  for (const [name, height] of Object.entries(heights)) {
    tops[name] = y + CAPTION;
    y += CAPTION + height + GAP;
  }
  const count = Math.max(1, line.points.length - 1);
  const plot = width - left - RIGHT;
  const size = Math.max(11, Math.min(21, 1.35 * plot / Math.max(1, line.characters.length)));
  const made = {
    small, left, width, heights, tops, size, plot, height: y + 14,
    across: (point) => left + plot * point / count,
    back: (x) => Math.max(0, Math.min(count, (x - left) / plot * count)),
  };
  made.letters = spread(line, made);
  made.place = inkPlace(line, made);
  return made;
}

// Letters stand where they were recognised, as far as they leave each other room.
function spread(line, { across, size, width }) {
  const gap = 0.62 * size;
  const xs = line.characters.map(([, point]) => across(point));
  for (let n = 1; n < xs.length; n++) xs[n] = Math.max(xs[n], xs[n - 1] + gap);
  for (let n = xs.length - 1, most = width - 7; n >= 0; n--, most = xs[n + 1] - gap) xs[n] = Math.min(xs[n], most);
  return xs;
}

function inkPlace(line, { left, plot, tops, heights }) {
  const [xs, ys] = [line.points.map((p) => p[0]), line.points.map((p) => p[1])];
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = Math.min((plot - 12) / Math.max(x1 - x0, 1e-9), (heights.ink - 12) / Math.max(y1 - y0, 1e-9));
  const [cx, cy] = [left + plot / 2, tops.ink + heights.ink / 2];
  return (point) => [cx + (point[0] - (x0 + x1) / 2) * scale, cy + (point[1] - (y0 + y1) / 2) * scale];
}

function drawRows(brush, line, at, chosen, gradient, place) {
  const { tops, heights, left, across, width } = place;
  const x = across(at);
  const caption = (name, words) => brush.text(left, tops[name] - 6, words, palette.muted, 12);
  caption('letters', 'letters, as they are recognised');
  caption('cells', place.small ? 'memory cells: forwards above, backwards below' : 'memory cells, tanh(c)');
  caption('ink', 'the pen');
  drawLetters(brush, line, at, chosen, place);
  drawCells(brush, line, at, place);
  const shares = gradient && lengths(gradient);
  drawInk(brush, line, at, shares, place);
  drawGradient(brush, line, at, chosen, gradient, place, caption);
  brush.line([[x, tops.letters], [x, tops.cells + heights.cells]], palette.accent, 1.2);
  brush.line([[x, tops.gradient], [x, tops.gradient + heights.gradient]], palette.accent, 1.2);
  const pen = place.place(line.points[Math.round(at)]);
  brush.line([[x, tops.cells + heights.cells], pen, [x, tops.gradient]], palette.accent, 0.8, 0.4);
  brush.dot(pen[0], pen[1], 4, palette.accent);
  const last = line.points.length - 1;
  const end = tops.gradient + heights.gradient + 14;
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    const point = Math.round(share * last);
    const anchor = share === 0 ? 'start' : share === 1 ? 'end' : 'middle';
    brush.text(across(point), end, (point + 1).toLocaleString('en') + (share === 1 ? ' points' : ''), palette.muted, 11, { anchor });
  }
}

function drawLetters(brush, line, at, chosen, { across, letters, tops, heights, size, left, width }) {
  const floor = tops.letters + heights.letters;
  const tall = heights.letters - size - 6;
  brush.line([[left, floor], [width - RIGHT, floor]], palette.rule, 1);
  line.frames.forEach((point, t) => {
    if (point > at || line.peaks[t] < 0.02) return;
    brush.line([[across(point), floor], [across(point), floor - tall * line.peaks[t]]], palette.surprise, 2, 0.75);
  });
  line.characters.forEach(([character, point], n) => {
    if (point > at) return;
    const y = tops.letters + size - 4;
    if (n === chosen) brush.line([[letters[n] - 5, y + 4], [letters[n] + 5, y + 4]], palette.accent, 2.5);
    const colour = n === chosen ? palette.accent : palette.ink;
    brush.text(letters[n], y, character === ' ' ? '␣' : character, colour, size, { mono: true, anchor: 'middle', bold: n === chosen });
  });
}

function drawCells(brush, line, at, { across, tops, heights, left, width, small }) {
  const tall = small ? 11 : 13;
  brush.rect(left, tops.cells, width - left - RIGHT, heights.cells, palette.zero);
  line.cells.forEach((cell, n) => {
    const y = tops.cells + n * tall + (cell.backwards ? 5 : 0);
    if (!small) brush.text(left - 8, y + tall - 3, cell.short, palette.muted, 10.5, { anchor: 'end' });
    line.frames.forEach((point, t) => {
      const from = t ? line.frames[t - 1] : 0;
      if (from > at) return;
      const [a, b] = [across(from), across(Math.min(point, at))];
      brush.rect(a, y, b - a + 0.6, tall - 1, shadeOf(cell.values[t]));
    });
  });
}

// How strongly each point of the pen counts, 0 to 1.
function lengths({ x, y }) {
  const all = Array.from(x, (v, n) => Math.hypot(v, y[n]));
  const most = Math.max(...all, 1e-12);
  return all.map((v) => v / most);
}

function drawInk(brush, line, at, shares, { place }) {
  const last = Math.round(at);
  const strokes = [];
  let from = 0;
  for (const end of line.ends) {
    strokes.push([from, end]);
    from = end + 1;
  }
  const part = (a, b) => line.points.slice(a, b + 1).map(place);
  for (const [a, b] of strokes) if (b > last) brush.line(part(Math.max(a, last), b), palette.rule, 2);
  if (shares) {
    for (const [a, b] of strokes) {
      for (let n = a; n < Math.min(b, last) || n === a && a <= last; n++) {
        if (shares[n] > 0.06) brush.line(part(n, Math.min(n + 1, b)), palette.accent, 9, 0.6 * shares[n]);
      }
    }
  }
  for (const [a, b] of strokes) if (a <= last) brush.line(part(a, Math.min(b, last)), palette.ink, 2);
}

function drawGradient(brush, line, at, chosen, gradient, place, caption) {
  const { across, tops, heights, left, width, letters } = place;
  const middle = tops.gradient + heights.gradient / 2;
  brush.line([[left, middle], [width - RIGHT, middle]], palette.rule, 1);
  const letter = line.characters[chosen];
  if (!letter) {
    caption('gradient', 'gradient of a letter: none was recognised');
    return;
  }
  const named = letter[0] === ' ' ? 'the space' : `the “${letter[0]}”`;
  caption('gradient', `what ${named} hangs on${place.small ? '' : ': its gradient with respect to the pen'}`);
  for (const [words, colour, end] of [['right, left', palette.plus, 92], ['down, up', palette['gate-g'], 4]]) {
    brush.text(width - RIGHT - end, tops.gradient - 6, words, colour, 12, { anchor: 'end', bold: true });
  }
  brush.line([[across(letter[1]), tops.gradient], [across(letter[1]), tops.gradient + heights.gradient]], palette.muted, 1, 0.5);
  if (!gradient) return;
  const most = Math.max(...Array.from(gradient.x, Math.abs), ...Array.from(gradient.y, Math.abs), 1e-12);
  const up = (v) => middle - (heights.gradient / 2 - 2) * v / most;
  for (const [values, colour] of [[gradient.x, palette.plus], [gradient.y, palette['gate-g']]]) {
    const all = Array.from(values, (v, n) => [across(n), up(v)]);
    brush.line(all, colour, 1.2, 0.28);
    brush.line(all.slice(0, Math.round(at) + 1), colour, 1.5);
  }
}
