// All translations that the search came to, and the tree in which it found them.

function candidates() {
  const { candidates: list, text: best } = here();
  find('.best summary').textContent = `The ${list.length === 1 ? 'translation' : `${list.length} translations`} that the search came to`;
  find('.best ol').lang = run.languages[1];
  find('.best ol').replaceChildren(...list.map(([words, sum, back, score], n) => node('li', [
    node('span', n ? compared(words, best) : words),
    node('span', `${nats(score, 2)} (log P ${nats(sum, 2)}${back === null ? '' : `, back ${nats(back, 2)}`})`),
  ])));
}

// A candidate with what differs from the best marked: all between what both begin and end with.
function compared(words, best) {
  const [a, b] = [words.split(' '), best.split(' ')];
  let from = 0, end = 0;
  while (from < Math.min(a.length, b.length) && a[from] === b[from]) from++;
  while (end < Math.min(a.length, b.length) - from && a.at(-1 - end) === b.at(-1 - end)) end++;
  const parts = [a.slice(0, from), a.slice(from, a.length - end), a.slice(a.length - end)].map((part) => part.join(' '));
  return [
    parts[0] + (from && from < a.length ? ' ' : ''),
    node('mark', parts[1]),
    (end && a.length > end && parts[1] ? ' ' : '') + parts[2],
  ];
}

function tree() {
  const { tree: t } = here();
  const children = Array.from({ length: t.parents.length + 1 }, () => []);
  t.parents.forEach((parent, n) => children[parent].push(n + 1));
  const ended = Object.entries(t.scores).sort((a, b) => b[1] - a[1]).map(([n]) => Number(n));

  // The node, then what leads to the best of it, one below the other; what else was followed from
  // each is folded away.
  function branch(first) {
    const list = node('ul');
    for (let n = first; n; n = t.next[n]) {
      const side = children[t.parents[n - 1]].filter((other) => other !== t.next[t.parents[n - 1]]);
      list.append(line(n, n === t.next[t.parents[n - 1]] ? side : []));
    }
    return list;
  }

  function line(n, side) {
    const bar = node('i');
    bar.style.width = `${Math.round(100 * t.shares[n - 1])}%`;
    const share = node('span', bar, 'share');
    share.title = percent(t.shares[n - 1]);
    const rank = ended.indexOf(n);
    const fate = rank >= 0 ? `${rank + 1}. by score, ${nats(t.scores[n], 2)}` : t.next[n] ? '' : 'left the beam';
    const row = node('div', [
      node('span'),
      node('b', visible(t.pieces[n - 1])),
      share,
      node('span', `${percent(t.shares[n - 1])} · ${nats(t.sums[n - 1], 2)}`, 'sum'),
      node('span', fate, rank >= 0 ? 'end ranked' : 'end'),
    ], 'node');
    const item = node('li', row);
    if (side.length) {
      const open = node('button', `+${side.length}`);
      open.type = 'button';
      open.setAttribute('aria-expanded', 'false');
      open.setAttribute('aria-label', `${side.length} others that were followed in place of ${visible(t.pieces[n - 1])}`);
      open.addEventListener('click', () => {
        const shown = item.querySelector(':scope > .side');
        if (shown) shown.remove();
        else item.append(node('div', side.map(branch), 'side'));
        open.setAttribute('aria-expanded', String(!shown));
        open.textContent = shown ? `+${side.length}` : '−';
      });
      row.firstChild.append(open);
    }
    return item;
  }

  find('.tree').replaceChildren(t.next[0] ? branch(t.next[0]) : node('p', 'The tree is not kept.'));
}
find('.search').addEventListener('toggle', () => {
  if (find('.search').open && finished()) tree();
});
