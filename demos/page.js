() => {
  // On a phone an exhibit stands above what it is worked with. A button of the class `brings-ID`
  // brings the element it acts upon back into view.
  document.addEventListener('click', ({ target }) => {
    const name = target.closest?.('button[class*="brings-"]')?.className.match(/\bbrings-(\S+)/)[1];
    const brought = name && document.getElementById(name);
    if (!brought) return;
    const { top, bottom, height } = brought.getBoundingClientRect();
    const seen = Math.min(bottom, innerHeight) - Math.max(top, 0);
    if (seen >= Math.min(height, innerHeight) / 2) return;
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    brought.scrollIntoView({ behavior: calm ? 'auto' : 'smooth' });
  });
}
