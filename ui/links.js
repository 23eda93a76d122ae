// Copy the page's address with the settings that are not the usual ones; say what it carries, and what it does not.
async ({options, number, picture, gallery, wanting, chosen, said, most}, values) => {
  const link = new URL(location.href), name = values[options.length] ?? '';
  link.search = link.hash = '';
  const same = (value, usual) => (typeof usual === 'number' ? Number(value) === usual : value === usual);
  const tell = ({names, unit}, value) => (typeof value === 'boolean' ? (value ? 'on' : 'off') : names[value] ?? `${value} ${unit}`.trim());
  const told = [];
  options.forEach((option, i) => {
    const value = values[i];
    if (value === '' || value === null || value === undefined || same(value, option.usual)) return;
    link.searchParams.set(option.flag, value);
    told.push(`${option.label}: ${tell(option, value)}`);
  });
  const wants = wanting.some(pair => pair.every((choice, i) => choice === values[chosen[i]]));
  if (wants && name) {
    link.searchParams.set(picture, name);
    told.push(`${said.like}: ${gallery[name] ?? name}`);
  }
  if (told.length) link.searchParams.set(...number);
  const more = told.length > most ? [`${told.length - most} more`] : [];
  const carries = told.length ? `${said.sets} ${[...told.slice(0, most), ...more].join('; ')}.` : said.usual;
  const words = document.createElement('p');
  words.setAttribute('role', 'status');
  words.textContent = [carries, said.never, ...(wants && !name ? [said.picture] : [])].join(' ');
  let copied = 'Link copied';
  try { await navigator.clipboard.writeText(link); } catch { window.prompt('Copy this link:', link); copied = 'Copy link'; }
  return [copied, words.outerHTML];
}
