// What this browser has shared. Names and secrets are kept here alone; what became of them the server tells, to whoever has both.
const KEY = 'shares', EVERY_MS = 20000;
const section = element.querySelector('section'), list = element.querySelector('ul'), said = element.querySelector('.new');
const root = new URL(window.gradio_config?.root ?? '/', location.href).pathname.replace(/\/?$/, '/share/');
let shares = [];
try { shares = JSON.parse(localStorage[KEY] ?? '[]'); } catch { /* not wherever the page is shown may it remember */ }
if (!Array.isArray(shares)) shares = [];
const remember = () => {
  try { localStorage[KEY] = JSON.stringify(shares); } catch { /* it lasts as long as the page */ }
  section.hidden = !shares.length && !said.textContent;
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
const times = count => (count === 0 ? 'Not opened yet' : count === 1 ? 'Opened once' : `Opened ${count} times`);
const forget = share => {
  shares = shares.filter(each => each.name !== share.name);
  list.querySelector(`[data-name="${CSS.escape(share.name)}"]`)?.remove();
  remember();
};

const row = share => {
  const link = make('input', {type: 'text', readOnly: true, value: address(share.name)});
  link.setAttribute('aria-label', 'The link');
  link.addEventListener('focus', () => link.select());
  const button = (text, kind, act) => make('button', {type: 'button', textContent: text, className: kind, onclick: act});
  const copies = button('Copy', 'copy', async () => {
    copies.textContent = await copy(share) ? 'Copied' : 'Copy';
    if (copies.textContent === 'Copy') link.focus();
    setTimeout(() => { copies.textContent = 'Copy'; }, 3000);
  });
  const sends = button('Send', 'send', () => navigator.share({url: address(share.name), title: 'A portrait, painted'}).catch(() => {}));
  sends.hidden = !navigator.share;
  const ends = button('End it', 'end', async () => {
    if (ends.textContent === 'End it') { // the second press does it: there is no way back
      ends.textContent = 'End it for everybody?';
      setTimeout(() => { ends.textContent = 'End it'; }, 5000);
      return;
    }
    try {
      const {ok, gone, said: why} = await ask(share, 'revoke');
      said.textContent = ok || gone ? 'The link has ended, and both pictures are deleted.' : why;
      if (ok || gone) forget(share);
    } catch { said.textContent = 'The server cannot be reached; the link still works. Try again in a moment.'; }
  });
  const picture = make('img', {src: `${address(share.name)}/painting.jpg`, alt: 'The painting that you shared', loading: 'lazy'});
  const item = make('li', {}, picture, make('div', {},
    make('p', {className: 'state', textContent: '…'}), make('span', {}, link, copies, sends, ends), make('ul', {className: 'notes-left'})));
  item.dataset.name = share.name;
  return item;
};
const show = (item, {openings, left, notes}) => {
  const count = notes.length ? `, ${notes.length} note${notes.length === 1 ? '' : 's'}` : '';
  item.querySelector('.state').textContent = `${times(openings)}${count}. Works for ${left} more.`;
  const left_ = item.querySelector('.notes-left');
  if (left_.children.length === notes.length) return;
  left_.replaceChildren(...notes.map(({name, line}) => { // text and nothing else, each in a direction of its own
    const who = make('b', {textContent: name || 'Somebody', dir: 'auto'}), what = make('q', {textContent: line, dir: 'auto'});
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
const lookAtAll = () => { if (document.visibilityState === 'visible') shares.forEach(look); };

const add = async () => {
  const made = props.value;
  if (!made?.name || shares.some(({name}) => name === made.name)) return;
  const share = {name: made.name, secret: made.secret, expires: made.expires};
  shares.unshift(share);
  list.prepend(row(share));
  said.textContent = 'Your link is ready.';
  remember();
  look(share);
  section.scrollIntoView({block: 'nearest', behavior: 'smooth'});
  if (await copy(share)) said.textContent = 'Your link is ready, and copied.';
};
// Whoever deletes everything ends these, too; true once all are gone.
window.endShares = async () => {
  const answers = await Promise.all(shares.map(async share => {
    try {
      const {ok, gone} = await ask(share, 'revoke');
      if (ok || gone) forget(share);
      return ok || gone;
    } catch { return false; }
  }));
  return answers.every(Boolean);
};
shares = shares.filter(({name, secret, expires} = {}) => name && secret && expires > Date.now() / 1000);
list.append(...shares.map(row));
remember();
lookAtAll();
setInterval(lookAtAll, EVERY_MS);
document.addEventListener('visibilitychange', lookAtAll);
watch('value', add);
add();
