// Texts side by side, what differs between them marked. Python sends them, see
// demos/widgets/two_texts/__init__.py.

const root = element.querySelector('.two-texts');
const [empty, words, sides] = ['.empty', '.words', '.sides'].map((name) => root.querySelector(name));

function receive() {
  const value = props.value && props.value.json ? JSON.parse(props.value.json) : null;
  empty.textContent = props.empty;
  empty.hidden = Boolean(value) || !props.empty;
  words.textContent = value ? value.words : '';
  words.hidden = !words.textContent;
  sides.replaceChildren(...(value ? value.sides : []).map((side) => {
    const text = node('p', side.parts.map(([part, marked]) => (marked ? node('mark', part) : part)), 'text');
    text.lang = side.language;
    return node('section', [node('h4', side.title), text, node('p', side.note)]);
  }));
}

watch('value', receive);
receive();
