// A picture of a gallery opens as large as the window. Gradio's own preview would be smaller than
// the thumbnail.
(() => {
  const make = (tag, values, ...inside) => {
    const node = Object.assign(document.createElement(tag), values);
    node.append(...inside);
    return node;
  };
  let pictures = [], at = 0;
  const show = step => {
    at = (at + step + pictures.length) % pictures.length;
    const caption = pictures[at].getAttribute('aria-label') ?? '';
    Object.assign(picture, {src: pictures[at].dataset.large ?? pictures[at].querySelector('img').src, alt: caption});
    said.textContent = caption;
  };
  const button = (text, name, act, kind = '') => {
    const made = make('button', {type: 'button', textContent: text, className: kind, onclick: act});
    made.setAttribute('aria-label', name);
    return made;
  };
  const picture = make('img', {}), said = make('p', {id: 'large-said'});
  said.setAttribute('aria-live', 'polite');
  const close = button('×', say('Close'), () => large.close(), 'close');
  const before = button('‹', say('The picture before'), () => show(-1));
  const next = button('›', say('The next picture'), () => show(1));
  const large = make('dialog', {id: 'large'}, picture, before, said, next, close);
  large.setAttribute('aria-labelledby', said.id);
  large.addEventListener('keydown', event => {
    const step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
    if (step) show(step);
  });
  picture.addEventListener('click', () => large.close());
  document.addEventListener('click', event => {
    const chosen = event.target.closest?.('.captioned .thumbnail-item, [data-large]');
    if (!chosen) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // Gradio's preview stays closed
    pictures = [...chosen.closest('.captioned, ol').querySelectorAll('.thumbnail-item, [data-large]')];
    at = pictures.indexOf(chosen);
    document.body.append(large);
    show(0);
    large.showModal();
    close.focus();
  }, true);
})();
