// A sequence, and what each of two networks expects next: the likeliest numbers, and how likely
// each digit is at each place. Python sends all of it, see demos/widgets/numbers/__init__.py.

const root = element.querySelector('.numbers');
const SIDE = 14, LEFT = 14, GAP = 13;
const PLACES = ['10⁴', '10³', '10²', '10', '1'];

function percent(p) {
  if (p >= 0.99995) return '100 %';
  if (p >= 0.9995) return `${(100 * p).toFixed(2)} %`;
  if (p < 0.001) return '<0.1 %';
  return `${(100 * p).toFixed(p < 0.995 && p >= 0.1 ? 0 : 1)} %`;
}

function digits(svg, rows) {
  svg.replaceChildren();
  const wide = 26;
  rows.forEach((row, place) => {
    const x = LEFT + place * (wide + 1);
    put(svg, 'text', { x: x + wide / 2, y: 10 }, PLACES[place]);
    row.forEach((p, digit) => {
      const y = GAP + 2 + digit * SIDE;
      const cell = put(svg, 'rect', { class: 'cell', x, y, width: wide, height: SIDE - 1, rx: 2 });
      cell.style.fill = `color-mix(in srgb, var(--accent) ${Math.round(100 * p)}%, var(--paper))`;
      put(cell, 'title', {}, `${digit} at the place of ${10 ** (rows.length - 1 - place)}: ${percent(p)}`);
      if (p >= 0.5) put(svg, 'text', { class: 'on', x: x + wide / 2, y: y + 10 }, digit);
    });
  });
  for (let digit = 0; digit < 10; digit++) {
    put(svg, 'text', { x: 6, y: GAP + 12 + digit * SIDE }, digit);
  }
  const likeliest = rows.map((row) => {
    const best = row.indexOf(Math.max(...row));
    return `${best} with ${percent(row[best])}`;
  });
  svg.setAttribute('aria-label', `Likeliest digits, from the ten thousands down: ${likeliest.join(', ')}`);
}

function net(name, guess, formula) {
  const host = root.querySelector(`[data-net=${name}]`);
  const [number, p] = guess.likeliest[0];
  host.querySelector('.answer b').textContent = number;
  const right = formula === null ? null : String(number) === formula;
  host.querySelector('.answer').className = `answer${right === null ? '' : right ? ' right' : ' wrong'}`;
  host.querySelector('.answer i').textContent = right === null ? '' : right ? '✓ right' : '✗ wrong';
  host.querySelector('ol').replaceChildren(...guess.likeliest.map(([other, share]) => {
    const item = document.createElement('li');
    const bar = document.createElement('i');
    bar.style.width = `${100 * share}%`;
    item.append(bar, span(other), span(percent(share)));
    return item;
  }));
  digits(host.querySelector('.digits'), guess.digits);
  return `${number}, probability ${percent(p)}`;
}

function span(content, kind = '') {
  const node = document.createElement('span');
  node.textContent = content;
  node.className = kind;
  return node;
}

function receive() {
  const value = props.value;
  if (!value || !value.numbers) return;
  const last = value.numbers.length - 1;
  root.querySelector('.read').replaceChildren(
    ...value.numbers.map((n, k) => span(n, k === last ? 'last' : '')), span('→ ?', 'arrow'));
  root.querySelector('.sees').textContent = `sees ${value.numbers[last]} only`;
  const lstm = net('lstm', value.lstm, value.formula);
  const other = net('feedforward', value.feedforward, value.formula);
  root.querySelector('.formula').textContent = value.formula === null
    ? 'By formula: this is neither an arithmetic nor a geometric progression.'
    : `By formula: ${value.formula} (${value.rule}).`;
  root.querySelector('.note').textContent = value.note;
  root.querySelector('.announce').textContent = props.announce
    ? `After ${value.numbers.join(', ')} the LSTM expects ${lstm}; the feed-forward network ${other}.` : '';
}

watch('value', receive);
receive();
