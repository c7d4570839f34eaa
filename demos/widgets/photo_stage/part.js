// A part of the photo is drawn around, by pointer or by keys, and described by itself.

const STEP = 0.03; // of the photo, for an arrow key

let drawing = false; // the visitor has said that a part is to be drawn
let box = null; // left, top, right and bottom of it, from 0 to 1
let corner = null; // where the pointer went down: {pointer, x, y}

const bounded = (value) => Math.max(0, Math.min(1, value));
const spot = (event) => {
  const edge = canvas.getBoundingClientRect();
  return [bounded((event.clientX - edge.left) / edge.width), bounded((event.clientY - edge.top) / edge.height)];
};

function mark() {
  const whole = run.region.join() === '0,0,1,1';
  tool('part').disabled = false;
  tool('whole').hidden = whole && !drawing;
}

function drawPart() {
  drawing = true;
  box = run.region.join() === '0,0,1,1' ? [0.25, 0.25, 0.75, 0.75] : [...run.region];
  stopPlaying();
  view.classList.add('drawing');
  tool('part').setAttribute('aria-pressed', 'true');
  canvas.tabIndex = 0;
  canvas.focus({ preventScroll: true });
  say('Draw a box on the photo. Or move this one by the arrow keys, change its size with Shift, and press Enter.');
  mark();
  redraw();
}

function leavePart() {
  drawing = false;
  box = corner = null;
  view.classList.remove('drawing');
  tool('part').setAttribute('aria-pressed', 'false');
  canvas.tabIndex = -1;
}

const large = ([left, top, right, bottom]) => Math.min(right - left, bottom - top) >= props.limits.part;

function describePart(edges) {
  const wished = edges.map((edge) => Math.round(1e4 * edge) / 1e4);
  leave();
  tell({ run: run.id, do: 'box', box: wished });
}

canvas.addEventListener('pointerdown', (event) => {
  // A finger scrolls the page, unless it was said that a part is to be drawn.
  if (!run || !image || corner || event.button !== 0 || (event.pointerType === 'touch' && !drawing)) return;
  event.preventDefault();
  canvas.setPointerCapture(event.pointerId);
  const [x, y] = spot(event);
  corner = { pointer: event.pointerId, x, y };
});
canvas.addEventListener('pointermove', (event) => {
  if (!corner || corner.pointer !== event.pointerId) return;
  const [x, y] = spot(event);
  box = [Math.min(x, corner.x), Math.min(y, corner.y), Math.max(x, corner.x), Math.max(y, corner.y)];
  stopPlaying();
  redraw();
});
canvas.addEventListener('pointerup', (event) => {
  if (!corner || corner.pointer !== event.pointerId) return;
  corner = null;
  if (box && large(box) && Math.max(box[2] - box[0], box[3] - box[1]) > 0.03) describePart(box);
  else if (!drawing) {
    box = null; // a click, not a box
    redraw();
  }
});
canvas.addEventListener('pointercancel', () => {
  corner = null;
  if (!drawing) box = null;
  redraw();
});

canvas.addEventListener('keydown', (event) => {
  if (!drawing || !box) return;
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  if (event.key in moves) {
    const [dx, dy] = moves[event.key].map((way) => STEP * way);
    const [left, top, right, bottom] = box;
    if (event.shiftKey) box = [left, top, Math.max(left + 2 * STEP, bounded(right + dx)), Math.max(top + 2 * STEP, bounded(bottom + dy))];
    else {
      const x = Math.max(-left, Math.min(1 - right, dx)), y = Math.max(-top, Math.min(1 - bottom, dy));
      box = [left + x, top + y, right + x, bottom + y];
    }
    box = box.map(bounded);
    redraw();
  } else if (event.key === 'Enter') describePart(box);
  else if (event.key === 'Escape') leave();
  else return;
  event.preventDefault();
});

function leave() {
  leavePart();
  say('');
  mark();
  redraw();
}

tool('part').addEventListener('click', () => (drawing ? leave() : drawPart()));
tool('whole').addEventListener('click', () => {
  leavePart();
  if (run.region.join() === '0,0,1,1') leave();
  else tell({ run: run.id, do: 'box', box: [0, 0, 1, 1] });
});
