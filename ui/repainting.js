// Repainting: a painting begins by itself once a photo is there, and after the last of some changes.
(() => {
  let soon = 0;
  const find = at => document.querySelector(at);
  window.repaint = (after = 700, by = '#repaint') => {
    clearTimeout(soon);
    if (!find('#photo img')) return;
    const paint = find('#paint');
    paint?.classList.add('due'); // until it is painted, the button says that it should be
    paint?.setAttribute('data-changed', say('changed'));
    if (find('#by-itself input')?.checked) soon = setTimeout(() => find(by)?.click(), after);
  };
  window.begun = () => {
    clearTimeout(soon);
    find('#paint')?.classList.remove('due');
  };
})();
