// Copy the page's address with the settings that are not the usual ones; say what it carries, and what it does not.
async ({options, own, number, picture, gallery, wanting, chosen, most}, values) => {
  const link = new URL(location.href), name = values[options.length] ?? '';
  link.search = link.hash = '';
  const same = (value, usual) => (typeof usual === 'number' ? Number(value) === usual : value === usual);
  const tell = ({names, unit}, value) => (typeof value === 'boolean' ? (value ? say('on') : say('off')) : say(names[value] ?? '') || (unit ? say('{value} {unit}', {value, unit: say(unit)}) : written(value)));
  const told = [];
  options.forEach((option, i) => {
    const value = values[i];
    if (value === '' || value === null || value === undefined || own.includes(option.flag)) return; // or of one photo alone
    const usual = same(value, option.usual);
    if (!usual) link.searchParams.set(option.flag, value);
    if ((!usual || option.always) && option.painters.includes(values[chosen[0]])) told.push(`${say(option.label)}: ${tell(option, value)}`);
  });
  const wants = wanting.some(pair => pair.every((choice, i) => choice === values[chosen[i]]));
  if (wants && name) {
    link.searchParams.set(picture, name);
    told.push(`${say('the picture to paint like')}: ${say(gallery[name] ?? name)}`);
  }
  if (told.length) link.searchParams.set(...number);
  const more = told.length > most ? [counted('{n} more', '{n} more', told.length - most)] : [];
  const carries = told.length ? say('The link carries {settings}.', {settings: [...told.slice(0, most), ...more].join('; ')}) : say('The link opens this page at its usual settings.');
  const words = document.createElement('p');
  words.setAttribute('role', 'status');
  words.textContent = [carries, say('Your photo and the painting are not in it.'), ...(wants && !name ? [say('Nor is the picture that you paint like, which is your own.')] : [])].join(' ');
  let copied = say('Link copied');
  try { await navigator.clipboard.writeText(link); } catch { window.prompt(say('Copy this link:'), link); copied = say('Copy link to settings'); }
  return [copied, words.outerHTML];
}
