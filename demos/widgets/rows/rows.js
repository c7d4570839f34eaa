// A table whose rows can be chosen: by click, tap, or the arrow keys and Enter.

const root = element.querySelector('.rows');
const empty = root.querySelector('.empty');
const frame = root.querySelector('.frame');
const head = root.querySelector('thead');
const body = root.querySelector('tbody');
let shown = null;

function cellOf(content, kind) {
  const cell = document.createElement('td');
  cell.className = kind;
  if (content === null || typeof content !== 'object') {
    cell.textContent = content ?? '–';
    return cell;
  }
  const { text, mark, note } = content;
  if (mark) {
    const marked = document.createElement('mark');
    marked.textContent = text.slice(mark[0], mark[1]);
    cell.append(text.slice(0, mark[0]), marked, text.slice(mark[1]));
  } else cell.append(text);
  if (note) {
    const small = document.createElement('small');
    small.textContent = note;
    cell.append(small);
  }
  return cell;
}

function choose(row) {
  for (const other of body.rows) other.setAttribute('aria-selected', String(other === row));
  trigger('select', { key: shown.key, index: row.sectionRowIndex });
}

function receive() {
  shown = props.value || { columns: [], rows: [], empty: '' };
  const there = shown.rows.length > 0;
  frame.hidden = !there;
  empty.hidden = there;
  root.hidden = !there && !shown.empty;
  empty.textContent = shown.empty || '';
  const titles = document.createElement('tr');
  for (const { title, kind } of shown.columns) {
    const cell = document.createElement('th');
    cell.scope = 'col';
    cell.className = kind;
    cell.textContent = title;
    titles.append(cell);
  }
  head.replaceChildren(titles);
  body.replaceChildren(...shown.rows.map((row) => {
    const line = document.createElement('tr');
    line.tabIndex = 0;
    line.setAttribute('aria-selected', 'false');
    line.append(...row.map((content, n) => cellOf(content, shown.columns[n].kind)));
    return line;
  }));
  frame.scrollTop = 0;
}

body.addEventListener('click', (event) => {
  const row = event.target.closest('tr');
  if (row) choose(row);
});
body.addEventListener('keydown', (event) => {
  const row = event.target.closest('tr');
  const near = { ArrowDown: row?.nextElementSibling, ArrowUp: row?.previousElementSibling }[event.key];
  if (near) near.focus();
  else if (event.key === 'Enter' || event.key === ' ') choose(row);
  else return;
  event.preventDefault();
});

watch('value', receive);
receive();
