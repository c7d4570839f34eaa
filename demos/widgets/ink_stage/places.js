// Places in the ink: pointed at, gone to by keys, and told to Python.

function lookAt(v, n) {
  const other = v !== chosen.variant;
  chosen = { variant: v, n };
  if (other) paint();
  mark.hidden = n < 0 || !placed;
  if (!mark.hidden) put(mark, v, n);
  show();
  const line = n < 0 ? null : sheet.variants[v].lines[lineAt(sheet.variants[v], n)];
  if (!line) return null;
  const step = n - line.from - (sheet.variants[v].marks[line.from] & ORIGIN ? 1 : 0);
  const at = { variant: v, line: sheet.variants[v].lines.indexOf(line), point: Math.max(0, step) };
  const letter = sheet.texts[at.line][sheet.variants[v].letters[n]];
  const words = `point ${at.point + 1} of line ${at.line + 1}, at “${letter === ' ' ? 'space' : letter}”`;
  host.setAttribute('aria-valuenow', n + 1);
  host.setAttribute('aria-valuetext', words);
  say(`P${words.slice(1)}.`);
  return at;
}

function tell(at) {
  if (at) trigger('select', Object.assign(told, at));
}

function nearest(x, y, least) {
  let best = null;
  sheet.variants.forEach((v, n) => {
    for (let k = 0; k < v.drawn; k++) {
      const [a, b] = placed.at(sheet, n, lineAt(v, k), k);
      const far = Math.hypot(a - x, b - y);
      if (far < least) [best, least] = [{ v: n, k }, far];
    }
  });
  return best;
}

canvas.addEventListener('click', (event) => {
  if (!sheet || !placed) return;
  const box = canvas.getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  const found = nearest(x, y, event.pointerType === 'touch' ? NEAR_FINGER : NEAR);
  if (found) {
    tell(lookAt(found.v, found.k));
    return;
  }
  const inside = sheet.variants.findIndex((_, v) => {
    const [left, top] = placed.cell(v);
    return x >= left && x < left + place.wide && y >= top && y < top + placed.high;
  });
  lookAt(inside < 0 ? chosen.variant : inside, -1);
});

host.addEventListener('keydown', (event) => {
  if (!sheet) return;
  if (event.key === ' ') {
    toggle();
    event.preventDefault();
    return;
  }
  const v = variant();
  const n = chosen.n < 0 ? v.drawn - 1 : chosen.n;
  const moves = { ArrowRight: n + 1, ArrowLeft: n - 1, PageDown: n + A_LETTER, PageUp: n - A_LETTER, Home: 0, End: v.drawn - 1 };
  const to = chosen.variant + { ArrowDown: 1, ArrowUp: -1 }[event.key];
  let at;
  if (event.key in moves && v.drawn) at = lookAt(chosen.variant, Math.max(0, Math.min(v.drawn - 1, moves[event.key])));
  else if (sheet.variants[to]) lookAt(to, -1);
  else return;
  event.preventDefault();
  clearTimeout(telling);
  telling = setTimeout(() => tell(at), REST);
});

function follow() {
  const to = props.chosen;
  const v = to && sheet ? sheet.variants[to.variant] : null;
  const line = v ? v.lines[to.line] : null;
  if (line) lookAt(to.variant, Math.min(v.drawn - 1, line.from + to.point + (v.marks[line.from] & ORIGIN ? 1 : 0)));
}
