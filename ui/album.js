// The album: the last ten paintings, kept by this browser alone (IndexedDB), to go back to, and to delete.
const MOST = 10, QUICK_MS = 5000, PAUSE_MS = 800, LARGE = 1600, SMALL = 160, SHARES_MS = 4000, SILENT_MS = 8000;
const [row, words, said, dialog] = ['ol', '.kept', '.said', 'dialog'].map(at => element.querySelector(at));
let kept = [], current = null, gone = false, ended = true; // the newest first; the id of what hangs on the easel; all that was shared is ended
let last = null, pending = null, soon = 0, wrote = 0, silent = 0; // what was kept last, and when it was shown; what waits to be kept
let writing = Promise.resolve(), faces = new Map(); // the addresses of small pictures

// The store. Where a browser keeps nothing, the album lasts as long as the page.
const opening = new Promise((done, fail) => {
  const asked = indexedDB.open('portraits', 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore('paintings', {keyPath: 'id'});
  asked.onsuccess = () => { asked.result.onversionchange = () => asked.result.close(); done(asked.result); };
  asked.onerror = () => fail(asked.error);
});
const change = async (mode, act) => {
  const all = (await opening).transaction('paintings', mode);
  const answer = act(all.objectStore('paintings'));
  return new Promise((done, fail) => {
    all.oncomplete = () => done(answer?.result);
    all.onabort = () => fail(all.error ?? new DOMException('', 'QuotaExceededError'));
  });
};
const others = 'BroadcastChannel' in window ? new BroadcastChannel('portraits') : null;

const bare = () => element.querySelector('.album').classList.toggle('bare', !kept.length && !said.textContent && !dialog.open);
const tell = text => { said.textContent = text; bare(); };
const when = time => new Date(time).toLocaleString(document.documentElement.lang, {dateStyle: 'medium', timeStyle: 'short'});
const draw = () => {
  row.hidden = words.hidden = !kept.length;
  bare();
  row.replaceChildren(...kept.map(each => {
    if (!faces.has(each.id)) faces.set(each.id, URL.createObjectURL(each.small));
    const item = document.createElement('li'), button = document.createElement('button'), img = new Image();
    Object.assign(button, {type: 'button', title: `${say(each.title)}, ${when(each.when)}`});
    Object.assign(img, {src: faces.get(each.id), alt: say('Go back to {title}, {when}', {title: say(each.title), when: when(each.when)}), draggable: false});
    button.dataset.id = each.id;
    button.setAttribute('aria-current', each.id === current);
    button.append(img);
    item.append(button);
    return item;
  }));
  for (const [id, address] of faces) if (!kept.some(each => each.id === id)) { URL.revokeObjectURL(address); faces.delete(id); }
};
const load = async () => {
  try { kept = (await change('readonly', store => store.getAll())).sort((a, b) => b.when - a.when); } catch { /* nothing is kept here */ }
  draw();
};

// What is about to be kept is noted at once, by id: a page that is left before it is kept does that when it is opened again.
const NOTED_MS = 3600000; // longer than the server waits
const note = act => {
  try {
    const noted = JSON.parse(localStorage.keeping ?? '{}');
    act(noted);
    localStorage.keeping = JSON.stringify(noted);
  } catch { /* not wherever the page is shown may it remember, and there may be no room */ }
};

// A picture as a blob, at most so many px a side; pixels alone, whatever the file carried.
const pixels = async (blob, most, kind, quality) => {
  const picture = await createImageBitmap(blob), by = Math.min(1, most / Math.max(picture.width, picture.height));
  const canvas = Object.assign(document.createElement('canvas'), {width: Math.round(picture.width * by), height: Math.round(picture.height * by)});
  canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise(done => canvas.toBlob(done, kind, quality));
};
const fetched = new Map(); // the last photo, of which many paintings are made
const bytes = async address => {
  const answer = await fetch(address);
  if (!answer.ok) throw Object.assign(new Error(`${answer.status}`), {gone: [403, 404].includes(answer.status)});
  return answer.blob();
};
const entry = async ({id, key, way, card, name, title, photo, painting}, time) => {
  if (!fetched.has(photo)) { fetched.clear(); fetched.set(photo, bytes(photo)); }
  const file = await bytes(painting), webp = await pixels(file, LARGE, 'image/webp', .86);
  return {
    id, key, way, card, name, title, when: time, photo: await fetched.get(photo),
    painting: webp.type === 'image/webp' ? webp : file, // not every browser writes it
    small: await pixels(file, SMALL, 'image/jpeg', .8),
  };
};

// Room is made by the oldest: beyond ten, and where the browser has no more.
const put = async fresh => {
  const step = last && last.way === fresh.way && fresh.when - last.when < QUICK_MS ? last.id : null;
  const replaced = kept.filter(each => each.key === fresh.key || each.id === step);
  kept = [fresh, ...kept.filter(each => !replaced.includes(each))];
  const over = [...replaced, ...kept.splice(MOST)];
  let dropped = 0;
  for (;;) {
    try {
      await change('readwrite', store => { over.forEach(each => store.delete(each.id)); store.put(fresh); });
      break;
    } catch (error) {
      if (error?.name !== 'QuotaExceededError') { tell(say('This browser keeps nothing: your paintings go with this page.')); break; }
      if (kept.length < 2) { tell(say('There is no room in this browser: this painting goes with this page.')); break; }
      const oldest = kept.pop();
      await change('readwrite', store => store.delete(oldest.id)).catch(() => {});
      dropped += 1;
      await new Promise(done => setTimeout(done, 300)); // room is not counted anew at once
    }
  }
  if (dropped) tell(counted('There was no more room in this browser: the oldest painting went.', 'There was no more room in this browser: the {n} oldest paintings went.', dropped));
  last = {id: fresh.id, way: fresh.way, when: fresh.when};
  wrote = performance.now();
  others?.postMessage('changed');
  draw();
};
const keep = (told, time) => {
  writing = writing.then(async () => {
    const done = () => { note(noted => { delete noted[told.id]; }); trigger('kept', {id: told.id}); }; // the server waits for it
    try {
      const fresh = await entry(told, time);
      if (!gone) await put(fresh);
      done();
    } catch (error) { fetched.clear(); if (error.gone) done(); /* else the server is lost, or the page is left */ }
  });
};
const write = () => {
  clearTimeout(soon);
  if (pending) keep(...pending);
  pending = null;
};

const send = each => { // through Gradio's own upload, so that its limits and checks hold
  const input = document.querySelector('input[type=file]:has(+ #parcel)'), parcel = new DataTransfer();
  const file = (blob, name) => parcel.items.add(new File([blob], name, {type: blob.type}));
  file(each.photo, `${each.name}.${each.photo.type === 'image/webp' ? 'webp' : 'jpg'}`);
  file(each.painting, `painting.${each.painting.type.split('/')[1]}`);
  file(new Blob([`${each.id}\n${each.card}`], {type: 'application/json'}), 'card.json');
  input.files = parcel.files;
  input.dispatchEvent(new Event('change', {bubbles: true}));
};
watch('value', () => {
  const value = props.value ?? {};
  if (value.forgotten) { // until the server says so it is not true
    try { sessionStorage.forgotten = ended ? 'all' : 'not all'; } catch { /* not wherever the page is shown */ }
    location.reload();
    return;
  }
  if (value.wanted) { const each = kept.find(({id}) => id === value.wanted); if (each) send(each); return; }
  if (value.shown !== undefined) { current = value.shown; last = null; tell(value.said ?? ''); draw(); return; }
  if (!value.id || gone) return;
  current = value.id;
  tell('');
  draw();
  const before = pending?.[0].id;
  pending = [value, Date.now()];
  note(noted => { delete noted[before]; noted[value.id] = pending; });
  clearTimeout(soon);
  soon = setTimeout(write, performance.now() - wrote < 1000 ? PAUSE_MS : 0);
});
row.addEventListener('click', event => {
  const button = event.target.closest('button');
  if (!button) return;
  button.setAttribute('aria-busy', true);
  setTimeout(() => button.removeAttribute('aria-busy'), 15000); // where it failed a toast says why
  window.begun?.(); // what waits to be painted by itself waits no more
  trigger('back', {id: button.dataset.id});
});

const announce = sentence => { // at the page's head, what is deleted, and what is not
  document.querySelector('#deleted')?.remove();
  const box = Object.assign(document.createElement('div'), {id: 'deleted', className: 'notes', role: 'status'});
  box.innerHTML = `<ul><li>${sentence}</li></ul>`;
  document.querySelector('#head')?.append(box);
  return box;
};
const unanswered = () => {
  gone = false; // what is painted from now on is kept again
  const links = ended ? '' : ` ${say('Links that you shared work until they expire, unless they are ended.')}`;
  announce(say('The paintings that this browser kept are deleted. The server has not answered: what it has of yours may still be there. It deletes photos and paintings by itself within {minutes} minutes of your last use, a training a day after its last step. If it answers later, the page says so.', {minutes: props.minutes}) + links)
    .scrollIntoView({block: 'nearest', behavior: 'smooth'});
};
const forget = async () => {
  clearTimeout(silent);
  gone = true;
  pending = null;
  clearTimeout(soon);
  await writing;
  note(noted => { Object.keys(noted).forEach(id => delete noted[id]); });
  await change('readwrite', store => store.clear()).catch(() => {});
  kept = [];
  draw();
  const late = new Promise(done => setTimeout(done, SHARES_MS, false));
  ended = await Promise.race([window.endShares?.() ?? true, late]); // what was shared is deleted, too
  silent = setTimeout(unanswered, SILENT_MS); // an answer begins the page anew
  trigger('forget', {});
};
document.addEventListener('click', event => {
  if (!event.target.closest?.('button.forget') || !element.isConnected) return;
  dialog.returnValue = '';
  dialog.showModal();
  bare();
});
dialog.addEventListener('close', () => {
  bare();
  if (dialog.returnValue !== 'yes') return;
  others?.postMessage('forgotten');
  forget();
});
if (others) others.onmessage = ({data}) => { if (data === 'forgotten') forget(); else if (!gone) load(); };
addEventListener('pagehide', write);
document.addEventListener('visibilitychange', () => { if (document.hidden) write(); });
load().then(() => {
  // Whoever comes back finds the row without scrolling; later on the easel keeps its size.
  if (kept.length) element.querySelector('.album').classList.add('remembers');
  note(noted => Object.entries(noted).forEach(([id, [told, time]]) => {
    if (Date.now() - time < NOTED_MS) keep(told, time); else delete noted[id];
  }));
  let what;
  try {
    what = sessionStorage.forgotten;
    sessionStorage.removeItem('forgotten');
  } catch { return; }
  if (!what) return;
  const sentence = what === 'all' && !kept.length ? say('Everything is deleted: in this browser, and on the server.')
    : say('Not everything is deleted: what this page still lists is left, and links that it lists still work. Try again in a moment.');
  announce(sentence);
});
