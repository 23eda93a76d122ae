// Scrolling: what is waited for comes into view, and a wheel or a finger over the picture moves the page.
(() => {
  // On a phone the wall is far below Paint. Where the picture is seen already, nothing moves.
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  const seen = node => {
    const {top, bottom, height} = node.getBoundingClientRect();
    return Math.min(bottom, innerHeight) - Math.max(top, 0) >= Math.min(.98 * height, .6 * innerHeight);
  };
  let waiting = false, untouched = false, place = null;
  const scroll = () => {
    const picture = ['#preview', '#slider', '#empty-wall'].map(at => document.querySelector(at)).find(node => node?.offsetHeight);
    if (!place || !picture || seen(picture)) return;
    document.querySelector(place).scrollIntoView({behavior: calm.matches ? 'auto' : 'smooth', block: 'start'});
  };
  const bring = there => {
    place = there;
    setTimeout(scroll, 100); // what came with the same answer is laid out by then
    setTimeout(() => { if (place === there) place = null; }, 3000);
  };
  window.bringWall = () => { waiting = untouched = true; bring('#wall'); };
  window.bringResult = () => { if (waiting) bring('#slider'); waiting = false; };
  document.addEventListener('load', event => {
    if (event.target.closest?.('#slider')) scroll(); // it has its height now
    if (!waiting || !untouched || !event.target.closest?.('#preview')) return;
    untouched = false; // the first one makes the page longer; those that follow move nothing
    bring('#wall');
  }, true);
  ['wheel', 'pointerdown', 'keydown'].forEach(kind => document.addEventListener(kind, () => {
    untouched = false;
    place = null;
  }, true));
  document.addEventListener('click', event => { if (event.target.closest?.('#cancel')) waiting = false; }, true);

  // Gradio's slider takes wheel and touch to zoom. Two fingers, and Ctrl with the wheel, still do.
  const pass = event => {
    const zooms = event.type === 'wheel' ? event.ctrlKey : event.touches.length > 1;
    if (!zooms && event.target.closest?.('#slider .content')) event.stopPropagation();
  };
  ['wheel', 'touchstart'].forEach(kind => window.addEventListener(kind, pass, {capture: true, passive: true}));
})();
