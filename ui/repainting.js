// Repainting: a painting begins by itself once a photo is there, and after the last of some changes.
(() => {
  let soon = 0;
  const find = at => document.querySelector(at);
  window.repaint = (after = 700) => {
    clearTimeout(soon);
    if (!find('#photo img')) return;
    find('#paint')?.classList.add('due'); // until it is painted, the button says that it should be
    if (find('#by-itself input')?.checked) soon = setTimeout(() => find('#repaint')?.click(), after);
  };
  window.paintLike = () => { // a picture to paint like was given, which is worth its minute
    clearTimeout(soon);
    if (!find('#photo img')) return;
    find('#paint')?.classList.add('due');
    if (find('#by-itself input')?.checked) soon = setTimeout(() => find('#paint')?.click(), 700);
  };
  window.begun = () => {
    clearTimeout(soon);
    find('#paint')?.classList.remove('due');
  };
})();
