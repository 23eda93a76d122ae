// What Gradio leaves out: alternative texts of pictures in galleries, and keys for the photo to click on.
(() => {
  const set = (node, name, value) => { if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value); };
  const describe = () => {
    document.querySelectorAll('.notes').forEach(notes => { set(notes, 'role', 'status'); set(notes, 'aria-live', 'polite'); });
    document.querySelectorAll('#examples img').forEach(img => set(img, 'alt', ''));
    document.querySelectorAll('.captioned .thumbnail-item').forEach(button => {
      const caption = button.querySelector('.caption-label')?.textContent.trim();
      if (caption) { set(button, 'aria-label', caption); set(button.querySelector('img'), 'alt', caption); }
    });
    document.querySelectorAll(PHOTO).forEach(button => set(button, 'aria-label',
      `${button.querySelector('img')?.alt} Arrow keys move a cross over it, Enter clicks there.`));
    document.querySelectorAll('#corrected .image-container > button').forEach(button => set(button, 'tabindex', -1));
  };

  const PHOTO = '#kept .image-container > button', cross = {x: .5, y: .5};
  const mark = Object.assign(document.createElement('div'), {id: 'cross', hidden: true});
  const area = button => { // where the picture is in the window; it may be smaller than its element
    const img = button.querySelector('img'), box = img.getBoundingClientRect();
    const k = Math.min(box.width / img.naturalWidth, box.height / img.naturalHeight, 1), w = k * img.naturalWidth, h = k * img.naturalHeight;
    return {x: box.x + (box.width - w) / 2, y: box.y + (box.height - h) / 2, w, h};
  };
  const crossed = button => { const {x, y, w, h} = area(button); return [x + cross.x * w, y + cross.y * h]; };
  const point = (event, button) => {
    const step = event.shiftKey ? .1 : .02, [dx, dy] = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key] ?? [0, 0];
    const clicks = ['Enter', ' '].includes(event.key);
    if (!clicks && !dx && !dy) return;
    event.preventDefault();
    cross.x = Math.min(.99, Math.max(.01, cross.x + step * dx));
    cross.y = Math.min(.99, Math.max(.01, cross.y + step * dy));
    const [x, y] = crossed(button);
    document.body.append(mark);
    Object.assign(mark.style, {left: `${x + scrollX}px`, top: `${y + scrollY}px`});
    mark.hidden = false;
    if (clicks) button.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true, view: window, clientX: x, clientY: y}));
  };

  // Painting over the photo: a stroke is shown at once, in the colors of clicks, and sent when it ends, with the time, so that two
  // alike are two; the next picture of what is kept takes its place.
  const chosen = group => document.querySelector(`#${group} input:checked`)?.value;
  const paints = event => chosen('tool') !== 'click' && event.target.closest?.(PHOTO);
  const ink = Object.assign(document.createElement('canvas'), {id: 'ink', hidden: true});
  let line = null, fading = 0;
  const paint = button => {
    const {x, y, w, h} = area(button), brush = ink.getContext('2d');
    if (ink.hidden || ink.width !== Math.round(w)) Object.assign(ink, {width: Math.round(w), height: Math.round(h), hidden: false});
    document.body.append(ink);
    Object.assign(ink.style, {left: `${x + scrollX}px`, top: `${y + scrollY}px`});
    const color = chosen('tool') === 'eraser' ? '#fff' : chosen('click-mode') === 'add' ? '#0060be' : '#cc4c00';
    const width = document.querySelector('#brush-width input').value / 100 * Math.min(w, h);
    Object.assign(brush, {lineWidth: width, lineCap: 'round', lineJoin: 'round', strokeStyle: color});
    brush.beginPath();
    line.slice(-2).forEach(([u, v]) => brush.lineTo(u * w, v * h));
    if (line.length === 1) brush.lineTo(line[0][0] * w, line[0][1] * h);
    brush.stroke();
  };
  const reach = (event, button) => {
    const {x, y, w, h} = area(button), share = part => Math.round(1e4 * Math.min(1, Math.max(0, part))) / 1e4;
    line.push([share((event.clientX - x) / w), share((event.clientY - y) / h)]);
    paint(button);
    if (line.length < 4000) return;
    const last = line.at(-1); // a stroke without end is sent in parts
    send();
    line = [last];
  };
  const send = () => {
    const field = document.querySelector('#stroke textarea, #stroke input');
    if (!line || !field) return;
    field.value = JSON.stringify({line, at: Date.now()});
    field.dispatchEvent(new InputEvent('input', {bubbles: true}));
    line = null;
    clearTimeout(fading);
    fading = setTimeout(() => { ink.hidden ||= !line; }, 5000); // a stroke that changes nothing brings no new picture
  };
  document.addEventListener('pointerdown', event => {
    const button = paints(event);
    if (!button || event.button || !event.isPrimary) return;
    event.preventDefault();
    button.setPointerCapture(event.pointerId);
    line = [];
    reach(event, button);
  }, true);
  document.addEventListener('pointermove', event => { if (line) reach(event, document.querySelector(PHOTO)); }, true);
  ['pointerup', 'pointercancel'].forEach(kind => document.addEventListener(kind, send, true));
  document.addEventListener('dragstart', event => { if (paints(event)) event.preventDefault(); }, true);
  document.addEventListener('click', event => {
    const button = paints(event);
    if (!button) return;
    event.stopImmediatePropagation();
    if (!event.isTrusted) { line = []; reach(event, button); send(); } // Enter at the cross paints a dot
  }, true);
  document.addEventListener('load', event => { if (!line && event.target.closest?.('#kept img')) ink.hidden = true; }, true);

  document.addEventListener('keydown', event => {
    const photo = event.target.closest?.(PHOTO);
    if (photo) point(event, photo);
  });
  document.addEventListener('focusout', () => { mark.hidden = true; });
  document.addEventListener('focusin', describe);
  // Some systems know no type of HEIC, and the upload would refuse a file without one; the server looks.
  const known = Object.getOwnPropertyDescriptor(Blob.prototype, 'type').get;
  Object.defineProperty(File.prototype, 'type', {get() { return known.call(this) || 'image/unknown'; }});
  const greetings = {error: 'This browser cannot show this file.', load: 'The photo you chose'};
  const greet = event => { if (event.target.closest?.('#photo img')) event.target.alt = greetings[event.type]; };
  Object.keys(greetings).forEach(kind => document.addEventListener(kind, greet, true));
  // What other scripts add to what Gradio makes, they add here, once a frame and not at each of its changes.
  const acts = [describe];
  window.afterChanges = act => acts.push(act);
  let waiting = 0;
  new MutationObserver(() => { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(() => acts.forEach(act => act())); })
    .observe(document, {subtree: true, childList: true});
})();
