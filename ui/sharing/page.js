// A reviewer's page: count that it was opened, by whoever looks and not by what unfolds links in messages, and send a note.
(() => {
  const form = document.querySelector('#say form'), said = document.querySelector('#said');
  if (!form) return;
  const place = location.pathname.replace(/\/$/, '');
  const send = (what, values = {}) => fetch(`${place}/${what}`, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(values)});
  const seen = () => {
    if (document.visibilityState !== 'visible') return;
    document.removeEventListener('visibilitychange', seen);
    send('opened').catch(() => {});
  };
  document.addEventListener('visibilitychange', seen);
  seen();
  form.addEventListener('submit', async event => {
    event.preventDefault();
    const button = form.querySelector('button');
    button.disabled = true;
    try {
      const answer = await send('note', Object.fromEntries(new FormData(form)));
      said.textContent = answer.ok ? say('Thank you. Whoever shared this has your note; nobody else sees it.') : (await answer.json()).said;
      if (answer.ok) form.elements.line.value = '';
    } catch {
      said.textContent = say('The note could not be sent; try again in a moment.');
    }
    button.disabled = false;
  });
})();
