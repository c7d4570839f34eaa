// A word in each hand, see demos/widgets/hand_picker/__init__.py; a click picks the hand.

const root = element.querySelector('.hand-picker');
const SVG = 'http://www.w3.org/2000/svg';

// One object for good: an event that waits for the one before it is sent with the object of the first.
const told = {};

root.append(...props.hands.map(([hand, title, width, word]) => {
  const picture = document.createElementNS(SVG, 'svg');
  picture.setAttribute('viewBox', `-8 ${-props.above} ${width + 16} ${props.above + props.below}`);
  picture.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', word);
  picture.append(path);
  const button = document.createElement('button');
  button.type = 'button';
  button.append(picture, title);
  button.setAttribute('aria-pressed', 'false');
  button.addEventListener('click', () => {
    for (const other of root.children) other.setAttribute('aria-pressed', String(other === button));
    trigger('select', Object.assign(told, { hand }));
  });
  return button;
}));
