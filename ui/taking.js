// Taking a painting along: a small JPEG for messages, and the phone's own sheet to share it.
(() => {
  const MOST = 1600, QUALITY = .86; // px a side
  const painting = () => document.querySelector('#easel .easel.painted .after');
  const small = async () => { // pixels alone, as they hang on the easel
    const img = painting();
    const source = new Image();
    source.src = img.dataset.flat || img.src;
    await source.decode();
    const by = Math.min(1, MOST / Math.max(source.naturalWidth, source.naturalHeight)), canvas = document.createElement('canvas');
    Object.assign(canvas, {width: Math.round(source.naturalWidth * by), height: Math.round(source.naturalHeight * by)});
    canvas.getContext('2d').drawImage(source, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise(done => canvas.toBlob(done, 'image/jpeg', QUALITY));
    return new File([blob], `${img.dataset.name || 'painted'}.jpg`, {type: 'image/jpeg'});
  };
  const save = file => {
    const href = URL.createObjectURL(file), link = Object.assign(document.createElement('a'), {href, download: file.name});
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(href), 60000);
  };
  const share = async () => {
    try { await navigator.share({files: [await small()]}); } catch (error) {
      if (error.name !== 'AbortError') save(await small()); // who closes the sheet wants nothing
    }
  };
  const probe = new File([new Uint8Array(1)], 'painted.jpg', {type: 'image/jpeg'});
  if (navigator.canShare?.({files: [probe]})) document.documentElement.classList.add('shares');
  const acts = {'#small': async () => save(await small()), '#phone-sheet': share};
  document.addEventListener('click', event => { // at once: sharing is allowed right after a touch alone
    for (const [at, act] of Object.entries(acts)) if (event.target.closest?.(at) && painting()) act();
  });
})();
