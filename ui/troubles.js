// Troubles: what Gradio says of its own, in plain words; and a page that began anew says why.
(() => {
  const LOST = say('The page has lost its server and looks for it. What you see stays here; nothing new can be painted until then.');
  const plain = [
    [/^Error\s*$/, say('That did not work')],
    [/^(Warning|Info)\s*$/, say('Please note')],
    [/Connection to the server was lost|Connection errored out|network error|Failed to fetch/i, LOST],
    [/Video not playable/i, say('This browser cannot show this film. It can be painted all the same, unless it is damaged.')],
    [/Queue is full/i, say('Many people are painting just now. Wait a minute, then try again.')],
    [/maximum (allowed )?(file )?size|file size exceeds/i, say('This file is too large: at most 120 MB can be sent. Choose a smaller one.')],
    [/Invalid file type.*image/i, say('A picture was wanted there: a JPEG, PNG, WebP, HEIC or another kind of image.')],
    [/Invalid file type.*safetensors/i, say('A style\'s file was wanted there, whose name ends in .safetensors.')],
    [/Invalid file type.*video/i, say('A film was wanted there: an MP4, MOV or WebM file.')],
  ];
  const HELD_MS = 4000; // what the page held is there again by then
  let leaves = 0; // when this page was last about to be left: it loses its server then, too
  addEventListener('beforeunload', () => { leaves = Date.now(); });
  const memory = act => { try { return act(sessionStorage); } catch { return null; } }; // not wherever the page is shown
  // By its key a page that is opened anew finds what it held; a copy of its tab, which nobody closed, does not, nor does another link.
  addEventListener('pagehide', () => memory(kept => { kept.left = 'left '; }));
  addEventListener('pageshow', ({persisted}) => { if (persisted) memory(kept => kept.removeItem('left')); });
  window.held = () => memory(kept => {
    const {left = '', page = '', link} = kept;
    kept.removeItem('left');
    const key = link === location.search ? page && left + page : '';
    if (key) window.reading(say('Fetching what this page held'));
    return key;
  }) ?? '';
  window.hold = key => { memory(kept => Object.assign(kept, {page: key, link: location.search})); return key; };
  const soften = () => document.querySelectorAll('.toast-body').forEach(toast => {
    const texts = document.createTreeWalker(toast, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const [, words] = plain.find(([said]) => said.test(texts.currentNode.data)) ?? [];
      if (!words) continue;
      texts.currentNode.data = words;
      if (words === LOST && Date.now() - leaves > 3000 && document.querySelector('#photo img')) memory(kept => { kept.lost = 'yes'; });
    }
  });
  afterChanges(soften);
  // A picture that a network of moments has lost is asked for again; one that is gone is not there the second time either.
  const RETRIED = 3;
  document.addEventListener('error', ({target}) => {
    if (target.tagName !== 'IMG' || !target.src.startsWith(location.origin)) return;
    const {src} = target, tries = target.lost?.src === src ? target.lost.tries + 1 : 1;
    const again = () => { if (target.src === src) target.src = src; };
    target.lost = {src, tries};
    if (tries > RETRIED) return;
    if (navigator.onLine) setTimeout(again, 1500 * tries); else addEventListener('online', again, {once: true});
  }, true);
  const returned = memory(kept => { const {lost} = kept; kept.removeItem('lost'); return lost; });
  const back = () => { // until a photo is there again; what Gradio makes anew, it makes without it
    const head = document.querySelector('#head'), there = document.querySelector('#back');
    if (document.querySelector('#photo img')) there?.remove();
    else if (returned && head && !there) {
      const note = Object.assign(document.createElement('div'), {id: 'back', className: 'notes'});
      note.innerHTML = `<ul><li>${say('The server began anew, and this page with it. Nothing of yours was kept there: add your photo again.')}<span class="kept-here"> ${say('Or go back to one of your last paintings, under the easel.')}</span></li></ul>`;
      head.append(note);
    }
  };
  setTimeout(() => afterChanges(back), HELD_MS);
})();
