// Parts of a drawing.

const NS = 'http://www.w3.org/2000/svg';

function put(parent, name, attributes, content) {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === 'style') made.style.cssText = value;
    else made.setAttribute(key, value);
  }
  if (content !== undefined) made.textContent = content;
  parent.append(made);
  return made;
}
