// Parts of a page, and numbers as they are read.

function node(name, content = [], kind = '') {
  const made = document.createElement(name);
  made.className = kind;
  made.append(...[content].flat());
  return made;
}

function percent(p) {
  if (p >= 0.995) return '100 %';
  return p < 0.01 ? '<1 %' : `${Math.round(100 * p)} %`;
}
