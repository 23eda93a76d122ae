// Scrolling: what is waited for comes into view.
(() => {
  // Beside long controls the easel may be out of the window. Where the picture is seen already,
  // nothing moves.
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  const seen = node => {
    const {top, bottom, height} = node.getBoundingClientRect();
    const visible = Math.min(bottom, innerHeight) - Math.max(top, 0);
    return visible >= Math.min(height - 1, .6 * innerHeight);
  };
  let waiting = false, untouched = false, wanted = false, over = 0, tabbing = 0;
  const scroll = () => {
    const picture = document.querySelector('#easel');
    if (!wanted || !picture || seen(picture)) return;
    const behavior = calm.matches ? 'auto' : 'smooth';
    document.querySelector('#wall')?.scrollIntoView({behavior, block: 'start'});
  };
  const bring = () => {
    wanted = true;
    setTimeout(scroll, 100); // what came with the same answer is laid out by then
    clearTimeout(over);
    over = setTimeout(() => { wanted = false; }, 3000);
  };
  // The pictures to paint like may unfold out of sight.
  window.bringStyle = (tries = 20) => setTimeout(() => {
    const box = document.querySelector('#style-box'), {bottom, height} = box?.getBoundingClientRect() ?? {};
    if (!document.querySelector('#looks [data-at]:last-child[aria-pressed=true]')) return; // another look
    if (!height && tries) return bringStyle(tries - 1);
    if (height && bottom > innerHeight) box.scrollIntoView({behavior: calm.matches ? 'auto' : 'smooth', block: 'nearest'});
  }, 150);
  // What is below the notes stays where it is while they are awaited anew: a finger may be on it.
  let high = 0;
  afterChanges(() => {
    const notes = document.querySelector('#notes');
    if (!notes) return;
    if (notes.querySelector('li')) high = notes.offsetHeight;
    const held = !notes.querySelector('li') && high && document.querySelector('#doing p');
    if (!held && !notes.querySelector('li')) high = 0;
    notes.classList.toggle('held', Boolean(held));
    notes.style.minHeight = held ? `${high}px` : '';
  });
  window.bringPanel = () => { waiting = untouched = true; bring(); };
  window.bringResult = () => { if (waiting) bring(); waiting = false; };
  document.addEventListener('load', event => {
    if (waiting && untouched && event.target.closest?.('#doing')) bring();
  }, true);
  // A tab begins at its top: who was farther down would see the middle of another one. But nothing
  // moves away from who is quick and touches something in it already.
  document.addEventListener('click', event => {
    if (event.target.closest?.('#tabs [role=tab]')) tabbing = setTimeout(() => {
      const wall = document.querySelector('#wall');
      if (document.querySelector('#tabs').getBoundingClientRect().top < 0) wall.scrollIntoView({block: 'start'});
    }, 60);
  });
  // What is chosen beside a comparison shows on the easel; films, and many photos, are painted by it, too.
  window.toPainting = () => {
    if (document.querySelector('#tabs [data-tab-id=compare][aria-selected=true]')) document.querySelector('#tabs [data-tab-id=painting]')?.click();
  };
  // A film is looked at, too: on a phone the easel makes room for it while it runs.
  ['loadeddata', 'play', 'pause', 'ended'].forEach(kind => document.addEventListener(kind, event => {
    const film = event.target.closest?.('#film');
    if (!film) return;
    document.documentElement.classList.toggle('filming', !event.target.paused || kind === 'loadeddata');
    if (kind === 'loadeddata' && !seen(film)) film.scrollIntoView({behavior: calm.matches ? 'auto' : 'smooth', block: 'center'});
  }, true));
  ['wheel', 'pointerdown', 'keydown'].forEach(kind => document.addEventListener(kind, () => {
    untouched = wanted = false;
    clearTimeout(tabbing);
  }, true));
  document.addEventListener('click', event => {
    if (event.target.closest?.('#cancel')) waiting = false;
  }, true);
})();
