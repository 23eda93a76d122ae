// The viewer: a painting over its photo, or over another one, with a divide to move, to zoom, to drag, and to see as large as the window.
const find = name => element.querySelector(`.${name}`);
const root = find('easel'), stage = find('stage'), sheet = find('sheet'), divide = find('divide');
const [before, after] = sheet.querySelectorAll('img');
const AGAIN_MS = 1000; // after which a picture that did not come is asked for once more
const MOST = 8, STEP = 1.5, START = 15; // % of the width: in the middle the divide would cut through most faces
const at = {zoom: 1, x: 0, y: 0}, fingers = new Map();
let shown = null;
let pen = null; // who draws with the one finger or the mouse instead of dragging: {busy, down, move, up, off}

// Each way to look has a divide of its own, so that none leaves its divide to another; over what is brushed there is none.
const opened = {looking: START, full: 0, marking: 100, brushing: 100};
const way = () => ['brushing', 'marking', 'full'].find(each => root.classList.contains(each)) ?? 'looking';
const divided = () => {
  const share = opened[way()];
  sheet.style.setProperty('--opened', `${share}%`);
  sheet.style.setProperty('--share', share / 100);
  divide.setAttribute('aria-valuenow', Math.round(share));
};
const open = share => {
  opened[way()] = Math.min(100, Math.max(0, share));
  divided();
};
const put = () => {
  for (const [side, key] of [['Width', 'x'], ['Height', 'y']]) {
    const room = Math.max(0, (sheet[`offset${side}`] * at.zoom - stage[`client${side}`]) / 2);
    at[key] = Math.min(room, Math.max(-room, at[key]));
  }
  sheet.style.transform = `translate(${at.x}px, ${at.y}px) scale(${at.zoom})`;
  sheet.style.setProperty('--zoom', at.zoom);
  root.classList.toggle('zoomed', at.zoom > 1);
};
const middle = () => { const box = stage.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; };
const zoom = (wanted, x, y) => { // the point of the window under the fingers stays under them
  const next = Math.min(MOST, Math.max(1, wanted)), [mx, my] = middle();
  const [dx, dy] = [(x ?? mx) - mx, (y ?? my) - my], by = next / at.zoom;
  Object.assign(at, {zoom: next, x: dx - (dx - at.x) * by, y: dy - (dy - at.y) * by});
  put();
};
const whole = () => after.naturalWidth / devicePixelRatio / sheet.offsetWidth; // a pixel of it is one of the screen
const fill = on => {
  opened.full = 0; // at first the window is filled with the painting alone
  root.classList.toggle('full', on);
  divided();
  document.documentElement.classList.toggle('covered', on);
  find('fill').setAttribute('aria-pressed', on);
  find('fill').setAttribute('aria-label', on ? say('Leave the full window') : say('As large as the window'));
  zoom(1);
};
const hold = on => {
  root.classList.toggle('holding', on);
  find('hold').setAttribute('aria-pressed', on);
  find('hold').textContent = on ? say('Painting') : say('Photo');
};

// A picture takes its place once it is there, so that nothing flickers.
const swap = (img, src, then) => {
  if (img.dataset.src === src) return;
  img.dataset.src = src;
  const fresh = new Image(), wanted = () => img.dataset.src === src;
  let failed = false;
  fresh.onload = () => {
    if (!wanted()) return;
    img.src = fresh.src;
    then?.(fresh);
  };
  fresh.onerror = () => {
    if (!wanted()) return;
    if (failed) { delete img.dataset.src; return; } // whoever shows it next tries again
    failed = true;
    setTimeout(() => { if (wanted()) fresh.src = src; }, AGAIN_MS);
  };
  fresh.src = src;
};
// Under the divide lies the photo or, to compare two ways of painting it, the painting before.
let last = null, beside = false;
const lay = () => {
  const compares = beside && last;
  swap(before, compares ? last : shown.before);
  const [one, other] = shown.names ?? [compares ? say('The painting before this one') : say('The photo before painting'), say('The painting')];
  [before.alt, after.alt] = [one, other];
  [find('one').textContent, find('other').textContent] = shown.names ?? [];
  find('hold').hidden = find('save').hidden = Boolean(shown.names);
  find('beside').setAttribute('aria-pressed', Boolean(compares));
};
let apart = null; // where the divide was before two paintings were compared; it goes back there
find('beside').addEventListener('click', () => {
  beside = !beside;
  lay();
  if (beside) { apart = opened.looking; open(Math.max(opened[way()], 50)); }
  else if (apart !== null) { opened.looking = apart; apart = null; divided(); }
});
// At first the divide cuts through no face.
const start = () => {
  const cut = (shown?.faces ?? []).find(({at: {left, width}}) => 100 * left < START && START < 100 * (left + width));
  return cut ? Math.max(2, 100 * cut.at.left - 2) : START;
};
// On the bare canvas lies the photo that is to be painted, pale.
const veil = () => {
  const hangs = !element.closest('#easel') && document.querySelector('#easel .painted .before'); // as it is framed
  const bare = root.matches('.empty, .coming') && (hangs || document.querySelector('#photo img'))?.src;
  stage.style.backgroundImage = bare ? `linear-gradient(var(--veil), var(--veil)), url("${bare}")` : '';
};
document.addEventListener('load', event => { if (root.matches('.empty') && event.target.closest?.('#photo')) veil(); }, true);
const show = () => {
  const value = props.value;
  const other = value?.photo !== shown?.photo;
  if (other) last = apart = null;
  else if (value?.after !== shown?.after) last = shown?.after;
  shown = value;
  find('beside').hidden = !last || Boolean(value?.names);
  const state = value?.before ? value.opening ? 'opening' : 'painted' : 'empty';
  root.classList.remove('opening', 'painted', 'empty', 'reading');
  root.classList.add(state);
  if (other) { opened.looking = value?.names ? 50 : start(); divided(); zoom(1); hold(false); }
  keep(other);
  find('words').textContent = say(value?.words ?? '');
  // The first strokes cover it, until the painting itself is there.
  const coming = state === 'painted' && !after.hasAttribute('src');
  root.classList.toggle('coming', coming);
  const strokes = coming && document.querySelector('#wall .doing img')?.src;
  if (strokes) stage.style.backgroundImage = `url("${strokes}")`; else veil();
  if (state === 'empty') { [before, after].forEach(img => { img.removeAttribute('src'); delete img.dataset.src; }); return; }
  lay();
  Object.assign(after.dataset, {name: value.name ?? '', flat: value.flat ?? ''});
  swap(after, value.after, ({naturalWidth, naturalHeight}) => {
    root.classList.remove('coming');
    stage.style.backgroundImage = '';
    sheet.style.setProperty('--ratio', naturalWidth / naturalHeight);
    put();
  });
};

const slide = event => {
  const box = sheet.getBoundingClientRect();
  open(100 * (event.clientX - box.x) / box.width);
};
divide.addEventListener('pointerdown', event => {
  event.preventDefault();
  divide.focus({preventScroll: true});
  divide.setPointerCapture(event.pointerId);
});
divide.addEventListener('pointermove', event => { if (divide.hasPointerCapture(event.pointerId) && fingers.size < 2) slide(event); });
divide.addEventListener('keydown', event => {
  const by = {ArrowLeft: -5, ArrowRight: 5, ArrowDown: -5, ArrowUp: 5, PageDown: -20, PageUp: 20, Home: -100, End: 100}[event.key];
  if (!by) return;
  event.preventDefault();
  event.stopPropagation();
  open(opened[way()] + by);
});

const spread = () => { const [a, b] = [...fingers.values()]; return [Math.hypot(a.x - b.x, a.y - b.y), (a.x + b.x) / 2, (a.y + b.y) / 2]; };
let pinch = null;
stage.addEventListener('pointerdown', event => {
  if (event.button || event.target.closest('button:not(.divide)')) return;
  fingers.set(event.pointerId, {x: event.clientX, y: event.clientY});
  if (fingers.size === 2) pinch = {zoom: at.zoom, from: spread()[0]};
  if (pen && event.target !== divide) {
    stage.setPointerCapture(event.pointerId);
    if (fingers.size === 1) pen.down(event); else pen.off();
    return;
  }
  if (event.target !== divide && (at.zoom > 1 || fingers.size > 1)) stage.setPointerCapture(event.pointerId);
});
stage.addEventListener('pointermove', event => {
  const finger = fingers.get(event.pointerId);
  if (!finger) return;
  const moved = [event.clientX - finger.x, event.clientY - finger.y];
  Object.assign(finger, {x: event.clientX, y: event.clientY});
  if (fingers.size === 2) {
    const [far, x, y] = spread();
    zoom(pinch.zoom * far / pinch.from, x, y);
  } else if (pen?.busy()) {
    pen.move(event);
  } else if (at.zoom > 1 && event.target !== divide) {
    at.x += moved[0];
    at.y += moved[1];
    put();
  }
});
['pointerup', 'pointercancel'].forEach(kind => stage.addEventListener(kind, event => {
  fingers.delete(event.pointerId);
  if (pen?.busy()) pen.up(event);
}));
stage.addEventListener('touchmove', event => { if (event.touches.length > 1) event.preventDefault(); }, {passive: false});
stage.addEventListener('dragstart', event => event.preventDefault());
stage.addEventListener('wheel', event => {
  if (!event.ctrlKey && !filled()) return; // the wheel scrolls the page
  event.preventDefault();
  zoom(at.zoom * Math.exp(-event.deltaY / 400), event.clientX, event.clientY);
}, {passive: false});
stage.addEventListener('dblclick', event => {
  if (root.classList.contains('marking')) return; // two points, or two dabs
  if (!event.target.closest('button:not(.divide)')) zoom(at.zoom > 1 ? 1 : Math.max(2, whole()), event.clientX, event.clientY);
});
stage.addEventListener('keydown', event => {
  const [dx, dy] = {ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]}[event.key] ?? [0, 0];
  if ((!dx && !dy) || at.zoom === 1 || event.target !== stage || root.classList.contains('marking')) return;
  event.preventDefault();
  at.x += 60 * dx;
  at.y += 60 * dy;
  put();
});

find('nearer').addEventListener('click', () => zoom(at.zoom * STEP));
find('farther').addEventListener('click', () => zoom(at.zoom / STEP));
const outside = at => document.querySelector(at);
find('save').addEventListener('click', () => outside('#download')?.click());
find('stop').addEventListener('click', () => (outside('#cancel') ?? outside('#cancel-comparison') ?? outside('#cancel-outlines'))?.click());
find('fit').addEventListener('click', () => zoom(1));
find('pixels').addEventListener('click', () => { // one looks at the largest face first
  zoom(whole());
  const [face] = [...shown.faces ?? []].sort((a, b) => b.at.width - a.at.width);
  if (!face) return;
  at.x = (.5 - face.at.left - face.at.width / 2) * sheet.offsetWidth * at.zoom;
  at.y = (.5 - face.at.top - face.at.height / 2) * sheet.offsetHeight * at.zoom;
  put();
});
// The way back leads out of the full window first, and not off the page.
const filled = () => root.classList.contains('full');
const unfill = () => {
  fill(false); // at once: a second press is no second step back
  if (history.state?.fills) history.back();
};
find('fill').addEventListener('click', () => {
  if (filled()) return unfill();
  history.pushState({...history.state, fills: true}, '');
  fill(true);
});
if (history.state?.fills) history.replaceState({...history.state, fills: false}, ''); // it was loaded anew, unfilled
addEventListener('popstate', () => { if (filled()) fill(false); });
const hand = find('hold');
let since = 0; // a short press leaves the photo there until the next one
hand.addEventListener('pointerdown', event => {
  hand.setPointerCapture(event.pointerId);
  since = root.classList.contains('holding') ? 0 : event.timeStamp;
  hold(true);
});
hand.addEventListener('pointerup', event => { if (!since || event.timeStamp - since > 300) hold(false); });
hand.addEventListener('pointercancel', () => hold(false));
hand.addEventListener('keydown', event => { if ([' ', 'Enter'].includes(event.key)) { event.preventDefault(); hold(true); } });
hand.addEventListener('keyup', () => hold(false));
hand.addEventListener('contextmenu', event => event.preventDefault()); // of a long touch
document.addEventListener('keydown', event => { if (event.key === 'Escape' && filled()) unfill(); });
new ResizeObserver(put).observe(stage);
