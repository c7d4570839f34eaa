// Around the pen: the ink that was there, where the next point was expected, and what might have
// come instead of what came. See demos/widgets/hairs/__init__.py for what Python sends.

const root = element.querySelector('.hairs');
const body = root.querySelector('.body');
const empty = root.querySelector('.empty');
const canvas = root.querySelector('canvas');
const again = root.querySelector('.again');
const said = root.querySelector('.said');

const TALL = 620; // units of the whiteboard that are in sight
const PEN = 0.45; // where the pen stands, as a share of the width
const GROWTH = 700; // milliseconds in which the futures grow
const still = window.matchMedia('(prefers-reduced-motion: reduce)');

let moment = null;
let density = null; // an image
let begun = 0; // when the futures began to grow

const ink = ({ xy, up }) => ({ xy: unpacked(xy, Float32Array), up: unpacked(up, Uint8Array) });

function receive() {
  const sent = props.value && props.value.json ? JSON.parse(props.value.json) : null;
  body.hidden = !sent;
  empty.hidden = Boolean(sent);
  moment = null;
  if (!sent) return;
  moment = {
    ...sent, before: ink(sent.before), after: ink(sent.after), futures: ink(sent.futures),
    density: unpacked(sent.density, Uint8Array),
  };
  again.textContent = `${sent.lengths.length} others`;
  again.title = 'Other random numbers from the same state';
  const percent = 100 * sent.pen_up;
  root.querySelector('.meter i').style.width = `${percent}%`;
  root.querySelector('output').textContent = percent < 1 ? '<1 %' : percent > 99 ? '>99 %' : `${Math.round(percent)} %`;
  const curves = sent.curves === 1 ? 'One of the bell curves has' : `${sent.curves} of the bell curves have`;
  said.textContent = `${sent.words} ${curves} nine tenths of the weight.`;
  canvas.setAttribute('aria-label', `${sent.words} ${sent.lengths.length} other ways to go on from there, and where the next point was expected.`);
  recolour();
  begun = performance.now();
  paint();
}

function recolour() {
  readPalette(root);
  if (!moment) return;
  density = document.createElement('canvas');
  density.width = moment.columns;
  density.height = moment.density.length / moment.columns;
  const dots = new ImageData(density.width, density.height);
  const [r, g, b] = channels(palette.surprise);
  moment.density.forEach((value, k) => dots.data.set([r, g, b, 0.85 * value], 4 * k));
  density.getContext('2d').putImageData(dots, 0, 0);
}

// The strokes among some points, as far as `upto`; the pen comes from the place before the first.
function strokes(pen, { xy, up }, first, upto, from) {
  pen.beginPath();
  let down = false;
  if (from) {
    pen.moveTo(...from);
    down = true;
  }
  for (let n = first; n < upto; n++) {
    const [x, y] = [xy[2 * n], xy[2 * n + 1]];
    if (down) pen.lineTo(x, y);
    else {
      pen.moveTo(x, y);
      pen.lineTo(x + 0.1, y);
    }
    down = !up[n];
  }
  pen.stroke();
}

function draw() {
  const width = body.clientWidth;
  if (!moment || !width) return;
  const height = width < 560 ? 270 : 360;
  const pen = sized(canvas, width, height);
  const scale = height / TALL;
  const ratio = window.devicePixelRatio || 1;
  pen.setTransform(scale * ratio, 0, 0, scale * ratio, PEN * width * ratio, height / 2 * ratio);
  const { before, after, futures, lengths, cell } = moment;
  pen.imageSmoothingEnabled = true;
  const [wide, tall] = [density.width * cell, density.height * cell];
  pen.drawImage(density, -wide / 2, -tall / 2, wide, tall);
  pen.lineCap = pen.lineJoin = 'round';
  const count = before.up.length;
  const start = before.up[count - 1] ? null : [0, 0];
  const grown = still.matches ? 1 : Math.min(1, (performance.now() - begun) / GROWTH);
  const longest = futures.up.length / lengths.length;
  pen.strokeStyle = palette.accent;
  pen.lineWidth = 1.1 / scale;
  pen.globalAlpha = 0.34;
  lengths.forEach((length, b) => {
    const upto = Math.min(length, Math.ceil(grown * longest));
    strokes(pen, futures, b * longest, b * longest + upto, start);
  });
  pen.globalAlpha = 1;
  pen.strokeStyle = palette.ink;
  pen.lineWidth = 2.6 / scale;
  strokes(pen, before, 0, count, null);
  pen.lineWidth = 2.2 / scale;
  strokes(pen, after, 0, after.up.length, start);
  const dot = (x, y, radius) => {
    pen.beginPath();
    pen.arc(x, y, radius / scale, 0, 2 * Math.PI);
  };
  pen.fillStyle = palette.accent;
  dot(0, 0, 4.5);
  pen.fill();
  pen.strokeStyle = palette.accent;
  pen.lineWidth = 1.8 / scale;
  dot(after.xy[0], after.xy[1], 6);
  pen.stroke();
  if (grown < 1) paint();
}
const paint = onceAFrame(draw);

again.addEventListener('click', () => trigger('input'));
empty.textContent = props.empty;
onWidth(body, paint);
onTheme(() => { recolour(); paint(); });
watch('value', receive);
receive();
