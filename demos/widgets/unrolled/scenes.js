// What the three pictures are made of. A scene has parts by name, drawn in 360 x 236 units, and
// frames: the parts at work in each, and a line that says what is going on.

const box = (x, y, text, width = 52, height = 30) => ({ kind: 'box', x, y, text, width, height });
const sign = (x, y, text) => ({ kind: 'sign', x, y, text });
const words = (x, y, text) => ({ kind: 'words', x, y, text });
const arrow = (points, more = {}) => ({ kind: 'arrow', points, ...more });
const SUBSCRIPTS = ['₁', '₂', '₃', '₄', '₅'];

// The loop at the left is the chain at the right, folded up.
function unrolledScene() {
  const parts = {
    folded: words(42, 224, 'folded'), unfolded: words(226, 224, 'the same cells, step by step'),
    loop: box(42, 110, 'LSTM'), loopIn: arrow([[42, 176], [42, 127]]), loopOut: arrow([[42, 93], [42, 50]]),
    loopX: sign(42, 194, 'x'), loopY: sign(42, 42, 'y'),
    round: arrow([[68, 104], [88, 104], [88, 74], [20, 74], [20, 93]], { round: 6 }),
  };
  const xs = [136, 198, 260, 322];
  xs.forEach((x, n) => {
    parts[`box${n}`] = box(x, 110, 'LSTM', 44);
    parts[`in${n}`] = arrow([[x, 176], [x, 127]]);
    parts[`out${n}`] = arrow([[x, 93], [x, 50]]);
    parts[`x${n}`] = sign(x, 194, `x${SUBSCRIPTS[n]}`);
    parts[`y${n}`] = sign(x, 42, `y${SUBSCRIPTS[n]}`);
    if (n) parts[`state${n}`] = arrow([[xs[n - 1] + 22, 110], [x - 22, 110]]);
    if (n) parts[`back${n}`] = arrow([[x - 4, 127], [x - 4, 146], [xs[n - 1] + 6, 146], [xs[n - 1] + 6, 127]], { back: true, round: 6 });
  });
  const frames = [{ now: ['loop', 'loopIn', 'loopOut', 'round', 'loopX', 'loopY'], say: 'One layer, which hands its state on to itself.' }];
  xs.forEach((_, n) => frames.push({
    now: [`x${n}`, `in${n}`, `box${n}`, `out${n}`, `y${n}`, ...(n ? [`state${n}`] : [])],
    say: n ? `Step ${n + 1}: the next input, and the state of before.` : 'Step 1: the first input, and an empty state.',
  }));
  for (let n = xs.length - 1; n > 0; n--) {
    frames.push({ now: [`back${n}`, `box${n - 1}`], say: 'In training, the error goes back the same way.' });
  }
  return { parts, frames };
}

// One layer reads forwards, one backwards; each output sees both.
function bothScene() {
  const xs = [72, 148, 224, 300];
  const parts = { forwards: words(22, 155, 'to the'), right: words(22, 168, 'right'), backwards: words(22, 95, 'to the'), left: words(22, 108, 'left') };
  xs.forEach((x, n) => {
    parts[`f${n}`] = box(x - 10, 158, '', 34, 26);
    parts[`b${n}`] = box(x + 10, 98, '', 34, 26);
    parts[`fin${n}`] = arrow([[x - 10, 200], [x - 10, 173]]);
    parts[`bin${n}`] = arrow([[x + 18, 200], [x + 18, 113]]);
    parts[`fout${n}`] = arrow([[x - 18, 144], [x - 18, 54]]);
    parts[`bout${n}`] = arrow([[x + 10, 84], [x + 10, 54]]);
    parts[`x${n}`] = sign(x + 4, 218, `x${SUBSCRIPTS[n]}`);
    parts[`y${n}`] = sign(x - 2, 44, `y${SUBSCRIPTS[n]}`);
    if (n) parts[`fs${n}`] = arrow([[xs[n - 1] + 7, 158], [x - 27, 158]]);
    if (n) parts[`bs${n}`] = arrow([[x - 7, 98], [xs[n - 1] + 27, 98]]);
  });
  const frames = [];
  xs.forEach((_, n) => frames.push({
    now: [`x${n}`, `fin${n}`, `f${n}`, ...(n ? [`fs${n}`] : [])], say: `One layer reads from the first input on: step ${n + 1}.`,
  }));
  for (let n = xs.length - 1; n >= 0; n--) {
    frames.push({
      now: [`x${n}`, `bin${n}`, `b${n}`, ...(n < xs.length - 1 ? [`bs${n + 1}`] : [])], say: `Another reads from the last one back: step ${xs.length - n}.`,
    });
  }
  frames.push({ now: xs.flatMap((_, n) => [`fout${n}`, `bout${n}`, `y${n}`]), say: 'Every output knows what came before and what comes after.' });
  return { parts, frames };
}

// The source is read from its end; the state is all that goes over.
function pairScene() {
  const source = ['C', 'B', 'A'], target = ['W', 'X', 'Y', 'Z'];
  const xs = [30, 78, 126, 190, 238, 286, 334];
  const parts = {
    encoder: words(78, 224, 'encoder: A B C, reversed'), decoder: words(262, 224, 'decoder'),
  };
  xs.forEach((x, n) => {
    parts[`box${n}`] = box(x, 118, '', 32, 28);
    parts[`in${n}`] = arrow([[x, 178], [x, 134]]);
    if (n) parts[`state${n}`] = arrow([[xs[n - 1] + 16, 118], [x - 16, 118]]);
  });
  source.forEach((letter, n) => { parts[`x${n}`] = sign(xs[n], 196, letter); });
  target.forEach((letter, n) => {
    const x = xs[n + 3];
    parts[`out${n}`] = arrow([[x, 103], [x, 62]]);
    parts[`y${n}`] = sign(x, 54, letter);
    parts[`x${n + 3}`] = sign(x, 196, n ? target[n - 1] : '⟨go⟩');
    if (n) {
      const from = xs[n + 2];
      parts[`feed${n}`] = arrow([[from + 9, 50], [from + 24, 50], [from + 24, 190], [x - 9, 190]], { round: 6 });
    }
  });
  const frames = source.map((letter, n) => ({
    now: [`x${n}`, `in${n}`, `box${n}`, ...(n ? [`state${n}`] : [])], say: `The encoder reads ${letter}${n ? '' : ', the last word of the source'}.`,
  }));
  target.forEach((letter, n) => frames.push({
    now: [`state${n + 3}`, `x${n + 3}`, `in${n + 3}`, `box${n + 3}`, `out${n}`, `y${n}`, ...(n ? [`feed${n}`] : [])],
    say: n ? `It reads what it wrote, and writes ${letter}.` : `The decoder begins with the encoder’s state, and writes ${letter}.`,
  }));
  return { parts, frames };
}

const SCENES = { unrolled: unrolledScene, both: bothScene, pair: pairScene };
