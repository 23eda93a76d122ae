// What Gradio leaves out: alternative texts of pictures in galleries, and what has a name being something.
(() => {
  const set = (node, name, value) => { if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value); };
  // Gradio's own names of buttons, which it translates into no language.
  const names = {'Upload file': say('Upload file'), 'Capture from camera': say('Capture from camera'), 'Paste from clipboard': say('Paste from clipboard'),
    'Remove Image': say('Remove image'), 'Reset to default value': say('Reset'), 'Empty value': say('Still empty'), 'Gradio footer navigation': say('About this page')};
  const rename = () => Object.entries(names).forEach(([name, said]) => { if (said !== name && document.documentElement.lang !== 'en')
    document.querySelectorAll(`[aria-label="${name}"]`).forEach(node => ['aria-label', 'title'].forEach(each => { if (node.getAttribute(each) === name) set(node, each, said); })); });
  const describe = () => {
    rename();
    document.querySelectorAll('img[alt^="__i18n__"]').forEach(img => set(img, 'alt', say(JSON.parse(img.alt.slice(8)).key))); // nor alternative texts
    document.querySelectorAll('.notes').forEach(notes => { set(notes, 'role', 'status'); set(notes, 'aria-live', 'polite'); });
    document.querySelectorAll('.empty[aria-label]:not([role])').forEach(empty => set(empty, 'role', 'img')); // else it may have no name
    document.querySelectorAll('#examples img').forEach(img => set(img, 'alt', ''));
    document.querySelectorAll('.captioned .thumbnail-item').forEach(button => {
      const caption = button.querySelector('.caption-label')?.textContent.trim();
      if (caption) { set(button, 'aria-label', caption); set(button.querySelector('img'), 'alt', caption); }
    });
  };

  document.addEventListener('focusin', describe);
  // A finger that begins on a slider, and scrolls, has moved it by then: it goes back.
  let touched = null;
  document.addEventListener('pointerdown', ({target, pointerType}) => { touched = pointerType === 'touch' && target.matches?.('input[type=range]') ? {target, value: target.value} : null; }, true);
  document.addEventListener('pointercancel', ({target}) => {
    if (touched?.target === target && target.value !== touched.value) {
      target.value = touched.value;
      ['input', 'change'].forEach(kind => target.dispatchEvent(new Event(kind, {bubbles: true})));
    }
    touched = null;
  }, true);
  // Some systems know no type of HEIC, and the upload would refuse a file without one; the server looks.
  const known = Object.getOwnPropertyDescriptor(Blob.prototype, 'type').get;
  Object.defineProperty(File.prototype, 'type', {get() { return known.call(this) || 'image/unknown'; }});
  const greetings = {error: say('This browser cannot show this file.'), load: say('The photo you chose')};
  const greet = event => { if (event.target.closest?.('#photo img')) { event.target.alt = greetings[event.type]; event.target.classList.toggle('unshown', event.type === 'error'); } };
  Object.keys(greetings).forEach(kind => document.addEventListener(kind, greet, true));
  // What other scripts add to what Gradio makes, they add here, once a frame and not at each of its changes.
  const acts = [describe];
  window.afterChanges = act => acts.push(act);
  let waiting = 0;
  new MutationObserver(() => { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(() => acts.forEach(act => act())); })
    .observe(document, {subtree: true, childList: true});
})();
