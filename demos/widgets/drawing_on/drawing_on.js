// A drawing that was begun, and how a network goes on with it: a row for each way. Python sends all
// that there is so far, see demos/widgets/drawing_on/__init__.py; it is drawn at the pace of a pen.

const root = element.querySelector('.drawing-on');
const canvas = root.querySelector('canvas');
const empty = root.querySelector('.empty');
const said = root.querySelector('.said');

const PACE = 65; // points a second: how often the whiteboard looked at its pens
const LEAST = 1500; // units of the whiteboard that a row shows at least
const MARGIN = 14;
const COLOURS = ['accent', 'gate-i', 'gate-f', 'surprise'];
const still = window.matchMedia('(prefers-reduced-motion: reduce)');

let drawing = null; // {run, begun, ways, done, lifted}
let drawn = 0; // points of each way that are on the paper
let past = ''; // the drawing that was stopped
let before = 0, frame = 0;

function receive() {
  const sent = props.value && props.value.json ? JSON.parse(props.value.json) : null;
  if (sent && sent.stop) {
    past = sent.run;
    if (drawing && drawing.run === past) stop();
    return;
  }
  if (sent && sent.run === past) return;
  const there = Boolean(sent);
  canvas.hidden = said.hidden = !there;
  empty.hidden = there;
  if (!there) {
    drawing = null;
    return;
  }
  const strokes = ({ points, ends }) => ({ xy: unpacked(points, Float32Array), up: new Set(ends) });
  const fresh = !drawing || drawing.run !== sent.run;
  if (fresh) drawn = 0;
  drawing = { ...sent, begun: strokes({ points: sent.begun, ends: sent.ends }), ways: sent.ways.map(strokes) };
  readPalette(root);
  if (still.matches) drawn = count();
  if (fresh) before = performance.now();
  tell();
  frame ||= requestAnimationFrame(advance);
}

const count = () => Math.min(...drawing.ways.map((way) => way.xy.length / 2));

function stop() {
  for (const way of drawing.ways) way.xy = way.xy.slice(0, 2 * Math.floor(drawn));
  drawing.done = true;
  tell();
}

function advance(now) {
  frame = 0;
  if (!drawing) return;
  drawn = Math.min(count(), drawn + PACE * Math.max(0, now - before) / 1000);
  before = now;
  paint();
  if (drawn < count() || !drawing.done) frame = requestAnimationFrame(advance);
  else tell();
}

function tell() {
  const finished = drawing.done && drawn >= count();
  said.textContent = finished ? `${Math.floor(drawn)} points each.` : 'The network draws …';
  canvas.setAttribute('aria-label', `What you drew, and ${drawing.ways.length} ways to go on from it.`);
}

// What has to be in sight: the drawing, and what is on the paper of each way.
function box() {
  const around = [Infinity, -Infinity, Infinity, -Infinity];
  const take = (xy, upto) => {
    for (let n = 0; n < upto; n++) {
      around[0] = Math.min(around[0], xy[2 * n]);
      around[1] = Math.max(around[1], xy[2 * n]);
      around[2] = Math.min(around[2], xy[2 * n + 1]);
      around[3] = Math.max(around[3], xy[2 * n + 1]);
    }
  };
  take(drawing.begun.xy, drawing.begun.xy.length / 2);
  for (const way of drawing.ways) take(way.xy, Math.floor(drawn));
  return around;
}

function strokes(pen, { xy, up }, upto, begins, place) {
  pen.beginPath();
  let down = false;
  if (begins) {
    pen.moveTo(...place(...begins));
    down = true;
  }
  for (let n = 0; n < upto; n++) {
    const [x, y] = place(xy[2 * n], xy[2 * n + 1]);
    if (down) pen.lineTo(x, y);
    else {
      pen.moveTo(x, y);
      pen.lineTo(x + 0.01, y);
    }
    down = !up.has(n);
  }
  pen.stroke();
}

function paint() {
  const wide = root.clientWidth;
  if (!wide || !drawing) return;
  const [x0, x1, y0, y1] = box();
  const rows = drawing.ways.length;
  const tall = wide < 560 ? 105 : 120;
  const pen = sized(canvas, wide, rows * tall);
  const scale = Math.min((wide - 2 * MARGIN) / Math.max(x1 - x0, LEAST), (tall - 16) / Math.max(y1 - y0, 1));
  const { xy } = drawing.begun;
  const end = drawing.lifted ? null : [xy[xy.length - 2], xy[xy.length - 1]];
  pen.lineCap = pen.lineJoin = 'round';
  drawing.ways.forEach((way, n) => {
    const middle = (n + 0.5) * tall;
    const place = (x, y) => [MARGIN + (x - x0) * scale, middle + (y - (y0 + y1) / 2) * scale];
    if (n) {
      pen.fillStyle = palette.rule;
      pen.fillRect(0, n * tall, wide, 1);
    }
    pen.lineWidth = 1.9;
    pen.strokeStyle = palette[COLOURS[n]];
    strokes(pen, way, Math.floor(drawn), end, place);
    pen.strokeStyle = palette.ink;
    pen.lineWidth = 2.3;
    strokes(pen, drawing.begun, xy.length / 2, null, place);
  });
}

empty.textContent = props.empty;
onWidth(root, paint);
onTheme(() => { readPalette(root); paint(); });
watch('value', receive);
receive();
