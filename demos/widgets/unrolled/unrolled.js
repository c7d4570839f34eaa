// Plays a scene of scenes.js while it is in sight. Whoever asks for less motion gets the finished
// picture, and goes through it step by step.

const root = element.querySelector('.unrolled');
const svg = root.querySelector('svg');
const play = root.querySelector('.play');
const said = root.querySelector('.said');
const PAUSE = 1100, REST = 2600; // milliseconds a frame, and before it begins again
const scene = SCENES[props.picture]();
const calm = window.matchMedia('(prefers-reduced-motion: reduce)');

const groups = {};
let at = -1; // the frame shown; as many as there are: all at rest
let wanted = !calm.matches;
let inSight = false;
let timer = 0;

// A path through points, with round corners.
function way(points, radius = 0) {
  return points.map(([x, y], n) => {
    if (n === 0) return `M${x} ${y}`;
    if (n === points.length - 1 || !radius) return `L${x} ${y}`;
    const toward = ([a, b]) => {
      const length = Math.hypot(a - x, b - y);
      const share = Math.min(radius, length / 2) / length;
      return `${x + (a - x) * share} ${y + (b - y) * share}`;
    };
    return `L${toward(points[n - 1])} Q${x} ${y} ${toward(points[n + 1])}`;
  }).join(' ');
}

function draw() {
  for (const [name, part] of Object.entries(scene.parts)) {
    const group = put(svg, 'g', { class: part.kind + (part.back ? ' back' : ''), 'data-part': name });
    groups[name] = group;
    if (part.kind === 'arrow') {
      const [[x1, y1], [x2, y2]] = part.points.slice(-2);
      const length = Math.hypot(x2 - x1, y2 - y1);
      const [dx, dy] = [(x2 - x1) / length, (y2 - y1) / length];
      const short = [...part.points.slice(0, -1), [x2 - 5 * dx, y2 - 5 * dy]];
      put(group, 'path', { class: 'line', d: way(short, part.round) });
      const side = (s) => `${x2 - 8 * dx - s * 4 * dy} ${y2 - 8 * dy + s * 4 * dx}`;
      put(group, 'path', { class: 'tip', d: `M${x2} ${y2} L${side(1)} L${side(-1)} Z` });
    } else if (part.kind === 'box') {
      const { x, y, width, height } = part;
      put(group, 'rect', { x: x - width / 2, y: y - height / 2, width, height, rx: 5 });
      if (part.text) put(group, 'text', { x, y: y + 4 }, part.text);
    } else {
      put(group, 'text', { x: part.x, y: part.y }, part.text);
    }
  }
}

function show(frame) {
  at = frame;
  const rest = at >= scene.frames.length;
  const done = new Set(scene.frames.slice(0, at).flatMap((f) => f.now));
  const now = new Set(rest ? [] : scene.frames[at].now);
  for (const [name, group] of Object.entries(groups)) {
    group.classList.toggle('now', now.has(name));
    group.classList.toggle('done', done.has(name) && !now.has(name));
  }
  said.textContent = rest ? '' : scene.frames[at].say;
  root.dataset.frame = at;
}

const next = () => show(at >= scene.frames.length ? 0 : at + 1);

// Goes on by itself if that is wanted and anyone can see it.
function run() {
  clearTimeout(timer);
  const playing = wanted && inSight;
  svg.classList.toggle('still', !wanted);
  play.textContent = wanted ? 'Pause' : 'Play';
  if (!playing) return;
  timer = setTimeout(() => {
    if (!element.isConnected) return;
    next();
    run();
  }, at >= scene.frames.length ? REST : PAUSE);
}

svg.setAttribute('aria-label', props.label);
play.setAttribute('aria-label', `Play or pause: ${props.label}`);
root.querySelector('.next').setAttribute('aria-label', `One step on: ${props.label}`);
draw();
show(calm.matches ? scene.frames.length : 0);
play.addEventListener('click', () => { wanted = !wanted; if (wanted) next(); run(); });
root.querySelector('.next').addEventListener('click', () => { wanted = false; next(); run(); });
calm.addEventListener('change', () => { wanted = !calm.matches; run(); });
new IntersectionObserver(([entry]) => { inSight = entry.isIntersecting; run(); }, { threshold: 0.35 }).observe(root);
run();
