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
    const elsewhere = find('#tabs :is([data-tab-id=film], [data-tab-id=many])[aria-selected=true]'); // which are painted by what is set, too
    waits = elsewhere ? by : '';
    if (!waits && find('#by-itself input')?.checked) soon = setTimeout(() => find(by)?.click(), after);
  };
  let waits = ''; // what to press once the painting is looked at again
  document.addEventListener('click', event => {
    if (waits && event.target.closest?.('#tabs [data-tab-id=painting]')) setTimeout(repaint, 60, 0, waits);
  });
  window.repaintDue = () => { if (find('#paint.due') || !find('#easel .painted')) repaint(); };
  window.arrived = how => how?.startsWith('again') ? find('#paint')?.click() : repaint(0);
  let painting = false; // and not a file of it
  window.unfinished = () => { if (painting && find('#easel .painted')) due(); };
  window.settled = () => { if (find('#easel .painted')) find('#paint')?.classList.remove('due'); };
  // Paint, which is switched off, and Cancel, which goes, hand the keyboard to one another.
  let held = false;
  document.addEventListener('focusin', event => { held = Boolean(event.target.closest?.('#paint, #cancel')); });
  const hand = (to, tries = 10) => { // it can be taken a moment later
    if (!held || document.activeElement !== document.body) return;
    find(to)?.focus({preventScroll: true});
    if (document.activeElement === document.body && tries) setTimeout(hand, 100, to, tries - 1);
  };
  window.begun = () => {
    clearTimeout(soon);
    find('#paint')?.classList.remove('due');
    painting = true;
    setTimeout(hand, 100, '#cancel');
  };
  window.ended = () => {
    painting = false;
    setTimeout(hand, 100, '#paint');
  };
})();
