// Scrolling: what is waited for comes into view, and a wheel or a finger over the picture moves
// the page.
(() => {
  // Beside long controls the easel may be out of the window. Where the picture is seen already,
  // nothing moves.
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  const seen = node => {
    const {top, bottom, height} = node.getBoundingClientRect();
    const visible = Math.min(bottom, innerHeight) - Math.max(top, 0);
    return visible >= Math.min(height - 1, .6 * innerHeight);
  };
  let waiting = false, untouched = false, place = null, over = 0;
  const scroll = () => {
    const pictures = ['#preview', '#slider', '#empty-wall'].map(at => document.querySelector(at));
    const picture = pictures.find(node => node?.offsetHeight);
    if (!place || !picture || seen(picture)) return;
    const behavior = calm.matches ? 'auto' : 'smooth';
    document.querySelector(place)?.scrollIntoView({behavior, block: 'start'});
  };
  const bring = there => {
    place = there;
    setTimeout(scroll, 100); // what came with the same answer is laid out by then
    clearTimeout(over);
    over = setTimeout(() => { place = null; }, 3000);
  };
  window.bringPanel = () => { waiting = untouched = true; bring('#wall'); };
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
  document.addEventListener('click', event => {
    if (event.target.closest?.('#cancel')) waiting = false;
  }, true);

  // Gradio's slider takes wheel and touch to zoom. Two fingers, and Ctrl with the wheel, still do,
  // and all of them where it fills the window.
  const pass = event => {
    const zooms = event.type === 'wheel' ? event.ctrlKey : event.touches.length > 1;
    if (!zooms && event.target.closest?.('#slider:not(.fullscreen) .content')) event.stopPropagation();
  };
  const first = {capture: true, passive: true};
  ['wheel', 'touchstart'].forEach(kind => window.addEventListener(kind, pass, first));
})();
