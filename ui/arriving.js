// Arriving: a photo may be dropped, or pasted, anywhere on the page, and the first button chooses one.
(() => {
  const LONGEST_MS = 20000; // after which nothing is told to be read
  const files = data => [...data?.types ?? []].includes('Files');
  const elsewhere = event => files(event.dataTransfer) && !event.target.closest?.('[data-testid="block-label"], .image-container, .upload-container, button:has(input[type=file]), [data-testid="upload-button"], .wrap:has(> input[type=file])');
  // `page.js` gives every file of an unknown type to the server to look at; here its suffix says what it is. One without any may be a photo.
  const isPhoto = ({name, type}) => (type === 'image/unknown' ? /\.(hei[cf]|hif|avif|tiff?|webp|bmp|jfif|jp2|j2k|jpx|p[bgnp]m)$|^[^.]+$/i.test(name) : type.startsWith('image/'));
  // Folders are listed among the files, as files without a suffix that cannot be read.
  const photosIn = data => [...data?.items ?? []].filter(item => item.kind === 'file' && !item.webkitGetAsEntry?.()?.isDirectory).map(item => item.getAsFile()).filter(isPhoto);
  const give = data => {
    const input = document.querySelector('input[type=file]:has(+ #anywhere)');
    const [photo] = photosIn(data);
    if (!input || !photo) return;
    const one = new DataTransfer();
    one.items.add(photo);
    input.files = one.files;
    input.dispatchEvent(new Event('change', {bubbles: true}));
  };
  // Several are painted one after the other, in a tab of their own.
  const giveMany = async photos => {
    document.querySelector('#tabs [data-tab-id=many]')?.click();
    for (let tries = 0; tries < 40; tries++) {
      const input = document.querySelector('#many-files input[type=file]');
      if (input) {
        const all = new DataTransfer();
        photos.forEach(photo => all.items.add(photo));
        input.files = all.files;
        return input.dispatchEvent(new Event('change', {bubbles: true}));
      }
      await new Promise(soon => setTimeout(soon, 50));
    }
  };
  // What hangs there at first is not theirs: until the photo shows, it is pale, and the easel says what is done.
  let said = '', until = 0;
  window.reading = words => {
    const easel = document.querySelector('#easel .easel:is(.opening, .empty)'), place = easel?.querySelector('.words');
    clearTimeout(until);
    if (!place) return;
    if (easel.classList.contains('reading')) place.textContent = said; // what shows a photo has its own words
    said = place.textContent;
    easel.classList.toggle('reading', Boolean(words));
    if (!words) return;
    place.textContent = words;
    until = setTimeout(window.reading, LONGEST_MS);
  };
  const photoField = 'input[type=file]:has(+ #anywhere), #photo input[type=file]';
  document.addEventListener('change', event => { if (event.target.matches?.(photoField) && event.target.files.length) window.reading(say('Reading your photo')); }, true);
  document.addEventListener('drop', event => { if (files(event.dataTransfer) && event.target.closest?.('#photo')) window.reading(say('Reading your photo')); }, true);
  afterChanges(() => { if (document.querySelector('.toast-body')) window.reading(); }); // it was refused
  const takesSeveral = '.block:has(input[type=file][multiple])'; // a field of its own, such as the one that trains a style
  const mark = on => document.documentElement.classList.toggle('dropping', on);
  let inside = 0; // how deep in the page's elements the dragged file is
  document.addEventListener('dragenter', event => { if (files(event.dataTransfer)) mark(++inside > 0); });
  document.addEventListener('dragleave', event => { if (files(event.dataTransfer)) mark((inside = Math.max(0, inside - 1)) > 0); });
  document.addEventListener('dragover', event => { if (elsewhere(event)) event.preventDefault(); });
  document.addEventListener('drop', event => {
    const photos = photosIn(event.dataTransfer);
    if (photos.length < 2 || event.target.closest?.(takesSeveral)) return;
    mark(inside = 0);
    event.preventDefault();
    event.stopImmediatePropagation();
    giveMany(photos);
  }, true);
  document.addEventListener('drop', event => {
    mark(inside = 0);
    if (!elsewhere(event)) return;
    event.preventDefault();
    give(event.dataTransfer);
  });
  document.addEventListener('paste', event => {
    if (!files(event.clipboardData) || event.target.closest?.('#style-box')) return;
    if (event.clipboardData.types.includes('text/plain') && event.target.matches?.(':read-write')) return; // Word and Excel copy a picture of their text along
    event.preventDefault();
    event.stopImmediatePropagation();
    give(event.clipboardData);
  }, true);
  document.addEventListener('click', event => {
    const there = document.querySelector('#photo img[src]'); // the camera, once asked for, has an empty one
    const upload = `#photo :is([aria-label="Upload file"], [aria-label="${say('Upload file')}"])`;
    const asks = there ? `#another, ${upload}` : `#paint, ${upload}`; // Gradio's button would take the photo away first, and does not lead back from the camera
    if (!event.target.closest?.(asks)) return;
    event.stopImmediatePropagation();
    document.querySelector(there ? 'input[type=file]:has(+ #anywhere)' : '#photo input[type=file]')?.click();
  }, true);
})();
