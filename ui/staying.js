// What stays as in the photo: faces, a frame around each, and whatever is pointed at or painted over. It goes on from viewer.js.
// Where the page gives `words` for it, something else is marked, with the brush alone, from the beginning.
const staying = find('staying'), faces = find('faces'), menu = find('menu'), kept = find('kept'), ink = find('ink'), cross = find('cross');
const tools = [...staying.querySelectorAll('[data-tool]')], modes = [...staying.querySelectorAll('[data-mode]')];
let on = false, tool = 'faces', mode = 'add';
let asked = null; // the number of the face whose menu is open
const choose = number => {
  asked = number;
  menu.hidden = number === null;
  [...faces.children].forEach((frame, i) => frame.setAttribute('aria-expanded', i === number));
  if (number === null) return;
  const face = shown.faces[number];
  menu.querySelector('b').textContent = say('Face {n}', {n: number + 1});
  menu.setAttribute('aria-label', say('Face {n}', {n: number + 1}));
  find('mending').hidden = !face.restores; // nothing here can
  find('only').hidden = shown.faces.length < 2;
  menu.querySelectorAll('[data-says]').forEach(button => button.setAttribute('aria-pressed', face.says.includes(button.dataset.says)));
};
const leave = () => { const last = faces.children[asked]; choose(null); last?.focus(); };
const unfolded = () => find('tools').scrollIntoView({block: 'nearest'}); // what comes below the picture is in the window
const frame = () => {
  faces.replaceChildren(...(shown.faces ?? []).map((face, i) => {
    const button = document.createElement('button');
    Object.assign(button, {type: 'button', textContent: i + 1, className: face.says.includes('stays') ? '' : 'painted-face'});
    button.setAttribute('aria-label', say('Face {n}: {said}', {n: i + 1, said: face.said}));
    button.title = face.said;
    Object.entries(face.at).forEach(([side, share]) => { button.style[side] = `${100 * share}%`; });
    button.addEventListener('click', () => { choose(asked === i && shown.faces.length > 1 ? null : i); unfolded(); });
    return button;
  }));
};

// While something is marked, what stays lies under the divide instead of the photo; what is painted over is seen whole.
const take = wanted => {
  const faced = Boolean(shown?.faces?.length), words = shown?.stays?.words;
  tool = words && !['brush', 'eraser'].includes(wanted) ? 'brush' : wanted === 'faces' && !faced ? 'point' : wanted;
  const marks = on && tool !== 'faces', brushes = marks && tool !== 'point';
  staying.hidden = !on;
  find('stays').setAttribute('aria-pressed', on);
  for (const [name, is] of Object.entries({chosen: on, framed: on && !marks, marking: marks, brushing: brushes})) root.classList.toggle(name, is);
  divided();
  tools.forEach(button => button.setAttribute('aria-pressed', button.dataset.tool === tool));
  tools[0].hidden = !faced;
  tools[1].hidden = Boolean(words);
  modes.forEach(button => button.setAttribute('aria-pressed', button.dataset.mode === mode));
  find('how').hidden = !marks || tool === 'eraser';
  find('thick').hidden = !brushes;
  pen = brushes ? brush : null;
  cross.hidden = true;
  choose(on && !marks && shown.faces.length === 1 ? 0 : null);
  if (!on) return;
  const {picture, within, said, legend, undo, redo, clear} = shown.stays;
  find('legend').textContent = marks ? say(legend) : say('Choose a face to say what becomes of it.');
  Object.entries({undo, redo, clear}).forEach(([name, can]) => { find(name).disabled = !can; });
  kept.alt = said;
  Object.entries(within).forEach(([side, share]) => { kept.style[side] = `${100 * share}%`; });
  if (marks) swap(kept, picture, () => { if (!line) ink.hidden = true; });
  stage.setAttribute('aria-label', marks ? `${said} ${say('Arrow keys move a cross over it, Enter marks what is there.')}` : say('The painting; zoomed in, arrow keys move it'));
};
const keep = other => {
  find('stays').hidden = !shown?.stays;
  const words = shown?.stays?.words;
  if (other || !shown?.stays) { on = Boolean(words); asked = null; ink.hidden = true; }
  if (!shown) return;
  if (words) [find('stays'), ...modes].forEach((button, i) => { button.textContent = words[['title', 'add', 'take'][i]]; });
  const before = asked;
  frame();
  take(tool);
  if (on && tool === 'faces' && before !== null && before < shown.faces.length) choose(before);
};
find('stays').addEventListener('click', () => { on = !on; hold(false); take('faces'); unfolded(); });
document.addEventListener('click', event => { if (on && event.target.closest?.('#tabs [role=tab]')) { on = false; take(tool); } });
staying.addEventListener('click', ({target}) => {
  if (target.dataset.tool) { take(target.dataset.tool); unfolded(); }
  if (target.dataset.mode) { mode = target.dataset.mode; take(tool); }
});
['undo', 'redo', 'clear'].forEach(name => find(name).addEventListener('click', () => trigger(name, {})));
menu.addEventListener('click', event => {
  const says = event.target.dataset?.says;
  if (says) {
    trigger('face', {number: asked, says});
    if (says !== 'only') { // what was chosen is seen before it is painted
      const group = event.target.parentElement.querySelectorAll('[data-says]');
      group.forEach(button => button.setAttribute('aria-pressed', button === event.target));
    }
  }
  else if (event.target.closest('.close')) leave();
});
root.addEventListener('keydown', event => {
  if (event.key !== 'Escape' || !on || shown?.stays?.words) return;
  event.stopPropagation(); // a filled window stays so until nothing is open in it
  if (asked !== null) leave();
  else { on = false; take('faces'); find('stays').focus(); }
});

// A stroke is shown at once, in the colors of points, and sent when it ends; the next picture of what stays takes its place.
const LONGEST = 4000; // points: a stroke without end is sent in parts
const wide = () => Number(find('thick').querySelector('input').value); // % of the photo's short side
let line = null, fading = 0, pressed = null;
const placed = ({clientX, clientY}) => {
  const box = sheet.getBoundingClientRect(), {left, top, width, height} = shown.stays.within;
  return [((clientX - box.x) / box.width - left) / width, ((clientY - box.y) / box.height - top) / height];
};
const paint = points => {
  const {width: w, height: h} = sheet.getBoundingClientRect(), pen = ink.getContext('2d'), {left, top, width, height} = shown.stays.within;
  if (ink.hidden || ink.width !== Math.round(w)) Object.assign(ink, {width: Math.round(w), height: Math.round(h), hidden: false});
  const there = ([u, v]) => [(left + u * width) * w, (top + v * height) * h];
  const strokeStyle = tool === 'eraser' ? '#fff' : mode === 'add' ? '#0060be' : '#cc4c00';
  Object.assign(pen, {lineWidth: tool === 'point' ? 5 : wide() / 100 * Math.min(w * width, h * height), lineCap: 'round', lineJoin: 'round', strokeStyle});
  pen.beginPath();
  if (tool === 'point') pen.arc(...there(points[0]), 9, 0, 2 * Math.PI); // seen beside the finger, at once
  else [points[0], ...points].forEach(point => pen.lineTo(...there(point)));
  pen.stroke();
  clearTimeout(fading);
  fading = setTimeout(() => { ink.hidden ||= !line; }, 5000); // what changes nothing brings no new picture
};
const reach = at => {
  line.push(at.map(part => Math.round(1e4 * Math.min(1, Math.max(0, part))) / 1e4));
  paint(line.slice(-2));
  if (line.length < LONGEST) return;
  const last = line.at(-1);
  send();
  line = [last];
};
const send = () => {
  if (line) trigger('draw', {line, tool, mode, width: wide()});
  line = null;
};
const brush = {
  busy: () => Boolean(line),
  down: event => { if (event.pointerType === 'mouse') event.preventDefault(); line = []; reach(placed(event)); },
  move: event => reach(placed(event)),
  up: () => send(),
  off: () => { line = null; ink.hidden = true; }, // two fingers zoom
};
const mark = at => {
  if (at.some(part => part < 0 || part > 1)) return;
  if (tool !== 'point') { line = []; reach(at); send(); return; }
  paint([at]);
  trigger('point', {x: at[0], y: at[1], mode});
};
stage.addEventListener('pointerdown', event => { pressed = fingers.size > 1 ? null : [event.clientX, event.clientY]; }, true);
stage.addEventListener('click', event => {
  if (!on || tool !== 'point' || event.target.closest('button') || !pressed) return;
  if (Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]) < 8) mark(placed(event)); // else it was dragged
});
const spot = [.5, .5]; // where the cross is, in shares of the photo
stage.addEventListener('keydown', event => {
  if (!root.classList.contains('marking') || event.target !== stage) return;
  const [dx, dy] = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key] ?? [0, 0];
  const marks = ['Enter', ' '].includes(event.key), step = event.shiftKey ? .1 : .02;
  if (!marks && !dx && !dy) return;
  event.preventDefault();
  [dx, dy].forEach((by, i) => { spot[i] = Math.min(.99, Math.max(.01, spot[i] + step * by)); });
  const {left, top, width, height} = shown.stays.within;
  Object.assign(cross.style, {left: `${100 * (left + spot[0] * width)}%`, top: `${100 * (top + spot[1] * height)}%`});
  cross.hidden = false;
  if (marks) mark([...spot]);
});
stage.addEventListener('blur', () => { cross.hidden = true; });
watch('value', show);
show();
