// What this browser has shared. Names and secrets are kept here alone; what became of them the server tells, to whoever has both.
const KEY = 'shares', EVERY_MS = 20000;
const section = element.querySelector('section'), list = element.querySelector('ul'), said = element.querySelector('.new');
const root = new URL(window.gradio_config?.root ?? '/', location.href).pathname.replace(/\/?$/, '/share/');
let store = {}; // lasts as long as the page
try { store = localStorage; } catch { /* not wherever the page is shown may it remember */ }
// Other tabs write there, too: what is kept is read anew each time, and no tab has a list of its own to write over it.
const known = () => {
  try { return JSON.parse(store[KEY] ?? '[]').filter(({name, secret}) => name && secret); } catch { return []; }
};
const make = (tag, values, ...inside) => {
  const node = Object.assign(document.createElement(tag), values);
  node.append(...inside);
  return node;
};
const address = name => new URL(root + name, location.origin).href;
const ask = async (share, what) => {
  const answer = await fetch(address(share.name) + `/${what}`, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({secret: share.secret})});
  return {ok: answer.ok, ...await answer.json()};
};
const copy = async share => {
  try { await navigator.clipboard.writeText(address(share.name)); return true; } catch { return false; }
};
const times = n => (n ? counted('Opened once', 'Opened {n} times', n) : say('Not opened yet'));

const row = share => {
  const link = make('input', {type: 'text', readOnly: true, value: address(share.name)});
  link.setAttribute('aria-label', say('The link'));
  link.addEventListener('focus', () => link.select());
  const button = (text, kind, act) => make('button', {type: 'button', textContent: text, className: kind, onclick: act});
  const copies = button(say('Copy'), 'copy', async () => {
    const done = await copy(share);
    copies.textContent = done ? say('Copied') : say('Copy');
    if (!done) link.focus();
    setTimeout(() => { copies.textContent = say('Copy'); }, 3000);
  });
  const sends = button(say('Send'), 'send', () => navigator.share({url: address(share.name), title: say('A portrait, painted')}).catch(() => {}));
  sends.hidden = !navigator.share;
  let asked = false;
  const ends = button(say('End it'), 'end', async () => {
    if (!asked) { // the second press does it: there is no way back
      asked = true;
      ends.textContent = say('End it for everybody?');
      setTimeout(() => { asked = false; ends.textContent = say('End it'); }, 5000);
      return;
    }
    try {
      const {ok, gone, said: why} = await ask(share, 'revoke');
      said.textContent = ok || gone ? say('The link has ended, and both pictures are deleted.') : why;
      if (ok || gone) forget(share);
    } catch { said.textContent = say('The server cannot be reached; the link still works. Try again in a moment.'); }
  });
  const picture = make('img', {src: `${address(share.name)}/painting.jpg`, alt: say('The painting that you shared'), loading: 'lazy'});
  const item = make('li', {}, picture, make('div', {},
    make('p', {className: 'state', textContent: '…'}), make('span', {}, link, copies, sends, ends), make('ul', {className: 'notes-left'})));
  item.dataset.name = share.name;
  return item;
};
const draw = () => { // a row that is there stays, with what was pressed and written in it
  const shares = known(), rows = list.children;
  [...rows].filter(item => !shares.some(({name}) => name === item.dataset.name)).forEach(item => item.remove());
  shares.forEach((share, i) => { if (rows[i]?.dataset.name !== share.name) list.insertBefore(row(share), rows[i] ?? null); });
  section.hidden = !shares.length && !said.textContent;
};
const change = act => {
  const text = JSON.stringify(act(known()));
  try { store[KEY] = text; } catch { store = {[KEY]: text}; } // there is no room
  draw();
};
const forget = ({name}) => change(shares => shares.filter(each => each.name !== name));
const show = (item, {openings, left, notes}) => {
  const count = notes.length ? [counted('{n} note', '{n} notes', notes.length)] : [];
  item.querySelector('.state').textContent = say('{opened}. The link works for {time} more.', {opened: [times(openings), ...count].join(', '), time: left});
  const left_ = item.querySelector('.notes-left');
  if (left_.children.length === notes.length) return;
  left_.replaceChildren(...notes.map(({name, line}) => { // text and nothing else, each in a direction of its own
    const who = make('b', {textContent: name || say('Somebody'), dir: 'auto'}), what = make('q', {textContent: line, dir: 'auto'});
    return make('li', {}, who, ': ', what);
  }));
};
const look = async share => {
  try {
    const answer = await ask(share, 'told');
    const item = list.querySelector(`[data-name="${CSS.escape(share.name)}"]`);
    if (answer.ok && item) show(item, answer);
    else if (answer.gone) forget(share);
  } catch { /* the server may come back */ }
};
const lookAtAll = () => { if (document.visibilityState === 'visible') known().forEach(look); };

const add = async () => {
  const made = props.value;
  if (!made?.name || known().some(({name}) => name === made.name)) return;
  const share = {name: made.name, secret: made.secret};
  said.textContent = say('Your link is ready.');
  change(shares => [share, ...shares]);
  look(share);
  section.scrollIntoView({block: 'nearest', behavior: 'smooth'});
  if (await copy(share)) said.textContent = say('Your link is ready, and copied.');
};
// Whoever deletes everything ends these, too; true once all are gone.
window.endShares = async () => {
  const answers = await Promise.all(known().map(async share => {
    try {
      const {ok, gone} = await ask(share, 'revoke');
      if (ok || gone) forget(share);
      return ok || gone;
    } catch { return false; }
  }));
  return answers.every(Boolean);
};
draw(); // what is over the server tells: this computer's clock may be wrong
lookAtAll();
setInterval(lookAtAll, EVERY_MS);
document.addEventListener('visibilitychange', lookAtAll);
addEventListener('storage', ({key}) => { if (key === KEY || key === null) { draw(); lookAtAll(); } }); // another tab's
watch('value', add);
add();
