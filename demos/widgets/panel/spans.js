// A stretch of steps that a visitor selects: by dragging over it; by "Select a span" and a click on
// its first and on its last step; or from the step on by Shift and a click or a key that moves.
// A finger that moves up or down still scrolls: only one that begins sideways selects.

function spanSelection(host, toggle, near, changed, done, say) {
  const NEARBY = 6; // pixels that a click may tremble
  let anchor = -1, head = -1; // the ends, of which the head moves; -1: nothing is selected
  let down = null; // where a pointer went down, and what was selected then
  let dragged = false; // since then: the click that follows is none
  let first = -1; // clicked on, and waiting for the last

  const selected = () => (anchor < 0 ? null : [Math.min(anchor, head), Math.max(anchor, head)]);

  function set(a, b) {
    if (a === anchor && b === head) return;
    [anchor, head] = [a, b];
    changed(selected());
  }

  function arm(on) {
    toggle.setAttribute('aria-pressed', String(on));
    first = -1;
  }
  const armed = () => toggle.getAttribute('aria-pressed') === 'true';

  function clear() {
    arm(false);
    set(-1, -1);
  }

  function extend(from, to) {
    set(anchor < 0 ? from : anchor, to);
    done();
  }

  toggle.addEventListener('click', () => {
    arm(!armed());
    say(armed() ? 'Click the first step of the span.' : '');
  });

  host.addEventListener('pointerdown', (event) => {
    dragged = false;
    const onText = event.clientX < host.getBoundingClientRect().left + host.clientWidth; // no scroll bar
    if (!event.isPrimary || event.button !== 0 || event.shiftKey || !onText) return;
    down = { n: near(event), x: event.clientX, y: event.clientY, before: [anchor, head] };
  });
  host.addEventListener('pointermove', (event) => {
    if (!down || !event.isPrimary) return;
    const n = near(event);
    if (!dragged) {
      const far = Math.hypot(event.clientX - down.x, event.clientY - down.y) > NEARBY;
      if (n === down.n || !far) return;
      dragged = true;
      host.setPointerCapture(event.pointerId);
    }
    set(down.n, n);
  });
  host.addEventListener('pointerup', () => {
    if (down && dragged) { arm(false); done(); }
    down = null;
  });
  host.addEventListener('pointercancel', () => { // the finger scrolls
    if (down && dragged) set(...down.before);
    down = null;
  });

  return {
    clear,
    extend,
    selected,
    head: () => head,
    // Whether a click on a step was part of a selection, and is no choice of the step.
    takes(n, event, step) {
      if (dragged) return true;
      if (n < 0) return false;
      if (event.shiftKey) extend(step, n);
      else if (armed() && first < 0) {
        first = n;
        set(n, n);
        say('Now click the last step of the span.');
      } else if (armed()) {
        set(first, n);
        arm(false);
        done();
      } else return false;
      return true;
    },
  };
}
