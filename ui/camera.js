// Live: the newest picture of the camera goes to be painted as soon as there is room on the way.
const [video, sheet, start, words] = ['video', 'canvas', '.start', 'p'].map(at => element.querySelector(at));
const small = document.createElement('canvas'), paper = sheet.getContext('bitmaprenderer');
const MOST = 2, SPREAD = 0.5; // pictures on their way; a second one leaves once the first is so far
let on = null, fresh = false, number = 0, seen = 0, away = 0, left = 0, trip = 0, over = '', asked = false;
// trip: there and back, ms; over: a key that is taken no more; asked: the browser asks whether the camera may be used

const tell = text => { words.textContent = text; };
const end = text => {
  on?.getTracks().forEach(track => track.stop());
  on = video.srcObject = null;
  start.textContent = say('Start the camera');
  tell(text);
};
const jpeg = () => {
  const {videoWidth: w, videoHeight: h} = video, scale = Math.min(1, props.value.long / Math.max(w, h));
  const size = [w, h].map(side => Math.round(side * scale));
  if (small.width !== size[0] || small.height !== size[1]) [small.width, small.height] = size;
  const pen = small.getContext('2d', {willReadFrequently: true, alpha: false});
  pen.drawImage(video, 0, 0, ...size);
  // At once: `toBlob` waits until the page is idle, which it never is.
  return Uint8Array.from(atob(small.toDataURL('image/jpeg', 0.85).split(',')[1]), letter => letter.charCodeAt(0));
};
const send = async () => {
  const now = performance.now(), {address, key} = props.value;
  if (!on || !key || key === over || !fresh || away >= MOST || (away && now - left < SPREAD * trip)) return;
  const mine = ++number, whose = on;
  [fresh, left] = [false, now];
  away++;
  try {
    const answer = await fetch(address, {method: 'POST', headers: {'x-camera': key, 'x-number': mine}, body: jpeg()});
    if (answer.status === 410) {
      over = key;
      if (on === whose && key === props.value.key) end(await answer.text());
    } else if (answer.status === 200) {
      const painted = await createImageBitmap(await answer.blob());
      trip += (performance.now() - now - trip) / (trip ? 8 : 1);
      if (mine > seen && on === whose) {
        seen = mine;
        [sheet.width, sheet.height] = [painted.width, painted.height];
        paper.transferFromImageBitmap(painted);
        tell('');
      }
    } else if (answer.status !== 204) tell(await answer.text());
  } catch { await new Promise(wait => setTimeout(wait, 1000)); } // the network was away for a moment
  away--;
  send();
};
let awaited = false; // a frame, by one who waits; one that was asked for before a stop comes after it
const next = () => {
  if (awaited) return;
  awaited = true;
  if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(look); else requestAnimationFrame(look); // none in a hidden tab
};
const look = () => {
  awaited = false;
  if (!on) return;
  fresh = true;
  send();
  next();
};
start.addEventListener('click', async () => {
  if (on) return end('');
  if (asked) return; // a second stream would never be stopped
  asked = true;
  try {
    on = await navigator.mediaDevices.getUserMedia({video: {width: {ideal: 640}, facingMode: 'user'}});
  } catch (error) { return tell(say('The camera cannot be used: {why}', {why: error.message})); } finally { asked = false; }
  start.textContent = say('Stop');
  tell(say('The painter is getting ready.'));
  video.srcObject = on;
  await video.play();
  trigger('open', {});
  next();
});
