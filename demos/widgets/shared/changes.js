// What a drawing has to follow: the room it has, and whether the page is light or dark.

function onWidth(host, act) {
  let seen = 0;
  new ResizeObserver(() => {
    if (host.clientWidth === seen) return;
    seen = host.clientWidth;
    act();
  }).observe(host);
}

function onTheme(act) {
  new MutationObserver(() => act())
    .observe(document.body, { attributes: true, attributeFilter: ['class'] });
}
