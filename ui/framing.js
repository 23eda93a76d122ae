// Framing: the photo is pulled under its frame, as far as there is room; two fingers, or Ctrl and the wheel, bring it nearer.
(() => {
  const field = flag => document.querySelector(`#set-${flag} input[type=number]`);
  const give = (flag, value) => {
    const input = field(flag), {min, max} = document.querySelector(`#set-${flag} input[type=range]`);
    const text = String(Math.round(100 * Math.min(Number(max), Math.max(Number(min), value))) / 100);
    if (input.value === text) return;
    input.value = text;
    input.dispatchEvent(new Event('input', {bubbles: true}));
  };
  const room = () => document.querySelector('#frame-size [data-room]')?.dataset.room.split(' ').map(Number) ?? [0, 0];
  const shown = img => { // its size on the page, without what is left beside it
    const {width, height} = img.getBoundingClientRect(), scale = Math.min(width / img.naturalWidth, height / img.naturalHeight);
    return [img.naturalWidth * scale, img.naturalHeight * scale];
  };
  const apart = ([one, other]) => Math.hypot(one.x - other.x, one.y - other.y);
  let pulled = null; // {img, start, fingers, wide}: by pointer where fingers are; how far apart two were
  const place = () => {
    const [[, now]] = pulled.fingers, [x, y] = room();
    return [x ? now.x - pulled.start.x : 0, y ? now.y - pulled.start.y : 0];
  };
  document.addEventListener('pointerdown', event => {
    const img = event.target.closest?.('#framed img');
    if (!img || event.button) return;
    event.preventDefault();
    pulled ??= {img, start: {x: event.clientX, y: event.clientY}, fingers: new Map(), wide: 0};
    pulled.fingers.set(event.pointerId, {x: event.clientX, y: event.clientY});
    if (pulled.fingers.size === 2) pulled.wide = apart([...pulled.fingers.values()]);
  });
  document.addEventListener('pointermove', event => {
    if (!pulled?.fingers.has(event.pointerId)) return;
    pulled.fingers.set(event.pointerId, {x: event.clientX, y: event.clientY});
    const nearer = pulled.fingers.size === 2 ? apart([...pulled.fingers.values()]) / pulled.wide : 1;
    pulled.img.style.transform = pulled.wide ? `scale(${nearer})` : `translate(${place().join('px,')}px)`;
  });
  const end = event => {
    if (!pulled?.fingers.has(event.pointerId)) return;
    const {img, wide, fingers} = pulled, [dx, dy] = place(), [width, height] = shown(img), [x, y] = room();
    const nearer = fingers.size === 2 ? apart([...fingers.values()]) / wide : 1;
    pulled = null;
    setTimeout(() => { img.style.transform = ''; }, 1500); // the new one may look the same
    if (event.type === 'pointercancel') return;
    if (wide) return give('zoom', field('zoom').valueAsNumber * nearer);
    if (x && dx) give('across', field('across').valueAsNumber - dx / width / x);
    if (y && dy) give('down', field('down').valueAsNumber - dy / height / y);
  };
  ['pointerup', 'pointercancel'].forEach(kind => document.addEventListener(kind, end));
  document.addEventListener('load', event => { if (event.target.closest?.('#framed') && !pulled) event.target.style.transform = ''; }, true);
  let turned = 0, soon = 0;
  document.addEventListener('wheel', event => {
    if (!event.ctrlKey || !event.target.closest?.('#framed img')) return;
    event.preventDefault();
    turned += event.deltaY;
    clearTimeout(soon);
    soon = setTimeout(() => { give('zoom', field('zoom').valueAsNumber * Math.exp(-turned / 400)); turned = 0; }, 150);
  }, {passive: false});
})();
