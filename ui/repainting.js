// Repainting: a painting begins by itself once a photo is there, and after the last of some changes.
(() => {
  let soon = 0;
  const find = at => document.querySelector(at);
  // Until it is painted, the button says that it should be.
  const due = () => {
    find('#paint')?.classList.add('due');
    find('#paint')?.setAttribute('data-changed', say('changed'));
  };
  window.repaint = (after = 700, by = '#repaint') => {
    clearTimeout(soon);
    if (!find('#photo img')) return;
    due();
    if (find('#by-itself input')?.checked) soon = setTimeout(() => find(by)?.click(), after);
  };
  window.repaintDue = () => { if (find('#paint.due')) repaint(); };
  window.unfinished = () => { if (find('#easel .painted')) due(); };
  // Paint, which is switched off, and Cancel, which goes, hand the keyboard to one another.
  let holder = '';
  document.addEventListener('focusin', event => { holder = event.target.closest?.('#paint, #cancel') ? 'held' : ''; });
  const hand = to => { if (holder) setTimeout(() => { if (document.activeElement === document.body) find(to)?.focus({preventScroll: true}); }, 100); };
  window.begun = () => {
    clearTimeout(soon);
    find('#paint')?.classList.remove('due');
    hand('#cancel');
  };
  window.ended = () => hand('#paint');
})();
